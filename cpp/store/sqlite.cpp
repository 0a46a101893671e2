// Records in a file: one connection writes, for all threads that commit at the same time; a few others read and wait for no sync.
#include "store/batch.hpp"
#include "store/commit_queue.hpp"
#include "store/sqlite_file.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>

namespace cmpkit::store {
namespace {

using sqlite::Connection;
using sqlite::Query;
using sqlite::Statement;

std::int64_t number_of(Table table) { return static_cast<std::int64_t>(table); }

std::int64_t bounded(std::size_t limit) { return static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)); }

// Ends what is open: a group that failed, or one that threw.
struct Rollback {
    sqlite3& connection;
    ~Rollback() {
        if (!sqlite3_get_autocommit(&connection)) sqlite3_exec(&connection, "ROLLBACK", nullptr, nullptr, nullptr);
    }
};

class Writer {
public:
    static Result<std::unique_ptr<Writer>> open(const std::string& path);
    Result<CommitQueue::Outcomes>          write(std::span<const Batch* const> batches);

private:
    Result<void>          apply(const Batch& batch);
    Result<std::uint64_t> version_of(const Write& write);
    Result<void>          put(const Write& write);
    Result<void>          erase(const Write& write);

    Connection connection_;
    Statement  begin_, commit_, version_, put_, erase_;
};

Result<std::unique_ptr<Writer>> Writer::open(const std::string& path) {
    auto connection = sqlite::open_for_writing(path);
    if (!connection) return connection.error();
    auto writer         = std::make_unique<Writer>();
    writer->connection_ = std::move(*connection);
    // IMMEDIATE: between a version checked here and the write that rests on it, no other process writes.
    auto prepared = sqlite::prepare(*writer->connection_,
                                    {{writer->begin_, "BEGIN IMMEDIATE"},
                                     {writer->commit_, "COMMIT"},
                                     {writer->version_, "SELECT version FROM record WHERE tbl = ? AND key = ?"},
                                     {writer->put_, "INSERT INTO record (tbl, key, version, due, idx, value) VALUES (?, ?, ?, ?, ?, ?) "
                                                    "ON CONFLICT (tbl, key) DO UPDATE SET version = excluded.version, due = excluded.due, "
                                                    "idx = excluded.idx, value = excluded.value"},
                                     {writer->erase_, "DELETE FROM record WHERE tbl = ? AND key = ?"}});
    if (!prepared) return prepared.error();
    return writer;
}

Result<CommitQueue::Outcomes> Writer::write(std::span<const Batch* const> batches) {
    const Rollback        rollback{*connection_};
    CommitQueue::Outcomes outcomes;
    if (auto begun = Query(*begin_).finish(); !begun) return begun.error();
    for (const Batch* batch : batches) {
        Result<void> outcome = apply(*batch);
        if (!outcome && outcome.error().code != Code::conflict) return outcome.error();
        outcomes.push_back(std::move(outcome));
    }
    if (auto committed = Query(*commit_).finish(); !committed) return committed.error();
    return outcomes;
}

// All versions are checked before the first write, so that a batch in conflict leaves nothing to undo in the transaction it shares.
Result<void> Writer::apply(const Batch& batch) {
    for (std::size_t i = 0; i < batch.writes.size(); ++i) {
        const auto found = version_of(batch.writes[i]);
        if (!found) return found.error();
        if (*found != batch.writes[i].read_version) return conflict(batch, i, *found);
    }
    for (const Write& write : batch.writes)
        if (auto done = write.value ? put(write) : erase(write); !done) return done;
    return {};
}

Result<std::uint64_t> Writer::version_of(const Write& write) {
    Query      query(*version_);
    const auto row = query.with(number_of(write.table)).with(write.key).next();
    if (!row) return row.error();
    return *row ? static_cast<std::uint64_t>(query.number(0)) : 0;
}

Result<void> Writer::put(const Write& write) {
    Query query(*put_);
    query.with(number_of(write.table)).with(write.key).with(static_cast<std::int64_t>(write.read_version + 1));
    write.due == 0 ? query.with_null() : query.with(write.due);
    write.index.empty() ? query.with_null() : query.with(write.index);
    return query.with(*write.value).finish();
}

Result<void> Writer::erase(const Write& write) { return Query(*erase_).with(number_of(write.table)).with(write.key).finish(); }

struct Reader {
    Connection connection;
    Statement  get, find, due, scan;
};

Result<Reader> open_reader(const std::string& path) {
    auto connection = sqlite::open_for_reading(path);
    if (!connection) return connection.error();
    Reader reader{.connection = std::move(*connection), .get = {}, .find = {}, .due = {}, .scan = {}};
    // Equality and order imply NOT NULL, so that the partial indexes serve.
    auto prepared = sqlite::prepare(
        *reader.connection,
        {{reader.get, "SELECT key, version, value, idx, due FROM record WHERE tbl = ? AND key = ?"},
         {reader.find, "SELECT key, version, value, idx, due FROM record WHERE tbl = ? AND idx = ? ORDER BY key LIMIT ?"},
         {reader.due, "SELECT key, version, value, idx, due FROM record WHERE tbl = ? AND due <= ? ORDER BY due, key LIMIT ?"},
         {reader.scan, "SELECT key, version, value, idx, due FROM record WHERE tbl = ? AND key > ? ORDER BY key LIMIT ?"}});
    if (!prepared) return prepared.error();
    return reader;
}

Record record_of(const Query& row) {
    return {.key     = row.octets(0),
            .version = static_cast<std::uint64_t>(row.number(1)),
            .value   = row.octets(2),
            .index   = row.octets(3),
            .due     = row.number(4)};  // NULL reads as 0
}

Result<std::vector<Record>> records_of(Query& query) {
    std::vector<Record> records;
    for (;;) {
        const auto row = query.next();
        if (!row) return row.error();
        if (!*row) return records;
        records.push_back(record_of(query));
    }
}

// Each read borrows a reader. There are as many as reads are useful at once: a read takes some ten microseconds.
class Readers {
public:
    struct Return {
        Readers* readers;
        void     operator()(Reader* reader) const { readers->take_back(reader); }
    };
    using Lease = std::unique_ptr<Reader, Return>;

    static Result<std::unique_ptr<Readers>> open(const std::string& path) {
        auto readers = std::make_unique<Readers>();
        for (Reader& reader : readers->all_) {
            auto opened = open_reader(path);
            if (!opened) return opened.error();
            reader = std::move(*opened);
            readers->idle_[readers->idle_count_++] = &reader;
        }
        return readers;
    }

    Lease borrow() {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [this] { return idle_count_ > 0; });
        return {idle_[--idle_count_], Return{this}};
    }

private:
    static constexpr std::size_t count = 4;

    void take_back(Reader* reader) {
        const std::lock_guard lock(mutex_);
        idle_[idle_count_++] = reader;
        returned_.notify_one();
    }

    std::array<Reader, count>  all_{};
    std::array<Reader*, count> idle_{};
    std::size_t                idle_count_ = 0;
    std::mutex                 mutex_;
    std::condition_variable    returned_;
};

class SqliteStore final : public Store {
public:
    SqliteStore(std::unique_ptr<Writer> writer, std::unique_ptr<Readers> readers)
        : writer_(std::move(writer)), readers_(std::move(readers)), queue_([this](auto batches) { return writer_->write(batches); }) {}

    Result<std::optional<Record>> get(Table table, Bytes key) override {
        const auto reader = readers_->borrow();
        Query      query(*reader->get);
        const auto row = query.with(number_of(table)).with(key).next();
        if (!row) return row.error();
        return *row ? std::optional(record_of(query)) : std::nullopt;
    }

    Result<std::vector<Record>> find(Table table, Bytes index, std::size_t limit) override {
        const auto reader = readers_->borrow();
        Query      query(*reader->find);
        return records_of(query.with(number_of(table)).with(index).with(bounded(limit)));
    }

    Result<std::vector<Record>> due(Table table, std::int64_t now, std::size_t limit) override {
        const auto reader = readers_->borrow();
        Query      query(*reader->due);
        return records_of(query.with(number_of(table)).with(now).with(bounded(limit)));
    }

    Result<std::vector<Record>> scan(Table table, Bytes after, std::size_t limit) override {
        const auto reader = readers_->borrow();
        Query      query(*reader->scan);
        return records_of(query.with(number_of(table)).with(after).with(bounded(limit)));
    }

    Result<void> commit(const Batch& batch) override {
        // What one batch may get wrong by itself is refused here: in the group it would cost the others their transaction.
        if (auto fits = check(batch); !fits || batch.writes.empty()) return fits;
        return queue_.commit(batch);
    }

private:
    std::unique_ptr<Writer>  writer_;  // closed last: it keeps the log in order
    std::unique_ptr<Readers> readers_;
    CommitQueue              queue_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path) {
    auto writer = Writer::open(path);
    if (!writer) return writer.error();
    auto readers = Readers::open(path);
    if (!readers) return readers.error();
    return std::unique_ptr<Store>(std::make_unique<SqliteStore>(std::move(*writer), std::move(*readers)));
}

}  // namespace cmpkit::store

#include "store/postgres.hpp"

#include "store/batch.hpp"
#include "store/postgres_writer.hpp"

#include <algorithm>
#include <condition_variable>

namespace cmpkit::store {
namespace postgres {
namespace {

// Equality and order imply NOT NULL, so that the partial indexes serve.
constexpr Statement get_one{"cmpkit_get", "SELECT key, version, value, idx, due FROM cmpkit_record WHERE tbl = $1 AND key = $2"};
constexpr Statement find_some{"cmpkit_find", "SELECT key, version, value, idx, due FROM cmpkit_record WHERE tbl = $1 AND idx = $2 ORDER BY key LIMIT $3"};
constexpr Statement find_due{"cmpkit_due", "SELECT key, version, value, idx, due FROM cmpkit_record WHERE tbl = $1 AND due <= $2 ORDER BY due, key LIMIT $3"};
constexpr Statement scan_on{"cmpkit_scan", "SELECT key, version, value, idx, due FROM cmpkit_record WHERE tbl = $1 AND key > $2 ORDER BY key LIMIT $3"};

constexpr std::array statements = {get_one, find_some, find_due, scan_on};

std::int64_t bounded(std::size_t limit) { return static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)); }

std::vector<Record> records_of(const Answer& answer) {
    std::vector<Record> records;
    for (int row = 0; row < answer.rows(); ++row)
        records.push_back({.key     = answer.octets(row, 0),
                           .version = static_cast<std::uint64_t>(answer.number(row, 1)),
                           .value   = answer.octets(row, 2),
                           .index   = answer.octets(row, 3),
                           .due     = answer.number(row, 4)});
    return records;
}

// Each read borrows a line. They are opened when they are first needed: a command of the operator's needs one.
class Readers {
public:
    explicit Readers(Connector& connector) : all_{Line(connector, statements), Line(connector, statements), Line(connector, statements), Line(connector, statements)} {
        for (Line& line : all_) idle_[idle_count_++] = &line;
    }

    Result<std::vector<Record>> read(const Call& call) {
        const Lease line(borrow(), Return{this});
        if (!line) return Error{.code = Code::store_failed, .detail = "PostgreSQL has not answered those who asked before"};
        const auto answers = line->ask({&call, 1});
        if (!answers) return answers.error();
        return records_of(answers->front());
    }

private:
    static constexpr std::size_t          count    = 4;
    static constexpr std::chrono::seconds patience = std::chrono::seconds(30);

    struct Return {
        Readers* readers;
        void     operator()(Line* line) const { readers->take_back(line); }
    };
    using Lease = std::unique_ptr<Line, Return>;

    // The one that came back last, whose session is open; null: none came back in time.
    Line* borrow() {
        std::unique_lock lock(mutex_);
        if (!returned_.wait_for(lock, patience, [this] { return idle_count_ > 0; })) return nullptr;
        return idle_[--idle_count_];
    }

    void take_back(Line* line) {
        const std::lock_guard lock(mutex_);
        idle_[idle_count_++] = line;
        returned_.notify_one();
    }

    std::array<Line, count>  all_;
    std::array<Line*, count> idle_{};
    std::size_t              idle_count_ = 0;
    std::mutex               mutex_;
    std::condition_variable  returned_;
};

class PostgresStore final : public Store {
public:
    PostgresStore(const std::string& url, Bytes password)
        : connector_(url, password), writer_(connector_), readers_(connector_), queue_([this](auto batches) { return writer_.write(batches); }) {}

    Result<void> open() {
        if (auto made = connector_.make_store(); !made) return made;
        return writer_.open();
    }

    Result<std::optional<Record>> get(Table table, Bytes key) override {
        auto records = readers_.read(Call(get_one).with(table).with(key));
        if (!records) return records.error();
        return records->empty() ? std::nullopt : std::optional(std::move(records->front()));
    }
    Result<std::vector<Record>> find(Table table, Bytes index, std::size_t limit) override {
        return readers_.read(Call(find_some).with(table).with(index).with(bounded(limit)));
    }
    Result<std::vector<Record>> due(Table table, std::int64_t now, std::size_t limit) override {
        return readers_.read(Call(find_due).with(table).with(now).with(bounded(limit)));
    }
    Result<std::vector<Record>> scan(Table table, Bytes after, std::size_t limit) override {
        return readers_.read(Call(scan_on).with(table).with(after).with(bounded(limit)));
    }
    Result<void> commit(const Batch& batch) override {
        // What one batch may get wrong by itself is refused here: in the group it would cost the others their transaction.
        if (auto fits = check(batch); !fits || batch.writes.empty()) return fits;
        return queue_.commit(batch);
    }

private:
    Connector   connector_;
    Writer      writer_;
    Readers     readers_;
    CommitQueue queue_;
};

}  // namespace
}  // namespace postgres

Result<std::unique_ptr<Store>> open_postgres(const std::string& url, Bytes password) {
    auto store = std::make_unique<postgres::PostgresStore>(url, password);
    if (auto opened = store->open(); !opened) return opened.error();
    return std::unique_ptr<Store>(std::move(store));
}

}  // namespace cmpkit::store

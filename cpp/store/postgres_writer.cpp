#include "store/postgres_writer.hpp"

#include "store/batch.hpp"

#include <set>

namespace cmpkit::store::postgres {
namespace {

// The locks of a transaction stand in a table of the server's that all its clients share.
constexpr std::size_t most_locks = 128;

// READ COMMITTED: each statement sees what was committed before it began, so that versions read after the locks are those that count.
constexpr Statement begin{"cmpkit_begin", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"};
constexpr Statement commit{"cmpkit_commit", "COMMIT"};
constexpr Statement rollback{"cmpkit_rollback", "ROLLBACK"};
// A group with more records than locks keeps all others out; the rest share the store.
constexpr Statement lock_some{"cmpkit_lock_some", "SELECT pg_advisory_xact_lock_shared(1668116587, 2)"};
constexpr Statement lock_all{"cmpkit_lock_all", "SELECT pg_advisory_xact_lock(1668116587, 2)"};
constexpr Statement lock_one{"cmpkit_lock_one", "SELECT pg_advisory_xact_lock($1)"};
constexpr Statement version{"cmpkit_version", "SELECT version FROM cmpkit_record WHERE tbl = $1 AND key = $2"};
constexpr Statement put{"cmpkit_put", "INSERT INTO cmpkit_record (tbl, key, version, due, idx, value) VALUES ($1, $2, $3, $4, $5, $6) "
                                      "ON CONFLICT (tbl, key) DO UPDATE SET version = excluded.version, due = excluded.due, "
                                      "idx = excluded.idx, value = excluded.value"};
constexpr Statement erase{"cmpkit_erase", "DELETE FROM cmpkit_record WHERE tbl = $1 AND key = $2"};

constexpr std::array statements = {begin, commit, rollback, lock_some, lock_all, lock_one, version, put, erase};

// FNV-1a. Records that share a number share a lock, which costs a wait and nothing else.
std::int64_t lock_number(Table table, std::string_view key) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto    add  = [&hash](std::uint8_t octet) { hash = (hash ^ octet) * 0x100000001b3; };
    add(static_cast<std::uint8_t>(table));
    for (const std::uint8_t octet : bytes_of(key)) add(octet);
    return static_cast<std::int64_t>(hash);
}

void add_write(std::vector<Call>& calls, const Write& write) {
    if (!write.value) return (void)calls.emplace_back(erase).with(write.table).with(write.key);
    Call& call = calls.emplace_back(put).with(write.table).with(write.key).with(static_cast<std::int64_t>(write.read_version + 1));
    write.due == 0 ? call.with_null() : call.with(write.due);
    write.index.empty() ? call.with_null() : call.with(write.index);
    call.with(*write.value);
}

}  // namespace

Writer::Writer(Connector& connector) : line_(connector, statements) {}

// One that did not come to its end takes its session along, and the server undoes it.
class Writer::Transaction {
public:
    explicit Transaction(Line& line) : line_(line) {}
    Transaction(const Transaction&)            = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        if (!is_ended_) line_.drop();
    }

    Result<void> end(std::vector<Call> writes) {
        const bool is_empty = writes.empty();
        writes.emplace_back(is_empty ? rollback : commit);
        const auto answers = line_.tell(writes);
        is_ended_          = bool(answers);
        return answers || is_empty ? Result<void>() : answers.error();
    }

private:
    Line& line_;
    bool  is_ended_ = false;
};

Result<CommitQueue::Outcomes> Writer::write(std::span<const Batch* const> batches) {
    Transaction transaction(line_);
    return write_in(transaction, batches);
}

// A batch in conflict is known before the first write, so that it leaves nothing to undo in the transaction it shares.
Result<CommitQueue::Outcomes> Writer::write_in(Transaction& transaction, std::span<const Batch* const> batches) {
    Versions versions;
    for (const Batch* batch : batches)
        for (const Write& write : batch->writes) versions[place_of(write)] = 0;
    if (auto locked = lock(versions); !locked) return locked.error();
    CommitQueue::Outcomes outcomes;
    std::vector<Call>     calls;
    for (const Batch* batch : batches) {
        outcomes.push_back(judge(*batch, versions));
        if (!outcomes.back()) continue;
        for (const Write& write : batch->writes) add_write(calls, write);
    }
    if (auto written = transaction.end(std::move(calls)); !written) return written.error();
    return outcomes;
}

// In one order for all nodes, so that none waits for another that waits for it.
Result<void> Writer::lock(Versions& versions) {
    std::set<std::int64_t> numbers;
    for (const auto& [place, found] : versions) numbers.insert(lock_number(std::get<0>(place), std::get<1>(place)));
    const bool        locks_all = numbers.size() > most_locks;
    std::vector<Call> calls{Call(begin), Call(locks_all ? lock_all : lock_some)};
    if (!locks_all)
        for (const std::int64_t number : numbers) calls.emplace_back(lock_one).with(number);
    const std::size_t first_version = calls.size();
    for (const auto& [place, found] : versions) calls.emplace_back(postgres::version).with(std::get<0>(place)).with(bytes_of(std::get<1>(place)));
    auto answers = line_.ask(calls);
    if (!answers) return answers.error();
    for (std::size_t i = first_version; auto& [place, found] : versions) {
        const Answer& answer = (*answers)[i++];
        found                = answer.rows() == 1 ? static_cast<std::uint64_t>(answer.number(0, 0)) : 0;
    }
    return {};
}

// What it writes is there for the batches behind it in the group.
Result<void> Writer::judge(const Batch& batch, Versions& versions) {
    for (std::size_t i = 0; i < batch.writes.size(); ++i)
        if (const std::uint64_t found = versions[place_of(batch.writes[i])]; found != batch.writes[i].read_version) return conflict(batch, i, found);
    for (const Write& write : batch.writes) versions[place_of(write)] = write.value ? write.read_version + 1 : 0;
    return {};
}

}  // namespace cmpkit::store::postgres

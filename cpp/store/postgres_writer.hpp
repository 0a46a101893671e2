// Writes groups of batches: one transaction, two round trips, however many batches there are.
// Nodes keep apart by locks on the records that a group names, those that do not exist yet too; it refuses to write by any other way.
#pragma once
#include "store/commit_queue.hpp"
#include "store/postgres_line.hpp"

#include <map>
#include <tuple>

namespace cmpkit::store::postgres {

class Writer {
public:
    explicit Writer(Connector& connector);

    Result<void>                  open() { return line_.open(); }
    Result<CommitQueue::Outcomes> write(std::span<const Batch* const> batches);

private:
    using Place    = std::tuple<Table, std::string_view>;
    using Versions = std::map<Place, std::uint64_t>;  // 0: there is no such record

    class Transaction;

    Result<CommitQueue::Outcomes> write_in(Transaction& transaction, std::span<const Batch* const> batches);
    Result<void>        lock(Versions& versions);
    static Result<void> judge(const Batch& batch, Versions& versions);
    static Place        place_of(const Write& write) { return {write.table, text_of(write.key)}; }

    Line line_;
};

}  // namespace cmpkit::store::postgres

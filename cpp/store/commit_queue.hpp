// Threads that commit at the same time share one transaction and one sync: the first to come leads and writes for all who wait.
// It starts no thread and knows no database; how a group is written is the caller's function.
#pragma once
#include "store/store.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>

namespace cmpkit::store {

class CommitQueue {
public:
    using Outcomes = std::vector<Result<void>>;
    /// Writes a group, in the order given, in one transaction.
    /// @return an outcome for each batch, or the failure of all
    using Work = std::function<Result<Outcomes>(std::span<const Batch* const> group)>;

    /// @param work  called by one thread at a time, never under a lock of this queue
    explicit CommitQueue(Work work) : work_(std::move(work)) {}

    /// Waits until `batch` is written, by this thread or by another that leads.
    ///
    /// @error store_failed  also when the thread that led threw, as it does out of memory
    Result<void> commit(const Batch& batch);

private:
    struct Waiter {
        const Batch*            batch;
        Result<void>            outcome = Error{.code = Code::store_failed};  // stands if the leader throws
        bool                    is_done = false;
        std::condition_variable woken{};
    };
    class Lead;

    Work                 work_;
    std::mutex           mutex_;
    std::vector<Waiter*> waiting_;          // in the order of arrival; the first leads next
    bool                 is_led_ = false;   // a group is being written now
};

}  // namespace cmpkit::store

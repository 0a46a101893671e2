#include "store/commit_queue.hpp"

namespace cmpkit::store {

// The time for which one thread leads: from taking all who wait to waking them, also by way of an exception.
class CommitQueue::Lead {
public:
    Lead(CommitQueue& queue, std::unique_lock<std::mutex>& lock) : queue_(queue), lock_(lock) {
        group_.swap(queue_.waiting_);
        queue_.is_led_ = true;
        lock_.unlock();
    }
    Lead(const Lead&)            = delete;
    Lead& operator=(const Lead&) = delete;

    ~Lead() {
        lock_.lock();
        queue_.is_led_ = false;
        for (Waiter* waiter : group_) {
            waiter->is_done = true;
            waiter->woken.notify_one();
        }
        if (!queue_.waiting_.empty()) queue_.waiting_.front()->woken.notify_one();
    }

    void write() {
        std::vector<const Batch*> batches;
        for (const Waiter* waiter : group_) batches.push_back(waiter->batch);
        Result<Outcomes> outcomes = queue_.work_(batches);
        for (std::size_t i = 0; i < group_.size(); ++i) {
            if (outcomes) group_[i]->outcome = std::move((*outcomes)[i]);
            else group_[i]->outcome = outcomes.error();
        }
    }

private:
    CommitQueue&                  queue_;
    std::unique_lock<std::mutex>& lock_;
    std::vector<Waiter*>          group_;
};

Result<void> CommitQueue::commit(const Batch& batch) {
    Waiter           mine{.batch = &batch};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&mine);
    mine.woken.wait(lock, [&] { return mine.is_done || (!is_led_ && waiting_.front() == &mine); });
    if (!mine.is_done) Lead(*this, lock).write();
    return std::move(mine.outcome);
}

}  // namespace cmpkit::store

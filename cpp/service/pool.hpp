// A fixed number of threads that take jobs from one bounded queue.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cmpkit::service {

class Pool {
public:
    Pool(unsigned threads, std::size_t queue);
    ~Pool();  // runs what is queued, then joins

    /// @return false: the queue is full, the job was not taken
    bool submit(std::function<void()> job);

private:
    void work();

    std::size_t                       most_;
    std::mutex                        mutex_;
    std::condition_variable           changed_;
    std::deque<std::function<void()>> jobs_;
    bool                              is_closing_ = false;
    std::vector<std::thread>          threads_;
};

}  // namespace cmpkit::service

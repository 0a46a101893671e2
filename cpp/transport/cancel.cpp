#include "transport/registry.hpp"

namespace cmpkit::transport {

// The hook runs under the lock: that is what lets detach promise that it is not running.
void Cancel::fire() {
    const std::lock_guard lock(mutex_);
    fired_ = true;
    changed_.notify_all();
    if (auto hook = std::exchange(hook_, nullptr)) hook();
}

void Cancel::reset() {
    const std::lock_guard lock(mutex_);
    fired_ = false;
}

bool Cancel::fired() const {
    const std::lock_guard lock(mutex_);
    return fired_;
}

bool Cancel::wait_until(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, until, [this] { return fired_; });
}

void Cancel::attach(std::function<void()> hook) {
    const std::lock_guard lock(mutex_);
    if (fired_) hook();
    else hook_ = std::move(hook);
}

void Cancel::detach() {
    const std::lock_guard lock(mutex_);
    hook_ = nullptr;
}

}  // namespace cmpkit::transport

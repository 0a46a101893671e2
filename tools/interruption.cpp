#include "interruption.hpp"

namespace tool {

Interruption::Interruption(const Operation& operation) {
    sigemptyset(&waited_for_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&waited_for_, signal);
    // Blocked in every thread, so that they wait for the one that asks for them.
    ::pthread_sigmask(SIG_BLOCK, &waited_for_, &before_);
    watcher_ = std::thread([this, running = operation.get()] {
        int signal = 0;
        while (::sigwait(&waited_for_, &signal) != 0) {}
        if (!is_over_) cmpkit_operation_cancel(running);
    });
}

Interruption::~Interruption() {
    is_over_ = true;
    ::pthread_kill(watcher_.native_handle(), SIGTERM);
    watcher_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace tool

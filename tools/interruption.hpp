// Ctrl-C and the end of the session, while an operation runs that can go on later: they end the run, not the program.
#pragma once
#include "library.hpp"

#include <signal.h>

#include <atomic>
#include <thread>

namespace tool {

/// As long as it lives, SIGINT, SIGTERM and SIGHUP cancel the operation.
class Interruption {
public:
    explicit Interruption(const Operation& operation);
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption();

private:
    sigset_t          waited_for_, before_;
    std::atomic<bool> is_over_{false};
    std::thread       watcher_;
};

}  // namespace tool

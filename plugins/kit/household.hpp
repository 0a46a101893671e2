// A server's connections as seen from the house they visit: what the loop of tcp_server.hpp needs to know of each, and what each tells the house.
// It knows no socket and no protocol.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

namespace cmpkit_plugin {

using Clock = std::chrono::steady_clock;

/// A connection. Everything runs in the loop's thread.
class Guest : public std::enable_shared_from_this<Guest> {
public:
    Guest() = default;
    virtual ~Guest() = default;
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    virtual void begin() = 0;
    virtual void close() = 0;  // tells the house that it left
    virtual void close_after_answer() = 0;

    virtual bool              is_busy() const = 0;   // an exchange is open, or its answer being written
    virtual Clock::time_point deadline() const = 0;  // when it is to be closed; never while an exchange is open
};

class Household {
public:
    virtual void idle() = 0;  // an exchange is over
    virtual void left(Guest& guest) = 0;
    virtual void post(std::function<void()> order) = 0;  // any thread; runs in the loop's

protected:
    ~Household() = default;
};

}  // namespace cmpkit_plugin

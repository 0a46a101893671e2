// A thread with a libcoap context of its own: libcoap 4.3.1 knows no threads, so all that touches the context happens here.
// It refuses to run orders that throw any further; it wakes up for datagrams, for libcoap's timers, for orders, and when its owner asked for it.
#pragma once
#include "kit/border.hpp"
#include "kit/mailbox.hpp"
#include "library.hpp"

#include <chrono>
#include <optional>

namespace cmpkit_coap {

using Clock = std::chrono::steady_clock;

/// Once a process: libcoap's start, and where its log goes.
void start_library();

class Loop {
public:
    /// @throws std::system_error, std::bad_alloc
    Loop(ContextPointer context, const cmpkit_transport_host& host);
    virtual ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    coap_context_t* context() const { return context_.get(); }
    /// Any thread.
    void post(cmpkit_plugin::Mailbox::Order order);

protected:
    /// What is due, after each round. @return when to be called again at the latest; nothing: the loop ends
    virtual std::optional<Clock::time_point> turn() = 0;

    void begin();  // the thread
    bool has_begun() const { return thread_.joinable(); }
    /// After turn() was told to return nothing. Not from the loop's thread.
    void join();
    /// With its sessions, for which no callback comes any more.
    void free_context() { context_.reset(); }

    /// For those who may outlive the loop.
    const std::shared_ptr<cmpkit_plugin::Mailbox>& mailbox() const { return mailbox_; }

private:
    void run();
    std::optional<Clock::time_point> guarded_turn();
    void wait(Clock::time_point until);

    const cmpkit_transport_host             host_;
    ContextPointer                          context_;
    std::shared_ptr<cmpkit_plugin::Mailbox> mailbox_;  // shared with name look-ups that nobody waits for any more
    int                                     epoll_ = -1;
    std::thread                             thread_;
};

}  // namespace cmpkit_coap

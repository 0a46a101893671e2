// One connection of a server: reads a request, hands it up, writes the answer, and begins again.
// It knows no socket: what is below it reads and writes octets. Everything runs in the loop's thread unless it says otherwise.
#pragma once
#include "kit/household.hpp"
#include "reply.hpp"
#include "request.hpp"
#include "server.hpp"
#include "tls.hpp"

#include <array>
#include <atomic>

namespace cmpkit_http {

class Connection : public Guest {
public:
    Connection(const Site& site, Household& household, std::string address);

    void  answer(Reply reply);
    /// Any thread, while the exchange is open.
    Reply reply_to(const cmpkit_transport_message& answer) const;
    void close() override;
    void close_after_answer() override { closing_ = true; }

    bool              is_busy() const override { return state_ == State::exchanging || state_ == State::writing; }
    Clock::time_point deadline() const override { return deadline_; }
    bool              is_gone() const { return gone_.load(std::memory_order_acquire); }  // any thread
    Household&        household() const { return household_; }

protected:
    virtual void start_read(std::span<char> room) = 0;                                 // then on_read
    virtual void start_write(std::string_view head, std::string_view body) = 0;  // then on_written
    virtual void shut_down()    = 0;                                                // tells the peer that nothing more will come
    virtual void close_socket() = 0;

    /// @param ssl  null: there is no TLS
    void opened(const SSL* ssl);
    /// Tells the peer that nothing more will come, and waits until it closes.
    void drain();
    void on_read(bool failed, std::size_t size);
    void on_written(bool failed);

private:
    enum class State { opening, reading, continuing, exchanging, writing, draining, closed };

    void next_request();
    void read_more();
    void parse();
    void hand_up();
    bool unwrap();
    void refuse(unsigned status);
    void write(Reply reply);
    void invite();
    bool is_drained(std::size_t size);

    const Site&       site_;
    Household&        household_;
    Peer              peer_;

    State             state_ = State::opening;
    Clock::time_point deadline_;
    std::atomic<bool> gone_         = false;
    bool              read_pending_ = false;
    bool              closing_      = false;  // after the answer
    bool              invited_      = false;  // 100 was sent for this request

    std::optional<Request>                  request_;
    bool                                    was_1_0_ = false;
    std::optional<Form>                     form_;  // of a request behind a TCP header
    std::string                             type_;  // of the request, where it is one of the drafts'
    std::array<char, Request::header_limit> input_;
    std::size_t                             filled_  = 0;
    std::size_t                             drained_ = 0;
    std::string                             head_, body_;  // being written
};

}  // namespace cmpkit_http

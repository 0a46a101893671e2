// One exchange of a client: it gets a connection, sends its message, polls as often as it is told to, and ends once.
// Everything runs in the loop's thread. Included by the units with Asio.
#pragma once
#include "kit/message.hpp"
#include "options.hpp"
#include "url.hpp"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

namespace cmpkit_tcp {

namespace asio  = boost::asio;
using tcp       = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

/// A connection and what came over it. Asio looks at the socket of a connect or a write until its handler was called: the handlers share it.
struct Line {
    explicit Line(asio::io_context& loop) : socket(loop) {}

    tcp::socket            socket;
    std::string            input;
    std::array<char, 4096> room{};
    std::string            address;
    bool                   was_used = false;
};

class Errand;

/// Where errands get their lines, and go when they are over.
class Switchboard {
public:
    virtual asio::io_context&     loop() = 0;
    virtual const Url&            url() const = 0;
    virtual const Options&        options() const = 0;
    virtual std::shared_ptr<Line> take_idle() = 0;  // null: none
    virtual void                  give_back(std::shared_ptr<Line> line) = 0;
    virtual void                  over(const Errand& errand) = 0;

protected:
    ~Switchboard() = default;
};

class Errand : public std::enable_shared_from_this<Errand> {
public:
    Errand(Switchboard& board, const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user);

    std::uint64_t id() const { return id_; }
    void          begin();
    void          end(cmpkit_transport_rc rc, std::string detail);

private:
    void  begin_limit();
    void  say(Frame frame);
    void  connect();
    void  connect_to(const tcp::resolver::results_type& found);
    void  write();
    void  read();
    void  parse();
    void  take(Frame frame);
    void  wait_for_poll(const Frame& frame);
    void  lost(cmpkit_transport_rc rc, const ErrorCode& failure);
    void  answered(std::int32_t status, std::string message);
    void  leave(bool keep_line);
    void  hang_up();
    std::string place() const { return board_.url().text(board_.url().port); }

    Switchboard&                board_;
    const Request               request_;
    const std::uint32_t         timeout_ms_;
    const std::uint64_t         id_;
    const cmpkit_transport_done done_;
    void* const                 user_;

    asio::steady_timer    limit_, pause_;  // of the whole; of connecting and between polls
    tcp::resolver         resolver_;
    std::shared_ptr<Line> line_;
    std::string           output_;
    bool                  is_over_ = false, has_read_ = false;
};

}  // namespace cmpkit_tcp

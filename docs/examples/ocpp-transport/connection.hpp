// One connection of a server: the upgrade to a WebSocket, then CALLs one after the other, each answered before the next is looked at.
// Everything runs in the loop's thread, serve() as a coroutine. In memory it holds one message that came and one that goes.
#pragma once
#include "socket.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http.hpp>

namespace ocpp {

namespace http = beast::http;

class Connection;

/// What a connection needs of its server.
struct House {
    const Options                  options;
    const Url                      asked;  // the port may be 0
    const cmpkit_transport_handler handler;
    void* const                    user;
    asio::io_context               loop{1};

    virtual void idle() = 0;  // an exchange is over
    virtual void left(Connection& connection) = 0;

protected:
    House(const Options& its_options, const Url& its_url, cmpkit_transport_handler its_handler, void* its_user)
        : options(its_options), asked(its_url), handler(its_handler), user(its_user) {}
    ~House() = default;
};

/// A request that the host has. Its exchange shares it with the connection.
struct Open {
    std::string               id;
    std::weak_ptr<Connection> asker;
    std::atomic<bool>         gone{false};
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(House& house, tcp::socket socket, std::string address)
        : house_(house), address_(std::move(address)), socket_(std::move(socket)), patience_(house.loop), turn_(house.loop, Clock::time_point::max()) {}

    void begin() {
        allow(house_.options.idle_timeout);
        asio::co_spawn(house_.loop, serve(), [self = shared_from_this()](std::exception_ptr) { self->close(); });
    }
    bool              is_busy() const { return open_ || is_writing_; }
    Clock::time_point deadline() const { return patience_.expiry(); }
    void              close_after_answer() { is_leaving_ = true; }

    void close() {
        if (std::exchange(is_closed_, true)) return;
        if (open_) open_->gone = true;
        patience_.cancel();
        turn_.cancel();
        drop(socket_);
        house_.left(*this);
    }

    void answer(const std::shared_ptr<Open>& open, std::string text) {
        if (is_closed_ || open_ != open) return;
        open_.reset();
        write(std::move(text));
    }

private:
    asio::awaitable<void> serve() {
        const bool is_upgraded = co_await upgrade();
        while (is_upgraded) {
            std::string text = co_await message();
            // OCPP-J 2.0.1 4.1.1 allows one CALL at a time. One that came early waits here, and those behind it in the kernel.
            while (is_busy() && !is_closed_) co_await turn_.async_wait(as_tuple);
            if (is_closed_) co_return;
            take(read(text, house_.options));
        }
    }

    /// @return false: it was refused
    asio::awaitable<bool> upgrade() {
        beast::flat_buffer                      buffer;
        http::request_parser<http::empty_body> parser;
        parser.header_limit(8192);
        co_await http::async_read_header(socket_.next_layer(), buffer, parser, asio::use_awaitable);
        const auto& request = parser.get();
        auto        refusal = http::status::ok;
        if (!websocket::is_upgrade(request)) refusal = http::status::upgrade_required;
        else if (!is_ours(std::string_view(request.target().data(), request.target().size()))) refusal = http::status::not_found;
        else if (!http::token_list(request["Sec-WebSocket-Protocol"]).exists(subprotocol)) refusal = http::status::bad_request;
        if (refusal != http::status::ok) {
            http::response<http::empty_body> response(refusal, 11);
            response.keep_alive(false);
            response.prepare_payload();
            co_await http::async_write(socket_.next_layer(), response, asio::use_awaitable);
            co_return false;
        }
        tune(socket_, house_.options);
        socket_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) { response.set("Sec-WebSocket-Protocol", subprotocol); }));
        co_await socket_.async_accept(request, asio::use_awaitable);
        allow(house_.options.idle_timeout);
        co_return true;
    }

    /// The path that we listen at, or one below it: the identity of the station.
    bool is_ours(std::string_view target) const {
        const std::string& path = house_.asked.path;
        return target.starts_with(path) && (target.size() == path.size() || path.ends_with('/') || target[path.size()] == '/');
    }

    asio::awaitable<std::string> message() {
        std::string text;
        auto        buffer = asio::dynamic_buffer(text);
        co_await socket_.async_read_some(buffer, 4096, asio::use_awaitable);
        if (!is_busy()) allow(house_.options.idle_timeout);  // it has begun, and is to come in whole
        if (!socket_.is_message_done()) co_await socket_.async_read(buffer, asio::use_awaitable);
        co_return text;
    }

    void take(Incoming in) {
        if (in.type == Incoming::Type::answer) return close();  // we asked nothing
        if (!in.refusal.empty()) return write(std::move(in.refusal));
        hand_up(in);
    }

    void hand_up(const Incoming& in);

    void write(std::string text) {
        output_     = std::move(text);
        is_writing_ = true;
        allow(house_.options.idle_timeout);
        socket_.async_write(asio::buffer(output_), [self = shared_from_this()](ErrorCode failure, std::size_t) { self->written(failure); });
    }

    void written(ErrorCode failure) {
        is_writing_ = false;
        if (failure || is_leaving_) return close();
        allow(house_.options.idle_timeout);
        turn_.cancel();
        house_.idle();
    }

    void allow(milliseconds time) {
        patience_.expires_after(time);
        patience_.async_wait([self = weak_from_this()](ErrorCode failure) {
            if (const auto here = self.lock(); here && !failure && here->patience_.expiry() <= Clock::now()) here->close();
        });
    }

    House&                house_;
    const std::string     address_;
    Socket                socket_;
    asio::steady_timer    patience_;  // with the peer
    asio::steady_timer    turn_;      // never comes: it is cancelled when an answer is written
    std::shared_ptr<Open> open_;
    std::string           output_;
    bool                  is_writing_ = false, is_leaving_ = false, is_closed_ = false;
};

/// What the host holds of it.
class Exchange : public cmpkit_transport_exchange {
public:
    Exchange(asio::io_context& loop, std::shared_ptr<Open> open) : loop_(loop), open_(std::move(open)) {}

    cmpkit_transport_rc respond(const cmpkit_transport_message& answer) override {
        if (open_->gone) return CMPKIT_TRANSPORT_GONE;
        asio::post(loop_, [open = open_, text = result(open_->id, octets_of(answer), answer.status)] {
            if (const auto asker = open->asker.lock()) asker->answer(open, text);
        });
        return CMPKIT_TRANSPORT_OK;
    }

private:
    asio::io_context&     loop_;
    std::shared_ptr<Open> open_;
};

inline void Connection::hand_up(const Incoming& in) {
    open_         = std::make_shared<Open>();
    open_->id     = in.id;
    open_->asker  = weak_from_this();
    auto exchange = std::make_unique<Exchange>(house_.loop, open_);
    patience_.expires_at(Clock::time_point::max());  // the host takes its time
    const auto peer    = peer_at(address_);
    auto       message = message_for_host(in.request.der, peer);
    message.operation  = in.request.operation.empty() ? nullptr : in.request.operation.c_str();
    message.profile    = in.request.profile.empty() ? nullptr : in.request.profile.c_str();
    house_.handler(house_.user, exchange.release(), &message);
}

}  // namespace ocpp

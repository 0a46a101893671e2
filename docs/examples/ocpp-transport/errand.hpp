// One exchange of a client: it gets a connection, sends its CALL, waits for the CALLRESULT, and ends exactly once.
// Everything runs in the loop's thread, run() as a coroutine; stop() from outside closes what that waits for.
#pragma once
#include "socket.hpp"

#include <boost/asio/io_context.hpp>
#include <optional>

namespace ocpp {

/// A connection: one CALL at a time (OCPP-J 2.0.1 4.1.1), so an exchange has it for itself.
struct Line {
    explicit Line(asio::io_context& loop) : socket(loop) {}

    Socket            socket;
    std::string       address{};
    std::uint64_t     calls = 0;
    Clock::time_point idle_since{};
};

class Errand;

/// Where errands get their lines, and go when they are over.
struct Station {
    const Options    options;
    const Url        url;
    asio::io_context loop{1};

    virtual std::unique_ptr<Line> take_idle() = 0;  // null: none
    virtual void                  over(Errand& errand, std::unique_ptr<Line> line) = 0;  // null: it is of no more use

protected:
    Station(const Options& its_options, const Url& its_url) : options(its_options), url(its_url) {}
    ~Station() = default;
};

class Errand : public std::enable_shared_from_this<Errand> {
public:
    Errand(Station& station, const cmpkit_transport_message& message, std::uint64_t id, cmpkit_transport_done done, void* user)
        : station_(station), request_{std::string(octets_of(message)), given(message.operation), given(message.profile)}, is_announcement_(message.kind == CMPKIT_TRANSPORT_ANNOUNCEMENT),
          id_(id), done_(done), user_(user), limit_(station.loop), patience_(station.loop), resolver_(station.loop) {}

    std::uint64_t id() const { return id_; }

    /// @param timeout_ms  0: none
    void limit(std::uint32_t timeout_ms) {
        if (timeout_ms > 0) stop_after(limit_, milliseconds(timeout_ms), {CMPKIT_TRANSPORT_DEADLINE, "no answer from " + station_.url.text() + " within " + std::to_string(timeout_ms) + " ms"});
    }

    asio::awaitable<void> run() {
        if (is_over_) co_return;
        has_begun_ = true;
        Incoming answer;
        try {
            answer = co_await converse();
            if (!stopped_ && answer.rc == CMPKIT_TRANSPORT_OK && answer.der.empty() && !is_announcement_) answer.rc = CMPKIT_TRANSPORT_CONTENT;
            if (!stopped_ && answer.rc != CMPKIT_TRANSPORT_OK) stopped_ = {answer.rc, station_.url.text() + ": " + answer.detail};
        } catch (const std::bad_alloc&) {
            stop({CMPKIT_TRANSPORT_NO_MEMORY});
        } catch (const Failure& failure) {
            stop(failure);
        } catch (const std::exception& failure) {
            stop({has_connected_ ? CMPKIT_TRANSPORT_GONE : CMPKIT_TRANSPORT_CONNECT, station_.url.text() + ": " + failure.what()});
        }
        end(answer);
    }

    /// Ends it, unless it has ended: at once if it has not begun, else when the coroutine has noticed. The first reason counts.
    void stop(Failure why) {
        if (is_over_) return;
        if (!stopped_) stopped_ = std::move(why);
        if (!has_begun_) return end({});
        resolver_.cancel();
        if (line_) drop(line_->socket);
    }

private:
    static std::string given(const char* text) { return text ? text : ""; }

    /// @param answer  counts if it was not stopped
    void end(const Incoming& answer) {
        is_over_ = true;
        limit_.cancel();
        patience_.cancel();
        const std::string address = line_ ? line_->address : "";
        const auto        keep    = shared_from_this();
        station_.over(*this, stopped_ ? nullptr : std::move(line_));
        if (stopped_) return done_(user_, stopped_->rc, nullptr, stopped_->detail.empty() ? nullptr : stopped_->detail.c_str());
        const auto peer    = peer_at(address);
        auto       message = message_for_host(answer.der, peer);
        message.status     = answer.status;
        done_(user_, CMPKIT_TRANSPORT_OK, &message, nullptr);
    }

    void stop_after(asio::steady_timer& timer, milliseconds time, Failure why) {
        timer.expires_after(time);
        timer.async_wait([self = shared_from_this(), &timer, why = std::move(why)](ErrorCode failure) {
            if (!failure && timer.expiry() <= Clock::now()) self->stop(why);
        });
    }

    asio::awaitable<Incoming> converse() {
        line_ = station_.take_idle();
        if (line_) {
            has_connected_ = true;
            auto answer    = co_await ask();
            // The peer may have closed it while nobody looked. The same octets twice are one request to CMP (RFC 9483 3.5: transactionID).
            if (answer || stopped_) co_return answer ? std::move(*answer) : Incoming{};
        }
        has_connected_ = false;
        line_          = std::make_unique<Line>(station_.loop);
        co_await connect();
        has_connected_ = true;
        auto answer    = co_await ask();
        if (!answer) throw Failure{CMPKIT_TRANSPORT_GONE, station_.url.text() + " closed the connection before it answered"};
        co_return std::move(*answer);
    }

    asio::awaitable<void> connect() {
        const Options& options = station_.options;
        stop_after(patience_, options.connect_timeout, {CMPKIT_TRANSPORT_CONNECT, station_.url.text() + ": no connection within " + std::to_string(options.connect_timeout.count()) + " ms"});
        const std::string port  = std::to_string(station_.url.port);
        const auto        found = co_await resolver_.async_resolve(station_.url.host, port, asio::use_awaitable);
        if (stopped_) throw Failure(*stopped_);
        const auto endpoint = co_await line_->socket.next_layer().async_connect(found, asio::use_awaitable);
        line_->address      = text_of(endpoint);
        tune(line_->socket, options);
        co_await upgrade();
        patience_.expires_at(Clock::time_point::max());
    }

    asio::awaitable<void> upgrade() {
        line_->socket.set_option(websocket::stream_base::decorator([](websocket::request_type& request) { request.set("Sec-WebSocket-Protocol", subprotocol); }));
        websocket::response_type response;
        const std::string        host = station_.url.authority(station_.url.port);
        const auto [failure]          = co_await line_->socket.async_handshake(response, host, station_.url.path, as_tuple);
        const std::string place       = station_.url.text();
        if (failure == websocket::error::upgrade_declined) throw Failure{CMPKIT_TRANSPORT_STATUS, place + ": HTTP " + std::to_string(response.result_int())};
        if (failure) throw boost::system::system_error(failure);
        if (response["Sec-WebSocket-Protocol"] != subprotocol) throw Failure{CMPKIT_TRANSPORT_CONTENT, place + " does not speak " + subprotocol};
    }

    /// @return nothing: the connection was closed before the answer came
    asio::awaitable<std::optional<Incoming>> ask() {
        const std::string id   = "cmp-" + std::to_string(++line_->calls);
        std::string       text = call(id, request_, station_.options);
        for (;;) {
            const auto [unsent, sent] = co_await line_->socket.async_write(asio::buffer(text), as_tuple);
            if (unsent) co_return std::nullopt;
            std::string came;
            auto        buffer         = asio::dynamic_buffer(came);
            const auto [unread, taken] = co_await line_->socket.async_read(buffer, as_tuple);
            if (is_too_large(unread)) throw Failure{CMPKIT_TRANSPORT_TOO_LARGE, station_.url.text() + ": a message longer than max-message"};
            if (unread) co_return std::nullopt;
            Incoming in = read(came, station_.options);
            if (in.type == Incoming::Type::answer && (in.id == id || in.id == "-1")) co_return in;
            if (in.type != Incoming::Type::call) throw Failure{CMPKIT_TRANSPORT_CONTENT, station_.url.text() + ": no answer to the CALL: " + in.detail};
            // The other direction is the CSMS's own: it may CALL while we wait.
            text = error(in.id, "NotSupported", "this connection carries requests of the station alone");
        }
    }

    /// We refuse the answer, or the peer refused the request.
    bool is_too_large(ErrorCode failure) const {
        return failure == websocket::error::message_too_big || (failure == websocket::error::closed && line_->socket.reason().code == websocket::close_code::too_big);
    }

    Station&                    station_;
    const Request               request_;
    const bool                  is_announcement_;
    const std::uint64_t         id_;
    const cmpkit_transport_done done_;
    void* const                 user_;

    asio::steady_timer     limit_, patience_;  // of the whole, of connecting
    tcp::resolver          resolver_;
    std::unique_ptr<Line>  line_;
    std::optional<Failure> stopped_;
    bool                   has_begun_ = false, has_connected_ = false, is_over_ = false;
};

}  // namespace ocpp

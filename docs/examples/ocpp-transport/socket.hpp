// The WebSocket of both sides, tuned alike, as coroutines of one loop's thread use it.
// It knows nothing of OCPP but the name of its subprotocol.
#pragma once
#define BOOST_ASIO_DISABLE_BOOST_DATE_TIME
#include "message.hpp"
#include "transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

namespace ocpp {

namespace asio      = boost::asio;
namespace beast     = boost::beast;
namespace websocket = beast::websocket;
using tcp           = asio::ip::tcp;
using ErrorCode     = boost::system::error_code;
using Socket        = websocket::stream<beast::tcp_stream>;
using Clock         = std::chrono::steady_clock;

constexpr auto subprotocol = "ocpp2.0.1";
constexpr auto as_tuple    = asio::as_tuple(asio::use_awaitable);  // co_await gives [error, value] instead of throwing

/// Once it is connected. Deadlines are ours: a timeout of Beast would begin anew with every ping.
inline void tune(Socket& socket, const Options& options) {
    socket.next_layer().socket().set_option(tcp::no_delay(true));
    socket.next_layer().expires_never();
    socket.set_option(websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
    socket.read_message_max(longest_text(options));
    socket.text(true);
}

/// Whoever waits in one of its operations gets operation_aborted. No close frame: the peer might never take it.
inline void drop(Socket& socket) {
    ErrorCode ignored;
    socket.next_layer().socket().close(ignored);
}

inline std::string text_of(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

/// Runs until there is nothing left to do; an operation that finds no memory ends, and the others go on.
inline void run(asio::io_context& loop, const Host& host) {
    for (;;) try {
            return void(loop.run());
        } catch (const std::exception& failure) {
            host.log(CMPKIT_TRANSPORT_LOG_ERROR, std::string("ocpp: ") + failure.what());
        }
}

}  // namespace ocpp

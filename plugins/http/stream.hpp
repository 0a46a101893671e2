// A server's connection over a socket, plain or under TLS.
// Included by server.cpp alone: Asio is slow to compile.
#pragma once
#include "connection.hpp"
#include "tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace cmpkit_http {

using TlsStream = asio::ssl::stream<tcp::socket>;

/// A connection over a stream of its kind; the overloads below are all that differs.
template <class Stream> class Over : public Connection {
public:
    template <class... Parts>
    Over(const Site& site, Household& household, std::string address, Parts&&... parts)
        : Connection(site, household, std::move(address)), stream_(std::forward<Parts>(parts)...) {}

    void begin() override { open(stream_); }

private:
    static tcp::socket& socket_of(tcp::socket& socket) { return socket; }
    static tcp::socket& socket_of(TlsStream& tls) { return tls.next_layer(); }

    std::shared_ptr<Over> self() { return std::static_pointer_cast<Over>(shared_from_this()); }

    void open(tcp::socket&) { opened(nullptr); }
    void open(TlsStream& tls) {
        tls.async_handshake(asio::ssl::stream_base::server, [self = self()](ErrorCode failure) {
            if (!failure) return self->opened(self->stream_.native_handle());
            self->broken_ = true;
            self->drain();
        });
    }

    void start_read(std::span<char> room) override {
        const auto buffer = asio::buffer(room.data(), room.size());
        auto       done   = [self = self()](ErrorCode failure, std::size_t size) { self->on_read(failure.failed(), size); };
        if (broken_) socket_of(stream_).async_read_some(buffer, std::move(done));
        else stream_.async_read_some(buffer, std::move(done));
    }
    void start_write(std::string_view head, std::string_view body) override {
        asio::async_write(stream_, std::array{asio::buffer(head), asio::buffer(body)},
                          [self = self()](ErrorCode failure, std::size_t) { self->on_written(failure.failed()); });
    }

    void shut_down() override {
        if (broken_) shut_down(socket_of(stream_));
        else shut_down(stream_);
    }
    void shut_down(tcp::socket& socket) {
        ErrorCode ignored;
        socket.shutdown(tcp::socket::shutdown_send, ignored);
    }
    void shut_down(TlsStream& tls) {
        tls.async_shutdown([self = self()](ErrorCode) { self->close(); });
    }

    void close_socket() override {
        ErrorCode ignored;
        socket_of(stream_).close(ignored);
    }

    Stream stream_;
    bool   broken_ = false;  // the handshake failed; what else comes is not TLS
};

}  // namespace cmpkit_http

// The octets of the SP protocols on a socket (sp-tcp-mapping-01, sp-request-reply-01), for peers that NNG would not let us be.
#pragma once
#include "loopback.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace cmpkit::transport::test {

inline const std::string greeting_of_req("\0SP\0\0\x30\0\0", 8);
inline const std::string greeting_of_rep("\0SP\0\0\x31\0\0", 8);
inline const std::string greeting_of_pub("\0SP\0\0\x20\0\0", 8);
inline const std::string request_id("\x80\0\0\x07", 4);

inline std::string size_of(std::uint64_t size) {
    std::string octets;
    for (int shift = 56; shift >= 0; shift -= 8) octets += static_cast<char>(size >> shift);
    return octets;
}

inline std::string framed(const std::string& message) { return size_of(message.size()) + message; }

/// One end of a connection.
class RawPeer : public Socket {
public:
    using Socket::Socket;
    /// Connects, and says that it is `greeting`.
    static RawPeer to(const std::string& url, const std::string& greeting = greeting_of_req) {
        RawPeer peer(Socket::to("http" + url.substr(url.find("://"))));
        (void)peer.send(greeting);
        return peer;
    }
    RawPeer(Socket socket) : Socket(std::move(socket)) {}

    /// Short if the peer closed or went silent.
    std::string read(std::size_t size) {
        std::string octets(size, 0);
        std::size_t filled = 0;
        while (filled < size) {
            const auto came = recv(fd(), octets.data() + filled, size - filled, 0);
            if (came <= 0) break;
            filled += static_cast<std::size_t>(came);
        }
        return octets.resize(filled), octets;
    }
    /// A message with what the protocol puts before it; empty: none came.
    std::string read_framed() {
        std::uint64_t size = 0;
        const auto    head = read(8);
        if (head.size() != 8) return {};
        for (const char c : head) size = size << 8 | static_cast<unsigned char>(c);
        return read(size);
    }
    /// As a req peer: the answer to `request`.
    std::string ask(const std::string& request) {
        (void)send(framed(request_id + request));
        if (read(8) != greeting_of_rep) return "no rep";
        const auto answer = read_framed();
        return answer.starts_with(request_id) ? answer.substr(4) : "no answer";
    }
};

/// Listens at a free port of 127.0.0.1.
class RawListener {
public:
    RawListener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        socklen_t   size    = sizeof address;
        address.sin_family      = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const where = reinterpret_cast<sockaddr*>(&address);
        if (fd_ < 0 || bind(fd_, where, size) != 0 || listen(fd_, 16) != 0 || getsockname(fd_, where, &size) != 0) throw std::runtime_error("no listener");
        url = "nng+tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }
    ~RawListener() { close(fd_); }
    RawListener(const RawListener&) = delete;
    RawListener& operator=(const RawListener&) = delete;

    /// The next connection, greeted.
    RawPeer accept(const std::string& greeting = greeting_of_rep) {
        RawPeer peer(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
        (void)peer.send(greeting);
        (void)peer.read(8);
        return peer;
    }

    void stop() { shutdown(fd_, SHUT_RDWR); }

    std::string url;

private:
    int fd_;
};

/// Whoever asks it gets the beginning of an answer, and is left.
class TruncatingServer {
public:
    TruncatingServer() : thread_([this] { run(); }) {}
    ~TruncatingServer() {
        stopping_ = true;
        listener_.stop();
        thread_.join();
    }
    const std::string& url() const { return listener_.url; }

private:
    void run() {
        while (!stopping_) {
            RawPeer    peer    = listener_.accept();
            const auto request = peer.read_framed();
            (void)peer.send(size_of(1000) + request.substr(0, 4) + "0abc");
        }
    }

    RawListener       listener_;
    std::atomic<bool> stopping_ = false;
    std::thread       thread_;
};

}  // namespace cmpkit::transport::test

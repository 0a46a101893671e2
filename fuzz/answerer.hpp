// A server on this machine that reads a request of HTTP, says what it was told to say, and closes.
#pragma once
#include "visitor.hpp"

#include <mutex>
#include <thread>

namespace cmpkit::fuzz {

class Answerer {
public:
    Answerer() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        auto              address = loopback(0, 0);
        socklen_t         size    = sizeof address;
        const Undisturbed guard;
        hold(bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) == 0 && listen(fd_, 16) == 0 && getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_   = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~Answerer() {
        shutdown(fd_, SHUT_RDWR);
        thread_.join();
        close(fd_);
    }

    std::string place() const { return "127.0.0.1:" + std::to_string(port_); }
    /// From the next request on.
    void say(std::string_view answer) {
        const std::lock_guard lock(mutex_);
        answer_ = answer;
    }

private:
    void run() {
        for (int fd = 0; (fd = accept(fd_, nullptr, nullptr)) >= 0;) {
            transport::test::Socket peer(fd);
            if (peer.read_message().empty()) continue;
            const std::lock_guard lock(mutex_);
            (void)peer.send(answer_);
        }
    }

    const int     fd_;
    std::uint16_t port_ = 0;
    std::mutex    mutex_;
    std::string   answer_;
    std::thread   thread_;
};

}  // namespace cmpkit::fuzz

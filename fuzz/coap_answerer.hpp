// A server on this machine that speaks CoAP as it was told: to each request the next datagram of an input, and where a client waits in vain, or there is no more, a last word.
#pragma once
#include "coap_pieces.hpp"
#include "visitor.hpp"

#include <mutex>
#include <poll.h>
#include <thread>

namespace cmpkit::fuzz {

class CoapAnswerer {
public:
    CoapAnswerer() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        auto              address = loopback(0, 0);
        socklen_t         size    = sizeof address;
        const Undisturbed guard;
        hold(bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) == 0 && getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_   = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~CoapAnswerer() {
        is_over_ = true;
        thread_.join();
        close(fd_);
    }

    std::string place() const { return "127.0.0.1:" + std::to_string(port_); }
    /// From the next request on. @param last  its header is filled in
    void say(Bytes answers, const Coap& last) {
        const std::lock_guard lock(mutex_);
        answers_.assign(answers.begin(), answers.end());
        input_ = Input(answers_);
        last_  = last;
        said_.clear();
    }
    std::vector<std::string> said() const {
        const std::lock_guard lock(mutex_);
        return said_;
    }

private:
    void run() {
        for (pollfd readable{fd_, POLLIN, 0}; !is_over_;) {
            const bool came = poll(&readable, 1, 5) > 0 && hear();
            if (came) answer();
            else if (!request_.token.empty()) say_last(test::non);  // a client that waits gets it at last
        }
    }
    /// @return a request came
    bool hear() {
        char       octets[2048];
        socklen_t  size  = sizeof from_;
        const auto taken = recvfrom(fd_, octets, sizeof octets, 0, reinterpret_cast<sockaddr*>(&from_), &size);
        const auto heard = taken < 0 ? std::nullopt : test::coap_of({octets, static_cast<std::size_t>(taken)});
        if (!heard || heard->code == 0 || heard->code > 31) return false;
        request_ = *heard;
        return true;
    }
    void answer() {
        const std::lock_guard lock(mutex_);
        if (input_.is_over()) return send(octets_of(ended(test::ack)));
        Coap like = test::reply_to(request_, test::code(2, 4));
        said_.push_back(next_datagram(input_, like.with(test::content_format, 259u)));
        send(said_.back());
    }
    void say_last(test::Type type) {
        const std::lock_guard lock(mutex_);
        send(octets_of(ended(type)));
    }
    Coap ended(test::Type type) const {
        Coap end = last_;
        end.type = type, end.mid = request_.mid, end.token = request_.token;
        return end;
    }
    void send(const std::string& octets) { (void)!sendto(fd_, octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr*>(&from_), sizeof from_); }

    const int                fd_;
    std::uint16_t            port_ = 0;
    std::atomic<bool>        is_over_ = false;
    sockaddr_in              from_{};   // who asked last, and what
    Coap                     request_;
    mutable std::mutex       mutex_;
    Octets                   answers_;
    Input                    input_{{}};
    Coap                     last_;
    std::vector<std::string> said_;
    std::thread              thread_;
};

}  // namespace cmpkit::fuzz

#include "datagram.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace cmpkit::transport::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family      = AF_INET;
    address.sin_port        = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int new_socket() {
    constexpr timeval patience{.tv_sec = 20, .tv_usec = 0};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) throw std::runtime_error("no socket");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

std::string shortest(std::uint32_t value) {
    std::string octets;
    for (; value; value >>= 8) octets.insert(octets.begin(), static_cast<char>(value & 0xff));
    return octets;
}

std::uint32_t number_of(const std::string& octets) {
    std::uint32_t value = 0;
    for (const char c : octets) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
}

/// RFC 7252 3.1: what does not fit in four bits follows.
unsigned nibble(std::size_t value, std::string& more) {
    if (value < 13) return static_cast<unsigned>(value);
    if (value < 269) return more += static_cast<char>(value - 13), 13;
    more += static_cast<char>((value - 269) >> 8);
    more += static_cast<char>((value - 269) & 0xff);
    return 14;
}

std::size_t whole(unsigned nibble, const std::string& octets, std::size_t& at) {
    if (nibble < 13) return nibble;
    const std::size_t size = nibble == 13 ? 1 : 2;
    const auto        value = number_of(octets.substr(at, size));
    at += size;
    return value + (nibble == 13 ? 13 : 269);
}

std::string joined(const Coap& message, std::uint16_t number, char mark) {
    std::string all;
    for (const auto& [each, value] : message.options)
        if (each == number) all += mark + value;
    return all;
}

}  // namespace

Coap& Coap::with(std::uint16_t number, const std::string& value) {
    const auto after = std::ranges::upper_bound(options, number, {}, [](const auto& option) { return option.first; });
    options.emplace(after, number, value);
    return *this;
}
Coap& Coap::with(std::uint16_t number, std::uint32_t value) { return with(number, shortest(value)); }

Coap& Coap::with_path(const std::string& path) {
    for (std::size_t at = 1; at < path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        with(uri_path, path.substr(at, end - at));
        at = end + 1;
    }
    return *this;
}

std::optional<std::uint32_t> Coap::number(std::uint16_t option) const {
    const auto found = std::ranges::find(options, option, [](const auto& each) { return each.first; });
    if (found == options.end()) return std::nullopt;
    return number_of(found->second);
}
std::string Coap::path() const { return joined(*this, uri_path, '/'); }
std::string Coap::queries() const { return joined(*this, uri_query, '?'); }

std::string octets_of(const Coap& message) {
    std::string octets{static_cast<char>(0x40 | message.type << 4 | static_cast<int>(message.token.size())), static_cast<char>(message.code),
                       static_cast<char>(message.mid >> 8), static_cast<char>(message.mid & 0xff)};
    octets += message.token;
    std::uint16_t before = 0;
    for (const auto& [number, value] : message.options) {
        std::string    more;
        const unsigned delta = nibble(static_cast<std::size_t>(number - before), more), length = nibble(value.size(), more);
        octets += static_cast<char>(delta << 4 | length);
        octets += more + value;
        before = number;
    }
    return message.body.empty() ? octets : octets + '\xff' + message.body;
}

std::optional<Coap> coap_of(const std::string& octets) {
    if (octets.size() < 4) return std::nullopt;
    const auto at0 = static_cast<std::uint8_t>(octets[0]);
    Coap message{.type = static_cast<Type>(at0 >> 4 & 3), .code = static_cast<std::uint8_t>(octets[1]), .mid = static_cast<std::uint16_t>(number_of(octets.substr(2, 2)))};
    message.token = octets.substr(4, at0 & 15);
    std::size_t at = 4 + message.token.size(), number = 0;
    while (at < octets.size() && octets[at] != '\xff') {
        const auto head = static_cast<std::uint8_t>(octets[at++]);
        number += whole(head >> 4, octets, at);
        const auto length = whole(head & 15, octets, at);
        message.options.emplace_back(static_cast<std::uint16_t>(number), octets.substr(std::min(at, octets.size()), length));
        at += length;
    }
    if (at < octets.size()) message.body = octets.substr(at + 1);
    return message;
}

Datagrams::Datagrams(const std::string& url) : fd_(new_socket()) {
    const auto address = loopback(static_cast<std::uint16_t>(std::stoi(url.substr(url.find(':', 7) + 1))));
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("no connection");
}
Datagrams::~Datagrams() { close(fd_); }

void Datagrams::send(const std::string& octets) { (void)::send(fd_, octets.data(), octets.size(), 0); }

Coap Datagrams::send(Coap message) {
    // Of the process, not of the socket: the next socket may get this one's port, and a server would take its message for this one sent again.
    static std::atomic<std::uint16_t> next = 1;
    message.mid = next++;
    if (message.token.empty()) message.token = "t" + std::to_string(message.mid);
    send(octets_of(message));
    return message;
}

std::optional<Coap> Datagrams::receive() {
    std::array<char, 2048> octets;
    const auto             size = recv(fd_, octets.data(), octets.size(), 0);
    return size < 0 ? std::nullopt : coap_of({octets.data(), static_cast<std::size_t>(size)});
}

Coap Datagrams::ask(Coap message) {
    const Coap sent = send(std::move(message));
    while (const auto got = receive()) {
        if (got->type == con) send(octets_of({.type = ack, .mid = got->mid}));
        if (got->token == sent.token && got->code != 0) return *got;
    }
    return {};
}

Coap Datagrams::ask(const std::string& path, const std::string& body) { return ask(a_post(path, body)); }

Coap a_post(const std::string& path, const std::string& body) {
    Coap message{.code = post, .body = body};
    return message.with_path(path).with(content_format, 259u);
}
Coap a_get(const std::string& path) {
    Coap message{.code = get};
    return message.with_path(path);
}

Coap reply_to(const Coap& request, std::uint8_t code, const std::string& body) { return {.type = ack, .code = code, .mid = request.mid, .token = request.token, .body = body}; }

ScriptedCoap::ScriptedCoap(Script answer) : answer_(std::move(answer)), fd_(new_socket()) {
    auto      address = loopback(0);
    socklen_t size    = sizeof address;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) throw std::runtime_error("no port");
    url_    = "coap://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { run(); });
}

ScriptedCoap::~ScriptedCoap() {
    stopping_ = true;
    Datagrams(url_).send(std::string("x"));
    thread_.join();
    close(fd_);
}

std::vector<Coap> ScriptedCoap::received() {
    const std::lock_guard lock(mutex_);
    return received_;
}

void ScriptedCoap::run() {
    std::array<char, 2048> octets;
    while (!stopping_) {
        sockaddr_in from{};
        socklen_t   from_size = sizeof from;
        const auto  size      = recvfrom(fd_, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(&from), &from_size);
        const auto  message   = size < 0 ? std::nullopt : coap_of({octets.data(), static_cast<std::size_t>(size)});
        if (!message) continue;
        {
            const std::lock_guard lock(mutex_);
            received_.push_back(*message);
        }
        for (const Coap& answer : answer_(*message)) {
            const std::string out = octets_of(answer);
            (void)sendto(fd_, out.data(), out.size(), 0, reinterpret_cast<const sockaddr*>(&from), from_size);
        }
    }
}

}  // namespace cmpkit::transport::test

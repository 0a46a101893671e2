#include "loopback.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace cmpkit::transport::test {

namespace {

constexpr timeval patience{.tv_sec = 20, .tv_usec = 0};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family      = AF_INET;
    address.sin_port        = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int new_socket() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) throw std::runtime_error("no socket");
    return fd;
}

bool connect_to(int fd, std::uint16_t port) {
    const auto address = loopback(port);
    return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::uint16_t port_of(const std::string& url) { return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))); }

/// Bound to a free port and listening; fills in the URL.
int new_listener(int backlog, const std::string& scheme, std::string& url) {
    const int  fd      = new_socket();
    auto       address = loopback(0);
    socklen_t  size    = sizeof address;
    const bool bound   = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(fd, backlog) == 0 &&
                       getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    if (!bound) throw std::runtime_error("no listener");
    url = scheme + "://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    return fd;
}

std::size_t content_length(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

Socket::Socket(int fd) : fd_(fd) { setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience); }
Socket::~Socket() {
    if (fd_ >= 0) close(fd_);
}
Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), input_(std::move(other.input_)) {}

Socket Socket::to(const std::string& url) {
    Socket socket(new_socket());
    if (!connect_to(socket.fd_, port_of(url))) throw std::runtime_error("cannot connect to " + url);
    return socket;
}

bool Socket::send(std::string_view octets) {
    while (!octets.empty()) {
        const auto sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Socket::read_some() {
    char    octets[4096];
    ssize_t size;
    while ((size = recv(fd_, octets, sizeof octets, 0)) < 0 && errno == EINTR) {}
    timed_out_      = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (size > 0) input_.append(octets, static_cast<std::size_t>(size));
    return size > 0;
}

std::string Socket::read_message() {
    std::size_t end = std::string::npos;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos && read_some()) {}
    if (end == std::string::npos) return std::exchange(input_, {});
    const std::size_t size = end + 4 + content_length(input_.substr(0, end));
    while (input_.size() < size && read_some()) {}
    std::string message = input_.substr(0, size);
    input_.erase(0, size);
    return message;
}

std::string Socket::read(std::size_t size) {
    while (input_.size() < size && read_some()) {}
    std::string octets = input_.substr(0, size);
    input_.erase(0, octets.size());
    return octets;
}

std::string Socket::read_rest() {
    while (read_some()) {}
    return std::exchange(input_, {});
}

bool Socket::is_closed_within(std::chrono::milliseconds time) {
    pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
    while (poll(&ready, 1, static_cast<int>(time.count())) > 0)
        if (!read_some()) return true;
    return false;
}

void Socket::stop_sending() { shutdown(fd_, SHUT_WR); }

ScriptedServer::ScriptedServer(std::string answer, const std::string& scheme, std::size_t request_size)
    : answer_(std::move(answer)), request_size_(request_size), fd_(new_listener(16, scheme, url_)), thread_([this] { run(); }) {}

ScriptedServer::~ScriptedServer() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
}

void ScriptedServer::run() {
    for (int fd = 0; (fd = accept(fd_, nullptr, nullptr)) >= 0;) {
        Socket            peer(fd);
        const std::string request = request_size_ ? peer.read(request_size_) : peer.read_message();
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        (void)peer.send(answer_);
        peer.stop_sending();
        (void)peer.read_rest();
    }
}

std::vector<std::string> ScriptedServer::requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
}

// The kernel drops a SYN for a full queue, so whoever connects now waits.
DeafServer::DeafServer(const std::string& scheme) : fd_(new_listener(0, scheme, url_)) {
    for (int i = 0; i < 4; ++i) {
        waiting_.push_back(new_socket());
        fcntl(waiting_.back(), F_SETFL, O_NONBLOCK);
        (void)connect_to(waiting_.back(), port_of(url_));
    }
}

DeafServer::~DeafServer() {
    for (const int fd : waiting_) close(fd);
    close(fd_);
}

}  // namespace cmpkit::transport::test

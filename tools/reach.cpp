#include "reach.hpp"

#include "failure.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <thread>

namespace tool {
namespace {

constexpr std::size_t max_addresses = 8;

struct Found {
    int                  problem = 0;  // of getaddrinfo
    std::vector<Address> addresses;
};

std::string numeric(const addrinfo& info) {
    char text[NI_MAXHOST] = "";
    ::getnameinfo(info.ai_addr, info.ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    return text;
}

Found look_up(const std::string& host, const std::string& port) {
    addrinfo  wanted{};
    addrinfo* raw      = nullptr;
    wanted.ai_socktype = SOCK_STREAM;
    Found found{.problem = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &raw), .addresses = {}};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found.problem ? nullptr : raw, &freeaddrinfo);
    for (const addrinfo* each = owned.get(); each && found.addresses.size() < max_addresses; each = each->ai_next) {
        Address address;
        std::memcpy(&address.value, each->ai_addr, each->ai_addrlen);
        address.size = each->ai_addrlen;
        address.text = numeric(*each);
        found.addresses.push_back(std::move(address));
    }
    return found;
}

/// A socket that closes itself.
class Socket {
public:
    explicit Socket(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
        if (fd_ >= 0) ::close(fd_);
    }
    int fd() const { return fd_; }

private:
    int fd_;
};

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// host, [address], either with :port
void split_authority(const std::string& authority, Place& place) {
    const auto bracket = authority.find(']');
    const auto colon   = authority.find(':', bracket == authority.npos ? 0 : bracket);
    place.host         = authority.substr(0, colon);
    if (colon != authority.npos) place.port = authority.substr(colon + 1);
    if (place.host.size() > 1 && place.host.front() == '[' && place.host.back() == ']') place.host = place.host.substr(1, place.host.size() - 2);
    if (place.port.empty()) place.port = place.scheme == "https" ? "443" : "80";
}

}  // namespace

bool Place::has_authority() const {
    return !host.empty() && host.find_first_of("@[]") == host.npos && port.find_first_not_of("0123456789") == port.npos;
}

std::string Place::origin() const { return scheme + "://" + (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + port; }

std::optional<Place> place_in(const std::string& url) {
    const auto colon = url.find(':');
    if (colon == 0 || colon == url.npos) return std::nullopt;
    Place place{.scheme = lower(url.substr(0, colon)), .host = {}, .port = {}, .path = {}};
    if (url.compare(colon, 3, "://") != 0 || !place.is_http()) return place;
    const auto begin = colon + 3;
    const auto end   = std::min(url.find_first_of("/?#", begin), url.size());
    split_authority(url.substr(begin, end - begin), place);
    place.path = url.substr(end, url.find_first_of("?#", end) - end);
    return place;
}

std::vector<Address> resolve(const Place& place, std::chrono::milliseconds patience) {
    // getaddrinfo knows no time limit: a look-up that takes too long is left to end in a thread of its own.
    std::packaged_task<Found()> task([host = place.host, port = place.port] { return look_up(host, port); });
    auto                        answer = task.get_future();
    std::thread(std::move(task)).detach();
    if (answer.wait_for(patience) != std::future_status::ready)
        throw Failure(Exit::network, "an address of " + place.host + " was expected, and no name server answered within " + std::to_string(patience.count()) + " ms",
                      "can this machine reach its name server?");
    Found found = answer.get();
    if (found.problem || found.addresses.empty())
        throw Failure(Exit::network, "an address of " + place.host + " was expected: " + (found.problem ? ::gai_strerror(found.problem) : "there is none"),
                      "is the name in the URL spelled right, and known to the name server of this machine?");
    return std::move(found.addresses);
}

std::string why_unreachable(const Address& address, std::chrono::milliseconds patience) {
    const Socket socket(address.value.ss_family);
    if (socket.fd() < 0) return std::strerror(errno);
    if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address.value), address.size) == 0) return {};
    if (errno != EINPROGRESS) return std::strerror(errno);
    pollfd    waiting{.fd = socket.fd(), .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(patience.count()));
    if (ready < 0) return std::strerror(errno);
    if (ready == 0) return "no answer within " + std::to_string(patience.count()) + " ms";
    int       problem = 0;
    socklen_t size    = sizeof problem;
    if (::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &problem, &size) != 0) return std::strerror(errno);
    return problem ? std::strerror(problem) : "";
}

}  // namespace tool

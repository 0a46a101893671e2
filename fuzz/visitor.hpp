// Connections to a listener on this machine, as many as a target needs: a pair of addresses and ports that was used cannot be used again for a minute, so each
// connection comes from another address of 127.0.0.0/8.
#pragma once
#include "schema.hpp"
#include "transport/loopback.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>

namespace cmpkit::fuzz {

inline sockaddr_in loopback(std::uint32_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family      = AF_INET;
    address.sin_port        = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
    return address;
}

/// libFuzzer looks at the clock by SIGALRM, and what it interrupts here could not be taken up again.
class Undisturbed {
public:
    Undisturbed() {
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        pthread_sigmask(SIG_BLOCK, &alarm, &before_);
    }
    ~Undisturbed() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    Undisturbed(const Undisturbed&) = delete;
    Undisturbed& operator=(const Undisturbed&) = delete;

private:
    sigset_t before_;
};

/// A descriptor. @param url  ends with the port
inline int connected_to(const std::string& url, int type) {
    static std::uint32_t visits = 0;
    const Undisturbed    guard;
    const auto           from   = loopback(1 + visits++ % 60'000, 0);
    const auto           to     = loopback(0, static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    const int            fd     = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    hold(bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0 && connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    return fd;
}
inline transport::test::Socket visitor_of(const std::string& url) { return transport::test::Socket(connected_to(url, SOCK_STREAM)); }

}  // namespace cmpkit::fuzz

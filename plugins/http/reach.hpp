// Which addresses a client may connect to, judged when a name has been resolved: a name is whatever its owner makes of it.
#pragma once
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace cmpkit_http {

enum class Reach {
    any,
    remote,   // not this machine, nor link-local, multicast or unspecified addresses
    internet  // nor private ones (RFC 1918, RFC 6598, RFC 4193)
};

inline constexpr std::pair<std::string_view, Reach> reaches[] = {{"any", Reach::any}, {"remote", Reach::remote}, {"internet", Reach::internet}};

bool is_within(const sockaddr& address, Reach reach);

}  // namespace cmpkit_http

// The way to a server below any protocol: the parts of its URL, the addresses of its name, a connection to each. It sends nothing.
#pragma once
#include <sys/socket.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tool {

/// The parts of a URL, as far as the doctor looks into it: no part of it is decoded.
struct Place {
    std::string scheme, host, port, path;

    bool is_http() const { return scheme == "http" || scheme == "https"; }
    /// A host, a port of digits, and no user name.
    bool has_authority() const;
    /// "http://[::1]:8080": what comes before the path.
    std::string origin() const;
};

/// Nothing if there is no scheme; the host stays empty where the URL has none.
std::optional<Place> place_in(const std::string& url);

struct Address {
    sockaddr_storage value{};
    socklen_t        size = 0;
    std::string      text;  // "192.0.2.1", numeric
};

/// Asks the resolver of the system. @throws Failure  it knows no address, or does not answer in time
std::vector<Address> resolve(const Place& place, std::chrono::milliseconds patience);

/// A connection, made and closed. @return empty, or why there is none
std::string why_unreachable(const Address& address, std::chrono::milliseconds patience);

}  // namespace tool

// What an instance was told by options, and where a URL leads.
// It knows names and limits only, and no socket.
#pragma once
#include <chrono>
#include <cmpkit/transport.h>
#include <cstdint>
#include <string>
#include <string_view>

namespace ocpp {

using std::chrono::milliseconds;

struct Options {
    std::size_t  max_message     = 1u << 20;
    std::size_t  max_connections = 1024;
    milliseconds connect_timeout{10'000};
    milliseconds idle_timeout{60'000};
    std::string  vendor_id = "dev.cmpkit";
};

/// The same for people: name, what holds without it, meaning.
extern const cmpkit_transport_option known_options[];

/// @return false: an unknown name or a bad value
bool set(Options& options, std::string_view name, std::string_view value);

/// ocpp://host[:port][/path]; the path of a client ends in its identity, that of a server is what theirs begin with.
struct Url {
    std::string   host;         // an IPv6 address without its brackets
    std::uint16_t port = 80;
    std::string   path = "/";

    std::string authority(std::uint16_t real_port) const;
    std::string text(std::uint16_t real_port) const { return "ocpp://" + authority(real_port) + path; }
    std::string text() const { return text(port); }
};

/// @return false, and a sentence in `error`
bool parse(std::string_view text, Url& url, std::string& error);

}  // namespace ocpp

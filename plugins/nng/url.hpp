// URLs of the bus, and what NNG calls the same place.
// It refuses what NNG would read in a way that the operator did not mean: user names, queries, source addresses.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace cmpkit_nng {

struct Url {
    std::string   scheme;    // "nng+tcp", "nng+tls", "nng+ipc" or "nng+inproc"
    std::string   place;     // NNG's own URL: "tls+tcp://127.0.0.1:4430"
    std::string   host;      // of tcp and tls; an IPv6 address without its brackets
    std::uint16_t port = 0;  // as above

    bool is_tls() const { return scheme == "nng+tls"; }
    bool is_ipc() const { return scheme == "nng+ipc"; }
    bool has_port() const { return is_tls() || scheme == "nng+tcp"; }
};

/// @return nothing, and a sentence in `error`, for what is no such URL
std::optional<Url> parse_url(const std::string& text, std::string& error);

/// `url` as a client writes it, with the port that was taken.
std::string text_of(const Url& url, std::uint16_t port);

}  // namespace cmpkit_nng

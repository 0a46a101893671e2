// tcp://host[:port]; nothing else has a meaning.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_tcp {

struct Url {
    std::string   host;        // an IPv6 address keeps its brackets
    std::uint16_t port = 829;  // pkix-3-ca-ra

    std::string text(std::uint16_t real_port) const { return "tcp://" + host + ":" + std::to_string(real_port); }
};

/// @return nothing, and a sentence in `error`
std::optional<Url> parse_url(std::string_view text, std::string& error);

}  // namespace cmpkit_tcp

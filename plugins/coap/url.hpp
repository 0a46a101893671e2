// URLs of CoAP (RFC 7252 6).
// It refuses to open a session.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_coap {

struct Url {
    std::string   scheme;  // "coap" or "coaps"
    std::string   host;    // without brackets
    std::uint16_t port = 0;
    std::string   path;    // escaped; "/" if the URL has none
    std::string   query;   // without "?"

    bool is_tls() const { return scheme == "coaps"; }
    bool is_address() const;  // not a name
};

/// @return nothing, and a sentence in `error`, for a URL that is not coap or coaps, or has a user name or a fragment
std::optional<Url> parse_url(std::string_view text, std::string& error);

/// `url` with another port and path, as a client writes it.
std::string text_of(const Url& url, std::uint16_t port, std::string_view path);

}  // namespace cmpkit_coap

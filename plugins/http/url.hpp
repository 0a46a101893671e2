// URLs of HTTP.
// It refuses to open a connection.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_http {

struct Url {
    std::string   scheme;  // "http" or "https"
    std::string   host;    // an IPv6 address keeps its brackets
    std::uint16_t port = 0;
    std::string   path;   // "/" if the URL has none
    std::string   query;  // without "?"

    bool is_tls() const { return scheme == "https"; }
};

/// @return nothing, and a sentence in `error`, for a URL that is not http or https, or has a user name or a fragment
std::optional<Url> parse_url(const char* text, std::string& error);

/// `url` with another port and path, as a client writes it.
std::string text_of(const Url& url, std::uint16_t port, std::string_view path);

}  // namespace cmpkit_http

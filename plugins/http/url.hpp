// URLs, percent-encoding and media types: the words of HTTP that both sides read.
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

std::string percent_encode(std::string_view segment);
/// @return nothing if an escape is malformed or stands for a control character
std::optional<std::string> percent_decode(std::string_view segment);

/// application/pkixcmp or a name it had in drafts, whatever its case and parameters (RFC 9811 3.4).
bool is_cmp(std::string_view content_type);
/// The first of these names alone.
bool is_pkixcmp(std::string_view content_type);

}  // namespace cmpkit_http

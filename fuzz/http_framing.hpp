// What HTTP/1.1 says is a request's body (RFC 9112 6), found in the octets of a connection without parsing them.
#pragma once
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit::fuzz {

inline std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

/// The number in the last Content-Length of `head`.
inline std::optional<std::size_t> content_length(std::string_view head) {
    static constexpr std::string_view name = "\ncontent-length:";
    const std::string                 lower = lower_case(head);
    const std::size_t                 field = lower.rfind(name);
    const std::size_t                 at    = field == std::string::npos ? field : lower.find_first_not_of(" \t\r\n", field + name.size());
    std::size_t                       length = 0;
    if (at == std::string::npos || std::from_chars(lower.data() + at, lower.data() + lower.size(), length).ec != std::errc()) return std::nullopt;
    return length;
}

/// Whether `body` stands in `octets` behind a header with its length. One that came in chunks stands there in pieces.
inline bool frames(std::string_view octets, std::string_view body) {
    if (lower_case(octets).find("chunked") != std::string::npos) return body.size() < octets.size();
    for (std::size_t at = octets.find(body); at != std::string_view::npos; at = octets.find(body, at + 1))
        if (octets.substr(0, at).ends_with("\r\n\r\n") && content_length(octets.substr(0, at)) == body.size()) return true;
    return false;
}

}  // namespace cmpkit::fuzz

#include "url.hpp"

#include <algorithm>
#include <charconv>
#include <curl/curl.h>
#include <memory>

namespace cmpkit_http {

namespace {

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part_of(const Handle& url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return text;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

constexpr bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

std::optional<char> octet_of(std::string_view two_digits) {
    unsigned   octet = 0;
    const auto [end, failure] = std::from_chars(two_digits.data(), two_digits.data() + two_digits.size(), octet, 16);
    if (two_digits.size() != 2 || failure != std::errc() || end != two_digits.data() + 2) return std::nullopt;
    return static_cast<char>(octet);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::optional<Url> parse_url(const char* text, std::string& error) {
    const Handle handle(curl_url(), &curl_url_cleanup);
    if (!handle) throw std::bad_alloc();
    const auto rc = curl_url_set(handle.get(), CURLUPART_URL, text, CURLU_DISALLOW_USER);
    if (rc != CURLUE_OK) return error = curl_url_strerror(rc), std::nullopt;
    Url url{.scheme = part_of(handle, CURLUPART_SCHEME), .host = part_of(handle, CURLUPART_HOST), .port = 0,
            .path = part_of(handle, CURLUPART_PATH), .query = part_of(handle, CURLUPART_QUERY)};
    if (url.scheme != "http" && url.scheme != "https") return error = "the scheme is neither http nor https", std::nullopt;
    if (!part_of(handle, CURLUPART_FRAGMENT).empty()) return error = "a fragment has no meaning here", std::nullopt;
    const std::string port = part_of(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    std::from_chars(port.data(), port.data() + port.size(), url.port);
    return url;
}

std::string text_of(const Url& url, std::uint16_t port, std::string_view path) {
    return url.scheme + "://" + url.host + ":" + std::to_string(port) + std::string(path) + (url.query.empty() ? "" : "?" + url.query);
}

std::string percent_encode(std::string_view segment) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string           encoded;
    for (const char c : segment) {
        const auto octet = static_cast<unsigned char>(c);
        if (is_unreserved(c)) encoded += c;
        else encoded.append({'%', digits[octet >> 4], digits[octet & 15]});
    }
    return encoded;
}

std::optional<std::string> percent_decode(std::string_view segment) {
    std::string decoded;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        const auto c = segment[i] == '%' ? octet_of(segment.substr(i + 1, 2)) : segment[i];
        if (!c || is_control(*c)) return std::nullopt;
        if (segment[i] == '%') i += 2;
        decoded += *c;
    }
    return decoded;
}

namespace {

constexpr std::string_view media_types[] = {"application/pkixcmp", "application/pkixcmp-poll", "application/x-pkixcmp", "application/x-pkixcmp-poll"};

std::string_view without_parameters(std::string_view content_type) {
    const std::string_view name = content_type.substr(0, content_type.find(';'));
    const auto             end  = name.find_last_not_of(" \t");
    return name.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

}  // namespace

bool is_cmp(std::string_view content_type) {
    const auto name = without_parameters(content_type);
    return std::ranges::any_of(media_types, [&](std::string_view known) { return equal_ignoring_case(name, known); });
}

bool is_pkixcmp(std::string_view content_type) { return equal_ignoring_case(without_parameters(content_type), media_types[0]); }

}  // namespace cmpkit_http

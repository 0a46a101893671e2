#include "url.hpp"

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

}  // namespace cmpkit_http

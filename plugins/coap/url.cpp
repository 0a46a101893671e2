#include "url.hpp"

#include "kit/options.hpp"
#include "kit/route.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace cmpkit_coap {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string in_lower_case(std::string_view text) {
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(), lower);
    return lowered;
}

/// Takes the host off; what is left is empty or begins with ":".
bool take_host(std::string_view& authority, std::string& host) {
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return false;
        host      = authority.substr(1, end - 1);
        authority = authority.substr(end + 1);
        in6_addr ignored{};
        return inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
    }
    const auto decoded = cmpkit_plugin::percent_decode(authority.substr(0, authority.find(':')));
    authority.remove_prefix(std::min(authority.find(':'), authority.size()));
    if (decoded) host = in_lower_case(*decoded);  // RFC 7252 6.4: registered names in lower case
    // RFC 7252 5.10.1: Uri-Host has 255 octets at most.
    return decoded && !host.empty() && host.size() <= 255;
}

bool take_port(std::string_view rest, std::uint16_t& port) {
    if (rest.empty() || rest == ":") return true;
    const auto given = rest[0] == ':' ? cmpkit_plugin::number(rest.substr(1), 0, 65535) : std::nullopt;
    if (given) port = static_cast<std::uint16_t>(*given);
    return given.has_value();
}

}  // namespace

bool Url::is_address() const {
    in6_addr ignored{};
    return inet_pton(AF_INET, host.c_str(), &ignored) == 1 || inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

std::optional<Url> parse_url(std::string_view text, std::string& error) {
    const auto colon = text.find("://");
    Url        url;
    url.scheme = in_lower_case(text.substr(0, colon));
    if (colon == std::string_view::npos || (url.scheme != "coap" && url.scheme != "coaps")) return error = "the scheme is neither coap nor coaps", std::nullopt;
    if (text.find('#') != std::string_view::npos) return error = "a fragment has no meaning here", std::nullopt;
    const auto rest      = text.substr(colon + 3);
    const auto end       = std::min(rest.find_first_of("/?"), rest.size());
    auto       authority = rest.substr(0, end);
    const auto question  = std::min(rest.find('?'), rest.size());
    url.port  = url.is_tls() ? 5684 : 5683;
    url.path  = end == question ? "/" : std::string(rest.substr(end, question - end));
    url.query = question == rest.size() ? "" : std::string(rest.substr(question + 1));
    if (authority.find('@') != std::string_view::npos) return error = "a user name has no meaning here", std::nullopt;
    if (!take_host(authority, url.host)) return error = "the host is malformed", std::nullopt;
    if (!take_port(authority, url.port)) return error = "the port is malformed", std::nullopt;
    if (!cmpkit_plugin::percent_decode(url.path) || !cmpkit_plugin::percent_decode(url.query)) return error = "an escape is malformed", std::nullopt;
    return url;
}

std::string text_of(const Url& url, std::uint16_t port, std::string_view path) {
    const std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    return url.scheme + "://" + host + ":" + std::to_string(port) + std::string(path) + (url.query.empty() ? "" : "?" + url.query);
}

}  // namespace cmpkit_coap

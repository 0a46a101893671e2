#include "url.hpp"

#include "kit/options.hpp"

namespace cmpkit_tcp {

std::optional<Url> parse_url(std::string_view text, std::string& error) {
    const auto scheme = text.find("://");
    if (scheme == text.npos) return error = "tcp://host[:port] is expected", std::nullopt;
    text.remove_prefix(scheme + 3);
    if (text.ends_with('/')) text.remove_suffix(1);
    const auto bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == text.npos) return error = "the address has no closing bracket", std::nullopt;
    const auto colon = text.find(':', bracket);
    Url        url{.host = std::string(text.substr(0, colon))};
    if (url.host.empty() || url.host.find_first_of("/?#@ ") != std::string::npos) return error = "a host alone is expected, without user, path or query", std::nullopt;
    if (colon == text.npos) return url;
    const auto port = cmpkit_plugin::number(text.substr(colon + 1), 0, 65535);
    if (!port) return error = "the port is no number up to 65535", std::nullopt;
    url.port = static_cast<std::uint16_t>(*port);
    return url;
}

}  // namespace cmpkit_tcp

#include "url.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace cmpkit_nng {

namespace {

struct Scheme {
    std::string_view ours, theirs;
};
constexpr Scheme schemes[] = {{"nng+tcp", "tcp"}, {"nng+tls", "tls+tcp"}, {"nng+ipc", "ipc"}, {"nng+inproc", "inproc"}};

// sun_path has 108 octets, one of them the NUL; NNG's own bound is larger.
constexpr std::size_t max_name = 107;

bool is_of(std::string_view text, std::string_view extra) {
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || extra.find(c) != std::string_view::npos;
    });
}

bool is_bracketed(std::string_view host) { return host.size() > 2 && host.starts_with('[') && host.ends_with(']'); }

bool take_host(std::string_view host, Url& url) {
    if (!is_bracketed(host)) return url.host = host, is_of(host, "-._");
    url.host = host.substr(1, host.size() - 2);
    return is_of(url.host, ":.");
}

bool take_port(std::string_view text, Url& url) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), url.port);
    return failure == std::errc() && end == text.data() + text.size();
}

bool take_authority(std::string_view rest, Url& url) {
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const auto colon = rest.rfind(':');
    return colon != std::string_view::npos && take_host(rest.substr(0, colon), url) && take_port(rest.substr(colon + 1), url);
}

bool is_name(std::string_view name, const Url& url) {
    const bool printable = std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    return !name.empty() && name.size() <= max_name && printable && (!url.is_ipc() || name.starts_with('/'));
}

const char* form_of(const Url& url) {
    if (url.has_port()) return "it is not scheme://host:port, with a port of 0 to 65535 and nothing behind it";
    return url.is_ipc() ? "it is not nng+ipc:///path, with a path of 107 octets at most" : "it is not nng+inproc://name, with a name of 107 octets at most";
}

}  // namespace

std::optional<Url> parse_url(const std::string& text, std::string& error) {
    const auto             separator = text.find("://");
    const std::string_view scheme    = std::string_view(text).substr(0, separator);
    const auto             known     = std::ranges::find(schemes, scheme, &Scheme::ours);
    if (separator == std::string::npos || known == std::end(schemes)) return error = "the scheme is none of nng+tcp, nng+tls, nng+ipc, nng+inproc", std::nullopt;
    const std::string_view rest = std::string_view(text).substr(separator + 3);
    Url url{.scheme = std::string(scheme), .place = std::string(known->theirs) + "://" + std::string(rest), .host = {}};
    if (!(url.has_port() ? take_authority(rest, url) : is_name(rest, url))) return error = form_of(url), std::nullopt;
    return url;
}

std::string text_of(const Url& url, std::uint16_t port) {
    if (!url.has_port()) return url.scheme + url.place.substr(url.place.find("://"));
    const bool v6 = url.host.find(':') != std::string::npos;
    return url.scheme + "://" + (v6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(port);
}

}  // namespace cmpkit_nng

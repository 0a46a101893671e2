#include "settings.hpp"

#include <algorithm>
#include <charconv>

namespace ocpp {

const cmpkit_transport_option known_options[] = {
    {"max-message", "1048576", "octets of a message, either way"},
    {"max-connections", "1024", "client: connections, and so exchanges, at a time, the others wait; server: a new one replaces the one idle longest, or waits"},
    {"connect-timeout", "10000", "client: ms until the WebSocket stands"},
    {"idle-timeout", "60000", "ms; server: for a message to begin, to come in whole, for an answer to be taken; client: how long a connection is kept"},
    {"vendor-id", "dev.cmpkit", "vendorId of DataTransfer, a reversed DNS name, the same on both sides"},
    {nullptr, nullptr, nullptr},
};

namespace {

bool number(std::string_view text, std::uint64_t least, std::uint64_t most, std::uint64_t& value) {
    const char* const end    = text.data() + text.size();
    const auto        parsed = std::from_chars(text.data(), end, value);
    return parsed.ec == std::errc() && parsed.ptr == end && value >= least && value <= most;
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

bool set(Options& options, std::string_view name, std::string_view value) {
    constexpr std::uint64_t day = 24 * 60 * 60 * 1000;
    std::uint64_t           count = 0;
    if (name == "max-message") return number(value, 1, 1u << 30, count) && (options.max_message = count, true);
    if (name == "max-connections") return number(value, 1, 1'000'000, count) && (options.max_connections = count, true);
    if (name == "connect-timeout") return number(value, 1, day, count) && (options.connect_timeout = milliseconds(count), true);
    if (name == "idle-timeout") return number(value, 1, day, count) && (options.idle_timeout = milliseconds(count), true);
    if (name != "vendor-id" || value.empty() || value.size() > 255 || !is_printable(value)) return false;  // OCPP 2.0.1: string[0..255]
    options.vendor_id = value;
    return true;
}

std::string Url::authority(std::uint16_t real_port) const {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(real_port);
}

bool parse(std::string_view text, Url& url, std::string& error) {
    error = "ocpp://host[:port][/path] is expected";
    const auto scheme = text.find("://");
    if (scheme == text.npos || !is_printable(text)) return false;
    text.remove_prefix(scheme + 3);
    const auto slash = text.find('/');
    if (slash != text.npos) url.path = text.substr(slash);
    text = text.substr(0, slash);
    const bool bracketed = text.starts_with('[');
    const auto host_end  = bracketed ? text.find(']') : text.find(':');
    if (bracketed && host_end == text.npos) return false;
    url.host = text.substr(bracketed, host_end - bracketed);
    text.remove_prefix(std::min(text.size(), host_end + bracketed));
    if (url.host.empty() || url.host.find_first_of("@?#") != std::string::npos || url.path.find_first_of("?#") != std::string::npos) return false;
    std::uint64_t port = url.port;
    if (!text.empty() && (text[0] != ':' || !number(text.substr(1), 0, 65535, port))) return error = "the port is no number up to 65535", false;
    url.port = static_cast<std::uint16_t>(port);
    return true;
}

}  // namespace ocpp

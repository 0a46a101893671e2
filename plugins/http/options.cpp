#include "options.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace cmpkit_http {

namespace {

std::optional<std::int64_t> number(std::string_view text, std::int64_t most) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || value < 1 || value > most) return std::nullopt;
    return value;
}

/// One of the words that an option knows.
template <class Value, std::size_t N> cmpkit_transport_rc choose(std::string_view word, const std::pair<std::string_view, Value> (&words)[N], Value& value) {
    for (const auto& [name, meaning] : words)
        if (name == word) return value = meaning, CMPKIT_TRANSPORT_OK;
    return CMPKIT_TRANSPORT_BAD_ARGUMENT;
}
constexpr std::pair<std::string_view, ContentType> content_types[] = {{"exact", ContentType::exact}, {"known", ContentType::known}, {"optional", ContentType::optional}};
constexpr std::pair<std::string_view, Paths>       path_layouts[]  = {{"rfc", Paths::rfc}, {"draft", Paths::draft}};

constexpr std::int64_t most_octets       = std::int64_t{1} << 30;
constexpr std::int64_t most_connections  = 1'000'000;
constexpr std::int64_t most_milliseconds = 24LL * 60 * 60 * 1000;

}  // namespace

cmpkit_transport_rc set(Options& options, std::string_view name, std::string_view value) {
    if (name == "proxy") return options.proxy = value, CMPKIT_TRANSPORT_OK;
    if (name == "addresses") {
        const auto reach = reach_of(value);
        return reach ? (options.addresses = *reach, CMPKIT_TRANSPORT_OK) : CMPKIT_TRANSPORT_BAD_ARGUMENT;
    }
    if (name == "content-type") return choose(value, content_types, options.content_type);
    if (name == "paths") return choose(value, path_layouts, options.paths);
    const std::int64_t most = name == "max-message" ? most_octets : name == "max-connections" ? most_connections : most_milliseconds;
    const auto         n    = number(value, most);
    if (!n) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    if (name == "max-message") options.max_message = static_cast<std::size_t>(*n);
    else if (name == "max-connections") options.max_connections = static_cast<std::size_t>(*n);
    else if (name == "connect-timeout") options.connect_timeout = std::chrono::milliseconds(*n);
    else if (name == "idle-timeout") options.idle_timeout = std::chrono::milliseconds(*n);
    else return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    return CMPKIT_TRANSPORT_OK;
}

}  // namespace cmpkit_http

// Options, each declared once: its name, what holds without it, what it means, and the member it fills.
//
//     struct Options { std::size_t max_message; std::chrono::milliseconds idle_timeout; };
//     constexpr Option<Options> known_options[] = {
//         {"max-message", "1048576", "octets of a message, either way", octets<&Options::max_message>},
//         {"idle-timeout", "60000", "ms that a connection may be silent", milliseconds<&Options::idle_timeout>},
//     };
#pragma once
#include "contract.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_plugin {

template <class Options> struct Option {
    const char* name;
    const char* fallback;
    const char* meaning;
    bool (*take)(Options&, std::string_view);  // false: a bad value
};

/// A decimal number within bounds.
inline std::optional<std::int64_t> number(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
    return value;
}

template <class Member> struct OwnerOf;
template <class Owner, class Value> struct OwnerOf<Value Owner::*> { using type = Owner; };
template <auto member> using Of = typename OwnerOf<decltype(member)>::type;

template <auto member, std::int64_t least, std::int64_t most> bool bounded(Of<member>& options, std::string_view text) {
    const auto value = number(text, least, most);
    if (value) options.*member = static_cast<std::remove_reference_t<decltype(options.*member)>>(*value);
    return value.has_value();
}

/// 1 octet to 1 GiB.
template <auto member> bool octets(Of<member>& options, std::string_view text) { return bounded<member, 1, std::int64_t{1} << 30>(options, text); }
/// 1 to a million.
template <auto member> bool count(Of<member>& options, std::string_view text) { return bounded<member, 1, 1'000'000>(options, text); }
/// 1 ms to `most_days`.
template <auto member, std::int64_t most_days = 1> bool milliseconds(Of<member>& options, std::string_view text) {
    const auto value = number(text, 1, most_days * 24 * 60 * 60 * 1000);
    if (value) options.*member = std::chrono::milliseconds(*value);
    return value.has_value();
}
template <auto member> bool text(Of<member>& options, std::string_view given) { return options.*member = given, true; }

/// One of the words that an option knows: `words` is an array of pairs of word and meaning.
template <auto member, const auto& words> bool word(Of<member>& options, std::string_view given) {
    for (const auto& [name, meaning] : words)
        if (name == given) return options.*member = meaning, true;
    return false;
}

/// With all fallbacks.
template <class Options, std::size_t n> Options defaults(const Option<Options> (&all)[n]) {
    Options options{};
    for (const auto& option : all) (void)option.take(options, option.fallback);
    return options;
}

/// @return BAD_ARGUMENT for an unknown name or a bad value
template <class Options, std::size_t n> cmpkit_transport_rc set(const Option<Options> (&all)[n], Options& options, std::string_view name, std::string_view value) {
    for (const auto& option : all)
        if (option.name == name) return option.take(options, value) ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_BAD_ARGUMENT;
    return CMPKIT_TRANSPORT_BAD_ARGUMENT;
}

/// For the plugin's table.
template <class Options, std::size_t n> constexpr std::array<cmpkit_transport_option, n + 1> for_people(const Option<Options> (&all)[n]) {
    std::array<cmpkit_transport_option, n + 1> told{};
    for (std::size_t i = 0; i < n; ++i) told[i] = {all[i].name, all[i].fallback, all[i].meaning};
    return told;
}

}  // namespace cmpkit_plugin

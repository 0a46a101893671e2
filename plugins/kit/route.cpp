#include "route.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace cmpkit_plugin {

namespace {

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

constexpr std::size_t max_profile = 255;

struct Label {
    std::string_view rfc;    // RFC 9483 6.1
    std::string_view coap;   // RFC 9482; a proxy may pass it on to HTTP
    std::string_view draft;  // where it has another
};
constexpr Label labels[] = {
    {"initialization", "ir", ""},
    {"certification", "cr", ""},
    {"keyupdate", "kur", ""},
    {"pkcs10", "p10", "p10"},
    {"revocation", "rr", ""},
    {"getcacerts", "crts", "getcacert"},
    {"getrootupdate", "rcu", ""},
    {"getcertreqtemplate", "att", ""},
    {"getcrls", "crls", ""},
    {"nested", "nest", ""},
    {"", "", "serverkeygen"},  // the RFC has it use the path of the enrolment, which the body knows
};

}  // namespace

std::optional<std::string> operation_of(std::string_view segment) {
    for (const Label& label : labels)
        for (const std::string_view name : {label.rfc, label.coap, label.draft})
            if (!name.empty() && name == segment) return std::string(label.rfc);
    return std::nullopt;
}

std::string coap_label(std::string_view operation) {
    const auto found = std::ranges::find(labels, operation, &Label::rfc);
    return std::string(found == std::end(labels) ? operation : found->coap);
}

std::string draft_label(std::string_view operation) {
    const auto found = std::ranges::find(labels, operation, &Label::rfc);
    return std::string(found == std::end(labels) || found->draft.empty() ? operation : found->draft);
}

std::optional<std::string> profile_of(std::string_view segment) {
    auto name = percent_decode(segment);
    if (!name || name->empty() || name->size() > max_profile) return std::nullopt;
    return name;
}

std::string_view take_segment(std::string_view& path) {
    if (path.empty()) return {};
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

std::optional<Route> end_of_path(std::string_view path, std::string profile) {
    if (path.empty()) return Route{.operation = {}, .profile = std::move(profile)};
    const auto operation = operation_of(take_segment(path));
    if (!operation || !path.empty()) return std::nullopt;
    return Route{.operation = *operation, .profile = std::move(profile)};
}

std::optional<Route> hints(std::string_view path) {
    if (!path.starts_with("/p/")) return end_of_path(path, {});
    path.remove_prefix(2);
    auto profile = profile_of(take_segment(path));
    if (!profile) return std::nullopt;
    return end_of_path(path, std::move(*profile));
}

}  // namespace cmpkit_plugin

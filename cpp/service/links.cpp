#include "service/links.hpp"

#include <algorithm>

namespace cmpkit::service {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    return begin == text.npos ? std::string_view() : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes one link off the text: up to a comma or line break that is neither within <> nor quoted.
std::string_view take_link(std::string_view& text) {
    bool        quoted = false, bracketed = false;
    std::size_t end    = 0;
    for (; end < text.size(); ++end) {
        const char c = text[end];
        if (c == '"' && !bracketed) quoted = !quoted;
        else if (!quoted && (c == '<' || c == '>')) bracketed = c == '<';
        else if (!quoted && !bracketed && (c == ',' || c == '\n' || c == '\r')) break;
    }
    const auto link = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return trimmed(link);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

/// The value of ct; empty: none.
std::string content_type(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto end       = parameters.find(';');
        const auto parameter = trimmed(parameters.substr(0, end));
        parameters.remove_prefix(end == parameters.npos ? parameters.size() : end + 1);
        if (lower_case(parameter.substr(0, 3)) != "ct=") continue;
        std::string value = lower_case(parameter.substr(3));
        std::erase(value, '"');
        return value;
    }
    return {};
}

// Several content formats may stand there, with spaces between them (RFC 7252 7.2.1); the drafts' examples say a name.
bool is_cmp(const std::string& content_type) {
    if (content_type.empty()) return true;
    const std::string padded = " " + content_type + " ";
    return padded.find(" 259 ") != padded.npos || padded.find("pkixcmp") != padded.npos;
}

std::optional<char> octet_of(std::string_view digits) {
    const auto value = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
    if (digits.size() != 2 || value(digits[0]) < 0 || value(digits[1]) < 0) return std::nullopt;
    return static_cast<char>(value(digits[0]) * 16 + value(digits[1]));
}

std::string percent_decoded(std::string_view segment) {
    std::string decoded;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        const auto octet = segment[i] == '%' ? octet_of(segment.substr(i + 1, 2)) : std::nullopt;
        decoded += octet.value_or(segment[i]);
        if (octet) i += 2;
    }
    return decoded;
}

/// Nothing: it is not of CMP. A link may be a whole URL.
std::optional<Link> link_at(std::string_view target) {
    if (const auto scheme = target.find("://"); scheme != target.npos) target.remove_prefix(std::min(target.find('/', scheme + 3), target.size()));
    Link link{.path = std::string(target), .profile = {}, .operation = {}};
    bool is_named = false;  // the name of a CA or profile comes next; in the drafts without /p/
    if (target.starts_with(well_known)) target.remove_prefix(well_known.size());
    else if (target.starts_with("/cmp/")) target.remove_prefix(4), is_named = target.find('/', 1) != target.npos;
    else return std::nullopt;
    if (target.starts_with("/p/")) target.remove_prefix(2), is_named = true;
    if (!target.empty() && target[0] != '/') return std::nullopt;
    if (is_named) {
        const auto end = std::min(target.find('/', 1), target.size());
        link.profile   = percent_decoded(target.substr(1, end - 1));
        target.remove_prefix(end);
    }
    if (!target.empty()) link.operation = percent_decoded(target.substr(1));
    return link;
}

}  // namespace

Result<std::vector<Link>> links_in(std::string_view text) {
    std::vector<Link>      links;
    const std::string_view whole = text;
    while (!text.empty()) {
        const auto at   = whole.size() - text.size();
        const auto link = take_link(text);
        if (link.empty()) continue;
        const auto end = link.find('>');
        if (link[0] != '<' || end == link.npos) return Error{.code = Code::bad_value, .offset = at, .clause = "RFC 6690 2", .detail = "a link begins with <path>"};
        auto found = is_cmp(content_type(link.substr(end + 1))) ? link_at(trimmed(link.substr(1, end - 1))) : std::nullopt;
        if (found) links.push_back(*std::move(found));
    }
    return links;
}

}  // namespace cmpkit::service

#include "field.hpp"

#include "base64.hpp"

#include <algorithm>
#include <charconv>

namespace cmpkit_mime {

namespace {

constexpr std::size_t largest_header = 64 * 1024, most_fields = 500;

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// `escape` and two hexadecimal digits stand for an octet.
std::string unescaped(std::string_view text, char escape) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned   octet = 0;
        const bool is_escape = text[i] == escape && i + 2 < text.size() && std::from_chars(text.data() + i + 1, text.data() + i + 3, octet, 16).ptr == text.data() + i + 3;
        plain += is_escape ? static_cast<char>(octet) : text[i];
        if (is_escape) i += 2;
    }
    return plain;
}

/// One encoded word (RFC 2047): "=?charset?B?…?=". Others are left as they are.
std::string without_encoded_word(const std::string& text) {
    if (!text.starts_with("=?") || !text.ends_with("?=")) return text;
    const std::size_t first = text.find('?', 2), second = first == std::string::npos ? first : text.find('?', first + 1);
    if (second == std::string::npos || second != first + 2 || second + 3 > text.size()) return text;
    std::string inner = text.substr(second + 1, text.size() - second - 3);
    if (text[first + 1] == 'B' || text[first + 1] == 'b') return base64_octets(inner).value_or(text);
    std::replace(inner.begin(), inner.end(), '_', ' ');
    return unescaped(inner, '=');
}

/// Reads `text` up to one of `ends` outside of quotes, and takes it off; comments and quotes fall away.
std::string take_until(std::string_view& text, std::string_view ends) {
    std::string taken;
    int         depth = 0;
    bool        is_quoted = false;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\\' && (is_quoted || depth > 0) && at + 1 < text.size()) {
            ++at;
            if (depth == 0) taken += text[at];
        } else if (c == '"' && depth == 0) is_quoted = !is_quoted;
        else if (!is_quoted && c == '(') ++depth;
        else if (!is_quoted && c == ')' && depth > 0) --depth;
        else if (depth > 0) continue;
        else if (!is_quoted && ends.find(c) != std::string_view::npos) break;
        else taken += c;
    }
    text.remove_prefix(std::min(text.size(), at + 1));
    return std::string(trimmed(taken));
}

/// "filename*0*" and the like, in their order, become "filename" (RFC 2231 3 and 4).
std::map<std::string, std::string> joined(const std::map<std::string, std::string>& written) {
    std::map<std::string, std::string> parameters;
    for (const auto& [name, value] : written) {
        const std::size_t star = name.find('*');
        if (star == std::string::npos) parameters.emplace(name, without_encoded_word(value));
    }
    for (const auto& [name, value] : written) {  // sorted: *0 stands before *1; ten pieces are more than a file name has
        const std::size_t star = name.find('*');
        if (star == std::string::npos) continue;
        const bool        is_first = name.find("*0", star) == star || star + 1 == name.size();
        std::string_view  piece = value;
        const bool        is_escaped = name.back() == '*';
        if (is_first && is_escaped)
            for (int quotes = 0; quotes < 2; ++quotes) piece.remove_prefix(std::min(piece.size(), piece.find('\'') + 1));
        std::string& whole = parameters[name.substr(0, star)];
        if (is_first) whole.clear();
        whole += is_escaped ? unescaped(piece, '%') : std::string(piece);
    }
    return parameters;
}

}  // namespace

std::string lower(std::string_view text) {
    std::string small(text);
    std::transform(small.begin(), small.end(), small.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return small;
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.size(), text.find('\n'));
    std::string_view  line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::optional<Entity> split(std::string_view text) {
    Entity            entity;
    const std::size_t size = text.size();
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.empty()) return entity.body = text, entity;
        if (size - text.size() > largest_header || entity.fields.size() >= most_fields) return std::nullopt;
        if (is_blank(line.front())) {
            if (entity.fields.empty()) return std::nullopt;
            entity.fields.back().value += " " + std::string(trimmed(line));
            continue;
        }
        const std::size_t colon = line.find(':');
        if (entity.fields.empty() && line.starts_with("From ")) continue;  // of a mailbox that the mail was saved from
        if (colon == std::string_view::npos || colon == 0) return std::nullopt;
        entity.fields.push_back({lower(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
    }
    return entity;
}

std::string_view Entity::value(std::string_view name) const {
    for (const Field& field : fields)
        if (field.name == name) return field.value;
    return {};
}

std::size_t Entity::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; }));
}

std::string Valued::parameter(const std::string& name) const {
    const auto at = parameters.find(name);
    return at == parameters.end() ? std::string() : at->second;
}

Valued valued(std::string_view field) {
    Valued                             read{lower(take_until(field, ";")), {}};
    std::map<std::string, std::string> written;
    while (!field.empty() && written.size() < 100) {
        std::string_view  rest = field;
        const std::string name = lower(take_until(rest, "=;"));
        const bool        has_value = rest.data() > field.data() && rest.data()[-1] == '=';
        field                  = rest;
        if (has_value) written.emplace(name, take_until(field, ";"));
    }
    read.parameters = joined(written);
    return read;
}

std::vector<std::string> message_ids(std::string_view field) {
    std::vector<std::string> ids;
    while (ids.size() < 100) {
        const std::size_t begin = field.find('<'), end = field.find('>', begin == std::string_view::npos ? 0 : begin);
        if (begin == std::string_view::npos || end == std::string_view::npos) break;
        const std::string_view id = field.substr(begin, end - begin + 1);
        if (id.size() <= 250 && std::all_of(id.begin(), id.end(), is_visible)) ids.emplace_back(id);
        field.remove_prefix(end + 1);
    }
    return ids;
}

std::string address_in(std::string_view field) {
    const std::size_t begin = field.rfind('<'), end = field.rfind('>');
    std::string_view  address = begin != std::string_view::npos && end != std::string_view::npos && begin < end ? field.substr(begin + 1, end - begin - 1) : trimmed(field);
    // What a command's own syntax, or another field, could be hidden in is not written to.
    const auto is_of_address = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view("@.-_+=").find(c) != std::string_view::npos; };
    const bool is_plain = std::all_of(address.begin(), address.end(), is_of_address) && std::count(address.begin(), address.end(), '@') == 1 && address.size() <= 250;
    const bool is_whole = !address.starts_with('@') && !address.ends_with('@') && !address.starts_with('-');
    return is_plain && is_whole && std::count(field.begin(), field.end(), '@') == 1 ? std::string(address) : std::string();
}

}  // namespace cmpkit_mime

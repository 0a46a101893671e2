#include "messages/ip_address.hpp"

#include <charconv>

namespace cmpkit {
namespace {

/// Takes a number of `base` off the front of `text`; no sign, at most `digits` digits.
std::optional<unsigned> take_number(std::string_view& text, int base, std::size_t digits) {
    unsigned number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + std::min(digits, text.size()), number, base);
    if (problem != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool accept(std::string_view& text, std::string_view word) {
    const bool is_next = text.starts_with(word);
    if (is_next) text.remove_prefix(word.size());
    return is_next;
}

std::optional<Octets> ipv4_from_text(std::string_view text) {
    Octets address;
    do {
        const bool padded = text.size() > 1 && text[0] == '0' && text[1] != '.';  // "010" is eight to some readers
        const auto number = take_number(text, 10, 3);
        if (!number || *number > 255 || padded) return std::nullopt;
        address.push_back(static_cast<std::uint8_t>(*number));
    } while (accept(text, "."));
    return text.empty() && address.size() == 4 ? std::optional(address) : std::nullopt;
}

/// Appends "db8:0:1" or "ffff:192.0.2.1" as octets; an empty text is no group at all.
bool append_groups(std::string_view text, Octets& out) {
    if (text.empty()) return true;
    do {
        if (text.find(':') == text.npos && text.find('.') != text.npos) {
            const auto last = ipv4_from_text(text);
            if (last) out.insert(out.end(), last->begin(), last->end());
            return last.has_value();
        }
        const auto group = take_number(text, 16, 4);
        if (!group) return false;
        out.push_back(static_cast<std::uint8_t>(*group >> 8));
        out.push_back(static_cast<std::uint8_t>(*group));
    } while (accept(text, ":"));
    return text.empty();
}

std::optional<Octets> ipv6_from_text(std::string_view text) {
    const std::size_t gap = text.find("::");
    Octets head, tail;
    if (!append_groups(text.substr(0, gap), head)) return std::nullopt;
    if (gap == text.npos) return head.size() == 16 ? std::optional(head) : std::nullopt;
    // An IPv4 part ends the address, so none stands before the gap.
    if (text.substr(0, gap).find('.') != text.npos || !append_groups(text.substr(gap + 2), tail) || head.size() + tail.size() > 14) return std::nullopt;
    head.resize(16 - tail.size());
    head.insert(head.end(), tail.begin(), tail.end());
    return head;
}

std::string ipv4_to_text(Bytes address) {
    std::string text;
    for (const std::uint8_t octet : address) text += (text.empty() ? "" : ".") + std::to_string(octet);
    return text;
}

unsigned group_at(Bytes address, std::size_t i) { return static_cast<unsigned>(address[2 * i] << 8 | address[2 * i + 1]); }

struct Run {
    std::size_t first = 0, count = 0;
};
/// The first of the longest rows of zero groups, which RFC 5952 4.2 shortens; one group alone stays (4.2.2).
Run longest_zeros(Bytes address) {
    Run longest;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t end = i;
        while (end < 8 && group_at(address, end) == 0) ++end;
        if (end - i > longest.count) longest = {i, end - i};
    }
    return longest.count < 2 ? Run{8, 0} : longest;
}

std::string ipv6_to_text(Bytes address) {
    const Run   zeros = longest_zeros(address);
    std::string text;
    for (std::size_t i = 0; i < 8;) {
        if (i == zeros.first) {
            text += "::";
            i += zeros.count;
            continue;
        }
        char digits[4];
        const auto end = std::to_chars(digits, digits + 4, group_at(address, i++), 16).ptr;
        if (!text.empty() && text.back() != ':') text += ':';
        text.append(digits, end);
    }
    return text;
}

}  // namespace

std::optional<Octets> ip_from_text(std::string_view text) {
    return text.find(':') == text.npos ? ipv4_from_text(text) : ipv6_from_text(text);
}

std::string ip_to_text(Bytes address) {
    switch (address.size()) {
    case 4: return ipv4_to_text(address);
    case 8: return ipv4_to_text(address.first(4)) + "/" + ipv4_to_text(address.subspan(4));
    case 16: return ipv6_to_text(address);
    case 32: return ipv6_to_text(address.first(16)) + "/" + ipv6_to_text(address.subspan(16));
    default: return {};
    }
}

}  // namespace cmpkit

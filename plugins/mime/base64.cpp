#include "base64.hpp"

#include <cstdint>

namespace cmpkit_mime {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t      line_size = 76;

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::uint32_t at(std::string_view octets, std::size_t i) { return i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0; }

}  // namespace

std::string base64_lines(std::string_view octets) {
    std::string text;
    std::size_t in_line = 0;
    for (std::size_t i = 0; i < octets.size(); i += 3) {
        const std::uint32_t three = at(octets, i) << 16 | at(octets, i + 1) << 8 | at(octets, i + 2);
        for (unsigned k = 0; k < 4; ++k) text += i + k <= octets.size() ? alphabet[three >> (18 - 6 * k) & 63] : '=';
        in_line += 4;
        if (in_line == line_size) text += "\r\n", in_line = 0;
    }
    if (in_line != 0) text += "\r\n";
    return text;
}

std::optional<std::string> base64_octets(std::string_view text) {
    std::string   octets;
    std::uint32_t bits = 0;
    std::size_t   digits = 0, padding = 0;
    for (const char c : text) {
        if (is_space(c)) continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos || padding != 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if (++digits % 4 != 1) octets += static_cast<char>(bits >> (6 - 2 * ((digits + 3) % 4)) & 0xff);
    }
    if (digits % 4 == 1 || padding > 2 || (digits + padding) % 4 != 0) return std::nullopt;
    return octets;
}

}  // namespace cmpkit_mime

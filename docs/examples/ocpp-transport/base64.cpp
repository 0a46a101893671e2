#include "base64.hpp"

#include <array>
#include <cstdint>

namespace ocpp {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> values = [] {
    std::array<std::int8_t, 256> all{};
    all.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i) all[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    return all;
}();

}  // namespace

std::string to_base64(std::string_view octets) {
    std::string text;
    text.reserve((octets.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        std::uint32_t     bits  = 0;
        const std::size_t taken = octets.size() - at < 3 ? octets.size() - at : 3;
        for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < taken ? static_cast<std::uint8_t>(octets[at + i]) : 0u);
        for (std::size_t i = 0; i < 4; ++i) text += i <= taken ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string       octets;
    octets.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    for (std::size_t at = 0; at < text.size() - padding; ++at) {
        const auto value = values[static_cast<std::uint8_t>(text[at])];
        if (value < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if (at % 4 > 0) octets += static_cast<char>(bits >> (6 - 2 * (at % 4)) & 255);
    }
    if (padding > 0 && (bits & ((1u << 2 * padding) - 1)) != 0) return std::nullopt;  // bits that belong to no octet
    return octets;
}

}  // namespace ocpp

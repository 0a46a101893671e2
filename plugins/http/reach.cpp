#include "reach.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <span>

namespace cmpkit_http {

namespace {

using Octets16 = std::array<std::uint8_t, 16>;

/// Addresses that begin with the same bits. IPv4 stands as it is mapped into IPv6.
struct Network {
    Octets16 octets;
    unsigned bits;
};

constexpr Network v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, unsigned bits) { return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, 0}, 96 + bits}; }
constexpr Network v6(std::uint8_t first, std::uint8_t second, unsigned bits) { return {{first, second}, bits}; }

constexpr Network not_remote[] = {
    v4(0, 0, 0, 8), v4(127, 0, 0, 8), v4(169, 254, 0, 16), v4(224, 0, 0, 3),
    v6(0, 0, 96),  // ::, ::1, and the old way to write IPv4 in IPv6
    v6(0xfe, 0x80, 10), v6(0xff, 0, 8),
    {{0, 0x64, 0xff, 0x9b}, 96}, v6(0x20, 0x02, 16),  // IPv4 inside, by way of somebody who translates
};
constexpr Network not_internet[] = {v4(10, 0, 0, 8), v4(172, 16, 0, 12), v4(192, 168, 0, 16), v4(100, 64, 0, 10), v6(0xfc, 0, 7)};

bool has(const Network& network, const Octets16& address) {
    const unsigned whole = network.bits / 8, rest = network.bits % 8;
    if (!std::equal(address.begin(), address.begin() + whole, network.octets.begin())) return false;
    return rest == 0 || (address[whole] ^ network.octets[whole]) >> (8 - rest) == 0;
}

bool is_in(std::span<const Network> networks, const Octets16& address) {
    return std::ranges::any_of(networks, [&](const Network& each) { return has(each, address); });
}

std::optional<Octets16> octets_of(const sockaddr& address) {
    Octets16 octets{};
    if (address.sa_family == AF_INET6) {
        std::memcpy(octets.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
        return octets;
    }
    if (address.sa_family != AF_INET) return std::nullopt;
    octets[10] = octets[11] = 0xff;
    std::memcpy(octets.data() + 12, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
    return octets;
}

}  // namespace

bool is_within(const sockaddr& address, Reach reach) {
    if (reach == Reach::any) return true;
    const auto octets = octets_of(address);
    if (!octets) return false;
    return !is_in(not_remote, *octets) && (reach == Reach::remote || !is_in(not_internet, *octets));
}

}  // namespace cmpkit_http

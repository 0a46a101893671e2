// Every OID of the protocol as a constant, and its name. The list itself is oids.inc.
//
//     if (algorithm.algorithm == oids::id_PasswordBasedMac) …
#pragma once
#include "der/types.hpp"

namespace cmpkit {

/// The content octets of an OID, made at compile time.
struct OidConstant {
    std::array<std::uint8_t, 16> octets{};
    std::size_t                  size = 0;

    consteval OidConstant(std::string_view dotted) {
        std::uint64_t arcs[20]{};
        std::size_t   count = 1;
        for (const char c : dotted) {
            if (c == '.') ++count;
            else arcs[count - 1] = 10 * arcs[count - 1] + static_cast<std::uint64_t>(c - '0');
        }
        append(40 * arcs[0] + arcs[1]);
        for (std::size_t i = 2; i < count; ++i) append(arcs[i]);
    }
    constexpr Bytes content() const { return {octets.data(), size}; }
    operator der::Oid() const { return {content()}; }

private:
    consteval void append(std::uint64_t arc) {
        int shift = 0;
        while (arc >> (shift + 7)) shift += 7;
        for (; shift >= 0; shift -= 7) octets[size++] = static_cast<std::uint8_t>((arc >> shift & 0x7f) | (shift ? 0x80 : 0));
    }
};

namespace oids {
#define CMPKIT_OID(constant, dotted, name) inline constexpr OidConstant constant{dotted};
#include "messages/oids.inc"
#undef CMPKIT_OID
}  // namespace oids

/// Its document's name, or empty: not one of ours.
std::string_view oid_name(Bytes content);
/// The content octets of a name in the list ("CN", "id-kp-cmcRA") or of a dotted form; @error bad_value
Result<Octets> oid_from_text(std::string_view text);

}  // namespace cmpkit

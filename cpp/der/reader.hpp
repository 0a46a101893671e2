// The strict TLV reader: one element off the front of some octets, by the rules of DER (X.690 10.1) and no others.
// It refuses high tag numbers, indefinite and non-minimal lengths; it knows no types.
#pragma once
#include "result.hpp"

namespace cmpkit::der {

struct Tlv {
    std::uint8_t tag = 0;  // identifier octet; low-tag-number form only
    Bytes        content;
    Bytes        whole;  // header and content
};

namespace tag {
inline constexpr std::uint8_t boolean = 0x01, integer = 0x02, bit_string = 0x03, octet_string = 0x04, null = 0x05, oid = 0x06, enumerated = 0x0a,
                              utf8_string = 0x0c, numeric_string = 0x12, printable_string = 0x13, teletex_string = 0x14, ia5_string = 0x16,
                              utc_time = 0x17, generalized_time = 0x18, visible_string = 0x1a, universal_string = 0x1c, bmp_string = 0x1e,
                              sequence = 0x30, set = 0x31, constructed = 0x20;
}

/// Takes one element off the front of `in`.
/// @return nothing, or why not: truncated, bad_tag, bad_length; then `in` and `out` are unchanged
inline std::optional<Code> take(Bytes& in, Tlv& out) {
    const std::uint8_t* p = in.data();
    if (in.size() < 2) return Code::truncated;
    if (p[0] == 0 || (p[0] & 0x1f) == 0x1f) return Code::bad_tag;
    std::size_t length = p[1], header = 2;
    if (length >= 0x80) {
        const std::size_t octets = length & 0x7f;
        if (octets == 0 || octets > 4) return Code::bad_length;
        if (in.size() < 2 + octets) return Code::truncated;
        for (length = 0; header < 2 + octets; ++header) length = length << 8 | p[header];
        if (length < 0x80 || length >> (8 * (octets - 1)) == 0) return Code::bad_length;
    }
    if (in.size() - header < length) return Code::truncated;
    out = {p[0], in.subspan(header, length), in.first(header + length)};
    in  = in.subspan(header + length);
    return std::nullopt;
}

/// Whether `element` is one complete DER element whose parts are DER too, with nesting up to `depth`: what can be said without a schema.
bool well_formed(Bytes element, int depth);

}  // namespace cmpkit::der

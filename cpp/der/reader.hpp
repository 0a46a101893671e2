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

/// One element where it stands.
struct Element {
    const std::uint8_t* start = nullptr;
    const std::uint8_t* content;
    const std::uint8_t* end;

    std::uint8_t tag() const { return *start; }
    Bytes        contents() const { return {content, end}; }
    Bytes        whole() const { return {start, end}; }
};

/// Finds the element that begins at `at`, in octets that end at `limit`.
/// @return whether there is one; else `problem` says why not: truncated, bad_tag, bad_length; then `out` is unchanged
inline bool find_element(const std::uint8_t* at, const std::uint8_t* limit, Element& out, Code& problem) {
    const auto room = static_cast<std::size_t>(limit - at);
    if (room < 2) return problem = Code::truncated, false;
    if (at[0] == 0 || (at[0] & 0x1f) == 0x1f) return problem = Code::bad_tag, false;
    std::size_t length = at[1], header = 2;
    if (length >= 0x80) {
        const std::size_t octets = length & 0x7f;
        if (octets == 0 || octets > 4) return problem = Code::bad_length, false;
        if (room < 2 + octets) return problem = Code::truncated, false;
        for (length = 0; header < 2 + octets; ++header) length = length << 8 | at[header];
        if (length < 0x80 || length >> (8 * (octets - 1)) == 0) return problem = Code::bad_length, false;
    }
    if (room - header < length) return problem = Code::truncated, false;
    out = {at, at + header, at + header + length};
    return true;
}

/// Takes one element off the front of `in`.
/// @return nothing, or why not, as above; then `in` and `out` are unchanged
inline std::optional<Code> take(Bytes& in, Tlv& out) {
    Element element;
    const std::uint8_t* limit = in.data() + in.size();
    Code problem{};
    if (!find_element(in.data(), limit, element, problem)) return problem;
    out = {element.tag(), element.contents(), element.whole()};
    in  = {element.end, limit};
    return std::nullopt;
}

/// Whether `element` is one complete DER element whose parts are DER too, with nesting up to `depth`: what can be said without a schema.
bool well_formed(Bytes element, int depth);

}  // namespace cmpkit::der

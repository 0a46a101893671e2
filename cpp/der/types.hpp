// The primitive ASN.1 types a message is built from. A new one is one struct and one Leaf<>: the identifier octet, which content
// octets are a DER value, how it is written and how it is shown.
#pragma once
#include "der/schema.hpp"

namespace cmpkit::der {

// Which content octets are a value, by X.690 8 and 11 and, for times, RFC 5280 4.1.2.5.
bool minimal_integer(Bytes content);
bool whole_arcs(Bytes content);
bool valid_utf8(Bytes content);
bool valid_ascii(Bytes content);
bool valid_generalized_time(Bytes content);  // YYYYMMDDHHMMSSZ
bool valid_utc_time(Bytes content);          // YYMMDDHHMMSSZ
inline constexpr bool (*any_octets)(Bytes) = nullptr;

std::string dotted(Bytes oid);  // "1.3.6.1.5.5.7.3.27"
std::string shown_integer(Bytes content);  // decimal up to 64 bits, else hex_integer()
std::string hex_integer(Bytes content);    // 0x and the digits of a non-negative value, without the octet that only carries the sign
std::string shown_time(Bytes content);     // of either kind: "2026-11-21T01:45:02Z"

/// Octets that were checked, not copied.
template <std::uint8_t Tag, bool (*Valid)(Bytes)> struct View {
    Bytes content;
    friend bool operator==(const View& a, const View& b) { return equal(a.content, b.content); }
};
using Integer         = View<tag::integer, minimal_integer>;  // any size; small ones are std::int64_t or an enum
using OctetString     = View<tag::octet_string, any_octets>;
using Oid             = View<tag::oid, whole_arcs>;
using Utf8String      = View<tag::utf8_string, valid_utf8>;
using IA5String       = View<tag::ia5_string, valid_ascii>;
using PrintableString = View<tag::printable_string, valid_ascii>;  // peers put more into it than X.680 41.4 allows
using VisibleString   = View<tag::visible_string, valid_ascii>;
using BMPString       = View<tag::bmp_string, any_octets>;
using TeletexString   = View<tag::teletex_string, any_octets>;
using UniversalString = View<tag::universal_string, any_octets>;
using NumericString   = View<tag::numeric_string, valid_ascii>;
using GeneralizedTime = View<tag::generalized_time, valid_generalized_time>;
using UTCTime         = View<tag::utc_time, valid_utc_time>;

struct BitString {
    std::uint8_t unused = 0;  // bits of the last octet that do not count
    Bytes        bytes;
};
struct Null {};
/// One complete element of any tag.
struct Any {
    Bytes tlv;
};
/// ENUMERATED, unlike the INTEGER that an enum alone is.
template <class E> struct Enumerated {
    E value{};
};
/// A named bit list: bit 0 is the first. DER strips trailing zero bits (X.690 11.2.2); more are read and lost.
template <class E> struct NamedBits {
    std::uint32_t bits = 0;
    bool has(E bit) const { return bits >> static_cast<unsigned>(bit) & 1; }
    static NamedBits of(std::initializer_list<E> list) {
        NamedBits set;
        for (const E bit : list) set.bits |= 1u << static_cast<unsigned>(bit);
        return set;
    }
};

inline Integer     integer_view(Bytes content) { return {content}; }
inline OctetString octet_string(Bytes content) { return {content}; }
inline Utf8String  utf8_string(std::string_view text) { return {bytes_of(text)}; }

/// Unix seconds. The view was checked when it was read.
std::int64_t unix_seconds(const GeneralizedTime& time);
std::int64_t unix_seconds(const UTCTime& time);  // years 1950 to 2049
constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999, the last that a GeneralizedTime can say
/// The octets live in the arena. @param seconds  0000 to 9999
GeneralizedTime generalized_time(std::int64_t seconds, Arena& arena);
UTCTime         utc_time(std::int64_t seconds, Arena& arena);  // the caller knows that the year is 1950 to 2049

/// The value of a small INTEGER, or nothing if it does not fit.
std::optional<std::int64_t> to_int64(Bytes content);
void write_int64(std::int64_t value, Writer& out);
/// Content octets of a non-negative INTEGER made of big-endian octets: leading zeros removed, one added where the sign needs it.
Octets unsigned_integer(Bytes big_endian);
std::uint32_t read_bits(const BitString& string);
void          write_bits(std::uint32_t bits, Writer& out);
bool          read_bit_string(Bytes content, BitString& out);

template <std::uint8_t Tag, auto Valid> struct Leaf<View<Tag, Valid>> {
    using V = View<Tag, Valid>;
    static constexpr std::uint8_t tag     = Tag;
    static constexpr bool         is_bare = false;
    static constexpr bool (*valid)(Bytes) = Valid;
    static std::string show(const V& v) {
        if constexpr (Tag == tag::oid) return dotted(v.content);
        else if constexpr (Tag == tag::integer) return shown_integer(v.content);
        else if constexpr (Tag == tag::generalized_time || Tag == tag::utc_time) return shown_time(v.content);
        else if constexpr (Tag == tag::octet_string || Tag == tag::bmp_string || Tag == tag::universal_string) return to_hex(v.content);
        else return escaped(text_of(v.content));
    }
};
template <class T> requires std::is_integral_v<T> || std::is_enum_v<T> struct Leaf<T> {
    static constexpr std::uint8_t tag     = der::tag::integer;
    static constexpr bool         is_bare = std::is_integral_v<T>;
    static bool read(const Element& e, T& v) {
        const auto n = to_int64(e.contents());
        return n && (v = static_cast<T>(*n), static_cast<std::int64_t>(v) == *n);
    }
    static void write(const T& v, Writer& w) { write_int64(static_cast<std::int64_t>(v), w); }
    static std::string show(const T& v) {
        const std::string number = std::to_string(static_cast<std::int64_t>(v));
        if constexpr (requires { name_of(v); }) return std::string(name_of(v)) + " (" + number + ")";
        else return number;
    }
};
template <> struct Leaf<bool> {
    static constexpr std::uint8_t tag     = der::tag::boolean;
    static constexpr bool         is_bare = true;
    static bool read(const Element& e, bool& v) { return e.contents().size() == 1 && (v = *e.content == 0xff, v || *e.content == 0); }
    static void write(const bool& v, Writer& w) { w.octet(v ? 0xff : 0); }
    static std::string show(const bool& v) { return v ? "true" : "false"; }
};
template <class E> struct Leaf<Enumerated<E>> : Leaf<E> {
    static constexpr std::uint8_t tag     = der::tag::enumerated;
    static constexpr bool         is_bare = false;
    static bool read(const Element& e, Enumerated<E>& v) { return Leaf<E>::read(e, v.value); }
    static void write(const Enumerated<E>& v, Writer& w) { Leaf<E>::write(v.value, w); }
    static std::string show(const Enumerated<E>& v) { return Leaf<E>::show(v.value); }
};
template <> struct Leaf<BitString> {
    static constexpr std::uint8_t tag     = der::tag::bit_string;
    static constexpr bool         is_bare = false;
    static bool read(const Element& e, BitString& v) { return read_bit_string(e.contents(), v); }
    static void write(const BitString& v, Writer& w) { w.octets(v.bytes), w.octet(v.unused); }
    static std::string show(const BitString& v) { return to_hex(v.bytes); }
};
template <class E> struct Leaf<NamedBits<E>> {
    static constexpr std::uint8_t tag     = der::tag::bit_string;
    static constexpr bool         is_bare = false;
    static bool read(const Element& e, NamedBits<E>& v) {
        BitString string;
        return read_bit_string(e.contents(), string) && (v.bits = read_bits(string), true);
    }
    static void write(const NamedBits<E>& v, Writer& w) { write_bits(v.bits, w); }
    static std::string show(const NamedBits<E>& v) {
        std::string text;
        for (unsigned bit = 0; bit < 32; ++bit) {
            if (!v.has(static_cast<E>(bit))) continue;
            const std::string_view name = name_of(static_cast<E>(bit));
            text.append(text.empty() ? "" : ", ").append(name == "unknown" ? "bit " + std::to_string(bit) : std::string(name));
        }
        return text;
    }
};
template <> struct Leaf<Null> {
    static constexpr std::uint8_t tag     = der::tag::null;
    static constexpr bool         is_bare = true;
    static bool read(const Element& e, Null&) { return e.contents().empty(); }
    static void write(const Null&, Writer&) {}
    static std::string show(const Null&) { return "null"; }
};
template <> struct Leaf<Any> {
    static constexpr std::uint8_t tag     = 0;  // its own header is part of the view
    static constexpr bool         is_bare = false;
    static bool read(const Element& e, Any& v) { return v.tlv = e.whole(), well_formed(v.tlv, 20); }
    static void write(const Any& v, Writer& w) { w.octets(v.tlv); }
    static std::string show(const Any& v);
};
/// The text of a character string element, escaped; of anything else its hexadecimal octets.
std::string shown_element(Bytes tlv);
inline std::string Leaf<Any>::show(const Any& v) { return shown_element(v.tlv); }

}  // namespace cmpkit::der

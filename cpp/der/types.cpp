#include "der/types.hpp"

#include <bit>
#include <chrono>

namespace cmpkit::der {

bool minimal_integer(Bytes c) {
    if (c.empty()) return false;
    return c.size() == 1 || !((c[0] == 0x00 && c[1] < 0x80) || (c[0] == 0xff && c[1] >= 0x80));
}

bool whole_arcs(Bytes c) {
    for (std::size_t i = 0; i < c.size(); ++i)
        if (c[i] == 0x80 && (i == 0 || c[i - 1] < 0x80)) return false;  // an arc padded with zeros, X.690 8.19.2
    return !c.empty() && c.back() < 0x80;
}

bool valid_ascii(Bytes c) {
    std::uint64_t every = 0, eight;
    const auto    see_eight = [&](std::size_t at) { std::memcpy(&eight, c.data() + at, sizeof eight), every |= eight; };
    if (c.size() < sizeof eight) {
        for (const std::uint8_t octet : c) every |= octet;
    } else {
        for (std::size_t at = 0; at < c.size() - sizeof eight; at += sizeof eight) see_eight(at);
        see_eight(c.size() - sizeof eight);  // some of them once more
    }
    return (every & 0x8080808080808080) == 0;
}

bool valid_utf8(Bytes c) {
    if (valid_ascii(c)) return true;
    for (std::size_t i = 0; i < c.size();) {
        const std::uint8_t lead = c[i];
        const std::size_t  size = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
        if (size == 0 || c.size() - i < size) return false;
        for (std::size_t k = 1; k < size; ++k)
            if ((c[i + k] & 0xc0) != 0x80) return false;
        const std::uint8_t second = size > 2 ? c[i + 1] : 0x80;
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
            return false;  // overlong, surrogate, beyond U+10FFFF
        i += size;
    }
    return true;
}

namespace {

bool all_digits(Bytes c) {
    return std::ranges::all_of(c, [](std::uint8_t d) { return d >= '0' && d <= '9'; });
}
unsigned two_digits(Bytes text, std::size_t at) { return 10u * text[at] + text[at + 1] - 11u * '0'; }

// `year`, then MMDDHHMMSS.
std::optional<std::int64_t> seconds_of(unsigned year, Bytes rest) {
    using namespace std::chrono;
    const unsigned month = two_digits(rest, 0), day = two_digits(rest, 2), hour = two_digits(rest, 4), minute = two_digits(rest, 6), second = two_digits(rest, 8);
    const year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month), std::chrono::day(day)};
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return sys_seconds(sys_days(date)).time_since_epoch().count() + hour * 3600 + minute * 60 + second;
}
std::optional<std::int64_t> generalized_seconds(Bytes c) {
    if (c.size() != 15 || c[14] != 'Z' || !all_digits(c.first(14))) return std::nullopt;
    return seconds_of(100 * two_digits(c, 0) + two_digits(c, 2), c.subspan(4));
}
std::optional<std::int64_t> utc_seconds(Bytes c) {
    if (c.size() != 13 || c[12] != 'Z' || !all_digits(c.first(12))) return std::nullopt;
    const unsigned year = two_digits(c, 0);
    return seconds_of(year + (year < 50 ? 2000 : 1900), c.subspan(2));
}

Bytes written_time(std::int64_t seconds, std::size_t year_digits, Arena& arena) {
    using namespace std::chrono;
    const sys_seconds     time{std::chrono::seconds(seconds)};
    const auto            day = floor<days>(time);
    const year_month_day  date(day);
    const hh_mm_ss        clock(time - day);
    const unsigned values[] = {static_cast<unsigned>(static_cast<int>(date.year())), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                               static_cast<unsigned>(clock.hours().count()), static_cast<unsigned>(clock.minutes().count()),
                               static_cast<unsigned>(clock.seconds().count())};
    std::string text;
    for (const unsigned value : values) {
        const std::string digits = "0000" + std::to_string(value);
        text += digits.substr(digits.size() - (text.empty() ? year_digits : 2));
    }
    return arena.keep(text + "Z");
}

}  // namespace

bool valid_generalized_time(Bytes content) { return generalized_seconds(content).has_value(); }
bool valid_utc_time(Bytes content) { return utc_seconds(content).has_value(); }
std::int64_t unix_seconds(const GeneralizedTime& time) { return generalized_seconds(time.content).value_or(0); }
std::int64_t unix_seconds(const UTCTime& time) { return utc_seconds(time.content).value_or(0); }
GeneralizedTime generalized_time(std::int64_t seconds, Arena& arena) { return {written_time(seconds, 4, arena)}; }
UTCTime         utc_time(std::int64_t seconds, Arena& arena) { return {written_time(seconds, 2, arena)}; }

std::string dotted(Bytes oid) {
    std::string   text;
    std::uint64_t arc = 0;
    for (const std::uint8_t octet : oid) {
        if (arc >> 57) return to_hex(oid);  // an arc of more than 64 bits has no short form
        arc = arc << 7 | (octet & 0x7f);
        if (octet & 0x80) continue;
        if (text.empty()) {
            const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
            text = std::to_string(first) + "." + std::to_string(arc - 40 * first);
        } else {
            text += "." + std::to_string(arc);
        }
        arc = 0;
    }
    return text;
}

std::string hex_integer(Bytes content) {
    const bool has_sign_octet = content.size() > 1 && content[0] == 0;
    return "0x" + to_hex(content.subspan(has_sign_octet ? 1 : 0));
}

std::string shown_integer(Bytes content) {
    const auto small = to_int64(content);
    return small ? std::to_string(*small) : hex_integer(content);
}

std::string shown_time(Bytes content) {
    const bool is_utc = content.size() == 13;
    if (!is_utc && content.size() != 15) return to_hex(content);
    std::string digits(text_of(content));
    if (is_utc) digits.insert(0, digits[0] < '5' ? "20" : "19");
    const auto part = [&digits](std::size_t at) { return digits.substr(at, 2); };
    return digits.substr(0, 4) + "-" + part(4) + "-" + part(6) + "T" + part(8) + ":" + part(10) + ":" + part(12) + "Z";
}

std::optional<std::int64_t> to_int64(Bytes content) {
    if (!minimal_integer(content) || content.size() > 8) return std::nullopt;
    std::uint64_t n = content[0] < 0x80 ? 0 : ~std::uint64_t{0};
    for (const std::uint8_t octet : content) n = n << 8 | octet;
    return static_cast<std::int64_t>(n);
}

void write_int64(std::int64_t value, Writer& out) {
    for (; value < -128 || value > 127; value >>= 8) out.octet(static_cast<std::uint8_t>(value));
    out.octet(static_cast<std::uint8_t>(value));
}

Octets unsigned_integer(Bytes big_endian) {
    while (big_endian.size() > 1 && big_endian[0] == 0) big_endian = big_endian.subspan(1);
    Octets content;
    if (big_endian.empty() || big_endian[0] >= 0x80) content.push_back(0);
    content.insert(content.end(), big_endian.begin(), big_endian.end());
    return content;
}

bool read_bit_string(Bytes content, BitString& out) {
    if (content.empty() || content[0] > 7 || (content[0] && content.size() == 1)) return false;
    out = {content[0], content.subspan(1)};
    return out.unused == 0 || (out.bytes.back() & ((1u << out.unused) - 1)) == 0;  // X.690 11.2.1
}

std::uint32_t read_bits(const BitString& string) {
    std::uint32_t bits = 0;
    for (std::size_t bit = 0; bit < std::min<std::size_t>(32, 8 * string.bytes.size()); ++bit)
        if (string.bytes[bit / 8] >> (7 - bit % 8) & 1) bits |= 1u << bit;
    return bits;
}

void write_bits(std::uint32_t bits, Writer& out) {
    const auto        count  = static_cast<std::size_t>(std::bit_width(bits));
    const std::size_t octets = (count + 7) / 8;
    for (std::size_t i = octets; i--;) {
        std::uint8_t octet = 0;
        for (std::size_t bit = 0; bit < 8; ++bit)
            if (bits >> (8 * i + bit) & 1) octet = static_cast<std::uint8_t>(octet | 0x80u >> bit);
        out.octet(octet);
    }
    out.octet(static_cast<std::uint8_t>(8 * octets - count));
}

namespace {

bool valid_primitive(const Tlv& tlv) {
    BitString string;
    switch (tlv.tag) {
    case tag::boolean: return tlv.content.size() == 1 && (tlv.content[0] == 0 || tlv.content[0] == 0xff);
    case tag::integer:
    case tag::enumerated: return minimal_integer(tlv.content);
    case tag::bit_string: return read_bit_string(tlv.content, string);
    case tag::null: return tlv.content.empty();
    case tag::oid: return whole_arcs(tlv.content);
    case tag::utf8_string: return valid_utf8(tlv.content);
    case tag::bmp_string: return tlv.content.size() % 2 == 0;        // X.690 8.23: two octets a character
    case tag::universal_string: return tlv.content.size() % 4 == 0;  // four
    case tag::sequence & ~tag::constructed:
    case tag::set & ~tag::constructed: return false;  // X.690 8.9.1, 8.11.1
    default: return true;
    }
}

}  // namespace

bool well_formed(Bytes element, int depth) {
    Tlv tlv;
    if (depth < 0 || take(element, tlv) || !element.empty()) return false;
    if (!(tlv.tag & tag::constructed)) return valid_primitive(tlv);
    if (tlv.tag < 0x80 && tlv.tag != tag::sequence && tlv.tag != tag::set) return false;  // DER constructs no strings, X.690 10.2
    for (Bytes rest = tlv.content; !rest.empty();) {
        Tlv inner;
        if (take(rest, inner) || !well_formed(inner.whole, depth - 1)) return false;
    }
    return true;
}

std::string shown_element(Bytes tlv) {
    Bytes rest = tlv;
    Tlv   element;
    if (take(rest, element)) return to_hex(tlv);
    switch (element.tag) {
    case tag::utf8_string:
    case tag::printable_string:
    case tag::ia5_string:
    case tag::visible_string:
    case tag::numeric_string:
    case tag::teletex_string: return escaped(text_of(element.content));
    case tag::oid: return dotted(element.content);
    case tag::integer: return shown_integer(element.content);
    case tag::null: return "null";
    default: return to_hex(tlv);
    }
}

}  // namespace cmpkit::der

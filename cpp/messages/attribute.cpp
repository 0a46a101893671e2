#include "messages/attribute.hpp"

namespace cmpkit {
namespace {

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

bool is_printable(std::string_view text) {  // X.680 41.4
    return std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos; });
}

/// The string types that RFC 5280 App. A prescribes.
std::uint8_t string_tag(const der::Oid& type) {
    using namespace oids;
    if (type == id_at_countryName || type == id_at_serialNumber || type == id_at_dnQualifier) return der::tag::printable_string;
    if (type == id_domainComponent || type == id_emailAddress) return der::tag::ia5_string;
    return der::tag::utf8_string;
}

const char* why_not(std::uint8_t tag, std::string_view text) {
    if (text.find('\0') != text.npos) return "a NUL in a value";
    if (tag == der::tag::printable_string && !is_printable(text)) return "only letters, digits, space and '()+,-./:=? are allowed in this attribute";
    if (tag == der::tag::ia5_string && !der::valid_ascii(bytes_of(text))) return "only ASCII is allowed in this attribute";
    return der::valid_utf8(bytes_of(text)) ? nullptr : "a value that is not UTF-8";
}

}  // namespace

Result<AttributeTypeAndValue> text_attribute(Bytes type, std::string_view text, der::Arena& arena) {
    const der::Oid     kept_type{arena.keep(type)};
    const std::uint8_t tag = string_tag(kept_type);
    if (const char* reason = why_not(tag, text)) return Error{.code = Code::bad_value, .detail = reason};
    der::Writer out;
    out.element(tag, bytes_of(text));
    return AttributeTypeAndValue{kept_type, der::Open::raw(arena.keep(out.written()))};
}

}  // namespace cmpkit

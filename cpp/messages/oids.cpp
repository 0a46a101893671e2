#include "messages/oids.hpp"

#include <charconv>

namespace cmpkit {
namespace {

struct NamedOid {
    const OidConstant* oid;
    std::string_view   name;
};
constexpr NamedOid named_oids[] = {
#define CMPKIT_OID(constant, dotted, name) {&oids::constant, name},
#include "messages/oids.inc"
#undef CMPKIT_OID
};

bool same_ignoring_case(std::string_view a, std::string_view b) {
    constexpr auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

void append_arc(std::uint64_t arc, Octets& out) {
    int shift = 0;
    while (shift < 63 && arc >> (shift + 7)) shift += 7;
    for (; shift >= 0; shift -= 7) out.push_back(static_cast<std::uint8_t>((arc >> shift & 0x7f) | (shift ? 0x80 : 0)));
}

}  // namespace

std::string_view oid_name(Bytes content) {
    for (const NamedOid& entry : named_oids)
        if (equal(entry.oid->content(), content)) return entry.name;
    return {};
}

Result<Octets> oid_from_text(std::string_view text) {
    for (const NamedOid& entry : named_oids)
        if (same_ignoring_case(entry.name, text)) return copy_of(entry.oid->content());
    const Error wrong{.code = Code::bad_value, .detail = "neither a known name nor a dotted OID: " + escaped(text)};
    Octets        content;
    std::uint64_t first = 0;
    std::size_t   count = 0;
    const char*   end   = text.data() + text.size();
    for (const char* p = text.data(); p <= end && !text.empty(); ++p, ++count) {
        std::uint64_t arc = 0;
        const auto [next, problem] = std::from_chars(p, end, arc);
        if (problem != std::errc() || (next != end && *next != '.')) return wrong;
        if (count == 0) first = arc;
        else if (count > 1) append_arc(arc, content);
        else if (first > 2 || (first < 2 && arc > 39) || arc > UINT64_MAX - 80) return wrong;
        else append_arc(40 * first + arc, content);
        p = next;
    }
    if (count < 2) return wrong;
    return content;
}

}  // namespace cmpkit

#include "serial.hpp"

#include <charconv>

#include "der/types.hpp"

namespace cmpkit::capi {
namespace {

constexpr std::size_t longest = 100;  // digits

/// value = value * base + digit, of any length.
void append(Octets& value, unsigned base, unsigned digit) {
    unsigned carry = digit;
    for (auto octet = value.rbegin(); octet != value.rend(); ++octet) {
        carry += *octet * base;
        *octet = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    if (carry) value.insert(value.begin(), static_cast<std::uint8_t>(carry));
}

}  // namespace

Result<Octets> serial_in(const char* text) {
    std::string_view digits = text ? text : "";
    const bool       is_hex = digits.starts_with("0x") || digits.starts_with("0X");
    if (is_hex) digits.remove_prefix(2);
    if (digits.empty() || digits.size() > longest) return Error{.code = Code::bad_argument, .detail = "serial is empty or too long"};
    const int base = is_hex ? 16 : 10;
    Octets    value;
    for (const char& c : digits) {
        unsigned digit = 0;
        if (std::from_chars(&c, &c + 1, digit, base).ec != std::errc()) return Error{.code = Code::bad_argument, .detail = "serial is no number: decimal, or hexadecimal after 0x"};
        append(value, static_cast<unsigned>(base), digit);
    }
    return der::unsigned_integer(value);
}

}  // namespace cmpkit::capi

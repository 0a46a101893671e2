#include "form.hpp"

namespace cmpkit_spool {

namespace {

unsigned octet(std::string_view octets, std::size_t at) { return static_cast<unsigned char>(octets[at]); }

/// Octets of the identifier (X.690 8.1.2); 0: it does not end.
std::size_t identifier_size(std::string_view octets) {
    if (octets.empty()) return 0;
    if ((octet(octets, 0) & 0x1f) != 0x1f) return 1;
    for (std::size_t at = 1; at < octets.size() && at < 6; ++at)
        if ((octet(octets, at) & 0x80) == 0) return at + 1;
    return 0;
}

std::string verdict(std::size_t value, std::size_t file) {
    if (value == file) return {};
    const std::string sizes = "the DER value has " + std::to_string(value) + " octets, and the file " + std::to_string(file);
    return value < file ? "there is something behind the message: " + sizes : "the message is cut off: " + sizes;
}

}  // namespace

std::string why_not_one_value(std::string_view octets) {
    const std::size_t tag = identifier_size(octets);
    if (tag == 0 || octets.size() < tag + 1) return octets.empty() ? "the file is empty" : "this is no DER value";
    const unsigned first = octet(octets, tag);
    if (first < 0x80) return verdict(tag + 1 + first, octets.size());
    const std::size_t more = first & 0x7f;
    if (more == 0 || more > 4) return "this is no DER value of a sensible length";
    if (octets.size() < tag + 1 + more) return "the message is cut off";
    std::size_t length = 0;
    for (std::size_t i = 0; i < more; ++i) length = length << 8 | octet(octets, tag + 1 + i);
    return verdict(tag + 1 + more + length, octets.size());
}

}  // namespace cmpkit_spool

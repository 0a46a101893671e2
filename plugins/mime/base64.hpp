// Base64 of mails (RFC 2045 6.8): written in lines of 76, read with lines of any length.
// It refuses anything that is neither of its alphabet nor white space.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_mime {

std::string                base64_lines(std::string_view octets);
std::optional<std::string> base64_octets(std::string_view text);

}  // namespace cmpkit_mime

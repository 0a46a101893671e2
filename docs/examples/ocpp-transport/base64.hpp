// Base64 (RFC 4648 4), both ways.
// It takes one spelling for each value: no line breaks, no missing padding, no bits behind the last octet.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace ocpp {

std::string                to_base64(std::string_view octets);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace ocpp

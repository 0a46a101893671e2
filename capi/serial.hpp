// Serial numbers as people type them: decimal, or hexadecimal after 0x.
#pragma once
#include "result.hpp"

namespace cmpkit::capi {

/// The content octets of the INTEGER.
/// @param text  hexadecimal after 0x, else decimal; at most 100 digits
/// @error bad_argument
Result<Octets> serial_in(const char* text);

}  // namespace cmpkit::capi

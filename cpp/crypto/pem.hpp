// Telling PEM from DER. For crypto's own files; what others call is in certificate.hpp.
#pragma once
#include "result.hpp"

namespace cmpkit::crypto {

/// Not one DER element, and a BEGIN line somewhere.
bool is_pem(Bytes octets);

}  // namespace cmpkit::crypto

// Certificates as text.
#pragma once
#include "octets.hpp"

#include <string>

namespace tool {

/// One PEM block of the certificate.
std::string certificate_pem(const std::uint8_t* der, std::size_t size);
/// A file as PEM, whichever of the two it was. @param label  of the block if it was DER
std::string as_pem(const Octets& file, const std::string& label = "CERTIFICATE");

}  // namespace tool

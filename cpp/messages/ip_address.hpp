// IPv4 and IPv6 addresses as text and as the octets of an iPAddress (RFC 5280 4.2.1.6). Plain C++, so that firmware without POSIX
// headers can use it. It knows no names, ports, zones or prefixes.
#pragma once
#include "result.hpp"

namespace cmpkit {

/// "192.0.2.1" to 4 octets, "2001:db8::1" or "::ffff:192.0.2.1" to 16; nothing if it is neither.
std::optional<Octets> ip_from_text(std::string_view text);

/// 4 octets dotted, 16 octets by RFC 5952, twice that as address/mask (4.2.1.10); empty for any other number of octets.
std::string ip_to_text(Bytes address);

}  // namespace cmpkit

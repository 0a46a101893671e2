// Keys and certificates from where they are kept: files (PEM, DER, PKCS#12), or URIs that a provider of OpenSSL serves (pkcs11:…).
#pragma once
#include "library.hpp"
#include "octets.hpp"

namespace tool {

/// A scheme before a colon, and no file has that name.
bool is_uri(const std::string& place);
/// As messages show it: of a URI the scheme alone, for the rest may hold a PIN.
std::string shown(const std::string& place);

/// @param passphrase  empty: none is known  @throws Failure
Key load_key(const std::string& place, const Secret& passphrase);
/// @param source  of the passphrase or PIN, as read_secret takes it; empty: there is none
Key load_key(const std::string& place, const std::string& source);
/// As PEM, the key's own first.
std::string load_certificates(const std::string& place, const Secret& passphrase);

/// The passphrase or PIN of a place; empty if there is no source of it.
Secret passphrase_of(const std::string& place, const std::string& source);

}  // namespace tool

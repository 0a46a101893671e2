// PKCS#12 (RFC 7292): a key and the certificates kept beside it, under one password. For crypto's own files and the C ABI.
// It refuses a file without a MAC, of which nobody could tell whether the password is right.
#pragma once
#include "crypto/certificate.hpp"

namespace cmpkit::crypto {

struct Pkcs12 {
    std::shared_ptr<PrivateKey> key;           // null: there is none
    std::vector<Cert>           certificates;  // the key's own first; empty: there is none
};

/// Begins as a PFX of version 3 does, and so as no key and no certificate.
bool is_pkcs12(Bytes octets);

/// @param password  UTF-8; null or empty: none is known
/// @error bad_value            not a PFX, path "PFX" or "macData"
/// @error bad_key              detail says why: wrong password, password needed, a key that is not of ours
/// @error unsupported          the MAC or the encryption is none of this OpenSSL's
/// @error bad_certificate, or the reader's; path "certificates[i]…"
/// @source RFC 7292 4
Result<Pkcs12> read_pkcs12(Bytes der, const Secret* password);

}  // namespace cmpkit::crypto

// What the owner of a transaction is called: a function of what its message's protection proved, and of nothing that an authority decides.
#pragma once
#include "crypto/certificate.hpp"

namespace cmpkit::operations {

inline std::string owner_by_secret(std::string_view reference) { return "secret:" + escaped(reference); }
inline std::string owner_by_certificate(Bytes hash) { return "certificate:" + to_hex(hash); }  // SHA-256 of its DER
inline std::string owner_by_signature(const crypto::Cert& signer) { return owner_by_certificate(signer.hash()); }

}  // namespace cmpkit::operations

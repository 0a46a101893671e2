// Whether a certificate or CRL is an issuer's, by names, key identifiers and signature (RFC 5280 6.1.3, 6.3.3). For crypto's own files.
#pragma once
#include "crypto/certificate.hpp"

namespace cmpkit::crypto {

/// What a certificate and a CRL have in common.
struct SignedThing {
    const Name&                      issuer;
    const std::optional<Extensions>& extensions;
    const AlgorithmIdentifier&       inner_algorithm;
    const AlgorithmIdentifier&       outer_algorithm;
    Bytes                            to_be_signed;
    const der::BitString&            signature;
};
SignedThing signed_thing(const Certificate& certificate);
SignedThing signed_thing(const CertificateList& list);

/// By names and identifiers: the issuer's subject is the one named, and no identifier says that it was another key or certificate.
bool may_be_issued_by(const SignedThing& thing, const Cert& issuer);

/// By its signature, with an algorithm that is trusted and the same inside and outside (RFC 5280 4.1.1.2).
bool is_signed_by(const SignedThing& thing, const Cert& issuer);

}  // namespace cmpkit::crypto

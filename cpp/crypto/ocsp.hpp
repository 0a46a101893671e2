// OCSP (RFC 6960): the question whether a certificate is revoked, and what an answer to it proves.
#pragma once
#include "crypto/certificate.hpp"

namespace cmpkit::crypto {

/// What an OCSP responder has said of a certificate.
struct Standing {
    bool         is_revoked = false;
    std::int64_t until      = 0;  // Unix seconds: the answer counts before then
};

/// DER of an OCSPRequest about one certificate: unsigned, without a nonce, with SHA-1 in the CertID, as every responder knows it (RFC 5019 2.1).
Octets ocsp_request(const Cert& certificate, const Cert& issuer);

/// What a DER OCSPResponse says of the certificate. It counts if the issuer signed it, or whom the issuer certified for that, id-kp-OCSPSigning, without
/// the need to look at that one's own standing, id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2).
///
/// @param now  Unix seconds
/// @error the reader's; status_unknown      the responder did not answer, or does not know the certificate, or answers for another time
/// @error signer_not_trusted, certificate_expired, signature_mismatch, algorithm_refused  it is not an answer of who may give it
Result<Standing> read_ocsp(Bytes response, const Cert& certificate, const Cert& issuer, std::int64_t now);

}  // namespace cmpkit::crypto

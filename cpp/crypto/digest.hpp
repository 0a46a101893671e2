// Digests and MACs by their AlgorithmIdentifier; absent and NULL parameters are both read.
#pragma once
#include "crypto/secret.hpp"
#include "messages/crmf.hpp"

namespace cmpkit::crypto {

/// @param algorithm  sha1, sha224…sha512, shake128 (32 octets out), shake256 (64 octets out)
/// @error unsupported  path "algorithm"
Result<Octets> digest(const AlgorithmIdentifier& algorithm, Bytes data);
Octets         sha1(Bytes data);    // 20 octets; key identifiers only (RFC 5280 4.2.1.2)
Octets         sha256(Bytes data);  // 32 octets

/// AlgorithmIdentifiers without storage to care for: views of constants. Digests without parameters, HMACs with NULL, as their RFCs print them.
AlgorithmIdentifier algorithm_of(const OidConstant& oid);
AlgorithmIdentifier algorithm_with_null(const OidConstant& oid);

/// owf applied `iterations` times, first to secret ‖ salt (RFC 4211 4.4). The caller has checked the bounds. @error unsupported
Result<Secret> iterated_digest(const AlgorithmIdentifier& owf, Bytes secret, Bytes salt, std::uint32_t iterations);

/// RFC 8018 5.2 with an HMAC as PRF. The caller has checked the bounds. @error unsupported
Result<Secret> pbkdf2(const AlgorithmIdentifier& prf, Bytes secret, Bytes salt, std::uint32_t iterations, std::size_t key_length);

/// HMAC with SHA-1 (both of its OIDs), SHA-224…SHA-512. @return as many octets as the digest has. @error unsupported
Result<Octets> hmac(const AlgorithmIdentifier& mac, Bytes key, Bytes data);
/// Octets that hmac() returns for it; 0: unsupported.
std::size_t    hmac_size(const AlgorithmIdentifier& mac);

/// certHash (RFC 9810 5.3.18, RFC 9481 2 and 3): over the whole DER certificate with the hash of its own signature algorithm; Ed25519 SHA-512, Ed448
/// SHAKE256 with 64 octets, RSASSA-PSS the hash in its parameters. @error unsupported  the algorithm fixes no hash: hashAlg is needed
Result<Octets> certificate_hash(const Certificate& certificate);

}  // namespace cmpkit::crypto

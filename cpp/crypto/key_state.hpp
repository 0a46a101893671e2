// The insides of PublicKey, for crypto's own files.
#pragma once
#include "crypto/key.hpp"
#include "crypto/openssl.hpp"

namespace cmpkit::crypto {

/// A curve of ours, under all its names.
struct Curve {
    OidConstant oid;
    const char* name;
    std::size_t bits;
    OidConstant signature;  // ECDSA with the hash of its strength (RFC 9481 3.2)

    std::size_t coordinate_size() const { return (bits + 7) / 8; }
};
inline constexpr Curve curves[] = {{oids::secp256r1, "P-256", 256, oids::ecdsa_with_SHA256},
                                   {oids::secp384r1, "P-384", 384, oids::ecdsa_with_SHA384},
                                   {oids::secp521r1, "P-521", 521, oids::ecdsa_with_SHA512},
                                   {oids::brainpoolP256r1, "brainpoolP256r1", 256, oids::ecdsa_with_SHA256},  // RFC 5639
                                   {oids::brainpoolP384r1, "brainpoolP384r1", 384, oids::ecdsa_with_SHA384},
                                   {oids::brainpoolP512r1, "brainpoolP512r1", 512, oids::ecdsa_with_SHA512}};

/// The curve of that name ("P-256"); null: not one of ours.
const Curve* curve_named(std::string_view name);

struct KeyParts {
    EvpKey       key{};
    KeyKind      kind{};
    std::size_t  bits  = 0;
    const Curve* curve = nullptr;  // EC alone
};
struct PublicKey::Key : KeyParts {
    Octets      spki{};
    std::size_t subject_public_key_size = 0;  // the last octets of spki
};

/// The algorithm that a signer with this key prefers.
AlgorithmIdentifier preferred_algorithm(const PublicKey& key);

}  // namespace cmpkit::crypto

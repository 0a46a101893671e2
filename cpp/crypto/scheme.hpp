// What the AlgorithmIdentifier of a signature means: the kind of key, the hash, the padding. For crypto's own files.
#pragma once
#include "crypto/hash.hpp"
#include "crypto/key.hpp"

namespace cmpkit::crypto {

struct Scheme {
    KeyKind            kind;
    const Hash*        hash = nullptr;  // null: EdDSA, which hashes inside
    std::optional<int> pss_salt{};      // octets; absent: not RSASSA-PSS
};

/// Reads an AlgorithmIdentifier, SHA-1 included: who names a hash by it is not yet trusting it.
/// @error algorithm_refused  unknown, or parameters that do not belong; path "algorithm" or "parameters…"
Result<Scheme> scheme_of(const AlgorithmIdentifier& algorithm);

/// The scheme that a key may sign or verify with. @error algorithm_refused  as above; SHA-1; not for this kind of key
Result<Scheme> scheme_for(const AlgorithmIdentifier& algorithm, KeyKind kind);

/// A context that verifies or signs by `scheme`. Null: OpenSSL refused.
/// @param properties  of the provider that the key is in; empty: OpenSSL's own
MdCtx verifying_context(const Scheme& scheme, EVP_PKEY* key);
MdCtx signing_context(const Scheme& scheme, EVP_PKEY* key, const std::string& properties);

/// "rsa", "ec", "ed25519", "ed448"
std::string_view name_of(KeyKind kind);

}  // namespace cmpkit::crypto

// The AlgorithmIdentifier of a SubjectPublicKeyInfo and the word of generate_key for the same kind of key, an RSA key without its size.
#pragma once
#include "crypto/key.hpp"

namespace cmpkit::crypto {

/// "ec:P-256", "ed25519", "rsa"; nothing: not a kind of ours.
std::optional<std::string> key_kind(const AlgorithmIdentifier& algorithm);
/// Views of constants. Nothing: not a kind of ours.
std::optional<AlgorithmIdentifier> key_algorithm(std::string_view kind);

}  // namespace cmpkit::crypto

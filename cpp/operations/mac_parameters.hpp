// What a MAC of a shared secret is derived with, the same words for its kinds: for people who look at a message.
#pragma once
#include "messages/crmf.hpp"

namespace cmpkit::operations {

/// Views of the AlgorithmIdentifier.
struct MacParameters {
    std::string_view    kind;  // "PBM", "PBMAC1"
    std::string_view    path;  // of what follows, below "header.protectionAlg"
    std::int64_t        iterations = 0;
    std::size_t         salt       = 0;  // octets
    AlgorithmIdentifier digest;          // owf of PBM, prf of PBMAC1
    AlgorithmIdentifier mac;
};

/// Nothing: not a MAC of a shared secret, or its parameters are not those of its kind.
std::optional<MacParameters> mac_parameters_of(const AlgorithmIdentifier& algorithm);

}  // namespace cmpkit::operations

// The certificate request template of a profile for one requester (RFC 9483 4.3.3): what the profile fixes is given, what a request says is left open.
#pragma once
#include "ca/naming.hpp"
#include "ca/state.hpp"
#include "messages/general.hpp"

namespace cmpkit::ca {

/// Fills `content`, whose views live in the arena and in the arguments.
/// @param old  the requester's certificate, if it is ours: cr and kur keep its names; else null
Result<void> describe_request(const Core& core, const Rules& rules, const Callings& callings, const Identity& identity, const crypto::Cert* old, CertReqTemplateContent& content,
                              der::Arena& arena);

/// The algorithms of the keys that a profile certifies, one a curve (RFC 9810 5.3.19.2). Views of constants.
std::vector<AlgorithmIdentifier> key_algorithms(const Rules& rules);

}  // namespace cmpkit::ca

// The certificate request template of a profile for one requester (RFC 9483 4.3.3): what the profile fixes is given, what a request says is left open.
#pragma once
#include "ca/known_names.hpp"
#include "ca/state.hpp"
#include "messages/general.hpp"

namespace cmpkit::ca {

/// Whose names are told: those of the certificate, else those given, else what the patterns make of the identity.
struct TemplateNames {
    const crypto::Cert* old   = nullptr;  // the requester's certificate, if it is ours: cr and kur keep its names
    const Names*        given = nullptr;  // see names_given
    const Callings&     callings;
    Identity            identity;
};

/// Fills `content`, whose views live in the arena and in the arguments.
Result<void> describe_request(const Core& core, const Rules& rules, const TemplateNames& names, CertReqTemplateContent& content, der::Arena& arena);

/// The algorithms of the keys that a profile certifies, one a curve (RFC 9810 5.3.19.2). Views of constants.
std::vector<AlgorithmIdentifier> key_algorithms(const Rules& rules);

}  // namespace cmpkit::ca

// What a request wishes for beyond a name and a key: its extensions, read and sorted into what a profile may grant and what is told as dropped.
// It refuses what makes a CA of an end entity, what is there twice, and what is critical and unknown.
#pragma once
#include "ca/rules.hpp"

namespace cmpkit::ca {

/// Views of the request. Identifiers of keys are not among them: they are always ours.
struct Wishes {
    const GeneralNames*      subjectAltName = nullptr;
    const ExtKeyUsage*       extKeyUsage    = nullptr;
    KeyUsage                 keyUsage;  // no bit: none is wished for
    std::vector<std::string> dropped;   // extensions that no request decides
};

/// @error bad_template  failInfo badCertTemplate; detail names the extension
Result<Wishes> read_wishes(const Extensions* extensions);

/// A part of what was asked for, and words for what was not granted ("" : nothing).
struct GrantedUsage {
    KeyUsage    usage;
    std::string left_out;
};
/// The bits wished for among those of the profile and those that the key adds; without a wish the profile's, where the key is able to do it.
/// @error bad_template  failInfo badCertTemplate: nothing is left
Result<GrantedUsage> grant_usage(KeyUsage wished, const Rules& rules, const crypto::PublicKey& key);

struct GrantedPurposes {
    std::vector<der::Oid> purposes;  // views of the rules
    std::string           left_out;
};
/// @error bad_template  failInfo badCertTemplate: nothing is left, or an authority's purpose (cmcCA, cmcRA, cmKGA, any) is wished for that the profile does not name
Result<GrantedPurposes> grant_purposes(const ExtKeyUsage* wished, const Rules& rules);

}  // namespace cmpkit::ca

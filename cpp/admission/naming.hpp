// The names that a certificate may carry: by patterns for who comes with a secret or somebody else's certificate, by the certificate itself for
// who has one of ours.
#pragma once
#include "admission/given_names.hpp"

namespace cmpkit::admission {

/// @param subject  null or NULL-DN: the pattern makes it, if it can  @param wanted  alternative names; null: none
/// @error not_authorized  failInfo notAuthorized: a name is not this requester's; detail names the attribute or the kind of name, not what is allowed
/// @error bad_template    failInfo badCertTemplate: only the request could say the name, or it cannot be written
Result<Names> grant_by_patterns(const Name* subject, const GeneralNames* wanted, std::span<const NamePattern> subjects, std::span<const GeneralNamePattern> sans,
                                const Identity& identity, der::Arena& arena);

/// The names of `old`: its subject, and those alternative names that are asked for.
/// @error not_authorized  failInfo notAuthorized: a name that `old` has not
Result<Names> keep_names(const Name* subject, const GeneralNames* wanted, const crypto::Cert& old);

/// Those of `old` that the request leaves unsaid (RFC 9483 4.1.3: an update has the identity of what it updates).
void copy_alternative_names(const GeneralNames* wanted, const crypto::Cert& old, Names& names);

/// What the placeholders of patterns stand for. Views of the requester.
Identity identity_of(const operations::Requester& requester);

}  // namespace cmpkit::admission

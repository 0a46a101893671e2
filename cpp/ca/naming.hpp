// The names that a certificate may carry: by patterns for who comes with a secret or somebody else's certificate, by the certificate itself for
// who has one of ours.
#pragma once
#include "ca/wishes.hpp"

namespace cmpkit::ca {

/// Names that were granted. Views of the request, of the old certificate and of the arena.
struct Names {
    Name                     subject;
    std::vector<GeneralName> subjectAltName;
    std::vector<std::string> changes;  // words for what is not as asked
};

/// @param subject  null or NULL-DN: the pattern makes it, if it can
/// @error not_authorized  failInfo notAuthorized: a name is not this requester's; detail names the attribute or the kind of name, not what is allowed
/// @error bad_template    failInfo badCertTemplate: only the request could say the name, or it cannot be written
Result<Names> grant_by_patterns(const Name* subject, const Wishes& wishes, std::span<const NamePattern> subjects, std::span<const GeneralNamePattern> sans,
                                const Identity& identity, der::Arena& arena);

/// The names of `old`: its subject, and those alternative names that are asked for.
/// @error not_authorized  failInfo notAuthorized: a name that `old` has not
Result<Names> keep_names(const Name* subject, const Wishes& wishes, const crypto::Cert& old);

/// Those of `old` that the request leaves unsaid (RFC 9483 4.1.3: an update has the identity of what it updates).
void copy_alternative_names(const Wishes& wishes, const crypto::Cert& old, Names& names);

}  // namespace cmpkit::ca

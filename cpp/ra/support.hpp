// What a registration authority answers to support messages (genm, RFC 9483 4.3) from its own data, where a rule says so. It tells what its operator gave it and nothing
// else: what follows from the profiles and records of a CA is for that CA to tell.
#pragma once
#include "admission/site_information.hpp"
#include "operations/authority.hpp"

namespace cmpkit::ra {

/// A new root, and the links between it and the one before.
struct RootUpdate {
    crypto::Cert new_with_new, new_with_old, old_with_new;  // the last one tells whose place it took
};

struct Support : admission::SiteInformation {
    std::vector<RootUpdate> root_updates;  // the oldest first
};

/// @error bad_configuration  a CRL cannot be read; new_with_old and old_with_new are not about one step
Result<void> check(const Support& support);

/// @error with failInfo: it is refused
Result<operations::Information> answer_from(const Support& support, const operations::InformationRequest& request);

}  // namespace cmpkit::ra

// Root rollover (RFC 9810 4.4): a new root, the certificates that link it with the old one, and the CA below it certified anew.
#pragma once
#include "ca/authority.hpp"

namespace cmpkit::ca {

struct Rollover {
    crypto::Cert old_root, new_with_new, new_with_old, old_with_new;
    crypto::Cert issuing;  // the CA below the root: its name and key, certified by the new root
};

/// What a rollover begins with.
struct RolloverOrder {
    crypto::Cert          old_root;
    crypto::Cert          issuing;  // the CA below it
    const crypto::Signer& old_key;
    const crypto::Signer& new_key;
    std::int64_t          validity_seconds = 20LL * 365 * 86400;
};
/// @error bad_argument; bad_key  the key is not the old root's; bad_certificate  the root did not certify the CA below it
Result<Rollover> roll_over(const RolloverOrder& order, const Random& random, std::int64_t now);

}  // namespace cmpkit::ca

// How a registration authority that looks after its signer itself stands at the moment: what protects messages for which upstream, and what it cannot do while
// it has no signer yet. A transaction's record names its upstream; so each signer gives the upstreams names of its own, and what began under one goes on
// under it, whichever process has it in hand.
#pragma once
#include "service/ra_config.hpp"

namespace cmpkit::service {

struct Standing {
    RaConfiguration       ra;
    std::vector<BodyType> withheld{};  // first messages that have to wait for a signer
};

/// The same without [ra.enroll]. With it an upstream "ca" is called "ca as 3f2a91bc" for what goes there under the signer of that certificate.
/// @error bad_configuration  a rule would not do with a signer either
Result<Standing> standing_of(const RaConfiguration& ra);

}  // namespace cmpkit::service

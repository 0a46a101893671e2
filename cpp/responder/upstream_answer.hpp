// Whether what an upstream sent can be believed to be its answer to what was sent: place, protection, signer, body (RFC 9483 3.5). What cannot is as good as no
// answer, so that whoever sends it in the upstream's place ends nothing.
#pragma once
#include "operations/authority.hpp"
#include "ra/registration.hpp"

namespace cmpkit::responder {

/// Views.
struct Expected {
    const PKIMessage&   sent;     // to the upstream; of a nested one with a single message inside, that message
    const PKIMessage&   first;    // of the transaction
    const PKIMessage&   awaited;  // the one that was sent, or that it polls for
    const ra::Upstream& upstream;
    std::shared_ptr<const crypto::Secret> secret{};  // that may protect the answer; null: none
    std::int64_t        time_window = 300;
    std::int64_t        now = 0;
    bool                is_nested = false;  // `sent` went inside a message that approves it
};

/// @return set: nothing can be said before this is asked
/// @error transaction_mismatch, nonce_mismatch, protection_missing, protection_mismatch, signer_not_trusted, unexpected_body, wrong_certificate …
Result<std::optional<operations::MissingStatus>> believe(const PKIMessage& answer, const Expected& expected);

/// The message that an answer is compared with: itself, or the single one inside a nested message that approves it.
const PKIMessage& answered_one(const PKIMessage& sent);

}  // namespace cmpkit::responder

// Messages for one upstream that travel together (RFC 9483 5.2.2.2): when a batch is full, and which of those that wait go with it. It composes nothing,
// stores nothing and has no clock: that the oldest has waited long enough is seen by who has one.
//
//     if (is_full(limits, waiting)) for (std::size_t index : members_of(limits, waiting)) …
#pragma once
#include "result.hpp"

namespace cmpkit::ra {

/// None of the bounds is 0.
struct BatchLimits {
    std::size_t  count      = 100;
    std::size_t  octets     = 1 << 20;    // of the messages inside; a single one may be larger
    std::int64_t seconds    = 5;          // that the oldest waits
    std::int64_t lost_after = 7 * 86400;  // seconds after which what has no answer is told as lost
};

/// A message that waits to be bundled. Views.
struct BatchCandidate {
    Bytes       transaction_id, sender_nonce;
    std::size_t octets = 0;
};

/// Whether there is enough for a batch without waiting any longer.
bool is_full(const BatchLimits& limits, std::span<const BatchCandidate> waiting);

/// The indexes of those that go now, the first of them in any case: as many as the limits allow, none with another's transactionID or senderNonce,
/// by which its answer could be taken for the other's.
std::vector<std::size_t> members_of(const BatchLimits& limits, std::span<const BatchCandidate> waiting);

}  // namespace cmpkit::ra

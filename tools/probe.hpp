// A question that needs no credentials to be answered, and what its answer shows. The question is a genm for the CA certificates without
// protection: it names no reference, so that it is nobody's failed try; a CMP server answers it, if only by an error message.
#pragma once
#include "json.hpp"
#include "library.hpp"
#include "octets.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tool {

struct Probe {
    Octets      message;                       // DER
    std::string transaction_id, sender_nonce;  // hexadecimal, as messages are shown
};
/// With transactionID and senderNonce of its own. @throws Failure  the system has no random octets
Probe make_probe();

/// A message that came, as `cmpkit show` tells it.
struct Seen {
    Json        header;
    std::string body;    // "error"
    std::string status;  // "rejection, badMessageCheck"; empty: the body has none
};
/// @throws Failure  it is no PKIMessage
Seen seen_in(const Buffer& answer);

/// Unix seconds of "2026-11-21T12:04:29Z".
std::optional<std::int64_t> time_in(const std::string& text);

}  // namespace tool

// A message of a requester at the door of a relay, by itself or within another: who sent it, how it is answered, and what the log will say of it.
#pragma once
#include "responder/relay.hpp"

namespace cmpkit::responder {

/// Views of the message.
struct Relay::Visitor {
    const PKIMessage& message;
    const Origin&     origin;
    Incident          incident;
    Result<Sender>    sender;                    // or why it goes no further
    const protection::Protector* own = nullptr;  // what we answer with where a MAC does not; null: without protection
    Bytes             whole{};                   // what goes on where its sender is unknown: it, or the message that approves it
    bool              is_batched = false;        // its answer is expected together with those of others: it is told to wait at once

    /// Of answers; null: they are unprotected.
    const protection::Protector* protector() const { return is_under_mac(message) ? (sender ? &sender->protector : nullptr) : own; }
};

}  // namespace cmpkit::responder

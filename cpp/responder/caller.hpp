// A message on its way through a responder: for which CA it is, who sent it, and what the log will say of it; or why it is refused.
#pragma once
#include "responder/refusal.hpp"

namespace cmpkit::responder {

/// Views of the message.
struct Caller {
    const PKIMessage&     message;
    Incident              incident;
    Destination           destination;
    std::optional<Sender> sender{};       // set: it is known, or something must be asked to know it
    std::optional<Error>  refusal{};      // set: it came no further
    const protection::Protector* protector = nullptr;  // of a refusal; null: it is unprotected

    bool is_missing_status() const { return sender && sender->missing; }
};

/// A transaction that an RA polls for in the place of its owner.
struct Delegation {
    Octets key;                                // of its record
    std::optional<der::Parsed<PKIMessage>> first{};  // its first message; none: it waits no longer
    std::optional<Sender>                  owner{};  // who sent that
};

}  // namespace cmpkit::responder

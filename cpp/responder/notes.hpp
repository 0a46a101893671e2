// What the log is to know of a transaction, read from its messages: who asks for what, and what an answer says of it. Nothing is decided by it, and nothing
// is verified here: it is asked about messages that were.
#pragma once
#include "responder/responder.hpp"

namespace cmpkit::responder {

/// That the deed was about this certificate.
void note(Deed& deed, const crypto::Cert& certificate);

/// Who asks, and for what.
/// @param message  the first of the transaction where it is at hand, else another one of its requester  @param asked  body of the first
void note_request(Deed& deed, const PKIMessage& message, BodyType asked);

/// How an answer ends the request, or that it does not yet.
void note_status(Deed& deed, const PKIBody& answer);

/// That the requester did not take its certificate.
void note_withdrawal(Deed& deed);

/// Tells the log and the audit log, either of which may be empty. @return whether nothing is lost
bool tell(const Log& log, const Audit& audit, const Incident& incident, std::int64_t now);

}  // namespace cmpkit::responder

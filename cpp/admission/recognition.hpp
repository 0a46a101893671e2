// Who signed, as a CA and an RA say it alike: a requester, or a refusal in the words of RFC 9483 3.5.
#pragma once
#include "admission/refusal.hpp"

namespace cmpkit::admission {

/// Who has that certificate.
operations::Requester requester_of(operations::RequesterKind kind, const crypto::Cert& certificate);

/// A refusal with failInfo signerNotTrusted.
Error not_trusted(const char* detail);

/// What a Verifier said, with the failInfo that a requester is told.
Error judged(Error error);

}  // namespace cmpkit::admission

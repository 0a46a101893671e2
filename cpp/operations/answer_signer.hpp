// Who signed an answer, as its header and signature prove, and whether one like that may answer. Whether a path leads from it to an anchor is the
// caller's to ask, who knows how to learn what is missing for that.
#pragma once
#include "operations/peer.hpp"

namespace cmpkit::operations {

/// The certificates that came with a message, as far as they can be read, in its order. @param known  need not be read again
std::vector<crypto::Cert> certificates_of(const PKIMessage& message, std::span<const crypto::Cert> known = {});

/// The certificate that the message names and whose key verifies its signature.
/// @param candidates   certificates at hand; those of the message are among them
/// @param without_kid  senderKID says nothing of the signer
/// @error sender_mismatch, protection_missing, protection_mismatch, algorithm_refused; missing  senderKID, where the peer must send one
/// @source RFC 9483 3.5
Result<crypto::Cert> answer_signer(const PKIMessage& message, std::span<const crypto::Cert> candidates, const Peer& peer, bool without_kid);

/// Whether that certificate is one to sign answers with: a CA's, one with id-kp-cmcCA or cmcRA, or one of unrestricted use; or one of the pinned, if there are any.
/// @error signer_not_trusted
/// @source RFC 9810 4.5; RFC 9483 3.5
Result<void> check_answer_signer(const crypto::Cert& signer, std::span<const crypto::Cert> pinned, const Peer& peer);

/// That error with its place and clause.
Error signer_refused(std::string detail);

}  // namespace cmpkit::operations

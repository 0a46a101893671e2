#include "admission/recognition.hpp"

#include "operations/owner.hpp"

namespace cmpkit::admission {

operations::Requester requester_of(operations::RequesterKind kind, const crypto::Cert& certificate) {
    return {.kind = kind, .id = operations::owner_by_signature(certificate), .reference = {}, .certificate = certificate};
}

Error not_trusted(const char* detail) { return refusal(FailInfo::signerNotTrusted, detail, "RFC 9483 3.5"); }

Error judged(Error error) {
    if (error.code == Code::signer_not_trusted || error.code == Code::certificate_expired || error.code == Code::status_unknown) error.fail_info = FailInfo::signerNotTrusted;
    if (error.code == Code::certificate_revoked) error.fail_info = FailInfo::certRevoked;
    return error;
}

}  // namespace cmpkit::admission

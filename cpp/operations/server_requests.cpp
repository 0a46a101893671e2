// How the server reads what came: where it belongs, and the rules of later messages that need no policy.
#include "operations/confirmation.hpp"
#include "operations/header_checks.hpp"
#include "operations/requests.hpp"
#include "operations/server.hpp"

namespace cmpkit::operations {

ServerOperation::Happening ServerOperation::read() {
    const auto note = [this](Result<void> result) {
        if (!result && !problem_) problem_ = result.error();
    };
    note(check_place());
    if (const auto* content = message_.body.get<"certConf">()) {
        note(read_confirmation(*content));
        return Happening::confirmation;
    }
    enrollment_.id = revocation_.id = inquiry_.id = request_id(transaction_key(requester_.id, message_.header.transactionID->content));
    if (const auto* content = message_.body.get<"pollReq">()) {
        note(read_poll(*content));
        if (pending_) read_first();
        return Happening::poll;
    }
    return message_.body.is<"error">() ? Happening::error : read_first();
}

ServerOperation::Happening ServerOperation::read_first() {
    const PKIBody& body = first_message().body;
    const auto     note = [this](Result<void> result) {
        if (!result && !problem_) problem_ = result.error();
    };
    if (const auto* content = body.get<"rr">()) {
        has_bad_header_ = problem_.has_value();
        note(read_revocation(*content, revocation_));
        return Happening::revocation;
    }
    if (const auto* content = body.get<"genm">()) {
        note(read_inquiry(*content, first_message().header, profile_hint_, inquiry_));
        return Happening::inquiry;
    }
    if (!asks_for_certificate(body)) return Happening::other;
    note(read_wishes(first_message().header, profile_hint_, enrollment_));
    if (requester_.kind == RequesterKind::ra) note(read_original());
    has_bad_header_ = problem_.has_value();
    note(read_enrollment(body, requester_.kind, enrollment_));
    return Happening::enrollment;
}

Result<void> ServerOperation::read_original() {
    auto original = has_original(first_message().header);
    if (!original) return original.error();
    enrollment_.has_original = *original;
    return {};
}

// First messages answer nothing, later ones our last reply.
Result<void> ServerOperation::check_place() {
    if (transaction_.state == TransactionState::fresh) return check_first(message_.header);
    if (!is_later(message_.body)) return {};
    return check_answer(message_.header, message_.header.transactionID->content, transaction_.senderNonce.content);
}

Result<void> ServerOperation::read_confirmation(const CertConfirmContent& content) {
    auto status = operations::read_confirmation(content, transaction_.certReqId, message_.header.pvno);
    if (!status) return status.error();
    status_ = *status;
    return {};
}

bool ServerOperation::is_accepted_by_client() const { return is_accepted(status_); }

Result<void> ServerOperation::compare_hash(const crypto::Cert& certificate) const { return operations::compare_hash(*status_, certificate); }

}  // namespace cmpkit::operations

// How the server reads what came: where it belongs, and the rules of later messages that need no policy.
#include "crypto/digest.hpp"
#include "operations/header_checks.hpp"
#include "operations/requests.hpp"
#include "operations/server.hpp"

namespace cmpkit::operations {

ServerOperation::Happening ServerOperation::read() {
    const auto note = [this](Result<void> result) {
        if (!result && !problem_) problem_ = result.error();
    };
    note(check_place());
    enrollment_.id = revocation_.id = inquiry_.id = request_id(transaction_key(requester_.id, message_.header.transactionID->content));
    if (const auto* content = message_.body.get<"certConf">()) {
        note(read_confirmation(*content));
        return Happening::confirmation;
    }
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
    const auto bad = [](FailInfo info, const char* path, const char* detail) {
        return Error{.code = Code::bad_request, .path = path, .fail_info = info, .clause = "RFC 9483 4.1.1", .detail = detail};
    };
    if (content.empty()) return {};  // RFC 9810 5.3.18: all are refused
    if (content.size() != 1) return bad(FailInfo::badRequest, "body.certConf", "exactly one CertStatus is expected");
    status_ = &content.front();
    // RFC 9810 5.3.18 with erratum 8806: the value of the response; peers of the older text send 0 after a p10cr.
    if (status_->certReqId != 0 && status_->certReqId != transaction_.certReqId) return bad(FailInfo::badRequest, "body.certConf[0].certReqId", "it is another one");
    if (status_->hashAlg && message_.header.pvno != Pvno::cmp2021)
        return bad(FailInfo::badCertId, "body.certConf[0].hashAlg", "hashAlg needs pvno cmp2021");
    if (status_->statusInfo && status_->statusInfo->status == PKIStatus::accepted && status_->statusInfo->failInfo)
        return bad(FailInfo::badRequest, "body.certConf[0].statusInfo", "accepted, yet with failInfo");
    return {};
}

bool ServerOperation::is_accepted_by_client() const { return status_ && (!status_->statusInfo || is_granted(*status_->statusInfo)); }

Result<void> ServerOperation::compare_hash(const crypto::Cert& certificate) const {
    auto hash = status_->hashAlg ? crypto::digest(*status_->hashAlg, certificate.der()) : crypto::certificate_hash(*certificate);
    if (!hash) return Error{.code = Code::bad_cert_id, .path = "body.certConf[0].hashAlg", .fail_info = FailInfo::badCertId, .clause = "RFC 9810 5.3.18"}.because_of(hash.error());
    const Bytes told     = status_->certHash.content;
    // RFC 9481 3.3 wants 64 octets of SHAKE256 for Ed448; OpenSSL before 3.4 sends the first 32 of them.
    const bool  is_short = !status_->hashAlg && (*certificate).signatureAlgorithm.algorithm == oids::id_Ed448 && told.size() == 32;
    if (crypto::equal_in_constant_time(Bytes(*hash).first(is_short ? told.size() : hash->size()), told)) return {};
    return Error{.code = Code::bad_cert_id, .path = "body.certConf[0].certHash", .fail_info = FailInfo::badCertId, .clause = "RFC 9810 5.3.18",
                 .detail = "certHash is not the hash of the certificate"};
}

}  // namespace cmpkit::operations

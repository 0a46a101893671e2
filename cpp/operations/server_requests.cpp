// How the server reads what came: the rules of each body that need no policy, and the proof of possession.
#include "crypto/digest.hpp"
#include "operations/header_checks.hpp"
#include "operations/server.hpp"

namespace cmpkit::operations {
namespace {

Error bad_pop(const char* path, const char* detail) {
    return {.code = Code::bad_pop, .path = path, .fail_info = FailInfo::badPOP, .clause = "RFC 4211 4.1", .detail = detail};
}

Result<crypto::PublicKey> usable_key(const SubjectPublicKeyInfo& info) {
    auto key = crypto::PublicKey::from(info);
    if (key) return key;
    return Error{.code = Code::bad_template, .path = "body.certTemplate.publicKey", .fail_info = FailInfo::badCertTemplate, .clause = "RFC 9483 4.1.1",
                 .detail = "this public key cannot be certified"}
        .because_of(key.error());
}

Result<void> check_possession(const CertReqMsg& request, const crypto::PublicKey& key) {
    if (!request.popo) return bad_pop("body[0].popo", "there is no proof of possession");
    // RFC 9810 5.2.8.4: raVerified is for RAs that have verified the proof.
    if (request.popo->is<"raVerified">())
        return Error{.code = Code::not_authorized, .path = "body[0].popo.raVerified", .fail_info = FailInfo::notAuthorized, .clause = "RFC 9810 5.2.8",
                     .detail = "an end entity proves possession itself"};
    const auto* proof = request.popo->get<"signature">();
    if (!proof) return bad_pop("body[0].popo", "only a signature proves possession here");
    // RFC 4211 4.1: poposkInput MUST be omitted where the template has subject and publicKey.
    if (proof->poposkInput) return bad_pop("body[0].popo.signature.poposkInput", "it must be absent");
    auto good = key.verify(proof->algorithmIdentifier, request.certReq.received, proof->signature.bytes);
    return good && !proof->signature.unused ? Result<void>() : bad_pop("body[0].popo.signature", "the signature does not verify");
}

constexpr std::size_t most_items = 32;  // of one genm

}  // namespace

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
    enrollment_.type = type_of(body);
    if (const auto* content = body.get<"rr">()) {
        has_bad_header_ = problem_.has_value();
        note(read_revocation(*content));
        return Happening::revocation;
    }
    if (const auto* content = body.get<"genm">()) {
        note(read_inquiry(*content));
        return Happening::inquiry;
    }
    const auto* p10 = body.get<"p10cr">();
    if (!p10 && enrollment_.type != BodyType::ir && enrollment_.type != BodyType::cr && enrollment_.type != BodyType::kur) return Happening::other;
    note(read_wishes(first_message().header));
    has_bad_header_ = problem_.has_value();
    note(p10 ? read_pkcs10(*p10) : read_cert_request(*cert_requests(body)));
    return Happening::enrollment;
}

// First messages answer nothing, later ones our last reply.
Result<void> ServerOperation::check_place() {
    if (transaction_.state == TransactionState::fresh) return check_first(message_.header);
    if (!is_later(message_.body)) return {};
    return check_answer(message_.header, message_.header.transactionID->content, transaction_.senderNonce.content);
}

// What the header of a request asks for, beside the certificate.
Result<void> ServerOperation::read_wishes(const PKIHeader& header) {
    auto implicit = asks_implicit_confirm(header);
    if (!implicit) return implicit.error();
    auto profile = profile_named(header);
    if (!profile) return profile.error();
    enrollment_.profile             = profile->empty() ? profile_hint_ : *profile;
    enrollment_.confirms_implicitly = *implicit;
    return {};
}

Result<void> ServerOperation::read_cert_request(const CertReqMessages& requests) {
    auto request = one_request(requests);
    if (!request) return request.error();
    const CertTemplate& wanted = (*request)->certReq.certTemplate;
    auto key = usable_key(*wanted.publicKey);
    if (!key) return key.error();
    if (auto good = check_possession(**request, *key); !good) return good;
    enrollment_.subject    = &*wanted.subject;
    enrollment_.publicKey  = &*wanted.publicKey;
    enrollment_.key        = *key;
    enrollment_.extensions = wanted.extensions ? &*wanted.extensions : nullptr;
    enrollment_.validity   = wanted.validity ? &*wanted.validity : nullptr;
    enrollment_.oldCertID  = old_cert_id((*request)->certReq);
    enrollment_.ignored    = ignored_members(wanted);
    return {};
}

Result<void> ServerOperation::read_pkcs10(const CertificationRequest& request) {
    const CertificationRequestInfo& info = request.certificationRequestInfo;
    // RFC 9483 4.1.4: version 0; the self-signature is the proof of possession.
    if (info.version != 0)
        return Error{.code = Code::bad_template, .path = "body.p10cr.certificationRequestInfo.version", .fail_info = FailInfo::badCertTemplate, .clause = "RFC 2986 4.1"};
    auto key = usable_key(info.subjectPKInfo);
    if (!key) return key.error();
    auto good = key->verify(request.signatureAlgorithm, info.received, request.signature.bytes);
    if (!good || request.signature.unused) return bad_pop("body.p10cr.signature", "the signature does not verify");
    enrollment_.subject    = &info.subject;
    enrollment_.publicKey  = &info.subjectPKInfo;
    enrollment_.key        = *key;
    enrollment_.extensions = requested_extensions(info);
    return {};
}

Result<void> ServerOperation::read_revocation(const RevReqContent& content) {
    const auto bad = [](FailInfo info, const char* path, const char* detail) {
        return Error{.code = Code::bad_request, .path = path, .fail_info = info, .clause = "RFC 9483 4.2", .detail = detail};
    };
    if (content.size() != 1) return bad(FailInfo::badRequest, "body.rr", "exactly one certificate is revoked at a time");
    const RevDetails& details = content.front();
    if (!details.certDetails.serialNumber || !details.certDetails.issuer)
        return bad(FailInfo::addInfoNotAvailable, "body.rr[0].certDetails", "serialNumber and issuer are needed");
    revocation_.serialNumber = *details.certDetails.serialNumber;
    revocation_.issuer       = &*details.certDetails.issuer;
    if (!details.crlEntryDetails) return {};  // peers leave it out where the reason is unspecified
    const auto reasons = std::ranges::count_if(*details.crlEntryDetails, [](const Extension& e) { return e.extnID == oids::id_ce_cRLReasons; });
    const auto* reason = extension_value<CRLReason>(details.crlEntryDetails, oids::id_ce_cRLReasons);
    if (reasons > 1 || (reasons == 1 && (!reason || name_of(reason->value) == "unknown")))
        return bad(FailInfo::badRequest, "body.rr[0].crlEntryDetails", "exactly one known reasonCode is needed");
    if (reason) revocation_.reason = reason->value;
    const auto dates = std::ranges::count_if(*details.crlEntryDetails, [](const Extension& e) { return e.extnID == oids::id_ce_invalidityDate; });
    const auto* date = extension_value<der::GeneralizedTime>(details.crlEntryDetails, oids::id_ce_invalidityDate);
    if (dates > 1 || (dates == 1 && !date)) return bad(FailInfo::badRequest, "body.rr[0].crlEntryDetails", "one invalidityDate at most, a GeneralizedTime");
    if (date) revocation_.invalid_since = der::unix_seconds(*date);
    return {};
}

Result<void> ServerOperation::read_inquiry(const GenMsgContent& items) {
    const auto bad = [](const char* path, const char* detail) {
        return Error{.code = Code::bad_request, .path = path, .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.3", .detail = detail};
    };
    // RFC 9483 4.3: exactly one; RFC 9810 5.3.19 and D.5 allow more, and none for all.
    if (items.size() > most_items) return bad("body.genm", "it asks for too much at once");
    using namespace oids;
    constexpr const OidConstant* without_value[] = {&id_it_caCerts, &id_it_certReqTemplate, &id_it_currentCRL, &id_it_signKeyPairTypes, &id_it_encKeyPairTypes,
                                                    &id_it_preferredSymmAlg, &id_it_caProtEncCert};
    for (const InfoTypeAndValue& item : items) {
        const auto is = [&](const OidConstant* type) { return item.infoType == *type; };
        const bool has_value = item.infoValue && !der::parse<der::Null>(item.infoValue->tlv, arena_);  // NULL: how some peers write that it is absent
        if (has_value && std::ranges::any_of(without_value, is)) return bad("body.genm[0].infoValue", "it must be absent");
        if (item.infoType == id_it_crlStatusList && !(item.infoValue && item.infoValue->get<CRLStatusList>())) return bad("body.genm[0].infoValue", "crlStatusList needs its value");
    }
    auto profile = profile_named(first_message().header);
    if (!profile) return profile.error();
    inquiry_.items   = &items;
    inquiry_.profile = profile->empty() ? profile_hint_ : *profile;
    return {};
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

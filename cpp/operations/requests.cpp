#include "operations/requests.hpp"

#include "operations/header_checks.hpp"

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

// RFC 9810 5.2.8.4: raVerified is for RAs that have verified the proof.
Result<void> check_word_of_ra(BodyType type, RequesterKind from) {
    if (from != RequesterKind::ra)
        return Error{.code = Code::not_authorized, .path = "body[0].popo.raVerified", .fail_info = FailInfo::notAuthorized, .clause = "RFC 9810 5.2.8",
                     .detail = "an end entity proves possession itself"};
    if (type == BodyType::ir || type == BodyType::cr) return {};
    return Error{.code = Code::bad_pop, .path = "body[0].popo.raVerified", .fail_info = FailInfo::badPOP, .clause = "RFC 9483 5.2.3.2", .detail = "an RA vouches for possession in ir and cr only"};
}

Result<void> check_possession(const CertReqMsg& request, const crypto::PublicKey& key) {
    if (!request.popo) return bad_pop("body[0].popo", "there is no proof of possession");
    const auto* proof = request.popo->get<"signature">();
    if (!proof) return bad_pop("body[0].popo", "only a signature proves possession here");
    // RFC 4211 4.1: poposkInput MUST be omitted where the template has subject and publicKey.
    if (proof->poposkInput) return bad_pop("body[0].popo.signature.poposkInput", "it must be absent");
    auto good = key.verify(proof->algorithmIdentifier, request.certReq.received, proof->signature.bytes);
    return good && !proof->signature.unused ? Result<void>() : bad_pop("body[0].popo.signature", "the signature does not verify");
}

constexpr std::size_t most_items = 32;  // of one genm

Result<void> read_cert_request(const CertReqMessages& requests, RequesterKind from, EnrollmentRequest& request) {
    auto asked = one_request(requests);
    if (!asked) return asked.error();
    const CertTemplate& wanted = (*asked)->certReq.certTemplate;
    auto key = usable_key(*wanted.publicKey);
    if (!key) return key.error();
    request.ra_verified = (*asked)->popo && (*asked)->popo->is<"raVerified">();
    if (auto good = request.ra_verified ? check_word_of_ra(request.type, from) : check_possession(**asked, *key); !good) return good;
    request.subject    = &*wanted.subject;
    request.publicKey  = &*wanted.publicKey;
    request.key        = *key;
    request.extensions = wanted.extensions ? &*wanted.extensions : nullptr;
    request.validity   = wanted.validity ? &*wanted.validity : nullptr;
    request.oldCertID  = old_cert_id((*asked)->certReq);
    request.ignored    = ignored_members(wanted);
    return {};
}

Result<void> read_pkcs10(const CertificationRequest& asked, EnrollmentRequest& request) {
    const CertificationRequestInfo& info = asked.certificationRequestInfo;
    // RFC 9483 4.1.4: version 0; the self-signature is the proof of possession.
    if (info.version != 0)
        return Error{.code = Code::bad_template, .path = "body.p10cr.certificationRequestInfo.version", .fail_info = FailInfo::badCertTemplate, .clause = "RFC 2986 4.1"};
    auto key = usable_key(info.subjectPKInfo);
    if (!key) return key.error();
    auto good = key->verify(asked.signatureAlgorithm, info.received, asked.signature.bytes);
    if (!good || asked.signature.unused) return bad_pop("body.p10cr.signature", "the signature does not verify");
    request.subject    = &info.subject;
    request.publicKey  = &info.subjectPKInfo;
    request.key        = *key;
    request.extensions = requested_extensions(info);
    return {};
}

}  // namespace

bool asks_for_certificate(const PKIBody& body) { return body.is<"ir">() || body.is<"cr">() || body.is<"kur">() || body.is<"p10cr">(); }

// What the header of a request asks for, beside the certificate.
Result<void> read_wishes(const PKIHeader& header, const std::string& profile_hint, EnrollmentRequest& request) {
    auto implicit = asks_implicit_confirm(header);
    if (!implicit) return implicit.error();
    auto profile = profile_named(header);
    if (!profile) return profile.error();
    request.profile             = profile->empty() ? profile_hint : *profile;
    request.confirms_implicitly = *implicit;
    return {};
}

Result<void> read_enrollment(const PKIBody& body, RequesterKind from, EnrollmentRequest& request) {
    request.type = type_of(body);
    const auto* p10 = body.get<"p10cr">();
    return p10 ? read_pkcs10(*p10, request) : read_cert_request(*cert_requests(body), from, request);
}

Result<bool> has_original(const PKIHeader& header) {
    const auto is_original = [](const InfoTypeAndValue& item) { return item.infoType == oids::id_it_origPKIMessage; };
    const auto count       = header.generalInfo ? std::ranges::count_if(*header.generalInfo, is_original) : 0;
    if (count == 0) return false;
    const auto* item  = find_info(header.generalInfo, oids::id_it_origPKIMessage);
    const auto* value = item->infoValue ? item->infoValue->get<PKIMessages>() : nullptr;
    if (count == 1 && value && value->size() == 1) return true;
    return Error{.code = Code::bad_request, .path = "header.generalInfo", .fail_info = FailInfo::badRequest, .clause = "RFC 9810 5.1.1.3", .detail = "origPKIMessage is exactly one message"};
}

bool asks_key_generation(const PKIBody& body) {
    const auto* requests = cert_requests(body);
    if (!requests || requests->empty()) return false;
    const auto& key = requests->front().certReq.certTemplate.publicKey;
    return !key || key->subjectPublicKey.bytes.empty();
}

Result<void> read_names(const PKIBody& body, EnrollmentRequest& request) {
    const CertReqMessages& requests = *cert_requests(body);
    if (requests.size() != 1 || requests.front().certReq.certReqId != 0)
        return Error{.code = Code::bad_request, .path = "body", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.1.6", .detail = "exactly one request, of certReqId 0, is expected"};
    const CertTemplate& wanted = requests.front().certReq.certTemplate;
    request.type       = type_of(body);
    request.subject    = wanted.subject ? &*wanted.subject : nullptr;
    request.extensions = wanted.extensions ? &*wanted.extensions : nullptr;
    request.oldCertID  = old_cert_id(requests.front().certReq);
    return {};
}

Result<void> read_revocation(const RevReqContent& content, RevocationRequest& request) {
    const auto bad = [](FailInfo info, const char* path, const char* detail) {
        return Error{.code = Code::bad_request, .path = path, .fail_info = info, .clause = "RFC 9483 4.2", .detail = detail};
    };
    if (content.size() != 1) return bad(FailInfo::badRequest, "body.rr", "exactly one certificate is revoked at a time");
    const RevDetails& details = content.front();
    if (!details.certDetails.serialNumber || !details.certDetails.issuer)
        return bad(FailInfo::addInfoNotAvailable, "body.rr[0].certDetails", "serialNumber and issuer are needed");
    request.serialNumber = *details.certDetails.serialNumber;
    request.issuer       = &*details.certDetails.issuer;
    if (!details.crlEntryDetails) return {};  // peers leave it out where the reason is unspecified
    const auto reasons = std::ranges::count_if(*details.crlEntryDetails, [](const Extension& e) { return e.extnID == oids::id_ce_cRLReasons; });
    const auto* reason = extension_value<CRLReason>(details.crlEntryDetails, oids::id_ce_cRLReasons);
    if (reasons > 1 || (reasons == 1 && (!reason || name_of(reason->value) == "unknown")))
        return bad(FailInfo::badRequest, "body.rr[0].crlEntryDetails", "exactly one known reasonCode is needed");
    if (reason) request.reason = reason->value;
    const auto dates = std::ranges::count_if(*details.crlEntryDetails, [](const Extension& e) { return e.extnID == oids::id_ce_invalidityDate; });
    const auto* date = extension_value<der::GeneralizedTime>(details.crlEntryDetails, oids::id_ce_invalidityDate);
    if (dates > 1 || (dates == 1 && !date)) return bad(FailInfo::badRequest, "body.rr[0].crlEntryDetails", "one invalidityDate at most, a GeneralizedTime");
    if (date) request.invalid_since = der::unix_seconds(*date);
    return {};
}

Result<void> read_inquiry(const GenMsgContent& items, const PKIHeader& header, const std::string& profile_hint, InformationRequest& request) {
    const auto bad = [](const char* path, const char* detail) {
        return Error{.code = Code::bad_request, .path = path, .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.3", .detail = detail};
    };
    // RFC 9483 4.3: exactly one; RFC 9810 5.3.19 and D.5 allow more, and none for all.
    if (items.size() > most_items) return bad("body.genm", "it asks for too much at once");
    der::Arena arena;
    using namespace oids;
    constexpr const OidConstant* without_value[] = {&id_it_caCerts, &id_it_certReqTemplate, &id_it_currentCRL, &id_it_signKeyPairTypes, &id_it_encKeyPairTypes,
                                                    &id_it_preferredSymmAlg, &id_it_caProtEncCert};
    for (const InfoTypeAndValue& item : items) {
        const auto is = [&](const OidConstant* type) { return item.infoType == *type; };
        const bool has_value = item.infoValue && !der::parse<der::Null>(item.infoValue->tlv, arena);  // NULL: how some peers write that it is absent
        if (has_value && std::ranges::any_of(without_value, is)) return bad("body.genm[0].infoValue", "it must be absent");
        if (item.infoType == id_it_crlStatusList && !(item.infoValue && item.infoValue->get<CRLStatusList>())) return bad("body.genm[0].infoValue", "crlStatusList needs its value");
    }
    auto profile = profile_named(header);
    if (!profile) return profile.error();
    request.items   = &items;
    request.profile = profile->empty() ? profile_hint : *profile;
    return {};
}

}  // namespace cmpkit::operations

#include "operations/header_checks.hpp"

namespace cmpkit::operations {
namespace {

Result<void> bad_request(const char* path, const char* clause, std::string detail) {
    return Error{.code = Code::bad_request, .path = path, .fail_info = FailInfo::badRequest, .clause = clause, .detail = std::move(detail)};
}

Result<void> check_template(const CertTemplate& t) {
    const auto bad = [](const char* path, const char* detail) {
        return Error{.code = Code::bad_template, .path = path, .fail_info = FailInfo::badCertTemplate, .clause = "RFC 9483 4.1.1", .detail = detail};
    };
    if (t.version && *t.version != CertificateVersion::v3) return bad("certReq.certTemplate.version", "only version 3 is issued");
    if (!t.subject) return bad("certReq.certTemplate.subject", "it is required, a NULL-DN where the name is in subjectAltName");
    if (!t.publicKey) return bad("certReq.certTemplate.publicKey", "it is required");
    return {};
}

// The only item of that type, or null: a second one could say something else.
Result<const InfoTypeAndValue*> only_info(const PKIHeader& header, const OidConstant& type) {
    const auto is_same = [&](const InfoTypeAndValue& item) { return item.infoType == type; };
    if (header.generalInfo && std::ranges::count_if(*header.generalInfo, is_same) > 1)
        return bad_request("header.generalInfo", "RFC 9483 3.1", std::string(oid_name(type.content())) + " stands there twice").error();
    return find_info(header.generalInfo, type);
}

}  // namespace

Result<void> check_time(const PKIHeader& header, std::int64_t now, std::int64_t window) {
    if (!header.messageTime || now == 0 || window == 0) return {};
    const std::int64_t off = der::unix_seconds(*header.messageTime) - now;
    if (off >= -window && off <= window) return {};
    return Error{.code = Code::time_mismatch, .path = "header.messageTime", .fail_info = FailInfo::badTime, .clause = "RFC 9483 3.1",
                 .detail = "messageTime is " + std::to_string(off) + " s from our clock"};
}

bool has_usable_id(const PKIHeader& header) {
    return header.transactionID && !header.transactionID->content.empty() && header.transactionID->content.size() <= longest_id;
}

Result<void> check_version(const PKIHeader& header) {
    if (header.pvno == Pvno::cmp2000 || header.pvno == Pvno::cmp2021) return {};
    return Error{.code = Code::version_mismatch, .path = "header.pvno", .fail_info = FailInfo::unsupportedVersion, .clause = "RFC 9810 7"};
}

Result<void> check_id(const PKIHeader& header) {
    if (!header.transactionID || header.transactionID->content.empty())
        return Error{.code = Code::missing, .path = "header.transactionID", .fail_info = FailInfo::badDataFormat, .clause = "RFC 9483 3.1"};
    if (has_usable_id(header)) return {};
    return Error{.code = Code::bad_value, .path = "header.transactionID", .fail_info = FailInfo::badDataFormat, .clause = "RFC 9483 3.1", .detail = "it is too long"};
}

Result<void> check_nonce(const PKIHeader& header) {
    const std::size_t size = header.senderNonce ? header.senderNonce->content.size() : 0;
    if (size >= least_nonce && size <= longest_id) return {};
    return Error{.code = Code::nonce_mismatch, .path = "header.senderNonce", .fail_info = FailInfo::badSenderNonce, .clause = "RFC 9483 3.1",
                 .detail = header.senderNonce ? std::to_string(size) + " octets, 16 to 255 are allowed" : "it is absent"};
}

Result<void> check_pair(const PKIMessage& message) {
    if (message.header.protectionAlg.has_value() == message.protection.has_value()) return {};
    return Error{.code = Code::protection_missing, .path = message.header.protectionAlg ? "protection" : "header.protectionAlg",
                 .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9810 5.1.3"};
}

Result<void> check_header(const PKIMessage& message, std::int64_t now, std::int64_t window) {
    auto good = check_version(message.header);
    return good ? check_header_of_any_version(message, now, window) : good;
}

Result<void> check_header_of_any_version(const PKIMessage& message, std::int64_t now, std::int64_t window) {
    for (auto* check : {&check_id, &check_nonce})
        if (auto good = check(message.header); !good) return good;
    if (auto good = check_time(message.header, now, window); !good) return good;
    return check_pair(message);
}

Result<void> check_first(const PKIHeader& header) {
    if (!header.recipNonce) return {};
    return Error{.code = Code::nonce_mismatch, .path = "header.recipNonce", .fail_info = FailInfo::badRecipientNonce, .clause = "RFC 9483 3.1",
                 .detail = "a first message answers nothing"};
}

bool is_later(const PKIBody& body) { return body.is<"certConf">() || body.is<"pollReq">() || body.is<"error">(); }

Result<void> check_answer(const PKIHeader& header, Bytes transaction_id, Bytes nonce) {
    if (!header.transactionID || !equal(header.transactionID->content, transaction_id))
        return Error{.code = Code::transaction_mismatch, .path = "header.transactionID", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 3.5"};
    // RFC 9483 3.5: recipNonce MUST be the senderNonce of the message answered.
    if (!header.recipNonce || !equal(header.recipNonce->content, nonce))
        return Error{.code = Code::nonce_mismatch, .path = "header.recipNonce", .fail_info = FailInfo::badRecipientNonce, .clause = "RFC 9483 3.5"};
    return {};
}

Result<void> check_request(const CertReqMsg& request) {
    if (request.certReq.certReqId != 0) return bad_request("certReq.certReqId", "RFC 9483 4.1.1", "it must be 0");
    return check_template(request.certReq.certTemplate);
}

Result<const CertReqMsg*> one_request(const CertReqMessages& requests) {
    if (requests.size() != 1) return bad_request("body", "RFC 9483 4.1.1", std::to_string(requests.size()) + " requests, exactly one is allowed").error();
    if (auto good = check_request(requests.front()); !good) return good.error();
    return &requests.front();
}

std::vector<std::string_view> ignored_members(const CertTemplate& wanted) {
    std::vector<std::string_view> names;
    if (wanted.serialNumber) names.emplace_back("serialNumber");
    if (wanted.signingAlg) names.emplace_back("signingAlg");
    if (wanted.issuerUID) names.emplace_back("issuerUID");
    if (wanted.subjectUID) names.emplace_back("subjectUID");
    return names;
}

const CertId* old_cert_id(const CertRequest& request) {
    if (!request.controls) return nullptr;
    for (const AttributeTypeAndValue& control : *request.controls)
        if (control.type == oids::id_regCtrl_oldCertID) return control.value.get<CertId>();
    return nullptr;
}

Result<bool> asks_implicit_confirm(const PKIHeader& header) {
    const auto item = only_info(header, oids::id_it_implicitConfirm);
    if (!item) return item.error();
    if (!*item) return false;
    if ((*item)->infoValue && !(*item)->infoValue->get<der::Null>())
        return bad_request("header.generalInfo", "RFC 9810 5.1.1.1", "implicitConfirm is not NULL").error();
    return true;
}

Result<std::string> profile_named(const PKIHeader& header) {
    const auto item = only_info(header, oids::id_it_certProfile);
    if (!item) return item.error();
    if (!*item) return std::string();
    const auto* value = (*item)->infoValue ? (*item)->infoValue->get<CertProfileValue>() : nullptr;
    if (!value || value->size() != 1) return bad_request("header.generalInfo", "RFC 9483 3.1", "certProfile names not exactly one profile").error();
    return std::string(text_of(value->front().content));
}

}  // namespace cmpkit::operations

#include "operations/summary.hpp"

#include "crypto/key.hpp"
#include "messages/general.hpp"
#include "messages/names.hpp"
#include "operations/mac_parameters.hpp"
#include "protection/protect.hpp"

namespace cmpkit::operations {
namespace {

/// What is longer than a line or two of a terminal stands in full in the tree.
std::string cut(std::string text) {
    constexpr std::size_t longest = 200;
    if (text.size() <= longest) return text;
    std::size_t end = longest;
    while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // no character is cut in two
    return text.substr(0, end) + "…";
}
std::string named(const Name& name) { return name.is_null_dn() ? "NULL-DN" : cut(to_text(name)); }

std::string algorithm_name(const AlgorithmIdentifier& algorithm) {
    std::string_view name = oid_name(algorithm.algorithm.content);
    if (name.empty()) return cut(der::dotted(algorithm.algorithm.content));
    if (name.starts_with("id-")) name.remove_prefix(3);
    if (name.starts_with("hmacWith")) return "HMAC-" + std::string(name.substr(8));
    return algorithm.algorithm == oids::hmac_SHA1 ? "HMAC-SHA1" : std::string(name);
}

std::string time_in_words(const Time& time) {
    const auto* utc = time.get<"utcTime">();
    return der::shown_time(utc ? utc->content : time.get<"generalTime">()->content);
}

std::string key_in_words(const SubjectPublicKeyInfo& info) {
    if (info.subjectPublicKey.bytes.empty()) return "a key that the other side makes";
    const auto key = crypto::PublicKey::from(info);
    return "key " + (key ? key->name() : algorithm_name(info.algorithm));
}

std::string alternative_names(const std::optional<Extensions>& extensions) {
    std::string text;
    if (const auto* names = extension_value<GeneralNames>(extensions, oids::id_ce_subjectAltName))
        for (std::size_t i = 0; i < names->size() && text.size() < 200; ++i) text += ", " + name_in_words((*names)[i]);
    return cut(text);
}

std::string serial_in_words(const der::Integer& serial) { return cut("serial " + der::hex_integer(serial.content)); }

std::string certificate_in_words(const Certificate& certificate) {
    const TBSCertificate& tbs = certificate.tbsCertificate;
    return serial_in_words(tbs.serialNumber) + " for " + named(tbs.subject) + alternative_names(tbs.extensions) + ", issued by " + named(tbs.issuer) + ", valid until " +
           time_in_words(tbs.validity.notAfter);
}

std::string status_in_words(const PKIStatusInfo& status) {
    std::string text(name_of(status.status));
    if (status.failInfo)
        if (const auto info = first_fail_info(status)) text.append(", ").append(name_of(*info));
    const std::string words = status.statusString ? escaped(joined(status.statusString)) : "";
    return words.empty() ? text : text + ", \"" + cut(words) + "\"";
}

// ---------------------------------------------------------------- the bodies
std::string in_words(const CertReqMessages& requests) {
    const CertTemplate& wanted = requests.front().certReq.certTemplate;
    const std::string   others = requests.size() > 1 ? ", and " + std::to_string(requests.size() - 1) + " more" : "";
    return "for " + (wanted.subject ? named(*wanted.subject) : "nobody") + (wanted.publicKey ? ", " + key_in_words(*wanted.publicKey) : "") +
           alternative_names(wanted.extensions) + others;
}

std::string in_words(const CertificationRequest& request) {
    const CertificationRequestInfo& info       = request.certificationRequestInfo;
    const Extensions*               extensions = requested_extensions(info);
    return "for " + named(info.subject) + ", " + key_in_words(info.subjectPKInfo) + (extensions ? alternative_names(*extensions) : "");
}

std::string in_words(const CertRepMessage& content) {
    if (content.response.empty()) return "answers nothing";
    const CertResponse& response = content.response[0];
    const std::string   others   = content.response.size() > 1 ? ", and " + std::to_string(content.response.size() - 1) + " more" : "";
    if (response.status.status == PKIStatus::waiting) return "has not decided yet: " + status_in_words(response.status) + others;
    if (!is_granted(response.status)) return "grants no certificate: " + status_in_words(response.status) + others;
    const auto* certificate = response.certifiedKeyPair ? response.certifiedKeyPair->certOrEncCert.get<"certificate">() : nullptr;
    const std::string what  = certificate ? certificate_in_words(*certificate) : response.certifiedKeyPair ? "that is encrypted" : "that is not there";
    return "grants certificate " + what + (response.status.status == PKIStatus::accepted ? "" : " (" + status_in_words(response.status) + ")") + others;
}

std::string in_words(const RevReqContent& content) {
    if (content.empty()) return "asks to revoke nothing";
    const RevDetails& first  = content[0];
    const auto*       reason = extension_value<CRLReason>(first.crlEntryDetails, oids::id_ce_cRLReasons);
    const std::string others = content.size() > 1 ? ", and " + std::to_string(content.size() - 1) + " more" : "";
    return "asks to revoke certificate " + (first.certDetails.serialNumber ? serial_in_words(*first.certDetails.serialNumber) : "without a serial") + " of " +
           (first.certDetails.issuer ? named(*first.certDetails.issuer) : "nobody") + ", reason " + (reason ? std::string(name_of(reason->value)) : "not said") + others;
}

std::string in_words(const CertConfirmContent& content) {
    if (content.empty()) return "refuses every certificate";
    const auto& status = content[0].statusInfo;
    if (!status || is_granted(*status)) return "confirms the certificate";
    return "refuses the certificate: " + status_in_words(*status);
}

std::string in_words(const GenMsgContent& items) {
    std::string text;
    for (std::size_t i = 0; i < items.size() && text.size() < 200; ++i) {
        std::string_view  name   = oid_name(items[i].infoType.content);
        const std::string dotted = name.empty() ? der::dotted(items[i].infoType.content) : "";
        if (name.starts_with("id-it-")) name.remove_prefix(6);
        text.append(text.empty() ? "" : ", ").append(name.empty() ? dotted : name);
    }
    return cut(text);
}

std::string in_words(const PKIMessages& messages) {
    std::string text = "holds " + std::to_string(messages.size()) + (messages.size() == 1 ? " message" : " messages");
    for (std::size_t i = 0; i < messages.size() && i < 10; ++i) text.append(i ? ", " : ": ").append(messages[i].body.name());
    return messages.size() > 10 ? text + "…" : text;
}

std::string content_in_words(const PKIBody& body) {
    if (const auto* requests = body.get<"kur">()) return "asks to update a certificate, " + in_words(*requests);
    if (const auto* requests = cert_requests(body)) return "asks for a certificate " + in_words(*requests);
    if (const auto* request = body.get<"p10cr">()) return "asks for a certificate " + in_words(*request);
    if (const auto* content = cert_responses(body)) return in_words(*content);
    if (const auto* content = body.get<"rr">()) return in_words(*content);
    if (const auto* content = body.get<"rp">()) return "answers a revocation: " + status_in_words(content->status.front());
    if (const auto* content = body.get<"error">()) return status_in_words(content->pKIStatusInfo);
    if (const auto* content = body.get<"certConf">()) return in_words(*content);
    if (const auto* items = body.get<"genm">()) return "asks for " + (items->empty() ? "everything" : in_words(*items));
    if (const auto* items = body.get<"genp">()) return "tells " + (items->empty() ? "nothing" : in_words(*items));
    if (const auto* messages = body.get<"nested">()) return in_words(*messages);
    if (const auto* content = body.get<"pollRep">(); content && !content->empty()) return "no answer yet, ask again after " + std::to_string((*content)[0].checkAfter) + " s";
    if (body.is<"pollReq">()) return "asks whether the answer is there";
    if (body.is<"pkiconf">()) return "ends the transaction";
    return "a body that the profile does not use";
}

std::string reference_in_words(const PKIHeader& header) {
    return header.senderKID ? ", reference " + cut(escaped(text_of(header.senderKID->content))) : ", without a reference";
}

}  // namespace

std::string name_in_words(const GeneralName& name) { return cut(summary(name)); }

std::string body_in_words(const PKIMessage& message) { return std::string(message.body.name()) + ": " + content_in_words(message.body); }

std::string protection_in_words(const PKIMessage& message) {
    if (!message.header.protectionAlg) return message.protection ? "something without a name" : "unprotected";
    const AlgorithmIdentifier& algorithm = *message.header.protectionAlg;
    if (const auto mac = mac_parameters_of(algorithm))
        return std::string(mac->kind) + " (" + algorithm_name(mac->mac) + ", " + std::to_string(mac->iterations) + " iterations)" + reference_in_words(message.header);
    if (protection::is_mac(algorithm)) return algorithm_name(algorithm) + reference_in_words(message.header);
    const std::string text = "signature " + algorithm_name(algorithm) + " by ";
    if (!message.extraCerts) return text + name_in_words(message.header.sender) + ", whose certificate is not in the message";
    const TBSCertificate& signer = message.extraCerts->front().tbsCertificate;
    return text + named(signer.subject) + ", issued by " + named(signer.issuer) + ", valid until " + time_in_words(signer.validity.notAfter);
}

std::string in_words(const Shown& shown) {
    if (const auto* message = shown.get<PKIMessage>()) return body_in_words(*message);
    if (const auto* certificate = shown.get<Certificate>()) return "certificate " + certificate_in_words(*certificate);
    if (const auto* request = shown.get<CertificationRequest>()) return "PKCS#10: asks for a certificate " + in_words(*request);
    if (const auto* requests = shown.get<CertReqMessages>()) return "CRMF: asks for a certificate " + in_words(*requests);
    if (const auto* list = shown.get<CertificateList>())
        return "CRL of " + named(list->tbsCertList.issuer) + ", made " + time_in_words(list->tbsCertList.thisUpdate) + ", " +
               std::to_string(list->tbsCertList.revokedCertificates ? list->tbsCertList.revokedCertificates->size() : 0) + " revoked";
    return std::string(shown.type());
}

}  // namespace cmpkit::operations

// Findings about what is answered and confirmed: statuses, certificates, information.
#include "operations/findings_parts.hpp"

namespace cmpkit::operations {
namespace {

void look_at_status(const PKIStatusInfo& status, std::string_view path, const Notebook& notebook) {
    const std::string where = std::string(path) + ".status";
    if (name_of(status.status) == "unknown") notebook.error(where, "a status that no RFC names", "RFC 9810 5.2.3");
    if (status.failInfo && status.status != PKIStatus::rejection)
        notebook.error(std::string(path) + ".failInfo", "it is there, though the status is " + std::string(name_of(status.status)), "RFC 9483 4.1.1");
}

void look_at_missing_reason(const PKIStatusInfo& status, std::string_view path, const Notebook& notebook) {
    if (status.status == PKIStatus::rejection && !status.failInfo)
        notebook.error(std::string(path) + ".failInfo", "it is absent from a rejection", "RFC 9483 4.1.1");
}

void look_at_key(const EncryptedKey& key, std::string_view path, const Notebook& notebook) {
    if (key.is<"encryptedValue">()) notebook.warning(path, "EncryptedValue is deprecated, EnvelopedData stands in its place", "RFC 9810 5.2.2");
}

void look_at_pair(const CertifiedKeyPair& pair, const Notebook& notebook) {
    if (const auto* key = pair.certOrEncCert.get<"encryptedCert">()) look_at_key(*key, "certOrEncCert.encryptedCert", notebook);
    if (const auto* certificate = pair.certOrEncCert.get<"certificate">())
        look_at_algorithm(certificate->signatureAlgorithm, "certOrEncCert.certificate.signatureAlgorithm", notebook);
    if (pair.privateKey) look_at_key(*pair.privateKey, "privateKey", notebook);
}

void look_at_one(const CertResponse& response, const Notebook& notebook) {
    if (response.certReqId != 0 && response.certReqId != -1)
        notebook.error("certReqId", "it is " + std::to_string(response.certReqId) + ", 0 or (after p10cr) -1 is allowed", "RFC 9810 5.3.4");
    look_at_status(response.status, "status", notebook);
    look_at_missing_reason(response.status, "status", notebook);
    const bool is_good = is_granted(response.status);
    if (is_good && !response.certifiedKeyPair) notebook.error("certifiedKeyPair", "it is absent, though the status is good", "RFC 9483 4.1.1");
    if (!is_good && response.certifiedKeyPair) notebook.error("certifiedKeyPair", "it is there, though nothing is granted", "RFC 9483 4.1.1");
    if (response.certifiedKeyPair) look_at_pair(*response.certifiedKeyPair, notebook.below("certifiedKeyPair"));
}

void look_at_one(const CertStatus& status, Pvno pvno, const Notebook& notebook) {
    if (status.certReqId != 0 && status.certReqId != -1)
        notebook.error("certReqId", "it is " + std::to_string(status.certReqId) + ", 0 or (after p10cr) -1 is allowed", "RFC 9483 4.1.1");
    if (status.hashAlg && pvno != Pvno::cmp2021) notebook.error("hashAlg", "it needs pvno cmp2021 (3)", "RFC 9810 5.3.18");
    if (status.hashAlg) look_at_algorithm(*status.hashAlg, "hashAlg", notebook);
    if (!status.statusInfo) return notebook.warning("statusInfo", "it is absent, which says accepted", "RFC 9483 4.1.1");
    look_at_status(*status.statusInfo, "statusInfo", notebook);
    look_at_missing_reason(*status.statusInfo, "statusInfo", notebook);
}

}  // namespace

void look_at_answer(const PKIBody& body, const CertRepMessage& content, const Notebook& notebook) {
    if (content.response.size() != 1)
        notebook.error("response", std::to_string(content.response.size()) + " responses, the profile allows exactly one", "RFC 9483 4.1.1");
    if (content.caPubs && body.is<"kup">()) notebook.error("caPubs", "a kup has none", "RFC 9483 4.1.3");
    if (content.caPubs && body.is<"cp">()) notebook.warning("caPubs", "a cp has none", "RFC 9483 4.1.2");
    for (std::size_t i = 0; i < content.response.size(); ++i) look_at_one(content.response[i], notebook.below("response" + at(i)));
}

void look_at_answer(const RevRepContent& content, const Notebook& notebook) {
    if (content.status.size() != 1) notebook.error("status", std::to_string(content.status.size()) + " statuses, the profile allows exactly one", "RFC 9483 4.2");
    for (std::size_t i = 0; i < content.status.size(); ++i) {
        look_at_status(content.status[i], "status" + at(i), notebook);
        if (content.status[i].status == PKIStatus::rejection && !content.status[i].failInfo) notebook.note("status" + at(i), "a rejection without failInfo", "RFC 9483 4.2");
    }
}

void look_at_error(const ErrorMsgContent& content, const Notebook& notebook) {
    const PKIStatusInfo& status = content.pKIStatusInfo;
    look_at_status(status, "pKIStatusInfo", notebook);
    if (status.status != PKIStatus::rejection && status.status != PKIStatus::waiting)
        notebook.error("pKIStatusInfo.status", "an error says rejection or waiting", "RFC 9483 3.6.4");
    if (status.status == PKIStatus::rejection && !status.failInfo) notebook.note("pKIStatusInfo", "a rejection without failInfo", "RFC 9483 3.6.4");
}

void look_at_confirmation(const CertConfirmContent& content, Pvno pvno, const Notebook& notebook) {
    if (content.size() != 1) notebook.error("", std::to_string(content.size()) + " statuses, the profile allows exactly one", "RFC 9483 4.1.1");
    for (std::size_t i = 0; i < content.size(); ++i) look_at_one(content[i], pvno, notebook.below(at(i)));
}

void look_at_information(const GenMsgContent& items, const Notebook& notebook) {
    if (items.size() > 1) notebook.note("", std::to_string(items.size()) + " items, which answers only a question for everything", "RFC 9483 4.3");
}

}  // namespace cmpkit::operations

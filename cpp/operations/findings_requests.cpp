// Findings about what is asked for: certificates, by CRMF or PKCS#10, their revocation and information.
#include "operations/findings_parts.hpp"
#include "operations/header_checks.hpp"

namespace cmpkit::operations {
namespace {

bool is_made_centrally(const CertTemplate& wanted) { return wanted.publicKey && wanted.publicKey->subjectPublicKey.bytes.empty(); }

void look_at_template(const CertTemplate& wanted, const Notebook& notebook) {
    for (const std::string_view member : ignored_members(wanted)) notebook.error(member, "it is the CA's to choose, a request leaves it out", "RFC 4211 5");
    if (wanted.issuer) notebook.note("issuer", "the profile does not mention it", "RFC 9483 4.1.1");
    if (wanted.validity) notebook.note("validity", "the profile does not mention it", "RFC 9483 4.1.1");
    if (is_made_centrally(wanted)) notebook.note("publicKey", "it has no bits: the other side shall make the key", "RFC 9483 4.1.6");
    if (wanted.subject && wanted.subject->is_null_dn() && !find_extension(wanted.extensions, oids::id_ce_subjectAltName))
        notebook.error("subject", "it is the NULL-DN, and there is no subjectAltName", "RFC 9483 4.1.1");
}

void look_at_proof(const POPOSigningKey& proof, const CertRequest& request, const Notebook& notebook) {
    const CertTemplate& wanted = request.certTemplate;
    look_at_algorithm(proof.algorithmIdentifier, "algorithmIdentifier", notebook);
    if (proof.poposkInput && wanted.subject && wanted.publicKey)
        return notebook.error("poposkInput", "it is absent where the template has subject and publicKey", "RFC 4211 4.1");
    if (wanted.publicKey && !is_made_centrally(wanted))
        look_at_signature(*wanted.publicKey, proof.algorithmIdentifier, request.received, proof.signature, "signature", "RFC 4211 4.1", notebook);
}

void look_at_possession(const CertReqMsg& request, const Notebook& notebook) {
    const bool is_central = is_made_centrally(request.certReq.certTemplate);
    if (!request.popo) {
        if (!is_central) notebook.error("popo", "there is no proof of possession", "RFC 9483 4.1.1");
        return;
    }
    if (is_central) notebook.error("popo", "nobody can possess a key that is not made yet", "RFC 9483 4.1.6");
    if (const auto* proof = request.popo->get<"signature">()) return look_at_proof(*proof, request.certReq, notebook.below("popo.signature"));
    if (request.popo->is<"raVerified">()) return notebook.warning("popo", "raVerified is for an RA that has verified the proof", "RFC 9810 5.2.8");
    const POPOPrivKey& other = request.popo->is<"keyEncipherment">() ? *request.popo->get<"keyEncipherment">() : *request.popo->get<"keyAgreement">();
    if (other.is<"thisMessage">() || other.is<"dhMAC">()) notebook.warning("popo", std::string(other.name()) + " is deprecated", "RFC 9810 5.2.8");
    notebook.note("popo", "the profile knows a signature alone", "RFC 9483 4.1.1");
}

void look_at_controls(const Controls& controls, const Notebook& notebook) {
    for (std::size_t i = 0; i < controls.size(); ++i) {
        const auto* options = controls[i].type == oids::id_regCtrl_pkiArchiveOptions ? controls[i].value.get<PKIArchiveOptions>() : nullptr;
        const auto* key     = options ? options->get<"encryptedPrivKey">() : nullptr;
        if (key && key->is<"encryptedValue">()) notebook.warning(at(i), "EncryptedValue is deprecated, EnvelopedData stands in its place", "RFC 9810 5.2.2");
    }
}

bool has_control(const CertRequest& request, const OidConstant& type) {
    return request.controls && std::ranges::any_of(*request.controls, [&](const AttributeTypeAndValue& control) { return control.type == type; });
}

void look_at_one(const CertReqMsg& request, const Notebook& notebook) {
    notebook.take(check_request(request));
    look_at_template(request.certReq.certTemplate, notebook.below("certReq.certTemplate"));
    if (request.certReq.controls) look_at_controls(*request.certReq.controls, notebook.below("certReq.controls"));
    look_at_possession(request, notebook);
}

// RFC 9483 4.2: serialNumber, issuer and exactly one reasonCode.
void look_at_one(const RevDetails& revocation, const Notebook& notebook) {
    if (!revocation.certDetails.serialNumber) notebook.error("certDetails.serialNumber", "it is absent", "RFC 9483 4.2");
    if (!revocation.certDetails.issuer) notebook.error("certDetails.issuer", "it is absent", "RFC 9483 4.2");
    const auto* reason = extension_value<CRLReason>(revocation.crlEntryDetails, oids::id_ce_cRLReasons);
    if (!reason) return notebook.error("crlEntryDetails", "there is no reasonCode", "RFC 9483 4.2");
    if (name_of(reason->value) == "unknown") notebook.error("crlEntryDetails", "a reasonCode that no RFC names", "RFC 5280 5.3.1");
    const auto is_reason = [](const Extension& extension) { return extension.extnID == oids::id_ce_cRLReasons; };
    if (std::ranges::count_if(*revocation.crlEntryDetails, is_reason) > 1) notebook.error("crlEntryDetails", "there is more than one reasonCode", "RFC 9483 4.2");
}

bool has_no_value_in_question(const der::Oid& type) {
    return type == oids::id_it_caCerts || type == oids::id_it_certReqTemplate || type == oids::id_it_rootCaKeyUpdate || type == oids::id_it_currentCRL;
}

}  // namespace

void look_at_requests(const CertReqMessages& requests, const Notebook& notebook) {
    if (requests.size() != 1) notebook.error("", std::to_string(requests.size()) + " requests, the profile allows exactly one", "RFC 9483 4.1.1");
    for (std::size_t i = 0; i < requests.size(); ++i) look_at_one(requests[i], notebook.below(at(i)));
}

void look_at_update(const CertReqMessages& requests, const Notebook& notebook) {
    for (std::size_t i = 0; i < requests.size(); ++i)
        if (!has_control(requests[i].certReq, oids::id_regCtrl_oldCertID))
            notebook.warning(at(i) + ".certReq.controls", "oldCertID is absent, so the protection certificate alone tells what is updated", "RFC 9483 4.1.3");
}

void look_at_request(const CertificationRequest& request, const Notebook& notebook) {
    const CertificationRequestInfo& info = request.certificationRequestInfo;
    if (info.version != 0) notebook.error("certificationRequestInfo.version", "it must be 0", "RFC 2986 4.1");
    const Extensions* extensions = requested_extensions(info);
    if (info.subject.is_null_dn() && !(extensions && find_extension(*extensions, oids::id_ce_subjectAltName)))
        notebook.error("certificationRequestInfo.subject", "it is the NULL-DN, and there is no subjectAltName", "RFC 9483 4.1.4");
    look_at_algorithm(request.signatureAlgorithm, "signatureAlgorithm", notebook);
    look_at_signature(info.subjectPKInfo, request.signatureAlgorithm, info.received, request.signature, "signature", "RFC 2986 4.2", notebook);
}

void look_at_revocation(const RevReqContent& revocations, const Notebook& notebook) {
    if (revocations.size() != 1) notebook.error("", std::to_string(revocations.size()) + " revocations, the profile allows exactly one", "RFC 9483 4.2");
    for (std::size_t i = 0; i < revocations.size(); ++i) look_at_one(revocations[i], notebook.below(at(i)));
}

void look_at_question(const GenMsgContent& items, const Notebook& notebook) {
    if (items.empty()) notebook.note("", "no item: it asks for all that there is to tell", "RFC 9810 D.5");
    if (items.size() > 1) notebook.error("", std::to_string(items.size()) + " items, the profile allows exactly one", "RFC 9483 4.3");
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].infoValue && has_no_value_in_question(items[i].infoType)) notebook.error(at(i), "it has a value, where this question has none", "RFC 9483 4.3");
        if (!items[i].infoValue && items[i].infoType == oids::id_it_crlStatusList) notebook.error(at(i), "it has no value to tell which CRL", "RFC 9483 4.3.4");
        if (!items[i].infoValue && items[i].infoType == oids::id_it_rootCaCert) notebook.warning(at(i), "it does not say which root", "RFC 9483 4.3.2");
    }
}

}  // namespace cmpkit::operations

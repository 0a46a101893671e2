// Findings about how a message is protected: the MAC's parameters, the protection certificate, extraCerts.
#include "messages/names.hpp"
#include "operations/findings_parts.hpp"
#include "operations/header_checks.hpp"
#include "operations/mac_parameters.hpp"
#include "protection/protect.hpp"

namespace cmpkit::operations {
namespace {

constexpr std::int64_t least_iterations = 100, good_iterations = 10'000;
constexpr std::size_t  least_salt = 8;  // octets

void look_at_mac_parameters(const AlgorithmIdentifier& algorithm, const Notebook& notebook) {
    notebook.take(protection::check_mac_parameters(algorithm, {.min_iterations = 0, .max_iterations = INT64_MAX, .min_salt = 0, .max_salt = SIZE_MAX}));
    const auto parameters = mac_parameters_of(algorithm);
    if (!parameters) return;
    const std::string path = "header.protectionAlg." + std::string(parameters->path), count = path + ".iterationCount";
    const std::string text = std::to_string(parameters->iterations) + " iterations";
    if (parameters->iterations < least_iterations) notebook.error(count, text + ", 100 are the least", "RFC 4211 4.4");
    else if (parameters->iterations < good_iterations) notebook.note(count, text + " give a guessed secret little time", "RFC 9810 8.3");
    if (parameters->salt < least_salt) notebook.warning(path + ".salt", std::to_string(parameters->salt) + " octets, 8 are the least", "RFC 4211 4.4");
    look_at_algorithm(parameters->digest, path, notebook);
    look_at_algorithm(parameters->mac, path, notebook);
}

void look_at_reference(const PKIHeader& header, BodyType type, const Notebook& notebook) {
    if (!header.senderKID) return notebook.warning("header.senderKID", "it is absent, so only the sender tells whose secret this is", "RFC 9483 3.1");
    // The side that answers names itself and repeats the requester's reference.
    const bool asks = type == BodyType::ir || type == BodyType::cr || type == BodyType::p10cr || type == BodyType::rr || type == BodyType::genm;
    const auto* name = header.sender.get<"directoryName">();
    if (asks && (!name || attribute_text(*name, oids::id_at_commonName) != text_of(header.senderKID->content)))
        notebook.note("header.sender", "its commonName is not the reference in senderKID", "RFC 9483 3.1");
}

void look_at_mac(const PKIMessage& message, const Notebook& notebook) {
    const BodyType type = type_of(message.body);
    look_at_mac_parameters(*message.header.protectionAlg, notebook);
    look_at_reference(message.header, type, notebook);
    if (message.extraCerts && (type == BodyType::ir || type == BodyType::certConf || type == BodyType::pkiconf))
        notebook.error("extraCerts", "they are absent under a MAC", "RFC 9483 4.1.5");
}

bool needs_certificate(BodyType type) {
    using enum BodyType;
    return type != certConf && type != pkiconf && type != pollReq && type != pollRep && type != error;
}

void look_at_signer_name(const PKIHeader& header, const crypto::Cert& signer, const Notebook& notebook) {
    const auto* sender = header.sender.get<"directoryName">();
    if (!sender || !same_name(*sender, signer->subject))
        notebook.warning("header.sender", "it is not the subject of extraCerts[0]: " + to_text(signer->subject), "RFC 9483 3.1");
    const Octets* kid = signer.subject_key_identifier();
    if (!header.senderKID && kid) notebook.error("header.senderKID", "it is absent, though extraCerts[0] has a subjectKeyIdentifier", "RFC 9483 3.1");
    if (!header.senderKID && !kid) notebook.note("header.senderKID", "it is absent, and extraCerts[0] has no subjectKeyIdentifier", "RFC 9483 3.1");
    if (header.senderKID && kid && !equal(header.senderKID->content, *kid))
        notebook.error("header.senderKID", "it is not the subjectKeyIdentifier of extraCerts[0]", "RFC 9483 3.1");
}

void look_at_signer(const PKIMessage& message, const crypto::Cert& signer, const Notebook& notebook) {
    look_at_signer_name(message.header, signer, notebook);
    if (!signer.allows(KeyUsageBit::digitalSignature)) notebook.error("extraCerts[0]", "its keyUsage lacks digitalSignature", "RFC 9483 3.5");
    if (message.header.messageTime) {
        const std::int64_t made = der::unix_seconds(*message.header.messageTime);
        if (made > signer.not_after()) notebook.error("extraCerts[0]", "it had expired at messageTime", "RFC 9483 3.5");
        if (made < signer.not_before()) notebook.error("extraCerts[0]", "it was not valid yet at messageTime", "RFC 9483 3.5");
    }
    const auto key = signer.key();
    if (!key) return notebook.note("protection", "it was not verified, the key of extraCerts[0] is of a kind that is not known here or is no key", "RFC 9483 3.5");
    if (!message.protection) return;
    const auto good = protection::verify_signature(message, *key);
    if (good) return;
    if (good.error().code == Code::algorithm_refused) return notebook.warning("protection", "it was not verified: " + good.error().text(), "RFC 9810 5.1.3.3");
    notebook.error("protection", "the signature does not verify with the key of extraCerts[0]", "RFC 9810 5.1.3.3");
}

bool is_self_issued(const Certificate& certificate) { return same_name(certificate.tbsCertificate.issuer, certificate.tbsCertificate.subject); }

// Up to the first certificate whose issuer is elsewhere: what follows belongs to another chain or is missing.
void look_at_order(const CMPCertificates& certificates, const Notebook& notebook) {
    for (std::size_t i = 0; i < certificates.size() && !is_self_issued(certificates[i]); ++i) {
        const auto is_issuer = [&](const Certificate& other) { return same_name(other.tbsCertificate.subject, certificates[i].tbsCertificate.issuer); };
        if (i + 1 < certificates.size() && is_issuer(certificates[i + 1])) continue;
        if (std::ranges::any_of(certificates, is_issuer))
            notebook.warning("extraCerts" + at(i), "the certificate of its issuer is there, but does not come next", "RFC 9483 3.3");
        return;
    }
}

void look_at_extra_certs(const CMPCertificates& certificates, const Notebook& notebook) {
    for (std::size_t i = 0; i < certificates.size(); ++i)
        if (is_self_issued(certificates[i])) notebook.warning("extraCerts" + at(i), "it is self-signed: who trusts it has it already", "RFC 9483 3.3");
}

void look_at_signed(const PKIMessage& message, const Notebook& notebook) {
    look_at_algorithm(*message.header.protectionAlg, "header.protectionAlg", notebook);
    if (!message.extraCerts) {
        const char* text = "they are absent, the protection certificate is to be their first";
        if (needs_certificate(type_of(message.body))) notebook.error("extraCerts", text, "RFC 9483 3.3");
        else notebook.note("extraCerts", text, "RFC 9483 3.3");
        return;
    }
    const auto signer = crypto::Cert::parse(message.extraCerts->front().received);
    if (signer) look_at_signer(message, *signer, notebook);
    else notebook.error("extraCerts[0]", signer.error().text(), "RFC 5280 4.2");
    look_at_order(*message.extraCerts, notebook);
}

}  // namespace

void look_at_protection(const PKIMessage& message, const Notebook& notebook) {
    const auto& algorithm = message.header.protectionAlg;
    notebook.take(check_pair(message));
    if (message.extraCerts) look_at_extra_certs(*message.extraCerts, notebook);
    if (algorithm && protection::is_mac(*algorithm)) return look_at_mac(message, notebook);
    const bool is_other_mac = algorithm && (algorithm->algorithm == oids::id_DHBasedMac || algorithm->algorithm == oids::id_KemBasedMac);
    if (is_other_mac) return notebook.note("header.protectionAlg", "the profile knows signatures, id-PasswordBasedMac and PBMAC1", "RFC 9483 3.1");
    if (algorithm) return look_at_signed(message, notebook);
    if (message.protection) return;
    // RFC 9483 3.6.4: an error goes without where nothing can protect it.
    if (message.body.is<"error">()) notebook.note("protection", "nobody vouches for this error", "RFC 9483 3.6.4");
    else notebook.warning("protection", "the message is unprotected", "RFC 9483 3.2");
}

}  // namespace cmpkit::operations

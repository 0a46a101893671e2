#include "responder/authenticator.hpp"

#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/owner.hpp"

namespace cmpkit::responder {
namespace {

constexpr std::size_t most_certificates = 20;  // of extraCerts that are looked at; what a path is built from

Error not_the_sender(const char* path, const char* detail) {
    return {.code = Code::sender_mismatch, .path = path, .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.5", .detail = detail};
}

// A certificate that is well formed and yet none to verify with.
Error unusable(Error error, std::size_t index) {
    error.path.push_front(index);
    error.path.push_front("extraCerts");
    error.fail_info = FailInfo::badMessageCheck;
    return error;
}

// RFC 9483 3.1: sender is the subject of the protection certificate, senderKID its subject key identifier.
Result<void> check_signer(const PKIHeader& header, const crypto::Cert& signer) {
    const auto* sender = header.sender.get<"directoryName">();
    if (!sender || !same_name(*sender, signer->subject)) return not_the_sender("header.sender", "it is not the subject of extraCerts[0]");
    const Octets* ski = signer.subject_key_identifier();
    if (ski && header.senderKID && !equal(*ski, header.senderKID->content)) return not_the_sender("header.senderKID", "it is not the SKI of extraCerts[0]");
    if (!signer.allows(KeyUsageBit::digitalSignature)) return not_the_sender("extraCerts[0]", "its keyUsage lacks digitalSignature");
    return {};
}

}  // namespace

bool is_under_mac(const PKIMessage& message) { return message.header.protectionAlg && protection::is_mac(*message.header.protectionAlg); }

// RFC 9483 3.1: senderKID is the reference; older peers have it in the sender's name alone.
std::string reference_of(const PKIHeader& header) {
    if (header.senderKID) return std::string(text_of(header.senderKID->content));
    const auto* sender = header.sender.get<"directoryName">();
    return sender ? attribute_text(*sender, oids::id_at_commonName) : std::string();
}

Result<Sender> Authenticator::authenticate(const PKIMessage& message, operations::Gatekeeper& gatekeeper, const protection::MacLimits& limits, std::int64_t now) {
    if (!message.protection || !message.header.protectionAlg)
        return Error{.code = Code::protection_missing, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.2", .detail = "requests are protected"};
    return protection::is_mac(*message.header.protectionAlg) ? by_mac(message, gatekeeper, limits, now) : by_signature(message, gatekeeper, now);
}

// Parameters are judged and the reference is looked up before anything is derived; an unknown reference costs and answers as a wrong MAC does.
Result<Sender> Authenticator::by_mac(const PKIMessage& message, operations::Gatekeeper& gatekeeper, const protection::MacLimits& limits, std::int64_t now) {
    const AlgorithmIdentifier& algorithm = *message.header.protectionAlg;
    if (auto good = protection::check_mac_parameters(algorithm, limits); !good) return good.error();
    const std::string reference = reference_of(message.header);
    auto secret = gatekeeper.secret(bytes_of(reference), now);
    if (!secret) return secret.error();
    const bool known = secret->value != nullptr;
    auto key = protection::MacKey::derive(algorithm, known ? secret->value->view() : nobodys_secret_.view(), limits);
    if (!key) return key.error();
    if (auto good = protection::verify_mac(message, *key); !good || !known) {
        count_failed_try(bytes_of(reference), gatekeeper, now);
        return Error{.code = Code::protection_mismatch, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.5"};
    }
    operations::Requester requester{.kind = operations::RequesterKind::secret, .id = operations::owner_by_secret(reference), .reference = reference, .certificate = {}};
    return Sender{std::move(requester), protection::Protector::by_mac(*key, reference, der::encode(gatekeeper.name())), secret->for_new};
}

void Authenticator::count_failed_try(Bytes reference, operations::Gatekeeper& gatekeeper, std::int64_t now) {
    auto tries = gatekeeper.failed_try(reference, now);
    if (tries && !tries->empty()) (void)store_.commit({std::move(*tries)});  // a conflict means that another try was counted
}

Result<Sender> Authenticator::by_signature(const PKIMessage& message, operations::Gatekeeper& gatekeeper, std::int64_t now) {
    auto certs = extra_certs(message);
    if (!certs) return certs.error();
    if (certs->empty()) return not_the_sender("extraCerts", "the protection certificate is missing");
    const crypto::Cert& signer = certs->front();
    if (auto good = check_signer(message.header, signer); !good) return good.error();
    auto key = signer.key();
    if (!key) return unusable(key.error(), 0);
    if (auto good = protection::verify_signature(message, *key); !good) return good.error();
    const auto others = std::span(*certs).subspan(1);
    auto       missing = gatekeeper.missing_status(signer, others, now);
    if (missing) return Sender{{}, gatekeeper.protector(), false, std::move(missing)};
    auto requester = gatekeeper.recognise(signer, others, now);
    if (requester) return Sender{std::move(*requester), gatekeeper.protector()};
    operations::Requester signed_it{.kind = operations::RequesterKind::external, .id = operations::owner_by_signature(signer), .reference = {}, .certificate = signer};
    return Sender{std::move(signed_it), gatekeeper.protector(), false, {}, requester.error()};
}

Result<std::vector<crypto::Cert>> Authenticator::extra_certs(const PKIMessage& message) {
    std::vector<crypto::Cert> certs;
    const std::size_t         count = message.extraCerts ? std::min(message.extraCerts->size(), most_certificates) : 0;
    certs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto cert = certificates_.get((*message.extraCerts)[i].received);
        if (!cert) return unusable(cert.error(), i);
        certs.push_back(*cert);
    }
    return certs;
}

std::string claimed_owner(const PKIMessage& message) {
    if (!message.header.protectionAlg) return {};
    if (protection::is_mac(*message.header.protectionAlg)) return operations::owner_by_secret(reference_of(message.header));
    if (!message.extraCerts || message.extraCerts->empty()) return {};
    return operations::owner_by_certificate(crypto::sha256(message.extraCerts->front().received));
}

}  // namespace cmpkit::responder

#include "operations/answer_signer.hpp"

#include "messages/names.hpp"

namespace cmpkit::operations {
namespace {

// RFC 9810 4.5 and RFC 5280 4.2.1.12: a CA, a certificate with cmcCA or cmcRA, or one whose use is not restricted at all. A device's certificate
// that says what it is for is not for this.
bool may_sign_answers(const crypto::Cert& signer, const Peer& peer) {
    return signer.is_ca() || signer.has_purpose(oids::id_kp_cmcCA) || signer.has_purpose(oids::id_kp_cmcRA) ||
           (peer.signer_for_any_use && !find_extension(signer->extensions, oids::id_ce_extKeyUsage));
}

}  // namespace

Error signer_refused(std::string detail) {
    return {.code = Code::signer_not_trusted, .path = "extraCerts[0]", .fail_info = FailInfo::signerNotTrusted, .clause = "RFC 9483 3.5", .detail = std::move(detail)};
}

std::vector<crypto::Cert> certificates_of(const PKIMessage& message, std::span<const crypto::Cert> known) {
    std::vector<crypto::Cert> all;
    const std::size_t         count = message.extraCerts ? message.extraCerts->size() : 0;
    all.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Bytes octets = (*message.extraCerts)[i].received;
        const auto  same   = std::ranges::find_if(known, [octets](const crypto::Cert& each) { return equal(each.der(), octets); });
        if (same != known.end()) all.push_back(*same);
        else if (auto cert = crypto::Cert::parse(octets)) all.push_back(*cert);
    }
    return all;
}

Result<crypto::Cert> answer_signer(const PKIMessage& message, std::span<const crypto::Cert> candidates, const Peer& peer, bool without_kid) {
    const auto* kid    = message.header.senderKID && !without_kid ? &*message.header.senderKID : nullptr;
    const auto* sender = message.header.sender.get<"directoryName">();
    const auto  named  = [&](const crypto::Cert& cert) {
        const Octets* ski = cert.subject_key_identifier();
        return sender && same_name(cert->subject, *sender) && (!kid || !ski || equal(*ski, kid->content));
    };
    const auto signer = std::ranges::find_if(candidates, named);
    // RFC 9483 3.5: sender and senderKID name the protection certificate.
    if (signer == candidates.end())
        return Error{.code = Code::sender_mismatch, .path = "header.sender", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.5",
                     .detail = "no certificate came for the sender " + (sender ? to_text(*sender) : std::string("(not a directoryName)"))};
    auto key = signer->key();
    if (!key) return key.error();
    if (auto good = protection::verify_signature(message, *key); !good) return good.error();
    if (!message.header.senderKID && signer->subject_key_identifier() && !peer.sender_kid_absent)
        return Error{.code = Code::missing, .path = "header.senderKID", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.1"};
    return *signer;
}

Result<void> check_answer_signer(const crypto::Cert& signer, std::span<const crypto::Cert> pinned, const Peer& peer) {
    if (!signer.allows(KeyUsageBit::digitalSignature) && !(peer.ca_without_digital_signature && signer.is_ca())) return signer_refused("its keyUsage lacks digitalSignature");
    if (!pinned.empty())
        return std::ranges::find(pinned, signer) != pinned.end() ? Result<void>() : signer_refused("the signer " + to_text(signer->subject) + " is not the one pinned");
    if (may_sign_answers(signer, peer)) return {};
    return signer_refused(to_text(signer->subject) + " is neither a CA nor has id-kp-cmcCA or id-kp-cmcRA (RFC 9810 4.5); pin it if it is meant");
}

}  // namespace cmpkit::operations

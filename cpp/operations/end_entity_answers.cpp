// How the end entity reads what comes back: the checks of RFC 9483 3.5 in their order, then what the body says.
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/answer_signer.hpp"
#include "operations/end_entity.hpp"
#include "operations/header_checks.hpp"

namespace cmpkit::operations {
namespace {

Error unexpected_body(BodyType type) {
    return {.code = Code::unexpected_body, .path = "body", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.1", .detail = "a " + std::string(name_of(type))};
}

BodyType answer_to(BodyType request) {  // RFC 9810 5.1.2
    switch (request) {
    case BodyType::cr:
    case BodyType::p10cr: return BodyType::cp;
    case BodyType::kur: return BodyType::kup;
    default: return BodyType::ip;
    }
}

}  // namespace

EndEntity::Happening EndEntity::take_message(const Octets& octets) {
    auto message = der::parse<PKIMessage>(copy_of(without_prefix(octets, trust_.peer.octets_before_message)));
    auto read_as = message ? read(**message) : Result<Happening>(message.error());
    if (read_as) return *read_as;
    if (query_) {
        unjudged_ = octets;
        return Happening::unjudged;
    }
    failure_ = read_as.error();
    return Happening::broken;
}

// Draft-ietf-lamps-lightweight-cmp-profile-04 6.4: loss and excessive delay SHOULD be reported to the peer by an error message.
EndEntity::Happening EndEntity::take_overdue(const Overdue& overdue) {
    if (!failure_) failure_ = overdue.reason;
    if (!failure_->fail_info) failure_->fail_info = FailInfo::systemFailure;
    return state_ == State::reporting ? Happening::lost : Happening::broken;
}

// Then the message is read as if it had come now.
EndEntity::Happening EndEntity::take_status(const Event& event) {
    const auto* fetched = std::get_if<Fetched>(&event);
    const auto* lost    = std::get_if<Lost>(&event);
    if (!fetched && !lost) return Happening::misplaced;
    const auto query = *std::exchange(query_, std::nullopt);
    const auto learned = trust_.anchors->learn(query, fetched ? Result<Octets>(fetched->octets) : Result<Octets>(lost->reason), now_);
    if (!learned) query_failure_ = Error{.code = Code::status_unknown, .detail = "from " + escaped(query.url)}.because_of(learned.error());
    if (lost && lost->reason.code == Code::cancelled) {
        failure_ = lost->reason;
        return Happening::lost;
    }
    return take_message(std::exchange(unjudged_, {}));
}

Result<EndEntity::Happening> EndEntity::read(const PKIMessage& message) {
    const auto* error = message.body.get<"error">();
    // Sent again after a long time, the message may have come too late; the same with a new messageTime will do, whoever says so.
    if (error && may_be_outdated_ && first_fail_info(error->pKIStatusInfo) == FailInfo::badTime) return Happening::outdated;
    if (!message.protection)
        if (const auto taken = read_unprotected(message)) return *taken;
    if (auto good = check_form(message); !good) return good.error();
    if (auto good = check_place(message); !good) return good.error();
    peer_nonce_ = copy_of(message.header.senderNonce->content);  // also for the error that tells of a wrong protection
    if (auto good = authenticate(message); !good) return good.error();
    if (const auto* sender = message.header.sender.get<"directoryName">(); sender && !sender->is_null_dn()) peer_name_ = der::encode(*sender);
    if (error) return read_error(*error);
    if (const auto* later = message.body.get<"pollRep">(); later && state_ == State::polling) return read_poll_response(*later);
    const BodyType type = type_of(message.body);
    if (is_confirming_) return type == BodyType::pkiconf ? Result<Happening>(Happening::confirmed) : unexpected_body(type);
    if (const auto* rp = message.body.get<"rp">(); rp && std::holds_alternative<Revocation>(order_.what)) return read_revocation(*rp);
    if (const auto* genp = message.body.get<"genp">(); genp && std::holds_alternative<Inquiry>(order_.what)) return read_information(*genp);
    const auto* responses = cert_responses(message.body);
    if (!responses || !enrollment() || (type != answer_to(enrollment()->type) && !(type == BodyType::ip && trust_.peer.ip_for_any_request))) return unexpected_body(type);
    return read_responses(*responses, message.header);
}

// ---------------------------------------------------------------- protection

Result<void> EndEntity::authenticate(const PKIMessage& message) {
    if (!message.protection || !message.header.protectionAlg)
        return Error{.code = Code::protection_missing, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.2"};
    // RFC 9483 3.2: the same kind of protection for all messages of one operation.
    const bool is_mac = protection::is_mac(*message.header.protectionAlg);
    if (is_mac != (credentials_.secret != nullptr) && (is_mac || !trust_.peer.signature_for_mac))
        return Error{.code = Code::wrong_protection, .path = "header.protectionAlg", .fail_info = FailInfo::wrongIntegrity, .clause = "RFC 9483 3.2",
                     .detail = credentials_.secret ? "the answer is not protected with the shared secret" : "the answer is protected with a MAC"};
    // A later message may leave out what came before.
    auto before  = extra_certs_;
    extra_certs_ = certificates_of(message, before);
    std::ranges::copy_if(before, std::back_inserter(extra_certs_), [this](const crypto::Cert& each) { return std::ranges::find(extra_certs_, each) == extra_certs_.end(); });
    auto good = is_mac ? authenticate_mac(message) : authenticate_signature(message);
    if (!good) extra_certs_ = std::move(before);
    return good;
}

Result<void> EndEntity::authenticate_mac(const PKIMessage& message) {
    const AlgorithmIdentifier& algorithm = *message.header.protectionAlg;
    if (const auto* own = own_mac_key_for(algorithm)) return protection::verify_mac(message, *own);
    const Octets               parameters = der::encode(algorithm);
    const auto known = std::ranges::find(mac_keys_, parameters, &std::pair<Octets, protection::MacKey>::first);
    if (known != mac_keys_.end()) return protection::verify_mac(message, known->second);
    auto key = protection::MacKey::derive(algorithm, credentials_.secret->view(), trust_.peer.mac_limits);
    if (!key) return key.error();
    if (auto good = protection::verify_mac(message, *key); !good) return good;
    mac_keys_.emplace_back(parameters, *key);
    return {};
}

Result<void> EndEntity::authenticate_signature(const PKIMessage& message) {
    std::vector<crypto::Cert> candidates = extra_certs_;
    candidates.insert(candidates.end(), trust_.pinned.begin(), trust_.pinned.end());
    const auto& kid         = message.header.senderKID;
    const bool  is_mirrored = kid && trust_.peer.sender_kid_mirrored && is_our_own(kid->content);
    const auto  signer      = answer_signer(message, candidates, trust_.peer, is_mirrored);
    if (!signer) return signer.error();
    if (!trust_.anchors && trust_.pinned.empty()) return signer_refused("no trust anchors are configured");
    if (auto good = check_answer_signer(*signer, trust_.pinned, trust_.peer); !good || !trust_.pinned.empty()) return good;
    return check_path(*signer, candidates);
}

Result<void> EndEntity::check_path(const crypto::Cert& signer, std::span<const crypto::Cert> untrusted) {
    query_ = trust_.anchors->missing(signer, untrusted, now_);
    if (query_) return Error{.code = Code::status_unknown};  // not said to anybody: the message is judged when the query is answered
    auto path = trust_.anchors->path(signer, untrusted, now_);
    if (path) return {};
    Error why = path.error();
    if (why.code == Code::status_unknown && query_failure_) why = why.because_of(*query_failure_);
    return signer_refused(to_text(signer->subject)).because_of(why);
}

// ---------------------------------------------------------------- bodies

EndEntity::Happening EndEntity::refuse(const PKIStatusInfo& status, bool verified, Path where) {
    if (failure_ && is_confirming_) return Happening::refused;  // our own refusal says more
    failure_ = Error{.code = verified ? Code::rejected : Code::protection_missing, .path = where, .fail_info = first_fail_info(status), .clause = "RFC 9483 3.6"};
    failure_->detail = std::string(verified ? "the peer says: " : "an unprotected answer, not verified, says: ") + std::string(name_of(status.status));
    if (const std::string text = joined(status.statusString); !text.empty()) failure_->detail += ", \"" + escaped(text) + "\"";
    return Happening::refused;
}

Result<EndEntity::Happening> EndEntity::read_error(const ErrorMsgContent& content) {
    // RFC 9810 5.3.22: after an error that says «waiting» the whole answer is polled for.
    if (content.pKIStatusInfo.status == PKIStatus::waiting) return read_waiting(-1, content.pKIStatusInfo);
    return refuse(content.pKIStatusInfo, true);
}

Result<EndEntity::Happening> EndEntity::read_revocation(const RevRepContent& content) {
    // RFC 9483 4.2: exactly one PKIStatusInfo.
    if (content.status.size() != 1)
        return Error{.code = Code::bad_request, .path = "body.rp.status", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.2"};
    const PKIStatusInfo& status = content.status.front();
    if (is_granted(status)) return Happening::revoked;
    refuse(status, true);
    failure_->path = "body.rp.status[0]";
    return Happening::refused;
}

Result<EndEntity::Happening> EndEntity::read_information(const GenMsgContent& items) {
    information_ = der::encode(items);
    auto good    = check_told();
    if (good) return Happening::informed;
    information_.clear();
    return good.error();
}

Result<void> EndEntity::check_told() const {
    const auto* inquiry = std::get_if<Inquiry>(&order_.what);
    if (!inquiry || information_.empty()) return {};
    der::Arena arena;
    auto       items = der::parse<GenMsgContent>(information_, arena);
    if (!items) return items.error();
    return check_information(*inquiry, *items, trust_.anchors ? std::span<const crypto::Cert>(trust_.anchors->trust().anchors) : std::span<const crypto::Cert>(), now_);
}

Result<EndEntity::Happening> EndEntity::read_responses(const CertRepMessage& content, const PKIHeader& header) {
    if (content.response.size() != 1)
        return Error{.code = Code::bad_request, .path = "body.response", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.1.1"};
    const CertResponse& response = content.response.front();
    // RFC 9483 4.1.1: 0; for p10cr −1 (RFC 9810 5.3.4).
    if (!is_expected_id(response.certReqId))
        return Error{.code = Code::bad_request, .path = "body.response[0].certReqId", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.1.1"};
    cert_req_id_ = response.certReqId;
    if (response.status.status == PKIStatus::waiting) return read_waiting(response.certReqId, response.status);
    if (!is_granted(response.status)) {
        refuse(response.status, true);
        failure_->path = "body.response[0].status";
        return Happening::refused;
    }
    return read_certificate(response, content, header);
}

Result<EndEntity::Happening> EndEntity::read_certificate(const CertResponse& response, const CertRepMessage& content, const PKIHeader& header) {
    const auto* pair  = response.certifiedKeyPair ? &*response.certifiedKeyPair : nullptr;
    const auto* plain = pair ? pair->certOrEncCert.get<"certificate">() : nullptr;
    if (!plain)
        return Error{.code = Code::missing, .path = "body.response[0].certifiedKeyPair", .fail_info = FailInfo::badDataFormat, .clause = "RFC 9483 4.1.1"};
    auto certificate = crypto::Cert::parse(plain->received);
    if (!certificate) return certificate.error();
    certificate_ = *certificate;
    with_mods_   = response.status.status == PKIStatus::grantedWithMods;
    peer_text_   = joined(response.status.statusString);
    auto granted = asks_implicit_confirm(header);
    if (!granted) return granted.error();
    // Implicit confirmation counts only where it was asked for (RFC 9483 4.1.1): else the CA waits for certConf.
    implicitly_confirmed_ = *granted && (enrollment()->implicit_confirm || trust_.peer.implicit_confirm_unasked);
    // RFC 9483 4.1.1, 4.1.5: who has no other way to know us vouches for them by the MAC; under a signature they are nobody's to install.
    const bool is_vouched_for = protection::is_mac(*header.protectionAlg);
    for (std::size_t i = 0; is_vouched_for && content.caPubs && i < content.caPubs->size(); ++i)
        if (auto root = crypto::Cert::parse((*content.caPubs)[i].received)) ca_pubs_.push_back(*root);
    if (auto good = check_issued(); !good) {
        failure_ = good.error();
        return Happening::declined;
    }
    return Happening::granted;
}

namespace {

/// A view of the order.
Result<Bytes> requested_key(const Enrollment& enrollment) {
    if (enrollment.key) return enrollment.key->public_key().spki();
    der::Arena arena;
    auto       request = der::parse<CertificationRequest>(enrollment.csr, arena);
    if (!request) return request.error();
    return request->certificationRequestInfo.subjectPKInfo.received;
}

}  // namespace

Result<void> EndEntity::check_issued() {
    const auto wrong = [](const char* path, const char* detail) {
        return Error{.code = Code::wrong_certificate, .path = path, .fail_info = FailInfo::badCertTemplate, .clause = "RFC 9483 4.1.1", .detail = detail};
    };
    auto key = requested_key(*enrollment());
    if (!key) return key.error();
    if (!equal(certificate_->subjectPublicKeyInfo.received, *key))
        return wrong("body.response[0].certifiedKeyPair", "the certificate is not for the key that was sent");
    if (!with_mods_ && enrollment()->type != BodyType::p10cr && !enrollment()->subject.empty()) {
        der::Arena arena;
        auto       subject = der::parse<Name>(enrollment()->subject, arena);
        if (!subject) return subject.error();
        if (!same_name(*subject, certificate_->subject)) return wrong("body.response[0].certifiedKeyPair", "accepted, yet the subject is another");
    }
    if (!trust_.new_certificate) {
        const auto chain = crypto::chain_without_root(certificate_, extra_certs_);
        path_.assign(chain.begin() + 1, chain.end());
        return {};
    }
    auto path = trust_.new_certificate->path(certificate_, extra_certs_, now_);
    if (!path) return wrong("body.response[0].certifiedKeyPair", "no path leads from the new certificate to a trusted root").because_of(path.error());
    path_.assign(path->begin() + 1, path->end());
    return {};
}

}  // namespace cmpkit::operations

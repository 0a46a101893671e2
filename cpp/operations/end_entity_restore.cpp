// An end entity's operation from octets, read with the distrust that a peer's message gets: what does not fit together, or does not fit the
// credentials, the key and the trust that are given, is refused.
#include "der/encode.hpp"
#include "operations/end_entity_state.hpp"
#include "operations/header_checks.hpp"

namespace cmpkit::operations {
namespace {

template <class T> Octets encode_given(const std::optional<T>& value) { return value ? der::encode(*value) : Octets(); }
Octets      octets_of(const std::optional<der::OctetString>& octets) { return octets ? copy_of(octets->content) : Octets(); }
std::string string_of(const std::optional<der::Utf8String>& text) { return text ? std::string(text_of(text->content)) : std::string(); }

Error unfit(const char* path, const char* detail) { return {.code = Code::bad_value, .path = path, .detail = detail}; }

Result<void> check_key(const SavedEnrollment& saved, const crypto::Signer* key) {
    if (saved.key.has_value() == saved.csr.has_value() || saved.csr.has_value() != (saved.type == BodyType::p10cr))
        return unfit("order.enrollment", "a key, or the PKCS#10 request of a p10cr: one of them");
    if (saved.key.has_value() == (key != nullptr) && (!key || equal(saved.key->received, key->public_key().spki()))) return {};
    return Error{.code = Code::bad_key, .path = "order.enrollment.key", .detail = key ? "the key given is not the one that the operation is about" : "the key to be certified is needed"};
}

Result<Enrollment> restore_enrollment(const SavedEnrollment& saved, std::shared_ptr<const crypto::Signer> key) {
    if (saved.type != BodyType::ir && saved.type != BodyType::cr && saved.type != BodyType::kur && saved.type != BodyType::p10cr)
        return unfit("order.enrollment.type", "none of ir, cr, kur, p10cr");
    if (auto good = check_key(saved, key.get()); !good) return good.error();
    return Enrollment{.type = saved.type, .key = std::move(key), .csr = encode_given(saved.csr), .subject = encode_given(saved.subject), .extensions = encode_given(saved.extensions),
                      .profile = string_of(saved.profile), .implicit_confirm = saved.implicit_confirm, .not_after = saved.not_after};
}

Result<Order> restore_order(const EndEntityState& saved, std::shared_ptr<const crypto::Signer> key) {
    Order order{{}, encode_given(saved.recipient)};
    if (const auto* enrollment = saved.order.get<"enrollment">()) {
        auto what = restore_enrollment(*enrollment, std::move(key));
        if (!what) return what.error();
        order.what = std::move(*what);
        return order;
    }
    if (key) return Error{.code = Code::bad_key, .path = "order", .detail = "no key is to be certified"};
    if (const auto* inquiry = saved.order.get<"inquiry">()) {
        order.what = Inquiry{encode_given(inquiry->item), string_of(inquiry->profile)};
        return order;
    }
    const auto& revocation = *saved.order.get<"revocation">();
    if (name_of(revocation.reason) == "unknown") return unfit("order.revocation.reason", "no CRLReason of RFC 5280 5.3.1");
    order.what = Revocation{der::encode(revocation.issuer), copy_of(revocation.serial.content), revocation.reason, {}};
    if (revocation.invalidSince) std::get<Revocation>(order.what).invalid_since = der::unix_seconds(*revocation.invalidSince);
    return order;
}

Result<std::vector<crypto::Cert>> certs_of(const List<CMPCertificate>& values, const char* path) {
    std::vector<crypto::Cert> certs;
    for (const CMPCertificate& value : values) {
        auto cert = crypto::Cert::parse(value.received);
        if (!cert) return unfit(path, "a certificate in it cannot be read").because_of(cert.error());
        certs.push_back(std::move(*cert));
    }
    return certs;
}

Result<der::Parsed<SavedOperation>> open(Bytes saved) {
    auto outer = der::parse<SavedOperation>(copy_of(saved));
    if (!outer || (*outer)->version == SavedOperation::our_version) return outer;
    return Error{.code = Code::unsupported, .path = "version", .detail = "the state is of version " + std::to_string((*outer)->version) + ", known is " + std::to_string(SavedOperation::our_version)};
}

// What must be there in a state, and what cannot be.
enum class Presence : std::uint8_t { absent, present, either };
struct Fit {
    EndEntity::State state;
    Presence         certificate, confirming, failure;
};
constexpr Fit fits[] = {
    {EndEntity::State::idle, Presence::absent, Presence::absent, Presence::absent},
    {EndEntity::State::awaiting_answer, Presence::absent, Presence::absent, Presence::absent},
    {EndEntity::State::awaiting_decision, Presence::present, Presence::absent, Presence::absent},
    {EndEntity::State::awaiting_storage, Presence::present, Presence::absent, Presence::absent},
    {EndEntity::State::awaiting_confirmation, Presence::present, Presence::present, Presence::either},
    {EndEntity::State::polling, Presence::either, Presence::either, Presence::either},
    {EndEntity::State::pausing, Presence::either, Presence::either, Presence::either},
    {EndEntity::State::reporting, Presence::either, Presence::either, Presence::present},
    {EndEntity::State::done, Presence::either, Presence::either, Presence::absent},
};
bool is_as(Presence wanted, bool there) { return wanted == Presence::either || there == (wanted == Presence::present); }

bool is_cert_req_id(std::int64_t id) { return id == 0 || id == -1; }

}  // namespace

Result<Octets> saved_memo(Bytes saved) {
    auto outer = open(saved);
    if (!outer) return outer.error();
    return octets_of((*outer)->memo);
}

Result<EndEntity> EndEntity::restore(Bytes saved, Credentials credentials, PeerTrust trust, std::shared_ptr<const crypto::Signer> key) {
    auto outer = open(saved);
    if (!outer) return outer.error();
    auto state = der::parse<EndEntityState>(copy_of((*outer)->content.content));
    if (!state) return state.error();
    auto order = restore_order(**state, std::move(key));
    if (!order) return order.error();
    EndEntity operation(std::move(*order), std::move(credentials), std::move(trust));
    if (auto taken = operation.take_over(**state); !taken) return taken.error();
    if (auto taken = operation.take_over_sent(); !taken) return taken.error();
    if (auto good = operation.check_state(); !good) return good.error();
    return operation;
}

Result<void> EndEntity::take_over(const EndEntityState& saved) {
    auto own   = certs_of(saved.certificate ? List<CMPCertificate>(&*saved.certificate, 1) : List<CMPCertificate>(), "certificate");
    auto extra = certs_of(saved.extraCerts, "extraCerts");
    auto pubs  = certs_of(saved.caPubs, "caPubs");
    if (!own) return own.error();
    if (!extra) return extra.error();
    if (!pubs) return pubs.error();
    if (!own->empty()) certificate_ = own->front();
    extra_certs_ = std::move(*extra);
    ca_pubs_     = std::move(*pubs);
    state_       = saved.state;
    sent_        = octets_of(saved.sent);
    peer_nonce_  = octets_of(saved.peerNonce);
    peer_name_   = encode_given(saved.peerName);
    request_nonce_ = octets_of(saved.requestNonce);
    cert_req_id_ = saved.certReqId;
    peer_text_   = string_of(saved.peerText);
    implicitly_confirmed_ = saved.implicitlyConfirmed;
    with_mods_            = saved.withMods;
    is_confirming_        = saved.isConfirming;
    information_          = octets_of(saved.information);
    if (saved.polling) take_over_polling(*saved.polling);
    return saved.failure ? take_over_failure(*saved.failure) : Result<void>();
}

Result<void> EndEntity::take_over_failure(const SavedFailure& saved) {
    if (saved.code != Code::internal && name_of(saved.code) == name_of(Code::internal)) return unfit("failure.code", "no cause that we know");
    if (saved.failInfo && name_of(*saved.failInfo) == "unknown") return unfit("failure.failInfo", "no bit of PKIFailureInfo");
    failure_ = Error{.code = saved.code, .fail_info = saved.failInfo, .detail = escaped(text_of(saved.text.content))};
    return {};
}

void EndEntity::take_over_polling(const SavedPolling& saved) {
    first_nonce_ = copy_of(saved.firstNonce.content);
    poll_id_     = saved.certReqId;
    check_after_ = saved.checkAfter;
    wake_at_     = saved.wakeAt;
}

// The message is ours, which its protection shows; it goes out again with no other, and what follows is protected in the same way.
Result<void> EndEntity::take_over_sent() {
    if (sent_.empty()) return state_ == State::idle ? Result<void>() : unfit("sent", "no message was sent, yet the operation is under way");
    auto message = der::parse<PKIMessage>(sent_);
    if (!message) return unfit("sent", "it is no message").because_of(message.error());
    const PKIHeader& header = (*message)->header;
    if (auto good = check_header(**message, 0, 0); !good) return unfit("sent", "its header breaks a rule").because_of(good.error());
    if (!header.protectionAlg || protection::is_mac(*header.protectionAlg) != (credentials_.secret != nullptr))
        return Error{.code = Code::wrong_protection, .path = "sent.header.protectionAlg", .detail = "the operation is not protected by credentials of this kind"};
    transaction_id_ = copy_of(header.transactionID->content);
    our_nonce_      = copy_of(header.senderNonce->content);
    sent_type_      = type_of((*message)->body);
    return credentials_.secret ? protect_as_before_by_mac(**message) : protect_as_before_by_signature(**message);
}

Result<void> EndEntity::protect_as_before_by_mac(const PKIMessage& sent) {
    const Error other{.code = Code::protection_mismatch, .path = "sent", .detail = "the reference or the secret is not that of the operation"};
    if (!sent.header.senderKID || !equal(sent.header.senderKID->content, bytes_of(credentials_.reference))) return other;
    auto key = protection::MacKey::derive(*sent.header.protectionAlg, credentials_.secret->view(), trust_.peer.mac_limits);
    if (!key) return key.error();
    if (auto same = protection::verify_mac(sent, *key); !same) return other.because_of(same.error());
    protector_ = protection::Protector::by_mac(*key, credentials_.reference);
    return {};
}

Result<void> EndEntity::protect_as_before_by_signature(const PKIMessage& sent) {
    const Error other{.code = Code::protection_mismatch, .path = "sent", .detail = "the certificate is not that of the operation"};
    if (!credentials_.signer || credentials_.chain.empty()) return other;
    const crypto::Cert& own = credentials_.chain.front();
    if (!sent.extraCerts || !equal(sent.extraCerts->front().received, own.der())) return other;  // RFC 9483 3.3: it comes first
    auto key = own.key();
    if (!key) return key.error();
    if (auto same = protection::verify_signature(sent, *key); !same) return other.because_of(same.error());
    protector_ = protection::Protector::by_signature(credentials_.signer, credentials_.chain);
    return {};
}

Action EndEntity::resume(std::int64_t now, const Random& random) {
    if (state_ == State::idle) return step(Begin{}, now, random);
    now_    = now;
    random_ = &random;
    query_.reset();
    // What was found good once is judged again: the state came from outside, and trust and time may have changed.
    auto good = certificate_ && !failure_ ? check_issued() : check_told();
    if (!good) {
        failure_ = good.error();
        state_   = State::failed;
    }
    switch (state_) {
    case State::awaiting_decision: return ask_decision();
    case State::awaiting_storage: return keep();
    case State::pausing: return wait_on();
    case State::done: return finish();
    case State::failed: return fail();
    default: break;
    }
    may_be_outdated_ = true;
    return sending(sent_);
}

// ---------------------------------------------------------------- does it fit together?

bool EndEntity::may_have_sent_last() const {
    switch (state_) {
    case State::idle: return sent_.empty();
    case State::awaiting_answer: return sent_type_ == request_type();
    case State::awaiting_decision:
    case State::awaiting_storage: return sent_type_ == request_type() || sent_type_ == BodyType::pollReq;
    case State::awaiting_confirmation: return sent_type_ == BodyType::certConf;
    case State::polling:
    case State::pausing: return sent_type_ == BodyType::pollReq;
    case State::reporting: return sent_type_ == BodyType::error;
    case State::done: return sent_type_ == request_type() || sent_type_ == BodyType::pollReq || sent_type_ == BodyType::certConf;
    case State::failed: break;
    }
    return false;
}

Result<void> EndEntity::check_state() const {
    const auto* fit   = std::ranges::find(fits, state_, &Fit::state);
    const bool  polls = state_ == State::polling || state_ == State::pausing;
    if (fit == std::end(fits) || !may_have_sent_last()) return unfit("state", "the last message was not sent in that state");
    if (!is_as(fit->certificate, static_cast<bool>(certificate_))) return unfit("certificate", "it is there before it came, or absent after");
    if (!is_as(fit->confirming, is_confirming_)) return unfit("isConfirming", "the operation is not that far, or beyond");
    if (!is_as(fit->failure, failure_.has_value())) return unfit("failure", "the operation fails in another state");
    if (certificate_ && !enrollment()) return unfit("certificate", "nothing was to be certified");
    if (!certificate_ && (is_confirming_ || (state_ == State::done && enrollment()))) return unfit("certificate", "it is absent after it came");
    const bool is_told = state_ == State::done && std::holds_alternative<Inquiry>(order_.what);
    if (is_told == information_.empty()) return unfit("information", "it is there before it came, or absent after");
    if (polls && !is_confirming_ && (certificate_ || failure_)) return unfit("polling", "it came, and yet it is polled for");
    if (polls && first_nonce_.size() < least_nonce) return unfit("polling", "there is nothing to poll for");
    if (check_after_ < 0 || check_after_ > longest_wait) return unfit("polling.checkAfter", "no time to wait");
    if (wake_at_ && *wake_at_ < 0) return unfit("polling.wakeAt", "no time of ours");
    if (!is_cert_req_id(cert_req_id_) || !is_cert_req_id(poll_id_)) return unfit("certReqId", "it is neither 0 nor -1");
    return {};
}

}  // namespace cmpkit::operations

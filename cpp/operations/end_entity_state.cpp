// An end entity's operation to octets; the way back is in end_entity_restore.cpp.
#include "operations/end_entity_state.hpp"

#include "der/encode.hpp"

template struct cmpkit::der::Described<cmpkit::operations::EndEntityState>;
template struct cmpkit::der::Described<cmpkit::operations::SavedOperation>;

namespace cmpkit::operations {
namespace {

template <class T> Result<std::optional<T>> parse_given(Bytes der, der::Arena& arena) {
    if (der.empty()) return std::optional<T>();
    auto value = der::parse<T>(der, arena);
    if (!value) return value.error();
    return std::optional<T>(*value);
}

std::optional<der::OctetString> given_octets(Bytes octets) { return octets.empty() ? std::nullopt : std::optional(der::octet_string(octets)); }
std::optional<der::Utf8String>  given_text(std::string_view text) { return text.empty() ? std::nullopt : std::optional(der::utf8_string(text)); }

Result<void> save_enrollment(const Enrollment& order, SavedEnrollment& saved, der::Arena& arena) {
    auto key        = parse_given<SubjectPublicKeyInfo>(order.key ? order.key->public_key().spki() : Bytes(), arena);
    auto csr        = parse_given<CertificationRequest>(order.csr, arena);
    auto subject    = parse_given<Name>(order.subject, arena);
    auto extensions = parse_given<Extensions>(order.extensions, arena);
    if (!key) return key.error();
    if (!csr) return csr.error();
    if (!subject) return subject.error();
    if (!extensions) return extensions.error();
    saved = {order.type, *key, *csr, *subject, *extensions, given_text(order.profile), order.not_after, order.implicit_confirm};
    return {};
}

Result<void> save_order(const Order& order, SavedOrder& saved, der::Arena& arena) {
    if (const auto* enrollment = std::get_if<Enrollment>(&order.what)) return save_enrollment(*enrollment, saved.emplace<"enrollment">(), arena);
    if (const auto* inquiry = std::get_if<Inquiry>(&order.what)) {
        auto item = parse_given<InfoTypeAndValue>(inquiry->item, arena);
        if (!item) return item.error();
        saved.emplace<"inquiry">() = {*item, given_text(inquiry->profile)};
        return {};
    }
    const auto& revocation = std::get<Revocation>(order.what);
    auto        issuer     = der::parse<Name>(revocation.issuer, arena);
    if (!issuer) return issuer.error();
    SavedRevocation& kept = saved.emplace<"revocation">() = {*issuer, der::integer_view(revocation.serial), revocation.reason, {}};
    if (revocation.invalid_since) kept.invalidSince = der::generalized_time(*revocation.invalid_since, arena);
    return {};
}

std::vector<CMPCertificate> values_of(std::span<const crypto::Cert> certs) {
    std::vector<CMPCertificate> values;
    for (const crypto::Cert& cert : certs) values.push_back(*cert);
    return values;
}

// Path and clause of an error live in the program; their words are kept.
std::string words_of(const Error& error) {
    std::string words = error.detail;
    if (!error.path.empty()) words += (words.empty() ? "at " : ", at ") + error.path.text();
    if (error.cause) words += "; because " + error.cause->text();
    return escaped(words);
}

}  // namespace

Result<Octets> EndEntity::save(Bytes memo) const {
    if (state_ == State::failed) return Error{.code = Code::bad_state, .detail = "the operation has failed: nothing is left to go on with"};
    der::Arena     arena;
    EndEntityState saved;
    if (auto done = save_order(order_, saved.order, arena); !done) return done.error();
    auto recipient = parse_given<Name>(order_.recipient, arena);
    if (!recipient) return recipient.error();
    auto peer = parse_given<Name>(peer_name_, arena);
    if (!peer) return peer.error();
    const auto extra = values_of(extra_certs_), pubs = values_of(ca_pubs_);
    saved.recipient  = *recipient;
    saved.state      = state_;
    saved.sent       = given_octets(sent_);
    saved.peerNonce  = given_octets(peer_nonce_);
    saved.peerName   = *peer;
    saved.requestNonce = given_octets(request_nonce_);
    if (certificate_) saved.certificate = *certificate_;
    saved.extraCerts = extra;
    saved.caPubs     = pubs;
    saved.certReqId  = cert_req_id_;
    if (!first_nonce_.empty()) saved.polling = SavedPolling{der::octet_string(first_nonce_), poll_id_, check_after_, wake_at_};
    saved.implicitlyConfirmed = implicitly_confirmed_;
    saved.withMods            = with_mods_;
    saved.isConfirming        = is_confirming_;
    saved.peerText            = given_text(peer_text_);
    const std::string why     = failure_ ? words_of(*failure_) : std::string();
    if (failure_) saved.failure = SavedFailure{failure_->code, failure_->fail_info, der::utf8_string(why)};
    saved.information     = given_octets(information_);
    const Octets content = der::encode(saved);
    return der::encode(SavedOperation{SavedOperation::our_version, der::octet_string(content), given_octets(memo)});
}

}  // namespace cmpkit::operations

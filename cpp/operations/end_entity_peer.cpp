// What a peer's profile lets through that the rules would not: each tolerance that takes more than a word where the rule is judged.
#include "der/reader.hpp"
#include "operations/end_entity.hpp"
#include "operations/header_checks.hpp"

namespace cmpkit::operations {
namespace {

bool is_refusal(const PKIStatusInfo& status) { return status.status == PKIStatus::rejection; }

// The refusal that a message consists of; null: it does more than to refuse.
const PKIStatusInfo* refusal_in(const PKIBody& body) {
    const PKIStatusInfo* status = nullptr;
    if (const auto* error = body.get<"error">()) status = &error->pKIStatusInfo;
    if (const auto* rp = body.get<"rp">(); rp && rp->status.size() == 1) status = &rp->status.front();
    if (const auto* responses = cert_responses(body); responses && responses->response.size() == 1) status = &responses->response.front().status;
    return status && is_refusal(*status) ? status : nullptr;
}

bool has_mac_parameters(const AlgorithmIdentifier& algorithm) {
    static constexpr std::uint8_t null[] = {der::tag::null, 0};
    return algorithm.parameters && !equal(algorithm.parameters->tlv, null);
}

}  // namespace

Bytes without_prefix(Bytes octets, std::int64_t most) {
    for (std::size_t at = 0; at <= static_cast<std::size_t>(most) && at < octets.size(); ++at) {
        der::Tlv message;
        Bytes    rest = octets.subspan(at);
        if (rest[0] == der::tag::sequence && !der::take(rest, message) && rest.empty()) return message.whole;
    }
    return octets;
}

bool EndEntity::belongs_here(const PKIMessage& message) const { return check_form(message) && check_place(message); }

// Without protection nothing is believed but what the profile of the peer names, and that only from somebody who has seen our message.
std::optional<EndEntity::Happening> EndEntity::read_unprotected(const PKIMessage& message) {
    const Peer& peer    = trust_.peer;
    const auto* refusal = refusal_in(message.body);
    const auto* error   = message.body.get<"error">();
    if (refusal && peer.unprotected_refusals && belongs_here(message)) return refuse(*refusal, true, error ? "body.error" : "body");
    if (error && peer.unprotected_errors) return refuse(error->pKIStatusInfo, false);
    if (message.body.is<"pkiconf">() && is_confirming_ && peer.unprotected_pkiconf && belongs_here(message)) return Happening::confirmed;
    return std::nullopt;
}

Result<void> EndEntity::check_form(const PKIMessage& message) const {
    // What was sent again after a rest may be answered as it was at the time.
    const std::int64_t window       = may_be_outdated_ ? 0 : trust_.time_window;
    const bool         is_old_error = trust_.peer.error_pvno_1 && message.header.pvno == Pvno::cmp1999 && message.body.is<"error">();
    return is_old_error ? check_header_of_any_version(message, now_, window) : check_header(message, now_, window);
}

const protection::MacKey* EndEntity::own_mac_key_for(const AlgorithmIdentifier& algorithm) const {
    const bool says_nothing = algorithm.algorithm == oids::id_PasswordBasedMac && !has_mac_parameters(algorithm);
    const auto* own         = protector_ ? protector_->mac_key() : nullptr;
    return says_nothing && trust_.peer.mac_parameters_null && own && own->algorithm().algorithm == oids::id_PasswordBasedMac ? own : nullptr;
}

bool EndEntity::is_our_own(Bytes sender_kid) const {
    if (!credentials_.reference.empty()) return equal(sender_kid, bytes_of(credentials_.reference));
    const Octets* own = credentials_.chain.empty() ? nullptr : credentials_.chain.front().subject_key_identifier();
    return own && equal(sender_kid, *own);
}

bool EndEntity::is_expected_id(std::int64_t cert_req_id) const {
    const bool is_p10cr = enrollment()->type == BodyType::p10cr;
    if (cert_req_id == 0) return !is_p10cr || trust_.peer.zero_for_p10cr;
    return cert_req_id == -1 && (is_p10cr || trust_.peer.minus_one_for_crmf);
}

}  // namespace cmpkit::operations

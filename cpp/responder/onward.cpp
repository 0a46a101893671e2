#include "responder/onward.hpp"

#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/answer_signer.hpp"
#include "operations/forwarding.hpp"
#include "responder/authenticator.hpp"

namespace cmpkit::responder {

using operations::Forwarding;

namespace {

Result<const protection::Protector*> protector_of(const Upward& upward) {
    if (upward.protector) return upward.protector;
    return Error{.code = Code::bad_state, .fail_info = FailInfo::systemFailure, .detail = "nothing is there to protect messages for \"" + escaped(upward.upstream.name) + "\" with"};
}

/// The recipient that the configuration knows; null: it says none.
const Name* recipient_of(const Upward& upward, der::Arena& arena) {
    if (upward.upstream.recipient.empty()) return nullptr;
    auto  name = der::parse<Name>(upward.upstream.recipient, arena);
    auto* kept = arena.make<Name>();
    if (name) *kept = *name;
    return kept;
}

Result<Octets> protect_anew(const PKIMessage& message, const PKIBody& body, const Upward& upward, std::optional<std::vector<InfoTypeAndValue>> info) {
    auto protector = protector_of(upward);
    if (!protector) return protector.error();
    der::Arena arena;
    return operations::reseal(message, body, {.protector = *protector, .recipient = recipient_of(upward, arena), .now = upward.now, .general_info = std::move(info)});
}

// Extensions with these alternative names in the place of theirs.
Result<Extensions> with_names(const Extensions* before, const Octets& sans, der::Arena& arena) {
    std::vector<Extension> all;
    for (std::size_t i = 0; before && i < before->size(); ++i)
        if (!((*before)[i].extnID == oids::id_ce_subjectAltName)) all.push_back((*before)[i]);
    if (!sans.empty()) all.push_back({oids::id_ce_subjectAltName, false, der::Open::raw(arena.keep(Bytes(sans)))});
    auto* place = arena.make<Extension>(all.size());
    std::ranges::copy(all, place);
    return Extensions(place, all.size());
}

// RFC 9483 5.2.3.2: the template is changed, so the proof of possession, which was verified, gives way to raVerified.
Result<PKIBody> modified(const PKIMessage& message, const ra::Permission& permission, der::Arena& arena) {
    CertReqMsg request = cert_requests(message.body)->front();
    CertRequest&  cert_request = request.certReq;
    CertTemplate& wanted       = cert_request.certTemplate;
    cert_request.received = {};
    if (permission.subject) {
        auto subject = der::parse<Name>(arena.keep(Bytes(*permission.subject)), arena);
        if (!subject) return subject.error();
        wanted.subject = *subject;
    }
    if (permission.subjectAltName) {
        auto extensions = with_names(wanted.extensions ? &*wanted.extensions : nullptr, *permission.subjectAltName, arena);
        if (!extensions) return extensions.error();
        wanted.extensions.reset();
        if (!extensions->empty()) wanted.extensions = *extensions;
    }
    request.popo.emplace().emplace<"raVerified">();
    auto* place = arena.make<CertReqMsg>();
    *place      = request;
    PKIBody body;
    const CertReqMessages requests(place, 1);
    if (message.body.is<"cr">()) body.emplace<"cr">() = requests;
    else body.emplace<"ir">() = requests;
    return body;
}

// RFC 4210 5.1.1.3: exactly one PKIMessage.
InfoTypeAndValue original_of(const PKIMessage& message, der::Arena& arena) {
    auto* one  = arena.make<PKIMessage>();
    *one       = message;
    auto* list = arena.make<PKIMessages>();
    *list      = PKIMessages(one, 1);
    return {oids::id_it_origPKIMessage, der::Open::of(*list)};
}

// An origPKIMessage of the requester's is not what we vouch for.
std::vector<InfoTypeAndValue> info_onward(const PKIHeader& header, const Upward& upward) {
    auto info = operations::info_without(header, oids::id_it_origPKIMessage);
    if (upward.confirms) std::erase_if(info, [](const InfoTypeAndValue& item) { return item.infoType == oids::id_it_implicitConfirm; });
    return info;
}

Result<Octets> modified_onward(const PKIMessage& message, const ra::Permission& permission, const Upward& upward, std::vector<InfoTypeAndValue> info) {
    der::Arena arena;
    auto       body = modified(message, permission, arena);
    if (!body) return body.error();
    if (permission.rule->keep_original) info.push_back(original_of(message, arena));
    return protect_anew(message, *body, upward, std::move(info));
}

}  // namespace

Result<Octets> first_onward(const PKIMessage& message, const ra::Permission& permission, const Upward& upward) {
    auto info = info_onward(message.header, upward);
    switch (upward.forwarding) {
    case Forwarding::unchanged: return copy_of(message.received);
    case Forwarding::converted: return copy_of(message.body.get<"p10cr">()->received);
    case Forwarding::reprotected: return protect_anew(message, message.body, upward, std::move(info));
    case Forwarding::modified: return modified_onward(message, permission, upward, std::move(info));
    case Forwarding::nested: break;
    }
    auto protector = protector_of(upward);
    if (!protector) return protector.error();
    der::Arena arena;
    return operations::nest(message, **protector, recipient_of(upward, arena), upward.now);
}

// A nested message approves a request; what follows goes by the requester's own protection (RFC 9483 5.2.2.1), which opened the transaction there.
Result<Octets> later_onward(const PKIMessage& message, const Upward& upward) {
    return operations::is_ours(upward.forwarding) ? protect_anew(message, message.body, upward, std::nullopt) : copy_of(message.received);
}

namespace {

Result<Octets> own_message(const PKIMessage& answer, const PKIBody& body, const Upward& upward, Bytes nonce, Pvno pvno) {
    auto protector = protector_of(upward);
    if (!protector) return protector.error();
    der::Arena arena;
    const operations::HeaderFields fields{.pvno = pvno, .recipient = answer.header.sender.get<"directoryName">(), .transaction_id = answer.header.transactionID->content,
                                          .sender_nonce = nonce, .recip_nonce = answer.header.senderNonce->content, .now = upward.now, .general_info = {}};
    return protection::seal(operations::header_of(fields, arena), body, *protector, {});
}

}  // namespace

Result<Octets> poll_onward(const PKIMessage& answer, const Upward& upward, Bytes nonce) {
    const PollReq one{operations::wait_of(answer.body).certReqId};
    PKIBody       body;
    body.emplace<"pollReq">() = PollReqContent(&one, 1);
    return own_message(answer, body, upward, nonce, answer.header.pvno);
}

Result<Octets> confirmation_onward(const PKIMessage& answer, const Upward& upward, Bytes nonce) {
    const auto certificate = certificate_in(answer);
    assert(certificate);
    // RFC 9810 5.3.18: certHash with the certificate's own hash; where it fixes none, hashAlg says which, in a message of pvno 3.
    CertStatus status{.certHash = {}, .certReqId = cert_responses(answer.body)->response.front().certReqId, .statusInfo = {}, .hashAlg = {}};
    Pvno       pvno = answer.header.pvno;
    auto       hash = crypto::certificate_hash(*certificate);
    if (!hash) {
        status.hashAlg = crypto::algorithm_of(oids::id_sha256);
        hash           = crypto::sha256(certificate.der());
        pvno           = Pvno::cmp2021;
    }
    status.certHash = der::octet_string(*hash);
    PKIBody body;
    body.emplace<"certConf">() = CertConfirmContent(&status, 1);
    return own_message(answer, body, upward, nonce, pvno);
}

crypto::Cert certificate_in(const PKIMessage& answer) {
    const auto* responses = cert_responses(answer.body);
    if (!responses || responses->response.empty() || !is_granted(responses->response.front().status)) return {};
    const auto& pair  = responses->response.front().certifiedKeyPair;
    const auto* plain = pair ? pair->certOrEncCert.get<"certificate">() : nullptr;
    auto        cert  = plain ? crypto::Cert::parse(plain->received) : Result<crypto::Cert>(Error{});
    return cert ? *cert : crypto::Cert();
}

namespace {

// RFC 9483 4.4: the final answer has the nonce of the message that was polled for, or of the last pollReq.
bool has_nonce_for(const PKIMessage& answer, const Downward& downward) {
    if (!answer.header.recipNonce) return false;
    const Bytes nonce = answer.header.recipNonce->content;
    if (equal(nonce, downward.asked.header.senderNonce->content)) return true;
    return !downward.with_last_nonce && downward.asked.body.is<"pollReq">() && equal(nonce, downward.awaited.header.senderNonce->content);
}

// A MAC that answers the requester's own is under the secret that both have; one that answers ours is under ours.
bool can_verify(const PKIMessage& answer, const Downward& downward) {
    return answer.protection && is_under_mac(answer) == is_under_mac(downward.asked) && !(is_under_mac(answer) && downward.is_from_us);
}

bool grants_all(const PKIMessage& answer) {
    const auto* responses = cert_responses(answer.body);
    return responses && !responses->response.empty() && responses->response.front().status.status == PKIStatus::accepted;
}

bool can_stay_as_it_is(const PKIMessage& answer, const Downward& downward) {
    if (downward.always_ours || downward.confirms || (downward.has_changes && grants_all(answer))) return false;
    return can_verify(answer, downward) && has_nonce_for(answer, downward);
}

// RFC 9810 5.2.3: what the CA grants as it was asked is for the requester something else than it asked for.
PKIBody body_for(const PKIMessage& answer, const Downward& downward, der::Arena& arena) {
    if (!downward.has_changes || !grants_all(answer)) return answer.body;
    CertRepMessage content = *cert_responses(answer.body);
    auto*          one     = arena.make<CertResponse>();
    *one                   = content.response.front();
    one->status.status     = PKIStatus::grantedWithMods;
    content.response       = List<CertResponse>(one, 1);
    PKIBody body;
    if (answer.body.is<"ip">()) body.emplace<"ip">() = content;
    else body.emplace<"cp">() = content;
    return body;
}

// What the requester needs of extraCerts: the issuers of its new certificate, in their order (RFC 9483 3.3).
std::vector<crypto::Cert> useful_certs(const PKIMessage& answer) {
    const auto leaf = certificate_in(answer);
    if (!leaf) return {};
    auto chain = crypto::chain_without_root(leaf, operations::certificates_of(answer));
    if (!chain.empty()) chain.erase(chain.begin());
    return chain;
}

}  // namespace

Result<Octets> onto_requester(const PKIMessage& answer, const Downward& downward) {
    if (can_stay_as_it_is(answer, downward)) return copy_of(answer.received);
    if (!downward.protector)
        return Error{.code = Code::wrong_protection, .path = "header.protectionAlg", .fail_info = FailInfo::systemFailure, .clause = "RFC 9483 5.2.3",
                     .detail = "the requester could not verify the upstream's answer, and this RA has nothing to protect it with"};
    std::optional<std::vector<InfoTypeAndValue>> info;
    if (downward.confirms) {
        info = operations::info_without(answer.header, oids::id_it_confirmWaitTime);
        info->push_back(operations::implicit_confirm());
    }
    const auto certs = useful_certs(answer);
    der::Arena arena;
    return operations::reseal(answer, body_for(answer, downward, arena), {.protector = downward.protector, .recipient = downward.asked.header.sender.get<"directoryName">(),
                                                    .recip_nonce = downward.asked.header.senderNonce->content, .now = downward.now, .general_info = std::move(info), .extra = certs});
}

}  // namespace cmpkit::responder

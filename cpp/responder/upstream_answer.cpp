#include "responder/upstream_answer.hpp"

#include "operations/answer_signer.hpp"
#include "operations/header_checks.hpp"
#include "operations/requests.hpp"
#include "responder/authenticator.hpp"

namespace cmpkit::responder {
namespace {

using operations::MissingStatus;

Result<void> check_place(const PKIMessage& answer, const Expected& expected) {
    const Bytes id = expected.sent.header.transactionID->content, nonce = expected.sent.header.senderNonce->content;
    // RFC 9483 4.4: after polling, the nonce of the message polled for is as good.
    const Bytes awaited = expected.awaited.header.senderNonce->content;
    const bool  polls   = expected.sent.body.is<"pollReq">() && answer.header.recipNonce && equal(answer.header.recipNonce->content, awaited);
    return operations::check_answer(answer.header, id, polls ? awaited : nonce);
}

bool is_answer_to(BodyType answer, BodyType request, const operations::Peer& peer) {
    switch (request) {
    case BodyType::ir: return answer == BodyType::ip;
    case BodyType::cr:
    case BodyType::p10cr: return answer == BodyType::cp || (answer == BodyType::ip && peer.ip_for_any_request);
    case BodyType::kur: return answer == BodyType::kup || (answer == BodyType::ip && peer.ip_for_any_request);
    case BodyType::rr: return answer == BodyType::rp;
    case BodyType::genm: return answer == BodyType::genp;
    case BodyType::certConf:
    case BodyType::error: return answer == BodyType::pkiconf;
    case BodyType::nested: return answer == BodyType::nested;
    default: return false;
    }
}

Result<void> check_body(const PKIMessage& answer, const Expected& expected) {
    const BodyType type = type_of(answer.body), request = type_of(expected.sent.body);
    const auto&    peer = expected.upstream.trust.peer;
    const bool     fits = type == BodyType::error || is_answer_to(type, request, peer) ||
                      (request == BodyType::pollReq && (type == BodyType::pollRep || is_answer_to(type, type_of(expected.awaited.body), peer)));
    if (fits) return {};
    return Error{.code = Code::unexpected_body, .path = "body", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.1", .detail = "a " + std::string(name_of(type)) + " answers a " + std::string(name_of(request))};
}

/// The key that a request wants certified; null: it leaves that to others.
const SubjectPublicKeyInfo* key_in(const PKIBody& body) {
    if (const auto* p10 = body.get<"p10cr">()) return &p10->certificationRequestInfo.subjectPKInfo;
    const auto* requests = cert_requests(body);
    const bool  has_key  = requests && !requests->empty() && !operations::asks_key_generation(body);
    return has_key ? &*requests->front().certReq.certTemplate.publicKey : nullptr;
}

Error wrong_response(const char* path, const char* detail) {
    return {.code = Code::wrong_certificate, .path = path, .fail_info = FailInfo::systemFailure, .clause = "RFC 9483 4.1.1", .detail = detail};
}

// One response, which brings a certificate if it grants one and none if not. One for another key would be of use to whoever has that.
Result<void> check_certificate(const PKIMessage& answer, const Expected& expected) {
    const auto* responses = cert_responses(answer.body);
    if (!responses) return {};
    if (responses->response.size() != 1) return wrong_response("body.response", "exactly one response is expected");
    const CertResponse& response = responses->response.front();
    if (is_granted(response.status) != response.certifiedKeyPair.has_value()) return wrong_response("body.response[0]", "a certificate comes with a grant, and with nothing else");
    const auto* plain  = response.certifiedKeyPair ? response.certifiedKeyPair->certOrEncCert.get<"certificate">() : nullptr;
    const auto* wanted = key_in(expected.first.body);
    if (!plain || !wanted) return {};
    auto certificate = crypto::Cert::parse(plain->received);
    auto issued      = certificate ? certificate->key() : certificate.error();
    auto own         = crypto::PublicKey::from(*wanted);  // its octets in a template are tagged otherwise
    if (!issued) return issued.error();
    if (!own) return own.error();
    if (equal(issued->spki(), own->spki())) return {};
    return wrong_response("body.response[0].certifiedKeyPair", "the certificate is not for the key that was sent");
}

Result<void> check_mac(const PKIMessage& answer, const Expected& expected) {
    if (!expected.secret)
        return Error{.code = Code::wrong_protection, .path = "header.protectionAlg", .fail_info = FailInfo::wrongIntegrity, .clause = "RFC 9483 3.2", .detail = "no secret is known for this MAC"};
    auto key = protection::MacKey::derive(*answer.header.protectionAlg, expected.secret->view(), expected.upstream.trust.peer.mac_limits);
    return key ? protection::verify_mac(answer, *key) : key.error();
}

Result<std::optional<MissingStatus>> check_signature(const PKIMessage& answer, const Expected& expected) {
    const operations::PeerTrust& trust = expected.upstream.trust;
    auto candidates = operations::certificates_of(answer);
    candidates.insert(candidates.end(), trust.pinned.begin(), trust.pinned.end());
    if (trust.anchors) std::ranges::copy(trust.anchors->trust().intermediates, std::back_inserter(candidates));
    const auto signer = operations::answer_signer(answer, candidates, trust.peer, false);
    if (!signer) return signer.error();
    if (!trust.anchors && trust.pinned.empty()) return operations::signer_refused("no trust is configured for \"" + escaped(expected.upstream.name) + "\"");
    if (auto good = operations::check_answer_signer(*signer, trust.pinned, trust.peer); !good) return good.error();
    if (!trust.pinned.empty()) return std::optional<MissingStatus>();
    if (auto query = trust.anchors->missing(*signer, candidates, expected.now)) return std::optional(MissingStatus{*std::move(query), trust.anchors});
    auto path = trust.anchors->path(*signer, candidates, expected.now);
    return path ? std::optional<MissingStatus>() : Result<std::optional<MissingStatus>>(path.error());
}

// Who does not know nested messages says so under a signature as the outer message has it, whatever is inside.
bool refuses_nesting(const PKIMessage& answer, const Expected& expected) { return expected.is_nested && answer.body.is<"error">(); }

}  // namespace

const PKIMessage& answered_one(const PKIMessage& sent) {
    const auto* nested = sent.body.get<"nested">();
    return nested && nested->size() == 1 ? nested->front() : sent;
}

Result<std::optional<MissingStatus>> believe(const PKIMessage& answer, const Expected& expected) {
    // What travels for days is as old when it comes; its nonce says that it is no older than the request.
    const std::int64_t window = expected.upstream.is_offline || expected.upstream.batch ? 0 : expected.time_window;
    if (auto good = operations::check_header_of_any_version(answer, expected.now, window); !good) return good.error();
    if (auto good = check_place(answer, expected); !good) return good.error();
    if (auto good = check_body(answer, expected); !good) return good.error();
    // What whoever stands on the way could say in the upstream's place ends the transaction only where the peer's profile has it so.
    if (!answer.protection && answer.body.is<"error">() && expected.upstream.trust.peer.unprotected_errors) return std::optional<MissingStatus>();
    if (!answer.protection) return Error{.code = Code::protection_missing, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.2"};
    std::optional<MissingStatus> missing;
    if (is_under_mac(answer)) {
        if (auto good = check_mac(answer, expected); !good) return good.error();
    } else if (is_under_mac(expected.sent) && !expected.upstream.trust.peer.signature_for_mac && !refuses_nesting(answer, expected)) {
        return Error{.code = Code::wrong_protection, .path = "header.protectionAlg", .fail_info = FailInfo::wrongIntegrity, .clause = "RFC 9483 3.2", .detail = "a signature answers a MAC"};
    } else {
        auto judged = check_signature(answer, expected);
        if (!judged || *judged) return judged;
    }
    if (auto good = check_certificate(answer, expected); !good) return good.error();
    return missing;
}

}  // namespace cmpkit::responder

// A peer that answers an end entity as a test wants it: an honest CA whose next message can be bent before it is protected.
#pragma once
#include "../forge/pkcs10.hpp"
#include "operations/end_entity.hpp"
#include "operations/header_checks.hpp"

#include <catch2/catch.hpp>

namespace cmpkit::operations {

using test::Forge;
using test::now;
using test::value_of;

inline Random counting_random() {
    return [next = std::uint8_t{0}](std::span<std::uint8_t> out) mutable -> Result<void> {
        for (std::uint8_t& octet : out) octet = ++next;
        return {};
    };
}

class ScriptedCa {
public:
    static constexpr const char* reference = "ref-3078";
    static std::shared_ptr<const crypto::Secret> secret() {
        static const auto shared = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of("Correct-Horse-42")));
        return shared;
    }

    // What a test may bend, before the answer is protected; the protector too.
    std::function<void(HeaderFields&, PKIBody&)>   bend;
    std::function<void(PKIHeader&)>                bend_header;
    std::function<Octets(Octets)>                  bend_octets;  // after the answer is protected
    std::optional<protection::Protector>           protector;
    bool                                           is_unprotected = false;
    bool                                           grants_implicit_confirm = false;
    std::optional<int>                             delays;       // tells to wait, then that often to poll again
    bool                                           delays_by_error = false, delays_confirmation = false;
    bool                                           names_first_nonce = false;  // in the answer that was polled for (RFC 9483 4.4)
    std::function<crypto::Cert(const CertTemplate&)> certify;  // empty: for the template's subject and key

    const Forge root = Forge::root(), issuing = root.issue({.subject = "CN=Issuing", .is_ca = true});
    const Forge signer = issuing.issue({.subject = "CN=CMP", .eku = {oids::id_kp_cmcCA}});

    /// The honest answer to a message, bent.
    Octets answer(Bytes octets) {
        request_ = der::parse<PKIMessage>(copy_of(octets));
        REQUIRE(*request_);
        const PKIMessage& request = ***request_;
        seen.push_back(type_of(request.body));
        heard.push_back(copy_of(octets));
        PKIBody                       body;
        std::vector<InfoTypeAndValue> info;
        if (!delay(request, octets, body)) fill(pending_ ? (**pending_).body : request.body, body, info);
        nonce_ = Octets(16, static_cast<std::uint8_t>(0xc0 + seen.size()));
        HeaderFields fields{.recipient = request.header.sender.get<"directoryName">(), .transaction_id = request.header.transactionID->content, .sender_nonce = nonce_,
                            .recip_nonce = request.header.senderNonce->content, .now = now, .general_info = info};
        if (names_first_nonce && pending_ && !body.is<"pollRep">()) fields.recip_nonce = (**pending_).header.senderNonce->content;
        if (bend) bend(fields, body);
        PKIHeader header = header_of(fields, arena_);
        if (bend_header) bend_header(header);
        const auto protect = protector ? *protector : usual(request);
        const Octets sealed = value_of(protection::seal(header, body, is_unprotected ? nullptr : &protect, extra_certs(body)));
        return bend_octets ? bend_octets(sealed) : sealed;
    }
    std::vector<BodyType> seen;   // what the end entity sent
    std::vector<Octets>   heard;  // the same, as it came
    std::optional<PKIStatus> confirmed;  // what its certConf said
    crypto::Cert          issued;

private:
    protection::Protector usual(const PKIMessage& request) const {
        if (!protection::is_mac(*request.header.protectionAlg)) return protection::Protector::by_signature(signer.signer(), {signer, issuing});
        return protection::Protector::by_mac(value_of(protection::MacKey::derive(*request.header.protectionAlg, secret()->view(), {})), reference);
    }
    std::vector<crypto::Cert> extra_certs(const PKIBody& body) const { return cert_responses(body) ? std::vector<crypto::Cert>{issuing} : std::vector<crypto::Cert>(); }

    // Whether the answer is that there is none yet.
    bool delay(const PKIMessage& request, Bytes octets, PKIBody& body) {
        if (const auto* polled = request.body.get<"pollReq">()) {
            if ((*delays)-- <= 0) return false;
            poll_rep_                  = {polled->front().certReqId, 7, {}};
            body.emplace<"pollRep">() = PollRepContent(&poll_rep_, 1);
            return true;
        }
        pending_.reset();
        if (!delays || request.body.is<"certConf">() != delays_confirmation || request.body.is<"error">()) return false;
        pending_ = value_of(der::parse<PKIMessage>(copy_of(octets)));
        const PKIStatusInfo waiting{.status = PKIStatus::waiting, .statusString = {}, .failInfo = {}};
        if (delays_by_error || !cert_response_to(request.body)) return body.emplace<"error">().pKIStatusInfo = waiting, true;
        response_           = {};
        response_.certReqId = request.body.is<"p10cr">() ? -1 : 0;
        response_.status    = waiting;
        emplace_responses(request.body, body);
        return true;
    }
    static bool cert_response_to(const PKIBody& asked) { return cert_requests(asked) || asked.is<"p10cr">(); }

    void fill(const PKIBody& asked, PKIBody& body, std::vector<InfoTypeAndValue>& info) {
        if (const auto* requests = cert_requests(asked)) {
            const CertTemplate& wanted = requests->front().certReq.certTemplate;
            issued = certify ? certify(wanted) : for_template(*wanted.subject, *wanted.publicKey);
            respond(asked, body, info, 0);
        } else if (const auto* p10 = asked.get<"p10cr">()) {
            issued = for_template(p10->certificationRequestInfo.subject, p10->certificationRequestInfo.subjectPKInfo);
            respond(asked, body, info, -1);
        } else if (const auto* items = asked.get<"genm">()) {
            body.emplace<"genp">() = *items;  // nothing to tell
        } else if (asked.is<"rr">()) {
            auto* status = arena_.make<PKIStatusInfo>();
            body.emplace<"rp">().status = List<PKIStatusInfo, non_empty>(status, 1);
        } else {
            if (const auto* conf = asked.get<"certConf">(); conf && !conf->empty())
                confirmed = conf->front().statusInfo ? conf->front().statusInfo->status : PKIStatus::accepted;
            body.emplace<"pkiconf">();
        }
    }
    void respond(const PKIBody& asked, PKIBody& body, std::vector<InfoTypeAndValue>& info, std::int64_t id) {
        response_ = {};
        response_.certReqId = id;
        response_.certifiedKeyPair.emplace().certOrEncCert.emplace<"certificate">() = *issued;
        emplace_responses(asked, body);
        if (grants_implicit_confirm) info.push_back(implicit_confirm());
    }
    void emplace_responses(const PKIBody& asked, PKIBody& body) {
        const CertRepMessage content{{}, List<CertResponse>(&response_, 1)};
        if (asked.is<"ir">()) body.emplace<"ip">() = content;
        else if (asked.is<"kur">()) body.emplace<"kup">() = content;
        else body.emplace<"cp">() = content;
    }
    crypto::Cert for_template(const Name& subject, const SubjectPublicKeyInfo& key) {
        return issuing.certify({.subject = to_text(subject)}, value_of(crypto::PublicKey::from(key)));
    }

    der::Arena                                 arena_;
    CertResponse                               response_;
    Octets                                     nonce_;
    PollRep                                    poll_rep_;
    std::optional<der::Parsed<PKIMessage>>     pending_;  // what is polled for
    std::optional<Result<der::Parsed<PKIMessage>>> request_;

public:
    CertResponse& response() { return response_; }
};

/// An end entity against a scripted CA, as a loop around it would run it.
struct Play {
    ScriptedCa   ca;
    Random       random = counting_random();
    Decided      decision{};
    bool         keeps = true;
    std::vector<crypto::Cert> kept;
    std::vector<std::int64_t> waits;  // seconds that the operation was told to wait
    std::function<Action(EndEntity&, Action)> between;  // before each action is carried out: the action that is carried out instead

    PeerTrust trust() const {
        PeerTrust peers;
        crypto::Trust anchors;
        anchors.anchors = {ca.root};
        peers.anchors = peers.new_certificate = value_of(crypto::Verifier::make(anchors));
        return peers;
    }
    Credentials by_secret() const {
        Credentials who;
        who.secret     = ScriptedCa::secret();
        who.reference  = ScriptedCa::reference;
        who.iterations = 100;
        return who;
    }
    static Credentials by_certificate(const Forge& device) {
        Credentials who;
        who.signer = device.signer();
        who.chain  = {device.certificate()};
        return who;
    }
    static Enrollment enrollment(BodyType type = BodyType::ir) {
        Enrollment wanted;
        wanted.type = type;
        wanted.key  = value_of(crypto::generate_key("ec:P-256"));
        der::Arena arena;
        wanted.subject = der::encode(value_of(name_from_text("CN=dev-0001", arena)));
        return wanted;
    }

    static Enrollment enrollment_with_csr() {
        Enrollment wanted = enrollment(BodyType::p10cr);
        const auto key    = std::exchange(wanted.key, nullptr);
        wanted.csr        = test::pkcs10_of(*key, "CN=dev-0001");
        return wanted;
    }

    Action run(EndEntity& operation) {
        Action next = operation.step(Begin{}, now, random);
        for (int i = 0; i < 20; ++i) {
            if (between) next = between(operation, std::move(next));
            if (const auto* send = std::get_if<Send>(&next)) {
                next = operation.step(Received{ca.answer(send->message)}, now, random);
            } else if (std::holds_alternative<Decide>(next)) {
                next = operation.step(decision, now, random);
            } else if (const auto* keep = std::get_if<Keep>(&next)) {
                kept.push_back(keep->certificate);
                next = keeps ? operation.step(Stored{}, now, random) : operation.step(Lost{{.code = Code::io, .fail_info = FailInfo::systemFailure}}, now, random);
            } else if (const auto* wait = std::get_if<Wait>(&next)) {
                waits.push_back(wait->check_after);
                next = operation.step(Woken{}, now, random);
            } else {
                return next;
            }
        }
        FAIL("the operation does not end");
        return next;
    }
    Action run(Enrollment wanted, Credentials who) {
        EndEntity operation({std::move(wanted), {}}, std::move(who), trust());
        return run(operation);
    }
    Error failure(Enrollment wanted, Credentials who) {
        const Action end = run(std::move(wanted), std::move(who));
        REQUIRE(std::holds_alternative<Failed>(end));
        return std::get<Failed>(end).error;
    }
};

}  // namespace cmpkit::operations

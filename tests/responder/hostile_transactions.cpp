// Messages that come at the wrong time, from the wrong sender, or say the wrong thing of a transaction that is under way.
#include "hostile.hpp"

namespace cmpkit::responder {
namespace {

/// A transaction of the device up to the answer to its ir.
struct Begun {
    explicit Begun(Stage& on) : stage(on), first(on), request(first.octets()), reply(value_of(der::parse<PKIMessage>(on.answer(request)))) {}

    /// The device's next message, its body still to come.
    Draft next() const {
        Draft draft(stage);
        belongs(draft);
        return draft;
    }
    void belongs(Draft& draft) const {
        draft.header.transactionID = first.header.transactionID;
        draft.header.recipNonce    = reply->header.senderNonce;
    }
    CertStatus confirmation() const {
        const auto& pair        = *cert_responses(reply->body)->response.front().certifiedKeyPair;
        const auto& certificate = *pair.certOrEncCert.get<"certificate">();
        return {.certHash = der::octet_string(stage.kept(crypto::sha256(certificate.received))), .certReqId = 0, .statusInfo = {}, .hashAlg = {}};
    }

    Stage&                  stage;
    Draft                   first;
    Octets                  request;
    der::Parsed<PKIMessage> reply;
};

PKIBody certConf(Stage& stage, std::initializer_list<CertStatus> list) {
    auto* kept = stage.arena.make<CertStatus>(list.size());
    std::ranges::copy(list, kept);
    PKIBody body;
    body.emplace<"certConf">() = CertConfirmContent(kept, list.size());
    return body;
}
PKIBody pollReq(Stage& stage, std::size_t count = 1) {
    PKIBody body;
    body.emplace<"pollReq">() = PollReqContent(stage.arena.make<PollReq>(count), count);
    return body;
}
PKIBody error(Stage&) {
    PKIBody body;
    body.emplace<"error">().pKIStatusInfo.status = PKIStatus::rejection;
    return body;
}
PKIBody good_confirmation(const Begun& begun) { return certConf(begun.stage, {begun.confirmation()}); }

/// A certConf whose one CertStatus is bent.
std::function<Octets(Stage&)> confirming(std::function<void(CertStatus&, Draft&)> bend) {
    return [bend](Stage& stage) {
        const Begun begun(stage);
        Draft       draft  = begun.next();
        CertStatus  status = begun.confirmation();
        bend(status, draft);
        return draft.octets(certConf(stage, {status}));
    };
}
/// Another message of the device in its own transaction.
std::function<Octets(Stage&)> saying(std::function<PKIBody(Stage&)> body, std::function<void(Draft&)> bend = {}) {
    return [=](Stage& stage) {
        const Begun begun(stage);
        Draft       draft = begun.next();
        if (bend) bend(draft);
        return draft.octets(body(stage));
    };
}
/// The same of somebody whom the plant trusts too.
std::function<Octets(Stage&)> of_another_device(std::function<PKIBody(const Begun&)> body) {
    return [body](Stage& stage) {
        const Begun begun(stage);
        const Forge thief = stage.maker.issue({.subject = "CN=dev2"});
        Draft       draft = begun.next();
        return draft.sign_with(*thief.signer(), {thief}).octets(body(begun));
    };
}
/// A message of no transaction.
std::function<Octets(Stage&)> of_nothing(std::function<PKIBody(Stage&)> body) {
    return [body](Stage& stage) { return Draft(stage).octets(body(stage)); };
}
PKIBody some_confirmation(Stage& stage) { return certConf(stage, {{.certHash = der::octet_string(stage.kept(Octets(32, 7))), .certReqId = 0, .statusInfo = {}, .hashAlg = {}}}); }

Octets again_after_the_end(Stage& stage) {
    const Begun begun(stage);
    REQUIRE(said(stage.answer(begun.next().octets(good_confirmation(begun)))).type == BodyType::pkiconf);
    return begun.request;
}
Octets confirmation_twice(Stage& stage) {
    const Begun begun(stage);
    auto        acknowledged = value_of(der::parse<PKIMessage>(stage.answer(begun.next().octets(good_confirmation(begun)))));
    Draft       second       = begun.next();
    second.header.recipNonce = acknowledged->header.senderNonce;
    return second.octets(good_confirmation(begun));
}
Octets confirmation_of_another_transaction(Stage& stage) {
    const Begun one(stage), other(stage);
    return other.next().octets(good_confirmation(one));
}
Octets replayed_into_another_transaction(Stage& stage) {  // the octets of one, with the transactionID of the other
    const Begun one(stage), other(stage);
    auto        message = elements_of(one.next().octets(good_confirmation(one)));
    auto        header  = elements_of(message[0]);
    header[6]           = tlv(0xa4, tlv(der::tag::octet_string, other.first.header.transactionID->content));
    message[0]          = joined(der::tag::sequence, header);
    return joined(der::tag::sequence, message);
}
Octets another_first_message(Stage& stage) {
    const Begun begun(stage);
    Draft       draft(stage);
    draft.header.transactionID = begun.first.header.transactionID;
    return draft.octets();
}
Octets confirmation_under_a_secret(Stage& stage) {
    const Begun begun(stage);
    Draft       draft(stage, protection::mac_algorithm(protection::MacKind::pbm, stage.fresh(16), 100, stage.arena), "many", "shared");
    begun.belongs(draft);
    return draft.octets(good_confirmation(begun));
}
Octets confirmation_under_a_root_of_its_own(Stage& stage) {
    const Begun begun(stage);
    const Forge root = Forge::root("CN=Maker"), who = root.issue({.subject = "CN=dev1"});
    Draft       draft = begun.next();
    return draft.sign_with(*who.signer(), {who, root}).octets(good_confirmation(begun));
}
Octets unprotected_error(Stage& stage) {
    const Begun begun(stage);
    Draft       draft = begun.next();
    draft.lock        = {};
    draft.header.protectionAlg.reset();
    return draft.octets(error(stage));
}

const std::string unexpected = "error badRequest: unexpected_body at body", nonce = "error badRecipientNonce: nonce_mismatch at header.recipNonce";
const std::string other_hash = "error badCertId: bad_cert_id at body.certConf[0].certHash";

const Hostiles rows = {
    {"a certConf with the hash of something else", confirming([](CertStatus& status, Draft& draft) { status.certHash.content = draft.stage.kept(Octets(32, 7)); }), other_hash, true},
    {"a certConf with an empty hash", confirming([](CertStatus& status, Draft&) { status.certHash = {}; }), other_hash, true},
    {"a certConf with the beginning of the hash", confirming([](CertStatus& status, Draft&) { status.certHash.content = status.certHash.content.first(16); }), other_hash, true},
    {"a certConf with the hash of another transaction", confirmation_of_another_transaction, other_hash, true},
    {"a certConf with a hash that nobody knows", confirming([](CertStatus& status, Draft& draft) {
         draft.header.pvno = Pvno::cmp2021;
         status.hashAlg    = crypto::algorithm_of(oids::id_data);
     }), "error badCertId: bad_cert_id at body.certConf[0].hashAlg", true},
    {"a certConf with hashAlg in pvno 2", confirming([](CertStatus& status, Draft&) { status.hashAlg = crypto::algorithm_of(oids::id_sha256); }),
     "error badCertId: bad_request at body.certConf[0].hashAlg"},
    {"a certConf of another certReqId", confirming([](CertStatus& status, Draft&) { status.certReqId = 1; }), "error badRequest: bad_request at body.certConf[0].certReqId"},
    {"a certConf of certReqId 2^63 - 1", confirming([](CertStatus& status, Draft&) { status.certReqId = INT64_MAX; }), "error badRequest: bad_request at body.certConf[0].certReqId"},
    {"a certConf that accepts and says why not", confirming([](CertStatus& status, Draft&) {
         status.statusInfo = PKIStatusInfo{.status = PKIStatus::accepted, .statusString = {}, .failInfo = PKIFailureInfo::of({FailInfo::badAlg})};
     }), "error badRequest: bad_request at body.certConf[0].statusInfo"},
    {"a certConf of two certificates", [](Stage& stage) {
         const Begun begun(stage);
         return begun.next().octets(certConf(stage, {begun.confirmation(), begun.confirmation()}));
     }, "error badRequest: bad_request at body.certConf"},
    {"a certConf with another recipNonce", confirming([](CertStatus&, Draft& draft) { draft.header.recipNonce = draft.header.senderNonce; }), nonce},
    {"a certConf without recipNonce", confirming([](CertStatus&, Draft& draft) { draft.header.recipNonce.reset(); }), nonce},
    {"a certConf with half of the recipNonce", confirming([](CertStatus&, Draft& draft) { draft.header.recipNonce->content = draft.header.recipNonce->content.first(8); }), nonce},
    {"a certConf of no transaction", of_nothing(some_confirmation), unexpected},
    {"a pollReq of no transaction", of_nothing([](Stage& stage) { return pollReq(stage); }), unexpected},
    {"an error of no transaction", of_nothing(error), unexpected},
    {"a certConf of another device", of_another_device(good_confirmation), unexpected},
    {"a pollReq of another device", of_another_device([](const Begun& begun) { return pollReq(begun.stage); }), unexpected},
    {"an error of another device", of_another_device([](const Begun& begun) { return error(begun.stage); }), unexpected},
    {"an error that nobody protected", unprotected_error, "error badMessageCheck: protection_missing at protection"},
    {"a certConf under a secret in a transaction that was signed", confirmation_under_a_secret, unexpected},
    {"a certConf signed under a root that came with it", confirmation_under_a_root_of_its_own, "error signerNotTrusted: signer_not_trusted"},
    {"a certConf replayed into another transaction", replayed_into_another_transaction, "error badMessageCheck: protection_mismatch at protection"},
    {"a certConf a second time, in another message", confirmation_twice, "error certConfirmed: unexpected_body at body"},
    {"another first message under a transactionID that is in use", another_first_message, "error transactionIdInUse: transaction_mismatch at body"},
    {"a first message again after the end: the same answer, no second certificate", again_after_the_end, "ip without failInfo: nothing in the log"},
    {"a pollReq where nothing is waited for", saying([](Stage& stage) { return pollReq(stage); }), unexpected},
    {"a pollReq of a thousand", saying([](Stage& stage) { return pollReq(stage, 1000); }), unexpected},
    {"an error that answers nothing that was sent", saying(error, [](Draft& draft) { draft.header.recipNonce = draft.header.senderNonce; }), nonce},
};

}  // namespace

Hostiles hostile_transactions() { return rows; }

}  // namespace cmpkit::responder

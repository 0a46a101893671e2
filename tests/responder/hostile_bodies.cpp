// Bodies that no client sends, in well protected messages: answers, announcements and what this server does not serve.
#include "hostile.hpp"

namespace cmpkit::responder {
namespace {

template <der::Name Alternative, class T> std::function<Octets(Stage&)> body(T content) {
    return [content](Stage& stage) {
        PKIBody body;
        body.emplace<Alternative>() = content;
        return Draft(stage).octets(body);
    };
}
template <der::Name Alternative> std::function<Octets(Stage&)> granting() {  // the device answers itself
    return [](Stage& stage) {
        CertResponse response;
        response.certifiedKeyPair.emplace().certOrEncCert.emplace<"certificate">() = *stage.device.certificate();
        PKIBody body;
        body.emplace<Alternative>() = CertRepMessage{{}, List<CertResponse>(&response, 1)};
        return Draft(stage).octets(body);
    };
}
template <der::Name Alternative> std::function<Octets(Stage&)> requests() {
    return [](Stage& stage) {
        const Draft draft(stage);
        PKIBody     body;
        body.emplace<Alternative>() = CertReqMessages(&draft.request, 1);
        return draft.octets(body);
    };
}
Octets announcing_a_root(Stage& stage) {
    PKIBody body;
    auto&   update = body.emplace<"ckuann">().emplace<"cAKeyUpdAnnV2">();
    update.oldWithNew = update.newWithOld = update.newWithNew = *stage.maker.certificate();
    return Draft(stage).octets(body);
}
Octets announcing_a_revocation(Stage& stage) {
    PKIBody body;
    auto&   announcement          = body.emplace<"rann">();
    announcement.certId.issuer    = directory_name(founded().issuing.certificate->subject);
    announcement.certId.serialNumber = founded().issuing.certificate->serialNumber;
    announcement.willBeRevokedAt  = announcement.badSinceDate = der::generalized_time(now, stage.arena);
    return Draft(stage).octets(body);
}
Octets announcing_a_crl(Stage& stage) {
    const auto list = value_of(der::parse<CertificateList>(stage.kept(stage.maker.crl()), stage.arena));
    PKIBody    body;
    body.emplace<"crlann">() = CRLAnnContent(&list, 1);
    return Draft(stage).octets(body);
}
Octets nested(Stage& stage, int times) {
    Octets inner = Draft(stage).octets();
    while (times-- > 0) {
        const auto message = value_of(der::parse<PKIMessage>(stage.kept(inner), stage.arena));
        PKIBody    body;
        body.emplace<"nested">() = PKIMessages(&message, 1);
        inner                    = Draft(stage).octets(body);
    }
    return inner;
}
const PKIStatusInfo granted;

const std::string unexpected = "error badRequest: unexpected_body at body";
const std::string no_ra      = "error notAuthorized: not_authorized at body.nested";

const Hostiles rows = {
    {"an ip with a certificate", granting<"ip">(), unexpected},
    {"a cp with a certificate", granting<"cp">(), unexpected},
    {"a kup with a certificate", granting<"kup">(), unexpected},
    {"a ccp with a certificate", granting<"ccp">(), unexpected},
    {"an rp that says accepted", body<"rp">(RevRepContent{{&granted, 1}, {}, {}}), unexpected},
    {"a krp", body<"krp">(KeyRecRepContent{}), unexpected},
    {"a krr", requests<"krr">(), unexpected},
    {"a ccr", requests<"ccr">(), unexpected},
    {"a popdecc without a challenge", body<"popdecc">(POPODecKeyChallContent()), unexpected},
    {"a popdecr that answers nothing", body<"popdecr">(POPODecKeyRespContent()), unexpected},
    {"a pkiconf of no transaction", body<"pkiconf">(der::Null()), unexpected},
    {"a pollRep", body<"pollRep">(PollRepContent()), unexpected},
    {"an announcement of a new root", announcing_a_root, unexpected},
    {"an announcement of a certificate", [](Stage& stage) { return body<"cann">(*stage.maker.certificate())(stage); }, unexpected},
    {"an announcement that the CA is revoked", announcing_a_revocation, unexpected},
    {"an announcement of a CRL", announcing_a_crl, unexpected},
    {"a message in a message of an end entity", [](Stage& stage) { return nested(stage, 1); }, no_ra},
    {"a message in a message, five times", [](Stage& stage) { return nested(stage, 5); }, no_ra},
};

}  // namespace

Hostiles hostile_bodies() { return rows; }

}  // namespace cmpkit::responder

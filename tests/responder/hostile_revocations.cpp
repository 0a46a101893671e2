// Revocations of what is not the requester's, and such as say nothing that can be done (RFC 9483 4.2).
#include "hostile.hpp"

namespace cmpkit::responder {
namespace {

struct Wish {  // what an rr says; bent before it is sent
    std::vector<RevDetails> details;
    std::vector<Extension>  reasons;
};
using Bend = std::function<void(Wish&, Stage&)>;

Extension reason(Stage& stage, std::uint8_t number) { return test::raw_extension(oids::id_ce_cRLReasons, false, stage.kept({der::tag::enumerated, 1, number})); }

Wish wish_for(Stage& stage, const crypto::Cert& target) {
    Wish wish{{{}}, {reason(stage, 1)}};
    wish.details[0].certDetails.serialNumber = der::integer_view(stage.kept(copy_of(target.serial())));
    wish.details[0].certDetails.issuer       = founded().issuing.certificate->subject;
    return wish;
}
Octets sent(Draft& draft, Wish& wish) {
    if (!wish.reasons.empty() && !wish.details.empty()) wish.details[0].crlEntryDetails = Extensions(wish.reasons);
    PKIBody body;
    body.emplace<"rr">() = RevReqContent(wish.details);
    return draft.octets(body);
}
/// An rr for the requester's own certificate.
std::function<Octets(Stage&)> own(Bend bend) {
    return [bend](Stage& stage) {
        const auto certificate = stage.own();
        Draft      draft(stage, certificate, BodyType::ir);
        Wish       wish = wish_for(stage, certificate);
        bend(wish, stage);
        return sent(draft, wish);
    };
}
std::function<Octets(Stage&)> reasoned(std::vector<std::uint8_t> numbers) {
    return own([numbers](Wish& wish, Stage& stage) {
        wish.reasons.clear();
        for (const std::uint8_t number : numbers) wish.reasons.push_back(reason(stage, number));
    });
}
std::function<Octets(Stage&)> serial(Octets content) {
    return own([content](Wish& wish, Stage& stage) { wish.details[0].certDetails.serialNumber = der::integer_view(stage.kept(content)); });
}
/// An rr for `target` by a device that has a certificate of its own.
std::function<Octets(Stage&)> against(std::function<crypto::Cert(Stage&)> target) {
    return [target](Stage& stage) {
        const auto victim = target(stage);
        Draft      draft(stage, stage.own(), BodyType::ir);
        Wish       wish = wish_for(stage, victim);
        return sent(draft, wish);
    };
}
crypto::Cert of_another_device(Stage& stage) {
    const Forge victim = stage.maker.issue({.subject = "CN=dev2"});
    return stage.enrolled(World::wanted(BodyType::ir, "CN=dev2", stage.key), stage.by_maker(victim));
}
Octets by_a_maker(Stage& stage, std::vector<OidConstant> eku) {
    const auto  target = stage.own();
    const Forge who    = stage.maker.issue({.subject = "CN=dev1", .eku = std::move(eku)});
    Draft       draft(stage);
    Wish        wish = wish_for(stage, target);
    return sent(draft.sign_with(*who.signer(), {who}), wish);
}
Octets under_a_secret(Stage& stage) {
    const auto target = stage.own();
    Draft      draft(stage, protection::mac_algorithm(protection::MacKind::pbm, stage.fresh(16), 100, stage.arena), "many", "shared");
    Wish       wish = wish_for(stage, target);
    return sent(draft, wish);
}
Octets of_a_whole_plant(Stage& stage) {
    const auto certificate = stage.own();
    Draft      draft(stage, certificate, BodyType::ir);
    Wish       wish = wish_for(stage, certificate);
    wish.details.resize(1000, wish.details[0]);
    return sent(draft, wish);
}

const std::string no_such = "rp badCertId: bad_cert_id", no_right = "rp notAuthorized: not_authorized", one_reason = "rp badRequest: bad_request at body.rr[0].crlEntryDetails";
const std::string incomplete = "rp addInfoNotAvailable: bad_request at body.rr[0].certDetails", not_one = "rp badRequest: bad_request at body.rr";

const Hostiles rows = {
    {"a revocation of another device's certificate", against(of_another_device), no_right},
    {"a revocation of the CA's own certificate", against([](Stage&) { return founded().issuing.certificate; }), no_such},
    {"a revocation of the CMP signer's certificate", against([](Stage&) { return founded().cmp.certificate; }), no_such},
    {"a revocation of a serial number that there is not", serial({0x12, 0x34}), no_such},
    {"a revocation of a negative serial number", serial({0x80}), no_such},
    {"a revocation of a serial number of a megabyte", serial(Octets(1 << 20, 0x11)), no_such},
    {"a revocation of a certificate of another CA", own([](Wish& wish, Stage& stage) { wish.details[0].certDetails.issuer = stage.name("CN=Other CA"); }), no_such},
    {"a revocation of a certificate of the NULL-DN", own([](Wish& wish, Stage&) { wish.details[0].certDetails.issuer = Name(); }), no_such},
    {"a revocation without a serial number", own([](Wish& wish, Stage&) { wish.details[0].certDetails.serialNumber.reset(); }), incomplete},
    {"a revocation without an issuer", own([](Wish& wish, Stage&) { wish.details[0].certDetails.issuer.reset(); }), incomplete},
    {"a revocation of nothing", own([](Wish& wish, Stage&) { wish.details.clear(); }), not_one},
    {"two revocations in one message", own([](Wish& wish, Stage&) { wish.details.push_back(wish.details[0]); }), not_one},
    {"a thousand revocations in one message", of_a_whole_plant, not_one},
    {"a revocation for a reason that there is not", reasoned({7}), one_reason},
    {"a revocation for a reason of 127", reasoned({127}), one_reason},
    {"a revocation for two reasons", reasoned({1, 4}), one_reason},
    {"a revocation for a reason that is no ENUMERATED", own([](Wish& wish, Stage& stage) {
         wish.reasons = {test::raw_extension(oids::id_ce_cRLReasons, false, stage.kept({2, 1, 1}))};
     }), one_reason},
    {"removeFromCRL for a certificate that is not on hold", reasoned({8}), "rp badRequest: bad_request"},
    {"a revocation signed with the certificate of a maker", [](Stage& stage) { return by_a_maker(stage, {}); }, no_right},
    {"a revocation by who calls itself an RA", [](Stage& stage) { return by_a_maker(stage, {oids::id_kp_cmcRA}); }, no_right},
    {"a revocation under a secret", under_a_secret, no_right},
};

}  // namespace

Hostiles hostile_revocations() { return rows; }

}  // namespace cmpkit::responder

// What an RA lets through of other management entities, and of devices that pretend to be some: their word for a proof of possession, their originals,
// updates on behalf of devices; and requests that nobody but the key's maker can judge.
#include "relay_world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

protection::Protector protector_of(const PKIMessage& message, const Credentials& who) {
    if (who.signer) return protection::Protector::by_signature(who.signer, who.chain);
    return protection::Protector::by_mac(value_of(protection::MacKey::derive(*message.header.protectionAlg, who.secret->view(), {})), who.reference);
}

/// The message under that protection, with something else in its header or request.
Octets bent(Bytes octets, const Credentials& who, const std::function<void(PKIHeader&, CertReqMsg&)>& bend) {
    const auto message   = read(octets);
    PKIMessage copy      = *message;
    CertReqMsg request   = cert_requests(copy.body)->front();
    copy.header.received = copy.body.received = {};
    bend(copy.header, request);
    const CertReqMessages requests(&request, 1);
    if (copy.body.is<"kur">()) copy.body.emplace<"kur">() = requests;
    else if (copy.body.is<"cr">()) copy.body.emplace<"cr">() = requests;
    else copy.body.emplace<"ir">() = requests;
    const auto protector = protector_of(*message, who);
    return value_of(protection::seal(copy.header, copy.body, &protector, {}));
}
void vouch(PKIHeader&, CertReqMsg& request) { request.popo.emplace().emplace<"raVerified">(); }
void change_nothing(PKIHeader&, CertReqMsg&) {}

const CertReqMsg& request_in(const Message& message) { return cert_requests(message->body)->front(); }
bool brings_original(const Message& message) { return find_info(message->header.generalInfo, oids::id_it_origPKIMessage) != nullptr; }

/// What is told to whom nothing is forwarded for.
Said refusal_of(RelayWorld& world, Bytes request) {
    const auto before = world.sent.size();
    const Said told   = said(world.exchange(request));
    CHECK(world.sent.size() == before);
    return told;
}

/// An RA that knows the management entities of the plant, and makes and names some for tests.
struct Known : RelayWorld {
    explicit Known(ra::Action action = ra::Action::reprotect) {
        settings.entities = {"CN=*,O=Plant"};
        forwards(action);
    }
    Forge entity(std::string subject = "CN=LRA 1,O=Plant", std::vector<OidConstant> eku = {oids::id_kp_cmcRA}) const { return ca.issuing.issue({.subject = std::move(subject), .eku = std::move(eku)}); }
    Credentials by_entity(const Forge& entity) const { return by_certificate(entity, {ca.issuing}); }
    /// A device's request as an entity would send it on, with its word for the proof.
    Octets vouched(const Credentials& by, BodyType type = BodyType::ir, std::string_view subject = "CN=dev7") {
        EndEntity asking = device(wanted(type, subject), by);
        return bent(first(asking), by, vouch);
    }
};

/// A local RA and the RA behind it: what one sends on, the other gets as from a requester.
struct Chain {
    Known      ra;
    RelayWorld lra;

    Chain() {
        const Forge signer        = ra.entity();
        lra.settings.signer       = signer.signer();
        lra.settings.chain        = {signer, ra.ca.issuing};
        lra.settings.external     = trust_in(ra.maker);
        lra.settings.pki          = trust_in(ra.ca.root);
        lra.settings.upstreams[0].trust.anchors = ra.settings.upstreams[0].trust.anchors;
        lra.upstream = [this](const Octets& message) {
            lra.sent.push_back(message);
            return ra.exchange(message);
        };
    }
};

}  // namespace

TEST_CASE("what a local RA has changed and vouches for goes on from an RA that knows it, in each way", "[responder][relay]") {
    Chain      world;
    const auto action = GENERATE(ra::Action::unchanged, ra::Action::reprotect, ra::Action::modify, ra::Action::nest);
    CAPTURE(static_cast<int>(action));
    world.lra.rule({.name = "named", .reason = {}, .about = {.bodies = {BodyType::ir}}, .action = ra::Action::modify, .keep_original = true, .forced_subject = "O=Plant"});
    world.ra.rule({.name = "entities", .reason = {}, .about = {.bodies = {BodyType::ir}, .requesters = {RequesterKind::ra}}, .action = action, .forced_subject = action == ra::Action::modify ? "OU=Yard" : ""});

    const auto certificate = world.lra.enrolled(wanted(BodyType::ir), world.ra.by_maker());
    CHECK(to_text(certificate->subject).find("O=Plant") != std::string::npos);
    CHECK((to_text(certificate->subject).find("OU=Yard") != std::string::npos) == (action == ra::Action::modify));
    REQUIRE(world.ra.sent.size() == 2);
    const auto below = read(world.lra.sent.at(0)), above = read(RelayWorld::unwrapped(world.ra.sent.at(0)));
    const bool is_anew = action == ra::Action::reprotect || action == ra::Action::modify;
    CHECK(request_in(above).popo->is<"raVerified">());
    CHECK(is_signed_by(above, is_anew ? world.ra.ra.certificate() : world.lra.settings.chain.front()));
    CHECK(brings_original(below));
    CHECK(brings_original(above) == !is_anew);  // nobody vouches for what somebody else says that it got
    if (!is_anew) CHECK(equal(below.octets(), above.octets()));
}

TEST_CASE("the word of another management entity counts where a rule is about such requesters", "[responder][relay]") {
    Known      world;
    const auto by = world.by_entity(world.entity());
    world.rule({.name = "devices", .reason = {}, .about = {.bodies = {BodyType::ir}, .requesters = {RequesterKind::external}}, .action = ra::Action::reprotect});
    CHECK(refusal_of(world, world.vouched(by)).fail_info == FailInfo::notAuthorized);
    world.enrolled(wanted(BodyType::ir), world.by_maker());
    world.forwards(ra::Action::reprotect);
    CHECK(said(world.exchange(world.vouched(by))).status == PKIStatus::accepted);
}

TEST_CASE("raVerified of a device is refused however it would go on", "[responder][relay]") {
    Known      world(GENERATE(ra::Action::unchanged, ra::Action::reprotect, ra::Action::nest));
    const auto refused = [&](const Credentials& who, BodyType type) {
        const Said told = refusal_of(world, world.vouched(who, type, "CN=dev1"));
        CHECK(told.type == (type == BodyType::cr ? BodyType::cp : BodyType::ip));
        CHECK(told.fail_info == FailInfo::notAuthorized);
    };
    refused(world.by_maker(), BodyType::ir);
    refused(world.by_secret(), BodyType::ir);
    refused(world.by_own(), BodyType::cr);
    // Nor does an original help that it says it got.
    const auto who    = world.by_maker();
    EndEntity  device = world.device(wanted(BodyType::ir), who);
    const auto honest = read(world.first(device));
    const PKIMessages      list(&*honest, 1);
    const InfoTypeAndValue item{oids::id_it_origPKIMessage, der::Open::of(list)};
    CHECK(refusal_of(world, bent(honest.octets(), who, [&](PKIHeader& header, CertReqMsg& request) {
              header.generalInfo = GeneralInfo(&item, 1);
              vouch(header, request);
          })).fail_info == FailInfo::notAuthorized);
    CHECK(world.sent.empty());
}

TEST_CASE("raVerified of who is no management entity that this RA knows goes nowhere", "[responder][relay]") {
    Known world;
    SECTION("one of another plant") {
        const Said told = refusal_of(world, world.vouched(world.by_entity(world.entity("CN=LRA 9,O=Yard"))));
        CHECK(told.type == BodyType::error);
        CHECK(told.fail_info == FailInfo::signerNotTrusted);
    }
    SECTION("a name that would do, without id-kp-cmcRA") {
        for (const BodyType type : {BodyType::ir, BodyType::cr})
            CHECK(refusal_of(world, world.vouched(world.by_entity(world.entity("CN=LRA 1,O=Plant", {oids::id_kp_clientAuth})), type)).fail_info == FailInfo::notAuthorized);
    }
    SECTION("the CA's purpose is another") {
        CHECK(refusal_of(world, world.vouched(world.by_entity(world.entity("CN=LRA 1,O=Plant", {oids::id_kp_cmcCA})), BodyType::cr)).fail_info == FailInfo::notAuthorized);
    }
    SECTION("a maker's") {
        const Forge of_maker = world.maker.issue({.subject = "CN=LRA 1,O=Plant", .eku = {oids::id_kp_cmcRA}});
        CHECK(refusal_of(world, world.vouched(RelayWorld::by_certificate(of_maker))).fail_info == FailInfo::notAuthorized);
    }
    SECTION("one whose time is over") {
        const Forge old = world.ca.issuing.issue({.subject = "CN=LRA 1,O=Plant", .not_after = now - 1, .eku = {oids::id_kp_cmcRA}});
        CHECK(refusal_of(world, world.vouched(world.by_entity(old))).type == BodyType::error);
    }
    SECTION("one that took the certificate of a known one along, without its key") {
        const Forge known = world.entity(), thief = world.maker.issue({.subject = "CN=dev1"});
        auto        who   = world.by_entity(known);
        who.signer        = thief.signer();
        const Said told   = refusal_of(world, world.vouched(who));
        CHECK(told.type == BodyType::error);
        CHECK(told.fail_info == FailInfo::badMessageCheck);
    }
    CHECK(world.sent.empty());
}

TEST_CASE("the word of a known entity does not stand for the proof in a kur", "[responder][relay]") {
    Known world;
    world.rule({.name = "updates", .reason = {}, .about = {.bodies = {BodyType::kur}, .with_old_cert_id = true}, .action = ra::Action::reprotect});
    const Said told = refusal_of(world, world.vouched(world.by_entity(world.entity()), BodyType::kur));
    CHECK(told.type == BodyType::kup);
    CHECK(told.fail_info == FailInfo::badPOP);
}

// ---------------------------------------------------------------- updates

TEST_CASE("a kur that says what it updates goes on under the RA's protection and comes back", "[responder][relay]") {
    Chain      world;
    const bool has_lra = GENERATE(false, true);
    const ra::Rule updates{.name = "updates", .reason = {}, .about = {.bodies = {BodyType::kur}, .with_old_cert_id = true}, .action = ra::Action::reprotect};
    world.ra.rule(updates);
    world.lra.rule(updates);
    RelayWorld&  nearest = has_lra ? world.lra : world.ra;
    const Forge  old     = world.ra.ca.issuing.issue({.subject = "CN=dev1"});
    EndEntity    device  = nearest.device(wanted(BodyType::kur), world.ra.by_certificate(old, {world.ra.ca.issuing}));
    const Octets kur = nearest.first(device), kup = nearest.exchange(kur);
    CHECK(said(kup).type == BodyType::kup);
    const auto before = read(kur), after = read(world.ra.sent.at(0));
    CHECK(is_signed_by(after, world.ra.ra));
    CHECK(equal(before->body.received, after->body.received));
    REQUIRE(old_cert_id(request_in(after).certReq));
    CHECK(old_cert_id(request_in(after).certReq)->serialNumber == old.certificate()->serialNumber);
    const Octets pkiconf = nearest.exchange(nearest.next(device, kup));
    CHECK(is_signed_by(read(world.ra.sent.at(1)), world.ra.ra));
    CHECK(std::holds_alternative<Done>(nearest.step(device, Received{pkiconf})));
}

TEST_CASE("a kur under the RA's protection updates no certificate but the one that signed it", "[responder][relay]") {
    Known world;
    world.rule({.name = "updates", .reason = {}, .about = {.bodies = {BodyType::kur}, .with_old_cert_id = true}, .action = ra::Action::reprotect});
    const auto who   = world.by_own("CN=dev1"), other = world.by_own("CN=dev1");
    const auto asked = [&](const Credentials& for_whom) {
        EndEntity device = world.device(wanted(BodyType::kur), for_whom);
        return world.first(device);
    };
    SECTION("one that names another's, of the same name even") {
        const Said told = refusal_of(world, bent(asked(other), who, change_nothing));
        CHECK(told.type == BodyType::kup);
        CHECK(told.fail_info == FailInfo::badCertId);
    }
    SECTION("one that names none") {
        const Said told = refusal_of(world, bent(asked(world.by_secret()), who, change_nothing));
        CHECK(told.type == BodyType::kup);
        CHECK(told.fail_info == FailInfo::notAuthorized);
    }
    SECTION("one of an entity that names none") {
        CHECK(refusal_of(world, bent(asked(world.by_secret()), world.by_entity(world.entity()), change_nothing)).fail_info == FailInfo::notAuthorized);
    }
    SECTION("one of who has no certificate of this PKI") {
        CHECK(refusal_of(world, bent(asked(who), world.by_maker(), change_nothing)).fail_info == FailInfo::notAuthorized);
    }
}

// ---------------------------------------------------------------- keys that the PKI makes (RFC 9483 4.1.6)

TEST_CASE("a request for a key of the PKI's making goes on as it is or not at all", "[responder][relay]") {
    RelayWorld world;
    const auto who      = world.by_maker();
    EndEntity  device   = world.device(wanted(BodyType::ir), who);
    const bool is_empty = GENERATE(false, true);  // the key is there with an algorithm alone, or it is absent
    const auto request  = bent(world.first(device), who, [&](PKIHeader&, CertReqMsg& asked) {
        asked.certReq.received = {};
        asked.popo.reset();
        auto& key = asked.certReq.certTemplate.publicKey;
        if (is_empty) key->subjectPublicKey = {}, key->received = {};
        else key.reset();
    });
    const auto made = value_of(crypto::generate_key("ec:P-256"));
    world.ca.certify = [&](const CertTemplate&) { return world.ca.issuing.certify({.subject = "CN=dev1"}, made->public_key()); };

    SECTION("unchanged, and its answer too") {
        world.forwards(ra::Action::unchanged);
        const Octets ip = world.exchange(request);
        CHECK(said(ip).status == PKIStatus::accepted);
        REQUIRE(world.sent.size() == 1);
        CHECK(equal(world.sent[0], request));
        CHECK(equal(world.answers[request], ip));
    }
    SECTION("inside a nested message") {
        world.forwards(ra::Action::nest);
        CHECK(said(world.exchange(request)).status == PKIStatus::accepted);
        REQUIRE(read(world.sent.at(0))->body.is<"nested">());
        CHECK(equal(RelayWorld::unwrapped(world.sent[0]), request));
    }
    SECTION("not where the rule for its body replaces the protection") {
        world.forwards(ra::Action::reprotect);
        const Said told = refusal_of(world, request);
        CHECK(told.type == BodyType::ip);
        CHECK(told.fail_info == FailInfo::notAuthorized);
    }
    SECTION("not by the rules that hold where none is written") {
        world.settings.rules.clear();
        world.start();
        CHECK(refusal_of(world, request).fail_info == FailInfo::notAuthorized);
    }
}

// What an upstream's answer must be to be believed; what is not is as good as none.
#include "relay_world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

/// A device whose ir is on its way.
struct Asked : RelayWorld {
    EndEntity dev;
    Octets    ir;
    Step      step;
    explicit Asked(ra::Action action = ra::Action::reprotect) : dev(device(wanted(BodyType::ir), by_maker())) {
        forwards(action);
        ir   = first(dev);
        step = ask(ir);
        REQUIRE(step.parcel);
    }
    Step take(const Octets& answer) { return relay->returned(*step.parcel, answer, time); }
    Octets honest() { return ca.answer(step.parcel->message); }
    /// The record as it is stored.
    Octets record() { return value_of(store.scan(store::Table::relayed, {}, 1)).at(0).value; }
};

}  // namespace

TEST_CASE("an answer that cannot be believed changes nothing, and the right one still passes", "[responder][relay]") {
    Asked        world;
    const Octets before = world.record();
    const Octets strange(16, 0x55);
    const Forge  maker_signer = world.maker.issue({.subject = "CN=CMP"});
    const Forge  plain_device = world.ca.issuing.issue({.subject = "CN=CMP", .eku = {oids::id_kp_clientAuth}});
    Code         expected     = Code::internal;

    SECTION("another transactionID") { world.ca.bend = [&](HeaderFields& fields, PKIBody&) { fields.transaction_id = strange; }, expected = Code::transaction_mismatch; }
    SECTION("another nonce") { world.ca.bend = [&](HeaderFields& fields, PKIBody&) { fields.recip_nonce = strange; }, expected = Code::nonce_mismatch; }
    SECTION("a signer of another PKI") {
        world.ca.protector = protection::Protector::by_signature(maker_signer.signer(), {maker_signer, world.maker}), expected = Code::signer_not_trusted;
    }
    SECTION("a device as signer") {
        world.ca.protector = protection::Protector::by_signature(plain_device.signer(), {plain_device, world.ca.issuing}), expected = Code::signer_not_trusted;
    }
    SECTION("a MAC of somebody's secret") {
        const Octets salt(16, 1);
        der::Arena   arena;
        world.ca.protector = protection::Protector::by_mac(value_of(protection::MacKey::derive(protection::mac_algorithm(protection::MacKind::pbm, salt, 100, arena), salt, {})), "x");
        expected           = Code::wrong_protection;
    }
    SECTION("no protection") { world.ca.is_unprotected = true, expected = Code::protection_missing; }
    SECTION("a certificate for another key") {
        world.ca.certify = [&](const CertTemplate& t) { return world.ca.issuing.certify({.subject = to_text(*t.subject)}, value_of(crypto::generate_key("ec:P-256"))->public_key()); };
        expected         = Code::wrong_certificate;
    }
    SECTION("a grant without a certificate") {
        world.ca.bend = [&](HeaderFields&, PKIBody& body) {
            world.ca.response().certifiedKeyPair.reset();
            body.emplace<"ip">() = {{}, List<CertResponse>(&world.ca.response(), 1)};
        };
        expected = Code::wrong_certificate;
    }
    SECTION("a body that answers something else") { world.ca.bend = [](HeaderFields&, PKIBody& body) { body.emplace<"pkiconf">(); }, expected = Code::unexpected_body; }
    SECTION("a broken signature") { world.ca.bend_octets = [](Octets octets) { return octets[octets.size() / 3] ^= 1, octets; }, expected = Code::internal; }
    SECTION("octets that are no message") { world.ca.bend_octets = [](const Octets&) { return Octets{4, 0}; }, expected = Code::internal; }

    CHECK_FALSE(world.take(world.honest()).reply);
    REQUIRE(world.incidents.back().problem);
    CHECK(world.incidents.back().outcome == "not believed");
    if (expected != Code::internal) CHECK(world.incidents.back().problem->code == expected);
    CHECK(world.record() == before);

    world.ca.bend        = nullptr;
    world.ca.bend_octets = nullptr;
    world.ca.protector.reset();
    world.ca.is_unprotected = false;
    world.ca.certify        = nullptr;
    const Step right = world.take(world.honest());
    REQUIRE(right.reply);
    world.next(world.dev, right.reply->message);
}

TEST_CASE("an error message without protection ends a transaction where the upstream's profile has it so", "[responder][relay]") {
    for (const bool counts : {true, false}) {
        Asked world;
        world.settings.upstreams[0].trust.peer.unprotected_errors = counts;
        world.start();
        world.ca.is_unprotected = true;
        world.ca.bend = [](HeaderFields&, PKIBody& body) { body.emplace<"error">().pKIStatusInfo = {.status = PKIStatus::rejection, .statusString = {}, .failInfo = {}}; };
        const Step step = world.take(world.honest());
        CHECK(step.reply.has_value() == counts);
        if (counts) CHECK(said(step.reply->message).type == BodyType::error);
    }
}

TEST_CASE("a negative answer of the CA ends the transaction and reaches the device as it is", "[responder][relay]") {
    Asked world;
    world.ca.bend = [&](HeaderFields&, PKIBody& body) {
        world.ca.response().certifiedKeyPair.reset();
        world.ca.response().status.status = PKIStatus::rejection;
        body.emplace<"ip">() = {{}, List<CertResponse>(&world.ca.response(), 1)};
    };
    const Octets refusal = world.honest();
    CHECK(world.take(refusal).reply->message == refusal);
    CHECK(world.exchange(world.ir) == refusal);
}

TEST_CASE("a secret whose request the CA refused is good for another try, and for one certificate", "[responder][relay]") {
    RelayWorld world;
    world.settings.secrets[0].uses = 1;
    world.settings.upstreams[0].trust.peer.unprotected_errors = true;
    world.forwards(ra::Action::reprotect);
    const auto fails  = [&] { return world.failure(wanted(BodyType::ir), world.by_secret()).fail_info; };
    const auto refuse = [](HeaderFields&, PKIBody& body) {
        static der::Arena arena;
        body.emplace<"error">().pKIStatusInfo = rejection(FailInfo::badCertTemplate, "not so", arena);
    };
    world.ca.bend = refuse;
    CHECK(fails() == FailInfo::badCertTemplate);
    CHECK(fails() == FailInfo::badCertTemplate);
    SECTION("as the CA's protection proves") {
        world.ca.bend = {};
        world.enrolled(wanted(BodyType::ir), world.by_secret());
        CHECK(fails() == FailInfo::notAuthorized);
    }
    SECTION("an error that anybody could have sent gives nothing back") {
        world.ca.is_unprotected = true;
        fails();
        world.ca.bend           = {};
        world.ca.is_unprotected = false;
        CHECK(fails() == FailInfo::notAuthorized);
    }
}

TEST_CASE("whether a requester still waits is seen by its record alone", "[responder][relay]") {
    Asked world;
    CHECK(world.relay->still_waits(world.step.key));
    CHECK(world.incidents.size() == 1);
    world.take(world.honest());
    CHECK_FALSE(world.relay->still_waits(world.step.key));
    CHECK_FALSE(world.relay->still_waits(bytes_of("nobody")));
}

TEST_CASE("an answer that comes twice, or late, changes nothing", "[responder][relay]") {
    Asked        world;
    const Octets ip = world.honest();
    CHECK(world.take(ip).reply);
    const Octets before = world.record();
    CHECK_FALSE(world.take(ip).reply);
    CHECK(world.incidents.back().outcome == "answered already");
    CHECK(world.record() == before);
    const Parcel unknown{.key = copy_of(bytes_of("nobody")), .upstream = "ca", .message = world.step.parcel->message};
    CHECK_FALSE(world.relay->returned(unknown, ip, world.time).reply);
}

TEST_CASE("an answer to a pollReq is not one to a certConf", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    world.ca.delays = 0;
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets waiting = world.exchange(world.first(device));
    CHECK(said(waiting).status == PKIStatus::waiting);
    const Octets polled = world.next(device, waiting);
    world.ca.bend = [](HeaderFields&, PKIBody& body) { body.emplace<"pkiconf">(); };
    const Step poll = world.ask(polled);
    CHECK_FALSE(world.relay->returned(*poll.parcel, world.upstream(poll.parcel->message), world.time).reply);
    CHECK(world.incidents.back().problem->code == Code::unexpected_body);
}

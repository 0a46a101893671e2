#include "relay_world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

/// What comes back, and that nothing went up.
Said refusal_of(RelayWorld& world, Bytes request) {
    const auto before = world.sent.size();
    const auto reply  = world.exchange(request);
    CHECK(world.sent.size() == before);
    CHECK(value_of(world.store.due(store::Table::relayed, world.time + 1'000'000'000, 100)).size() == value_of(world.store.scan(store::Table::relayed, {}, 100)).size());
    return said(reply);
}

/// The same message with another header or body, under that protection.
template <class Bend> Octets bent(Bytes octets, const Credentials& who, Bend bend) {
    const auto message = read(octets);
    PKIMessage copy    = *message;
    copy.header.received = copy.body.received = {};
    der::Arena arena;
    bend(copy, arena);
    const auto protector = protection::Protector::by_signature(who.signer, who.chain);
    return value_of(protection::seal(copy.header, copy.body, &protector, {}));
}

Octets with_popo(Bytes octets, const Credentials& who, const std::function<void(CertReqMsg&)>& change) {
    return bent(octets, who, [&](PKIMessage& message, der::Arena& arena) {
        auto* one = arena.make<CertReqMsg>();
        *one      = cert_requests(message.body)->front();
        change(*one);
        message.body.emplace<"ir">() = CertReqMessages(one, 1);
    });
}

}  // namespace

TEST_CASE("a request that fails its checks is refused by its own body and goes nowhere", "[responder][relay]") {
    RelayWorld world;
    const auto who = world.by_maker();
    EndEntity  device = world.device(wanted(BodyType::ir), who);
    const Octets ir   = world.first(device);

    SECTION("a proof of possession for another template") {
        const auto other = read(world.first(device = world.device(wanted(BodyType::ir), who)));
        const Said told  = refusal_of(world, with_popo(ir, who, [&](CertReqMsg& request) { request.popo = cert_requests(other->body)->front().popo; }));
        CHECK(told.type == BodyType::ip);
        CHECK(told.fail_info == FailInfo::badPOP);
    }
    SECTION("none at all") {
        CHECK(refusal_of(world, with_popo(ir, who, [](CertReqMsg& request) { request.popo.reset(); })).fail_info == FailInfo::badPOP);
    }
    SECTION("raVerified of a device") {
        CHECK(refusal_of(world, with_popo(ir, who, [](CertReqMsg& request) { request.popo.emplace().emplace<"raVerified">(); })).fail_info == FailInfo::notAuthorized);
    }
    SECTION("a name that is not the requester's") {
        const Said told = refusal_of(world, world.first(device = world.device(wanted(BodyType::ir, "CN=somebody else"), who)));
        CHECK(told.type == BodyType::ip);
        CHECK(told.is_protected);
    }
    SECTION("by the secret of another") {
        CHECK(refusal_of(world, world.first(device = world.device(wanted(BodyType::ir, "CN=dev2"), world.by_secret()))).type == BodyType::ip);
    }
    SECTION("a cr by who has no certificate of this PKI") {
        const Said told = refusal_of(world, world.first(device = world.device(wanted(BodyType::cr), who)));
        CHECK(told.type == BodyType::cp);
        CHECK(told.fail_info == FailInfo::notAuthorized);
    }
    SECTION("a kur by secret") {
        const Said told = refusal_of(world, world.first(device = world.device(wanted(BodyType::kur), world.by_secret())));
        CHECK(told.type == BodyType::kup);
        CHECK(told.fail_info == FailInfo::notAuthorized);
    }
    SECTION("the same again gets the same answer") {
        const Octets bad = with_popo(ir, who, [](CertReqMsg& request) { request.popo.reset(); }), first = world.exchange(bad);
        CHECK(world.exchange(bad) == first);
    }
}

TEST_CASE("what is wrong with header or protection is told by an error message", "[responder][relay]") {
    RelayWorld world;
    const auto who    = world.by_maker();
    EndEntity  device = world.device(wanted(BodyType::ir), who);
    Octets     ir     = world.first(device);

    SECTION("a broken signature") {
        const auto message = read(ir);
        ir[static_cast<std::size_t>(message->protection->bytes.data() - message.octets().data()) + 20] ^= 1;
        CHECK(refusal_of(world, ir).type == BodyType::error);
    }
    SECTION("a wrong MAC") {
        const Said told = refusal_of(world, world.first(device = world.device(wanted(BodyType::ir), world.by_secret("dev1", "wrong"))));
        CHECK(told.type == BodyType::error);
        CHECK(told.fail_info == FailInfo::badMessageCheck);
        CHECK_FALSE(told.is_protected);
    }
    SECTION("a signer whom nobody trusts") {
        CHECK(refusal_of(world, world.first(device = world.device(wanted(BodyType::ir), RelayWorld::by_certificate(Forge::self_signed({.subject = "CN=dev1"}))))).fail_info == FailInfo::signerNotTrusted);
    }
    SECTION("no protection") {
        const auto message = read(ir);
        auto       header  = message->header;
        header.protectionAlg.reset();
        CHECK(refusal_of(world, value_of(protection::seal(header, message->body, nullptr, {}))).fail_info == FailInfo::badMessageCheck);
    }
    SECTION("a body that no device sends") {
        const Said told = refusal_of(world, bent(ir, who, [](PKIMessage& message, der::Arena&) { message.body.emplace<"pkiconf">(); }));
        CHECK(told.type == BodyType::error);
        CHECK(told.fail_info == FailInfo::badRequest);
    }
    SECTION("a first message that answers something") {
        const Octets nonce(16, 7);
        CHECK(refusal_of(world, bent(ir, who, [&](PKIMessage& message, der::Arena&) { message.header.recipNonce = der::octet_string(nonce); })).fail_info == FailInfo::badRecipientNonce);
    }
    SECTION("a messageTime of yesterday") {
        world.time += 86400;
        CHECK(refusal_of(world, ir).fail_info == FailInfo::badTime);
    }
    SECTION("octets that are no message") {
        const Step step = world.ask(Octets{0x30, 0x03, 1, 2});
        REQUIRE(step.reply);
        CHECK(step.reply->status == Reply::Status::not_a_message);
    }
}

TEST_CASE("a revocation is for who has the certificate, where the CA goes by our word", "[responder][relay]") {
    RelayWorld  world;
    const Forge own = world.ca.issuing.issue({.subject = "CN=dev1"}), other = world.ca.issuing.issue({.subject = "CN=dev2"});
    const auto  who = RelayWorld::by_certificate(own, {world.ca.issuing});
    const auto  rr  = [&](const Forge& of) {
        EndEntity device = world.device(Revocation{der::encode(of.certificate()->issuer), copy_of(of.certificate().serial())}, who);
        return world.first(device);
    };
    world.forwards(ra::Action::reprotect);
    const Said told = refusal_of(world, rr(other));
    CHECK(told.type == BodyType::rp);
    CHECK(told.fail_info == FailInfo::notAuthorized);
    CHECK(said(world.exchange(rr(own))).status == PKIStatus::accepted);
    world.forwards(ra::Action::unchanged);
    CHECK(said(world.exchange(rr(other))).status == PKIStatus::accepted);  // the CA sees who asks, and decides
}

TEST_CASE("a transaction belongs to who began it", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    const auto   who    = world.by_maker(), thief = world.by_maker();
    EndEntity    device = world.device(wanted(BodyType::ir), who);
    const Octets ir = world.first(device), ip = world.exchange(ir), confirmation = world.next(device, ip);

    SECTION("somebody else's certConf") {
        const Said told = refusal_of(world, bent(confirmation, thief, [](PKIMessage&, der::Arena&) {}));
        CHECK(told.type == BodyType::error);
        CHECK(told.fail_info == FailInfo::badRequest);
    }
    SECTION("a certConf that answers something else") {
        const Octets nonce(16, 9);
        const Said told = refusal_of(world, bent(confirmation, who, [&](PKIMessage& message, der::Arena&) { message.header.recipNonce = der::octet_string(nonce); }));
        CHECK(told.type == BodyType::error);
        CHECK(told.fail_info == FailInfo::badRecipientNonce);
    }
    SECTION("another first message under the same ID") {
        CHECK(refusal_of(world, bent(ir, who, [](PKIMessage&, der::Arena&) {})).fail_info == FailInfo::transactionIdInUse);
    }
    SECTION("the same ID of somebody else is another transaction") {
        EndEntity  other = world.device(wanted(BodyType::ir), thief);
        const auto theirs = read(world.first(other));
        const auto id     = read(ir);
        const Octets same = bent(theirs.octets(), thief, [&](PKIMessage& message, der::Arena&) { message.header.transactionID = id->header.transactionID; });
        CHECK(said(world.exchange(same)).type == BodyType::ip);
    }
    // Nothing of that has changed anything.
    CHECK(std::holds_alternative<Done>(world.step(device, Received{world.exchange(confirmation)})));
}

TEST_CASE("an error message of the device goes up and ends its transaction", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    const auto   who    = world.by_maker();
    EndEntity    device = world.device(wanted(BodyType::ir), who);
    const Octets ip     = world.exchange(world.first(device));
    const Octets report = bent(world.next(device, ip), who, [](PKIMessage& message, der::Arena& arena) {
        message.body.emplace<"error">().pKIStatusInfo = rejection(FailInfo::badCertTemplate, "not what I asked for", arena);
    });
    SECTION("and its acknowledgement comes back") { CHECK(said(world.exchange(report)).type == BodyType::pkiconf); }
    SECTION("or is ours where the upstream is silent") {
        const Step step = world.ask(report);
        REQUIRE(step.parcel);
        CHECK(said(world.relay->lapsed(step.key, world.time).reply->message).type == BodyType::pkiconf);
        world.time += 31;
        CHECK(world.carry() == 1);
    }
    CHECK(said(world.sent.back()).type == BodyType::error);
    world.time += 1000;
    CHECK(world.carry() == 0);
}

TEST_CASE("another management entity speaks for others only if it is one of those configured", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    const auto  speaks = [&](const Forge& entity) { return RelayWorld::by_certificate(entity, {world.ca.issuing}); };
    const Forge lra    = world.ca.issuing.issue({.subject = "CN=LRA 1,O=Plant", .eku = {oids::id_kp_cmcRA}});
    const Forge other  = world.ca.issuing.issue({.subject = "CN=LRA 9,O=Yard", .eku = {oids::id_kp_cmcRA}});
    CHECK(world.failure(wanted(BodyType::ir, "CN=dev7"), speaks(lra)).fail_info == FailInfo::signerNotTrusted);
    CHECK(world.sent.empty());
    world.settings.entities = {"CN=*,O=Plant"};
    world.start();
    CHECK(to_text(world.enrolled(wanted(BodyType::ir, "CN=dev7"), speaks(lra))->subject) == "CN=dev7");
    const std::size_t sent = world.sent.size();
    CHECK(world.failure(wanted(BodyType::ir, "CN=dev8"), speaks(other)).fail_info == FailInfo::signerNotTrusted);
    // Nor does a maker make management entities.
    const Forge stranger = world.maker.issue({.subject = "CN=LRA 2,O=Plant", .eku = {oids::id_kp_cmcRA}});
    CHECK(world.failure(wanted(BodyType::ir, "CN=dev8"), RelayWorld::by_certificate(stranger)).fail_info == FailInfo::notAuthorized);
    CHECK(world.sent.size() == sent);
}

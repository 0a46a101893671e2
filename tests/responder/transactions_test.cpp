// A transaction has one owner, and a reply promises only what is stored.
#include "world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

TEST_CASE("a device enrolls, updates and revokes", "[responder]") {
    World       world;
    const Forge device = world.maker.issue({.subject = "CN=dev1"});
    const auto  first  = value_of(crypto::generate_key("ec:P-256"));
    const auto  cert   = world.enrolled(World::wanted(BodyType::ir, "CN=dev1", first), world.by_maker(device));
    CHECK(world.state_of(cert) == ca::CertificateState::valid);

    const auto second  = value_of(crypto::generate_key("rsa:2048"));
    const auto updated = world.enrolled(World::wanted(BodyType::kur, "CN=dev1", second), world.by_certificate(first, cert));
    CHECK(world.state_of(updated) == ca::CertificateState::valid);
    CHECK(world.state_of(cert) == ca::CertificateState::updated);

    const auto other = world.enrolled(World::wanted(BodyType::cr, "CN=dev1"), world.by_certificate(second, updated));
    CHECK(world.state_of(other) == ca::CertificateState::valid);

    CHECK(std::holds_alternative<Done>(world.run(World::revocation_of(updated), world.by_certificate(second, updated))));
    CHECK(world.state_of(updated) == ca::CertificateState::revoked);
    CHECK(world.failure(World::wanted(BodyType::cr, "CN=dev1"), world.by_certificate(second, updated)).fail_info == FailInfo::certRevoked);
}

TEST_CASE("the very same octets again get the very same reply", "[responder]") {
    World        world;
    const Octets request = world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    const Octets reply   = world.answer(request);
    CHECK(said(reply).type == BodyType::ip);
    CHECK(world.answer(request) == reply);
    SECTION("also from a server that was started again") {
        world.start();
        CHECK(world.answer(request) == reply);
    }
    CHECK(value_of(world.authority->list({}, 10)).size() == 1);
}

TEST_CASE("messageTime is judged of what comes for the first time", "[responder]") {
    World        world;
    const Octets request = world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    SECTION("what was answered in time is answered again whenever it comes") {
        const Octets reply = world.answer(request);
        world.time += 3600;
        CHECK(world.answer(request) == reply);
    }
    SECTION("what comes too late is refused, and nothing is issued") {
        world.time += 3600;
        CHECK(said(world.answer(request)).fail_info == FailInfo::badTime);
        CHECK(value_of(world.authority->list({}, 10)).empty());
    }
}

TEST_CASE("a client that slept for an hour goes on where it was", "[responder]") {
    World            world;
    const auto       random = system_random();
    const auto       who    = world.by_secret("dev1", "first secret");  // a secret for one use
    const Enrollment wanted = World::wanted(BodyType::ir, "CN=dev1");
    EndEntity        operation({wanted, {}}, who, world.trust());
    Action           next = operation.step(Begin{}, world.time, random);
    SECTION("its request was answered") { (void)world.answer(std::get<Send>(next).message); }
    SECTION("its request did not arrive") {}
    operation = value_of(EndEntity::restore(value_of(operation.save()), who, world.trust(), wanted.key));
    world.time += 3600;
    next = operation.resume(world.time, random);
    while (const auto* send = std::get_if<Send>(&next)) next = operation.step(Received{world.answer(send->message)}, world.time, random);
    CHECK(std::holds_alternative<Decide>(next));
    CHECK(value_of(world.authority->list({}, 10)).size() == 1);
}

TEST_CASE("another first message under a live transactionID is refused and changes nothing", "[responder]") {
    World      world;
    const auto who = world.by_secret("many", "shared");
    EndEntity  operation({World::wanted(BodyType::ir, "CN=a"), {}}, who, world.trust());
    bool       is_first = true;
    const auto end = world.run(operation, [&](const Octets& octets) {
        if (!std::exchange(is_first, false)) {
            // Before certConf: somebody with the same secret begins under the same transactionID.
            const Octets other   = world.first_message(World::wanted(BodyType::ir, "CN=b"), who);
            auto         parsed  = value_of(der::parse<PKIMessage>(other));
            PKIHeader    header  = parsed->header;
            header.transactionID = der::octet_string(operation.transaction_id());
            header.received      = {};
            const auto key = value_of(protection::MacKey::derive(*header.protectionAlg, bytes_of("shared"), {}));
            const auto protector = protection::Protector::by_mac(key, "many");
            const auto reply     = said(world.answer(value_of(protection::seal(header, parsed->body, &protector, {}))));
            CHECK(reply.type == BodyType::error);
            CHECK(reply.fail_info == FailInfo::transactionIdInUse);
        }
        return octets;
    });
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK(world.state_of(std::get<Done>(end).certificate) == ca::CertificateState::valid);
    CHECK(value_of(world.authority->list({}, 10)).size() == 1);
}

TEST_CASE("another device cannot end a transaction that it did not begin", "[responder]") {
    World       world;
    const Forge victim = world.maker.issue({.subject = "CN=dev1"}), thief = world.maker.issue({.subject = "CN=dev2"});
    EndEntity   operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, world.by_maker(victim), world.trust());
    bool        is_first = true;
    const auto  end = world.run(operation, [&](const Octets& octets) {
        if (!std::exchange(is_first, false)) {
            // The victim's own certConf, word for word but signed by the thief.
            auto       parsed    = value_of(der::parse<PKIMessage>(octets));
            PKIHeader  header    = parsed->header;
            header.received      = {};
            const auto protector = protection::Protector::by_signature(thief.signer(), {thief});
            const auto reply     = said(world.answer(value_of(protection::seal(header, parsed->body, &protector, {}))));
            CHECK(reply.type == BodyType::error);
            CHECK(reply.fail_info == FailInfo::badRequest);
        }
        return octets;
    });
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK(world.state_of(std::get<Done>(end).certificate) == ca::CertificateState::valid);
}

TEST_CASE("a message whose protection fails changes no state", "[responder]") {
    World      world;
    EndEntity  operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, world.by_secret("dev1", "first secret"), world.trust());
    int        count = 0;
    const auto end   = world.run(operation, [&](const Octets& octets) {
        if (++count == 2) {
            Octets broken = octets;
            broken.back() ^= 1;  // the last octet of the MAC
            const auto reply = said(world.answer(broken));
            CHECK(reply.fail_info == FailInfo::badMessageCheck);
            CHECK_FALSE(reply.is_protected);  // a MAC under the real secret would let anybody guess at it
        }
        return octets;
    });
    CHECK(std::holds_alternative<Done>(end));
}

TEST_CASE("a certificate that is not confirmed in time is revoked", "[responder]") {
    World        world;
    const Octets request = world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    (void)world.answer(request);
    const auto listed = value_of(world.authority->list({}, 10));
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].state == ca::CertificateState::unconfirmed);
    CHECK(value_of(world.responder->end_overdue(now + 59)) == 0);
    CHECK(value_of(world.responder->end_overdue(now + 61)) == 1);
    CHECK(world.state_of(listed[0].certificate) == ca::CertificateState::revoked);
    CHECK(world.incidents.back().outcome == "expired");
    SECTION("and its transaction is forgotten later") {
        CHECK(value_of(world.responder->end_overdue(now + 61 + world.policy.keep_seconds)) == 1);
        CHECK(value_of(world.store->scan(store::Table::transactions, {}, 10)).empty());
    }
}

TEST_CASE("a refused or wrong confirmation revokes the certificate", "[responder]") {
    World       world;
    const Forge device    = world.maker.issue({.subject = "CN=dev1"});
    const auto  protector = protection::Protector::by_signature(device.signer(), {device});
    EndEntity   operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, world.by_maker(device), world.trust());
    CertStatus  status;
    int         count = 0;
    const auto  bent  = [&](const std::function<void(CertConfirmContent&)>& bend) {
        return [&, bend](const Octets& octets) {
            if (++count != 2) return octets;
            auto      parsed = value_of(der::parse<PKIMessage>(octets));
            PKIHeader header = parsed->header;
            header.received  = {};
            status           = parsed->body.get<"certConf">()->front();
            PKIBody body;
            body.emplace<"certConf">() = CertConfirmContent(&status, 1);
            bend(body.emplace<"certConf">() = CertConfirmContent(&status, 1));
            return value_of(protection::seal(header, body, &protector, {}));
        };
    };
    SECTION("no CertStatus at all refuses everything") {
        CHECK(std::holds_alternative<Done>(world.run(operation, bent([](CertConfirmContent& content) { content = {}; }))));
    }
    SECTION("status rejection") {
        CHECK(std::holds_alternative<Done>(world.run(operation, bent([&](CertConfirmContent&) { status.statusInfo = PKIStatusInfo{.status = PKIStatus::rejection, .statusString = {}, .failInfo = {}}; }))));
    }
    SECTION("the hash of something else") {
        const Octets other(32, 7);
        const auto   end = world.run(operation, bent([&](CertConfirmContent&) { status.certHash.content = other; }));
        REQUIRE(std::holds_alternative<Failed>(end));
        CHECK(std::get<Failed>(end).error.fail_info == FailInfo::badCertId);
    }
    const auto listed = value_of(world.authority->list({}, 10));
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].state == ca::CertificateState::revoked);
}

TEST_CASE("a confirmation twice, in two messages, is told certConfirmed", "[responder]") {
    World       world;
    const Forge device    = world.maker.issue({.subject = "CN=dev1"});
    const auto  protector = protection::Protector::by_signature(device.signer(), {device});
    EndEntity   operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, world.by_maker(device), world.trust());
    Octets      confirmation, acknowledgement;
    const Random random = system_random();
    Action next = operation.step(Begin{}, now, random);
    next = operation.step(Received{world.answer(std::get<Send>(next).message)}, now, random);
    next = operation.step(Decided{}, now, random);
    next = operation.step(Stored{}, now, random);
    confirmation    = std::get<Send>(next).message;
    acknowledgement = world.answer(confirmation);
    CHECK(world.answer(confirmation) == acknowledgement);  // the same octets: the same reply

    auto      parsed  = value_of(der::parse<PKIMessage>(confirmation));
    auto      conf    = value_of(der::parse<PKIMessage>(acknowledgement));
    PKIHeader header  = parsed->header;
    header.recipNonce = conf->header.senderNonce;
    header.received   = {};
    const auto reply  = said(world.answer(value_of(protection::seal(header, parsed->body, &protector, {}))));
    CHECK(reply.fail_info == FailInfo::certConfirmed);
    CHECK(world.state_of(value_of(world.authority->list({}, 1))[0].certificate) == ca::CertificateState::valid);
}

TEST_CASE("a certConf with another nonce is refused, and the transaction lives on", "[responder]") {
    World       world;
    const Forge device    = world.maker.issue({.subject = "CN=dev1"});
    const auto  protector = protection::Protector::by_signature(device.signer(), {device});
    EndEntity   operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, world.by_maker(device), world.trust());
    const Octets other(16, 3);
    int          count = 0;
    const auto   end   = world.run(operation, [&](const Octets& octets) {
        if (++count == 2) {
            auto      parsed  = value_of(der::parse<PKIMessage>(octets));
            PKIHeader header  = parsed->header;
            header.recipNonce = der::octet_string(other);
            header.received   = {};
            CHECK(said(world.answer(value_of(protection::seal(header, parsed->body, &protector, {})))).fail_info == FailInfo::badRecipientNonce);
        }
        return octets;
    });
    CHECK(std::holds_alternative<Done>(end));
}

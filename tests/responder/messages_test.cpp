// What the messages of both sides look like on the wire, member by member, where RFC 9483 says so.
#include "../forge/pkcs10.hpp"
#include "admission/desk.hpp"
#include "messages/general.hpp"
#include "talk.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

TEST_CASE("messages are of pvno 2, with 16 octets of transactionID and of nonces that are new each time", "[responder]") {
    World world;
    Talk  talk{world, {}, {}};
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), device_of(world))));
    std::vector<Octets> nonces;
    for (const auto* side : {&talk.asked, &talk.told})
        for (const Message& message : *side) {
            CHECK(message->header.pvno == Pvno::cmp2000);
            CHECK(message->header.transactionID->content.size() == 16);
            CHECK(message->header.messageTime);
            nonces.push_back(copy_of(message->header.senderNonce->content));
            CHECK(nonces.back().size() == 16);
        }
    CHECK_FALSE(talk.asked[0]->header.recipNonce);
    std::ranges::sort(nonces);
    CHECK(std::ranges::adjacent_find(nonces) == nonces.end());
}

TEST_CASE("under a secret the sender is the reference and only the ip has extraCerts", "[responder]") {
    World world;
    Talk  talk{world, {}, {}};
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"))));
    for (const Message& message : talk.asked) {
        CHECK(to_text(*message->header.sender.get<"directoryName">()) == "CN=dev1");
        CHECK(text_of(message->header.senderKID->content) == "dev1");
        CHECK_FALSE(message->extraCerts);
    }
    CHECK(talk.told[0]->extraCerts);
    CHECK_FALSE(talk.told[1]->extraCerts);
}

TEST_CASE("extraCerts of every signed message begin with the protection certificate", "[responder]") {
    World             world;
    Talk              talk{world, {}, {}};
    const Credentials who = device_of(world);
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), who)));
    for (const Message& message : talk.asked) CHECK(begins_with(message, who.chain.front()));
    for (const Message& message : talk.told) CHECK(begins_with(message, founded().cmp.certificate));
}

TEST_CASE("caPubs has the root alone, and only in an ip under a secret", "[responder]") {
    World      world;
    Talk       talk{world, {}, {}};
    const auto ca_pubs = [&] { return cert_responses(talk.told.back()->body)->caPubs; };
    const auto key     = value_of(crypto::generate_key("ec:P-256"));
    Enrollment first   = World::wanted(BodyType::ir, "CN=dev1", key);
    first.implicit_confirm = true;  // the answer is the last message
    const Action end   = talk.run(first, world.by_secret("dev1", "first secret"));
    REQUIRE(ca_pubs());
    REQUIRE(ca_pubs()->size() == 1);
    CHECK(equal(ca_pubs()->front().received, founded().root.certificate.der()));
    const Credentials own = world.by_certificate(key, std::get<Done>(end).certificate);
    for (const BodyType type : {BodyType::cr, BodyType::kur}) {
        Enrollment next       = World::wanted(type, "CN=dev1");
        next.implicit_confirm = true;
        REQUIRE(std::holds_alternative<Done>(talk.run(next, own)));
        CHECK_FALSE(ca_pubs());
    }
    first.key = value_of(crypto::generate_key("ec:P-256"));
    REQUIRE(std::holds_alternative<Done>(talk.run(first, device_of(world))));
    CHECK_FALSE(ca_pubs());
}

TEST_CASE("what is granted has no failInfo, what is rejected has no certificate", "[responder]") {
    World world;
    Talk  granted{world, {}, {}}, rejected{world, {}, {}};
    REQUIRE(std::holds_alternative<Done>(granted.run(World::wanted(BodyType::ir, "CN=dev1"), device_of(world))));
    CHECK(granted.response().status.status == PKIStatus::accepted);
    CHECK_FALSE(granted.response().status.failInfo);
    CHECK_FALSE(granted.response().certifiedKeyPair->privateKey);
    REQUIRE(std::holds_alternative<Failed>(rejected.run(World::wanted(BodyType::ir, "CN=dev2"), device_of(world))));
    CHECK(rejected.response().status.status == PKIStatus::rejection);
    CHECK(rejected.response().status.failInfo);
    CHECK_FALSE(rejected.response().certifiedKeyPair);
}

TEST_CASE("implicitConfirm is NULL where it is asked for and where it is granted", "[responder]") {
    World      world;
    Talk       talk{world, {}, {}};
    Enrollment wanted       = World::wanted(BodyType::ir, "CN=dev1");
    wanted.implicit_confirm = true;
    REQUIRE(std::holds_alternative<Done>(talk.run(wanted, device_of(world))));
    for (const Message* message : {&talk.asked[0], &talk.told[0]}) {
        const auto* item = find_info((*message)->header.generalInfo, oids::id_it_implicitConfirm);
        REQUIRE(item);
        CHECK((item->infoValue && item->infoValue->get<der::Null>()));
    }
}

TEST_CASE("an ir has no poposkInput and its certConf one CertStatus without failInfo", "[responder]") {
    World world;
    Talk  talk{world, {}, {}};
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), device_of(world))));
    const CertReqMsg& request = cert_requests(talk.asked[0]->body)->front();
    CHECK(request.certReq.certReqId == 0);
    CHECK_FALSE(request.popo->get<"signature">()->poposkInput);
    const auto& confirmation = *talk.asked[1]->body.get<"certConf">();
    REQUIRE(confirmation.size() == 1);
    CHECK(confirmation.front().certReqId == 0);
    CHECK((!confirmation.front().statusInfo || !confirmation.front().statusInfo->failInfo));
}

TEST_CASE("the answer to a p10cr has certReqId -1 and its certConf says the same", "[responder]") {
    World      world;
    Talk       talk{world, {}, {}};
    Enrollment request = World::wanted(BodyType::p10cr, "CN=dev1");
    request.csr        = test::pkcs10_of(*request.key, "CN=dev1");
    request.key        = nullptr;
    REQUIRE(std::holds_alternative<Done>(talk.run(request, device_of(world))));
    CHECK(talk.asked[0]->body.get<"p10cr">()->certificationRequestInfo.version == 0);
    CHECK(talk.response().certReqId == -1);
    CHECK(talk.asked[1]->body.get<"certConf">()->front().certReqId == -1);
}

TEST_CASE("an rr says one reasonCode, unspecified too, and has the protection certificate", "[responder]") {
    World      world;
    Talk       talk{world, {}, {}};
    const auto key         = value_of(crypto::generate_key("ec:P-256"));
    const auto certificate = world.enrolled(World::wanted(BodyType::ir, "CN=dev1", key), device_of(world));
    REQUIRE(std::holds_alternative<Done>(talk.run(World::revocation_of(certificate, Reason::unspecified), world.by_certificate(key, certificate))));
    const RevDetails& details = talk.asked[0]->body.get<"rr">()->front();
    REQUIRE(details.crlEntryDetails);
    CHECK(details.crlEntryDetails->size() == 1);
    CHECK(extension_value<CRLReason>(details.crlEntryDetails, oids::id_ce_cRLReasons)->value == Reason::unspecified);
    CHECK(begins_with(talk.asked[0], certificate));
    const PKIStatusInfo& status = talk.told[0]->body.get<"rp">()->status.front();
    CHECK(status.status == PKIStatus::accepted);
    CHECK_FALSE(status.failInfo);
}

TEST_CASE("who lost the answer to its last message hears it again, though its certificate is updated or revoked by then", "[responder]") {
    World      world;
    const auto key         = value_of(crypto::generate_key("ec:P-256"));
    const auto certificate = world.enrolled(World::wanted(BodyType::ir, "CN=dev1", key), device_of(world));
    const auto who         = world.by_certificate(key, certificate);
    Octets     message;
    SECTION("a kur that is confirmed implicitly") {
        Enrollment update       = World::wanted(BodyType::kur, "CN=dev1");
        update.implicit_confirm = true;
        message                 = world.first_message(update, who);
    }
    SECTION("an rr") { message = world.first_message(World::revocation_of(certificate), who); }
    const Octets answer = world.answer(message);
    CHECK(said(answer).fail_info == std::nullopt);
    CHECK(world.answer(message) == answer);
    CHECK(said(world.answer(world.first_message(World::wanted(BodyType::cr, "CN=dev1"), who))).fail_info == FailInfo::certRevoked);  // nothing new
}

TEST_CASE("an answer that says waiting has words for people, neither failInfo nor a certificate, and the pollReq its certReqId", "[responder]") {
    World world;
    world.settings.profiles.front().approve_by_hand = true;
    world.start();
    Talk talk{world, {}, {}};
    REQUIRE(std::holds_alternative<Wait>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), device_of(world))));
    CHECK(talk.response().status.status == PKIStatus::waiting);
    CHECK_FALSE(joined(talk.response().status.statusString).empty());
    CHECK_FALSE(talk.response().status.failInfo);
    CHECK_FALSE(talk.response().certifiedKeyPair);
    const auto& polled = *talk.asked[1]->body.get<"pollReq">();
    REQUIRE(polled.size() == 1);
    CHECK(polled.front().certReqId == talk.response().certReqId);
    CHECK(talk.told[1]->body.get<"pollRep">()->front().certReqId == talk.response().certReqId);
}

TEST_CASE("a certConf that accepts says so", "[responder]") {
    World world;
    Talk  talk{world, {}, {}};
    talk.run(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    REQUIRE(talk.asked.size() == 2);
    const auto* confirmation = talk.asked[1]->body.get<"certConf">();
    REQUIRE(confirmation);
    REQUIRE(confirmation->front().statusInfo);
    CHECK(confirmation->front().statusInfo->status == PKIStatus::accepted);
}

TEST_CASE("a refusal has words for people, and says little to who is not known", "[responder]") {
    World      world;
    const auto words_to = [&](const Octets& message) {
        const auto reply = value_of(der::parse<PKIMessage>(world.answer(message)));
        REQUIRE(reply->body.is<"error">());
        return joined(reply->body.get<"error">()->pKIStatusInfo.statusString);
    };
    const auto first = [&](const char* reference, const char* secret) { return world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret(reference, secret)); };
    const std::string of_wrong_mac = words_to(first("dev1", "wrong"));
    CHECK(of_wrong_mac == text_of(Code::protection_mismatch));
    CHECK(words_to(first("nobody", "wrong")) == of_wrong_mac);  // nor whether there is such a reference
    CHECK_FALSE(words_to(Octets{0x30, 0x03, 0x02, 0x01, 0x02}).empty());
}

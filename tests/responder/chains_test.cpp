// extraCerts of the messages of both sides (RFC 9483 3.3).
#include "admission/desk.hpp"
#include "talk.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

std::vector<crypto::Cert> protector_chain() { return {founded().cmp.certificate, founded().issuing.certificate}; }

bool certifies(const CMPCertificate& issuer, const CMPCertificate& subject) {
    const auto key = crypto::PublicKey::from(issuer.tbsCertificate.subjectPublicKeyInfo);
    return same_name(issuer.tbsCertificate.subject, subject.tbsCertificate.issuer) &&
           key && key->verify(subject.signatureAlgorithm, subject.tbsCertificate.received, subject.signatureValue.bytes);
}
bool is_self_signed(const CMPCertificate& certificate) { return certifies(certificate, certificate); }

}  // namespace

TEST_CASE("extraCerts are the protection certificate and its chain, each certified by the next, without the root", "[responder]") {
    World        world;
    Talk         talk{world, {}, {}};
    const auto   key = value_of(crypto::generate_key("ec:P-256"));
    const auto   own = world.enrolled(World::wanted(BodyType::ir, "CN=dev1", key), device_of(world));
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::cr, "CN=dev1"), world.by_certificate(key, own))));
    for (const Message& message : talk.asked) CHECK(brings(message, {own, founded().issuing.certificate}));
    for (const Message& message : talk.told) CHECK(brings(message, protector_chain()));  // of the cp too: its certificate has the same issuer, once
    for (const auto* side : {&talk.asked, &talk.told})
        for (const Message& message : *side) {
            CHECK(certifies((*message->extraCerts)[1], (*message->extraCerts)[0]));
            CHECK(std::ranges::none_of(*message->extraCerts, is_self_signed));
        }
}

TEST_CASE("a pkiconf is protected by the certificate that protected the ip", "[responder]") {
    World world;
    Talk  talk{world, {}, {}};
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), device_of(world))));
    const PKIHeader &ip = talk.told[0]->header, &pkiconf = talk.told[1]->header;
    CHECK(equal(ip.senderKID->content, pkiconf.senderKID->content));
    CHECK(equal((*talk.told[0]->extraCerts)[0].received, (*talk.told[1]->extraCerts)[0].received));
}

TEST_CASE("while a client waits, both sides bring the chain of their protection and no other", "[responder]") {
    World world;
    world.settings.profiles.front().approve_by_hand = true;
    world.start();
    Talk              talk{world, {}, {}};
    const Credentials who = device_of(world);
    REQUIRE(std::holds_alternative<Wait>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), who)));
    CHECK(talk.told[0]->body.is<"ip">());
    CHECK(brings(talk.told[0], protector_chain()));
    CHECK(talk.asked[1]->body.is<"pollReq">());
    CHECK(brings(talk.asked[1], who.chain));
    CHECK(talk.told[1]->body.is<"pollRep">());
    CHECK(brings(talk.told[1], protector_chain()));
}

// What an end entity says in its messages, member by member, and what a server takes of what it does not know.
#include "../forge/pkcs10.hpp"
#include "talk.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

Octets san(std::string_view text) {
    der::Arena         arena;
    const GeneralName  name = value_of(general_name_from_text(text, arena));
    const GeneralNames names(&name, 1);
    const Extension    extension{oids::id_ce_subjectAltName, false, der::OpenOctets(der::Open::of(names))};
    return der::encode(Extensions(&extension, 1));
}

bool has_only_subject_and_key(const CertTemplate& wanted) {
    const bool has_more = wanted.version || wanted.serialNumber || wanted.signingAlg || wanted.issuer || wanted.validity || wanted.issuerUID || wanted.subjectUID || wanted.extensions;
    return wanted.subject && wanted.publicKey && !has_more;
}

/// Under a secret that may have any name.
Credentials of_any_name(World& world) { return world.by_secret("many", "shared"); }

}  // namespace

TEST_CASE("a template has subject and publicKey, and a header nothing that the profile does not know", "[responder]") {
    World             world;
    Talk              talk{world, {}, {}};
    const auto        key = value_of(crypto::generate_key("ec:P-256"));
    const Action      end = talk.run(World::wanted(BodyType::ir, "CN=dev1", key), device_of(world));
    const Credentials own = world.by_certificate(key, std::get<Done>(end).certificate);
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::cr, "CN=dev1", key), own)));
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::kur, "CN=dev1", key), own)));
    for (const std::size_t first : {0u, 2u, 4u}) CHECK(has_only_subject_and_key(cert_requests(talk.asked[first]->body)->front().certReq.certTemplate));
    for (const auto* side : {&talk.asked, &talk.told})
        for (const Message& message : *side) CHECK((!message->header.recipKID && !message->header.freeText));
    for (const Message& message : talk.asked) CHECK_FALSE(message->header.generalInfo);
}

TEST_CASE("a name in subjectAltName alone goes with the NULL-DN as subject, in an ir and in a p10cr", "[responder]") {
    World      world;
    Talk       talk{world, {}, {}};
    Enrollment wanted = World::wanted(BodyType::ir, "");
    wanted.extensions = san("dns:dev1.plant");
    SECTION("ir") {
        REQUIRE(std::holds_alternative<Done>(talk.run(wanted, of_any_name(world))));
        CHECK(cert_requests(talk.asked[0]->body)->front().certReq.certTemplate.subject->is_null_dn());
    }
    SECTION("p10cr") {
        der::Arena arena;
        wanted.type = BodyType::p10cr;
        wanted.csr  = test::pkcs10_of(*std::exchange(wanted.key, nullptr), "", value_of(der::parse<Extensions>(wanted.extensions, arena)));
        REQUIRE(std::holds_alternative<Done>(talk.run(wanted, of_any_name(world))));
        const auto& asked = talk.asked[0]->body.get<"p10cr">()->certificationRequestInfo;
        CHECK(asked.subject.is_null_dn());
        REQUIRE(requested_extensions(asked));
        CHECK(extension_value<GeneralNames>(*requested_extensions(asked), oids::id_ce_subjectAltName));
    }
    const auto issued = value_of(world.authority->list({}, 10))[0].certificate;
    CHECK(issued->subject.is_null_dn());
    CHECK(to_text(extension_value<GeneralNames>(issued->extensions, oids::id_ce_subjectAltName)->front()) == "dns:dev1.plant");
}

TEST_CASE("the recipient is who the caller says at first, and of an answer the sender of the request", "[responder]") {
    World     world;
    Talk      talk{world, {}, {}};
    EndEntity operation({World::wanted(BodyType::ir, "CN=dev1"), der::encode(founded().issuing.certificate->subject)}, device_of(world), world.trust());
    REQUIRE(std::holds_alternative<Done>(talk.run(operation)));
    CHECK(same_name(*talk.asked[0]->header.recipient.get<"directoryName">(), founded().issuing.certificate->subject));
    for (const Message& answer : talk.told) CHECK(to_text(*answer->header.recipient.get<"directoryName">()) == "CN=dev1");
}

TEST_CASE("messageTime is the time of the step that made the message", "[responder]") {
    World world;
    Talk  talk{world, {}, {}};
    world.time = now + 12'345;
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), device_of(world))));
    for (const auto* side : {&talk.asked, &talk.told})
        for (const Message& message : *side) CHECK((message->header.messageTime && der::unix_seconds(*message->header.messageTime) == world.time));
}

TEST_CASE("senderKID is there, with a secret and with a certificate", "[responder]") {
    World world;
    Talk  talk{world, {}, {}};
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), device_of(world))));
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), of_any_name(world))));
    for (const auto* side : {&talk.asked, &talk.told})
        for (const Message& message : *side) CHECK(message->header.senderKID);
}

TEST_CASE("transactionID, nonces and salt are 16 octets of the random source each", "[responder]") {
    World               world;
    std::vector<Octets> drawn;
    const Random        recorded = [&](std::span<std::uint8_t> out) {
        auto done = crypto::random_octets(out);
        drawn.emplace_back(out.begin(), out.end());
        return done;
    };
    EndEntity    operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, of_any_name(world), world.trust());
    const Action next    = operation.step(Begin{}, now, recorded);
    const auto   message = value_of(der::parse<PKIMessage>(std::get<Send>(next).message));
    const auto   is_drawn = [&](Bytes octets) { return octets.size() == 16 && std::ranges::count(drawn, copy_of(octets)) == 1; };
    CHECK(is_drawn(message->header.transactionID->content));
    CHECK(is_drawn(message->header.senderNonce->content));
    CHECK(is_drawn(message->header.protectionAlg->parameters->get<PBMParameter>()->salt.content));
    CHECK(drawn.size() == 3);
}

TEST_CASE("the parameters of the MAC stay the same through an operation, with ten thousand iterations unless the caller says otherwise", "[responder]") {
    World       world;
    Talk        talk{world, {}, {}};
    Credentials who = of_any_name(world);
    who.iterations  = Credentials().iterations;
    REQUIRE(std::holds_alternative<Done>(talk.run(World::wanted(BodyType::ir, "CN=dev1"), who)));
    const Octets first = der::encode(*talk.asked[0]->header.protectionAlg);
    for (const auto* side : {&talk.asked, &talk.told})
        for (const Message& message : *side) CHECK(der::encode(*message->header.protectionAlg) == first);
    CHECK(talk.asked[0]->header.protectionAlg->parameters->get<PBMParameter>()->iterationCount == 10'000);
}

TEST_CASE("a cp has no caPubs, though the MAC would vouch for them", "[responder]") {
    World      world;
    Talk       talk{world, {}, {}};
    Enrollment request = World::wanted(BodyType::p10cr, "CN=dev1");
    request.csr        = test::pkcs10_of(*std::exchange(request.key, nullptr), "CN=dev1");
    REQUIRE(std::holds_alternative<Done>(talk.run(request, of_any_name(world))));
    CHECK_FALSE(cert_responses(talk.told[0]->body)->caPubs);
}

TEST_CASE("a certificate that has expired is neither updated nor revoked by its holder", "[responder]") {
    World      world;
    const auto key  = value_of(crypto::generate_key("ec:P-256"));
    Enrollment brief = World::wanted(BodyType::ir, "CN=dev1", key);
    brief.not_after  = now + 3600;
    const auto certificate = world.enrolled(brief, device_of(world));
    world.time             = now + 3601;
    CHECK(world.failure(World::wanted(BodyType::kur, "CN=dev1"), world.by_certificate(key, certificate)).fail_info == FailInfo::signerNotTrusted);
    CHECK(world.failure(World::revocation_of(certificate), world.by_certificate(key, certificate)).fail_info == FailInfo::signerNotTrusted);
    CHECK(world.state_of(certificate) == ca::CertificateState::valid);
}

TEST_CASE("a refused revocation says why in words", "[responder]") {
    World      world;
    Talk       talk{world, {}, {}};
    const auto key         = value_of(crypto::generate_key("ec:P-256"));
    const auto certificate = world.enrolled(World::wanted(BodyType::ir, "CN=dev1", key), device_of(world));
    REQUIRE(std::holds_alternative<Failed>(talk.run(World::revocation_of(certificate, Reason::removeFromCRL), world.by_certificate(key, certificate))));
    CHECK(joined(talk.told[0]->body.get<"rp">()->status.front().statusString) == "the certificate is not on hold");
}

TEST_CASE("a transaction goes on over another connection", "[responder]") {
    World     world;
    EndEntity operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, device_of(world), world.trust());
    int       connection = 0;
    Action    next       = operation.step(Begin{}, now, system_random());
    while (const auto* send = std::get_if<Send>(&next)) {
        const std::string address = "192.0.2.1:" + std::to_string(++connection);
        (void)world.responder->answer(send->message, {.address = address, .profile = {}}, now);  // the connection ends before the answer is through
        CHECK(value_of(world.responder->end_overdue(now)) == 0);
        next = operation.step(Received{world.answer(send->message)}, now, system_random());
        if (std::holds_alternative<Decide>(next)) next = operation.step(Decided{}, now, system_random());
        if (std::holds_alternative<Keep>(next)) next = operation.step(Stored{}, now, system_random());
    }
    REQUIRE(std::holds_alternative<Done>(next));
    CHECK(connection == 2);
    CHECK(world.state_of(std::get<Done>(next).certificate) == ca::CertificateState::valid);
}

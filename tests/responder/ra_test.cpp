// Requests that an RA makes its own: under its protection, with the device's proof of possession or with its word for it.
#include "nesting.hpp"
#include "operations/header_checks.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

TEST_CASE("a device's ir under the protection of an RA is granted to the RA's transaction", "[responder]") {
    RaWorld    world;
    const auto certificate = world.enrolled(World::wanted(BodyType::ir, "CN=dev7"), world.by_ra());
    CHECK(to_text(certificate->subject) == "CN=dev7");
    CHECK(world.state_of(certificate) == ca::CertificateState::valid);
    CHECK(world.incidents.front().kind == "ra");
    CHECK(world.incidents.front().requester == world.ra_id);
}

TEST_CASE("raVerified from an RA stands for the device's proof", "[responder]") {
    RaWorld    world;
    const auto reply = world.answer(world.vouched(world.ir("CN=dev1")));
    CHECK(said(reply).type == BodyType::ip);
    CHECK_FALSE(said(reply).fail_info);
    CHECK(world.incidents.back().deed.vouched == "raVerified");
    CHECK(world.incidents.back().kind == "ra");
}

TEST_CASE("raVerified from anybody else is refused", "[responder]") {
    RaWorld     world;
    const Forge device = world.maker.issue({.subject = "CN=dev1"}), of_maker = world.maker.issue({.subject = "CN=dev1", .eku = {oids::id_kp_cmcRA}});
    const auto  vouch  = [](PKIHeader&, CertReqMsg& request) { request.popo->emplace<"raVerified">(); };
    for (const Forge& thief : {device, of_maker}) {
        const auto by = protection::Protector::by_signature(thief.signer(), {thief});
        CHECK(said(world.answer(world.reprotected(world.ir("CN=dev1"), by, vouch))).fail_info == FailInfo::notAuthorized);
    }
    CHECK(world.issued() == 0);
}

TEST_CASE("an RA's word does not stand for the proof in a kur", "[responder]") {
    RaWorld    world;
    const auto key  = value_of(crypto::generate_key("ec:P-256"));
    const auto cert = world.enrolled(World::wanted(BodyType::ir, "CN=dev1", key), device_of(world));
    const auto kur  = world.first_message(World::wanted(BodyType::kur, "CN=dev1"), world.by_certificate(key, cert));
    const auto reply = world.answer(world.vouched(kur));
    CHECK(said(reply).type == BodyType::kup);
    CHECK(said(reply).fail_info == FailInfo::badPOP);
    CHECK(world.incidents.back().problem->clause == std::string_view("RFC 9483 5.2.3.2"));
    CHECK(world.state_of(cert) == ca::CertificateState::valid);
}

TEST_CASE("a kur under the protection of an RA updates what oldCertID names", "[responder]") {
    RaWorld    world;
    const auto key  = value_of(crypto::generate_key("ec:P-256"));
    const auto cert = world.enrolled(World::wanted(BodyType::ir, "CN=dev1", key), device_of(world));
    const auto kur  = world.first_message(World::wanted(BodyType::kur, "CN=dev1"), world.by_certificate(key, cert));
    REQUIRE(old_cert_id(cert_requests(parsed(kur)->body)->front().certReq));
    SECTION("and says so") { CHECK_FALSE(said(world.answer(world.reprotected(kur, world.ra))).fail_info); }
    SECTION("or is refused") {
        der::Arena arena;
        const auto without = world.reprotected(kur, world.ra, [&](PKIHeader&, CertReqMsg& request) {
            request.certReq.controls.reset();
            request.certReq.received = {};
            const auto proof = value_of(crypto::generate_key("ec:P-256"));
            request.certReq.certTemplate.publicKey = value_of(der::parse<SubjectPublicKeyInfo>(arena.keep(proof->public_key().spki()), arena));
            const auto value = arena.keep(value_of(proof->sign(proof->algorithm(), der::encode(request.certReq))));
            request.popo->emplace<"signature">() = POPOSigningKey{.poposkInput = {}, .algorithmIdentifier = proof->algorithm(), .signature = der::BitString{0, value}};
        });
        CHECK(said(world.answer(without)).fail_info == FailInfo::badRequest);
        CHECK(world.issued() == 1);
    }
}

TEST_CASE("somebody else's certConf or error through the RA changes nothing", "[responder]") {
    RaWorld    world;
    EndEntity  device({World::wanted(BodyType::ir, "CN=dev1"), {}}, device_of(world), world.trust());
    const auto random = system_random();
    Action     next   = device.step(Begin{}, now, random);
    next              = device.step(Received{world.answer(std::get<Send>(next).message)}, now, random);
    if (std::holds_alternative<Decide>(next)) next = device.step(Decided{}, now, random);
    if (std::holds_alternative<Keep>(next)) next = device.step(Stored{}, now, random);
    const Octets confirmation = std::get<Send>(next).message;
    CHECK(said(world.answer(world.reprotected(confirmation, world.ra))).fail_info == FailInfo::badRequest);
    CHECK(value_of(world.authority->list({}, 10)).front().state == ca::CertificateState::unconfirmed);
    const auto  about = parsed(confirmation);
    PKIHeader   header = about->header;
    PKIBody     body;
    header.received = {};
    body.emplace<"error">().pKIStatusInfo.status = PKIStatus::rejection;
    CHECK(said(world.answer(value_of(protection::seal(header, body, &world.ra, {})))).fail_info == FailInfo::badRequest);
    CHECK(value_of(world.authority->list({}, 10)).front().state == ca::CertificateState::unconfirmed);
    CHECK(said(world.answer(confirmation)).type == BodyType::pkiconf);
}

TEST_CASE("an RA may bring the message that its request was made of, which is exactly one", "[responder]") {
    RaWorld    world;
    const auto original = world.ir("CN=dev1");
    const auto kept     = parsed(original);
    const auto with     = [&](std::size_t count, const protection::Protector& by) {
        const std::vector<PKIMessage> messages(count, *kept);
        const PKIMessages             value(messages);
        const InfoTypeAndValue        item{oids::id_it_origPKIMessage, der::Open::of(value)};
        return said(world.answer(world.reprotected(original, by, [&](PKIHeader& header, CertReqMsg& request) {
            header.generalInfo = GeneralInfo(&item, 1);
            if (by.chain().front() == founded().ra->certificate) request.popo->emplace<"raVerified">();
        })));
    };
    SECTION("one") {
        CHECK_FALSE(with(1, world.ra).fail_info);
        CHECK(world.incidents.back().deed.vouched == "raVerified, origPKIMessage");
    }
    SECTION("two") {
        const auto refused = with(2, world.ra);
        CHECK(refused.fail_info == FailInfo::badRequest);
        CHECK(world.issued() == 0);
    }
    SECTION("from a device it means nothing") {
        const Forge device = world.maker.issue({.subject = "CN=dev1"});
        CHECK_FALSE(with(2, protection::Protector::by_signature(device.signer(), {device})).fail_info);
        CHECK(world.incidents.back().deed.vouched.empty());
    }
}

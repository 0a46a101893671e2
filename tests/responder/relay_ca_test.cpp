// The relay before the embedded CA: the whole life of a device's certificate in each way of forwarding, as the CA sees it.
#include "admission/desk.hpp"
#include "ca/founding.hpp"
#include "relay_world.hpp"
#include "responder/onward.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

const ca::Founded& founded() {  // once: keys cost more than what is tested with them
    static const ca::Founded plant = value_of(ca::found({.subject = "/O=Plant/CN=Plant Root", .ra_signer = true}, system_random(), now - 86400));
    return plant;
}

struct Plant : RelayWorld {
    std::unique_ptr<store::Store>               records = store::open_memory();
    std::unique_ptr<ca::CertificationAuthority> real;
    std::unique_ptr<Responder>                  responder;
    std::vector<Incident>                       seen;  // by the CA
    std::optional<ca::Verdict>                  verdict;  // of the CA's operator on whatever waits, before the next message is answered

    explicit Plant(ca::Profile profile = {}) {
        ca::Settings of_ca;
        of_ca.issuing_certificate = founded().issuing.certificate;
        of_ca.issuing_key         = founded().issuing.key;
        of_ca.chain               = {founded().root.certificate};
        of_ca.cmp_certificate     = founded().cmp.certificate;
        of_ca.cmp_key             = founded().cmp.key;
        of_ca.external            = trust_in(maker);
        of_ca.profiles            = {std::move(profile)};
        of_ca.secrets.push_back({.reference = "dev1", .value = secret_of("first secret"), .profile = {}, .subjects = {}, .sans = {}, .uses = 0});
        real      = value_of(ca::CertificationAuthority::make(std::move(of_ca), *records, system_random()));
        responder = std::make_unique<Responder>(Member{.name = {}, .authority = real.get(), .policy = {}, .profiles = {"default"}}, *records, system_random(), [this](const Incident& incident) { seen.push_back(incident); });
        settings.upstreams[0].trust.anchors = value_of(crypto::Verifier::make(trust_in(founded().root.certificate)));
        settings.pki    = trust_in(founded().root.certificate);
        settings.signer = founded().ra->key;
        settings.chain  = {founded().ra->certificate, founded().issuing.certificate};
        upstream = [this](const Octets& message) { return answered(message); };
    }
    Octets answered(const Octets& message) {
        sent.push_back(message);
        if (verdict)
            for (const auto& each : value_of(real->desk().list())) REQUIRE(real->desk().decide(each.id, *verdict, "no"));
        return responder->answer(message, {.address = "ra", .profile = {}}, time).message;
    }
    /// All bodies in that way, but for those that cannot be modified.
    void lets(ra::Action action) {
        const bool changes  = action == ra::Action::modify;
        const auto rest     = changes ? ra::Action::reprotect : action;
        const auto replaces = rest == ra::Action::reprotect;
        settings.rules = {{.name = "first", .reason = "the test wants it", .about = {.bodies = {BodyType::ir, BodyType::cr}}, .action = action, .forced_subject = changes ? "O=Plant" : ""},
                          {.name = "updates", .reason = {}, .about = {.bodies = {BodyType::kur}, .with_old_cert_id = replaces}, .action = rest},
                          {.name = "others", .reason = {}, .about = {.bodies = {BodyType::p10cr, BodyType::rr, BodyType::genm}}, .action = rest}};
        start();
    }
    static Credentials by_new(const Enrollment& wanted, const crypto::Cert& certificate) {
        Credentials own;
        own.signer = wanted.key;
        own.chain  = {certificate, founded().issuing.certificate};
        return own;
    }
    static Revocation revocation_of(const crypto::Cert& certificate) { return {der::encode(certificate->issuer), copy_of(certificate.serial())}; }
    ca::CertificateState state_of(const crypto::Cert& certificate) {
        for (const auto& listed : value_of(real->list({}, 100)))
            if (listed.certificate == certificate) return listed.state;
        FAIL("the CA does not know the certificate");
        return {};
    }
    std::size_t issued() { return value_of(real->list({}, 100)).size(); }
};

}  // namespace

TEST_CASE("a device lives with its certificates through an RA as it would without, in each way of forwarding", "[responder][relay]") {
    Plant      world;
    const auto action    = GENERATE(ra::Action::unchanged, ra::Action::reprotect, ra::Action::modify, ra::Action::nest);
    const bool by_secret = GENERATE(false, true);
    CAPTURE(static_cast<int>(action), by_secret);
    world.lets(action);

    const auto first       = wanted(BodyType::ir);
    const auto certificate = world.enrolled(first, by_secret ? world.by_secret() : world.by_maker());
    const auto name        = to_text(certificate->subject);
    const auto own         = Plant::by_new(first, certificate);
    const bool is_ours     = action == ra::Action::reprotect || action == ra::Action::modify;
    CHECK(world.seen.front().kind == (is_ours ? "ra" : by_secret ? "secret" : "external"));
    CHECK(world.seen.front().deed.vouched == (action == ra::Action::modify ? "raVerified" : ""));
    CHECK(world.seen.front().through.empty() == (action != ra::Action::nest));
    CHECK((name.find("O=Plant") != std::string::npos) == (action == ra::Action::modify));
    CHECK(world.state_of(certificate) == ca::CertificateState::valid);

    EndEntity    genm = world.device(ask_ca_certificates(), own);
    const Action told = world.run(genm);
    REQUIRE(std::holds_alternative<Done>(told));
    CHECK(value_of(ca_certificates(std::get<Done>(told).information)) == std::vector{founded().issuing.certificate});

    const auto second  = wanted(BodyType::kur, name);
    const auto updated = world.enrolled(second, own);
    CHECK(to_text(updated->subject) == name);
    CHECK(world.state_of(certificate) == ca::CertificateState::updated);
    CHECK(world.state_of(updated) == ca::CertificateState::valid);

    const auto another = world.enrolled(wanted(BodyType::cr, name), Plant::by_new(second, updated));
    EndEntity  rr      = world.device(Plant::revocation_of(updated), Plant::by_new(second, updated));
    CHECK(std::holds_alternative<Done>(world.run(rr)));
    CHECK(world.state_of(updated) == ca::CertificateState::revoked);
    CHECK(world.state_of(another) == ca::CertificateState::valid);
    CHECK(world.sent.size() == 8);
}

TEST_CASE("what waits at the CA for its operator is polled for through an RA", "[responder][relay]") {
    ca::Profile profile;
    profile.approve_by_hand = true;
    Plant      world(profile);
    const auto action = GENERATE(ra::Action::unchanged, ra::Action::reprotect, ra::Action::nest);
    world.lets(action);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets waiting = world.exchange(world.first(device));
    CHECK(said(waiting).status == PKIStatus::waiting);
    const Octets again = world.exchange(world.next(device, waiting));
    CHECK(said(again).type == BodyType::pollRep);
    REQUIRE(std::holds_alternative<Wait>(world.step(device, Received{again})));
    world.time += 60;
    SECTION("it is approved") {
        world.verdict      = ca::Verdict::approved;
        const Octets reply = world.exchange(world.poll(device));
        CHECK(said(reply).status == PKIStatus::accepted);
        CHECK(std::holds_alternative<Done>(world.step(device, Received{world.exchange(world.next(device, reply))})));
        CHECK(world.issued() == 1);
    }
    SECTION("it is rejected") {
        world.verdict = ca::Verdict::rejected;
        CHECK(said(world.exchange(world.poll(device))).fail_info == FailInfo::notAuthorized);
        CHECK(world.issued() == 0);
    }
}

TEST_CASE("the embedded CA gives a message that is carried twice the same answer", "[responder][relay]") {
    Plant world;
    world.lets(ra::Action::reprotect);
    EndEntity  device = world.device(wanted(BodyType::ir), world.by_maker());
    const Step asked  = world.ask(world.first(device));
    REQUIRE(asked.parcel);
    const Octets lost = world.upstream(asked.parcel->message);  // on the way back
    world.time += world.settings.upstreams[0].retry_seconds;
    const Octets told = world.relay->lapsed(asked.key, world.time).reply->message;
    CHECK(world.carry() == 1);
    REQUIRE(world.sent.size() == 2);
    CHECK(equal(world.sent[0], world.sent[1]));
    const Octets reply = world.exchange(world.next(device, told));
    CHECK(said(reply).status == PKIStatus::accepted);
    CHECK(certificate_in(*read(reply)) == certificate_in(*read(lost)));
    CHECK(world.issued() == 1);
}

TEST_CASE("what the CA refuses an RA, the device is told", "[responder][relay]") {
    Plant      world;
    const auto first       = wanted(BodyType::ir);
    world.lets(ra::Action::reprotect);
    SECTION("an update of what is revoked") {
        const auto certificate = world.enrolled(first, world.by_maker());
        const auto own         = Plant::by_new(first, certificate);
        EndEntity  rr          = world.device(Plant::revocation_of(certificate), own);
        REQUIRE(std::holds_alternative<Done>(world.run(rr)));
        EndEntity  late = world.device(wanted(BodyType::kur), own);
        const Said told = said(world.exchange(world.first(late)));
        CHECK(told.type == BodyType::kup);
        CHECK(told.fail_info == FailInfo::certRevoked);
        CHECK(world.issued() == 1);
    }
    SECTION("all, where the CA does not know the RA") {
        const Forge stranger  = world.ca.issuing.issue({.subject = "CN=RA", .eku = {oids::id_kp_cmcRA}});
        world.settings.signer = stranger.signer();
        world.settings.chain  = {stranger, world.ca.issuing};
        world.start();
        EndEntity device = world.device(first, world.by_maker());
        CHECK(said(world.exchange(world.first(device))).fail_info == FailInfo::signerNotTrusted);
        CHECK(world.issued() == 0);
        // The device's own protection still counts there.
        world.lets(ra::Action::unchanged);
        world.enrolled(wanted(BodyType::ir), world.by_maker());
        CHECK(world.issued() == 1);
    }
}

// What a requester may be called is a function of who it is: tried as an attacker would.
#include "world.hpp"

#include "crypto/digest.hpp"

#include <thread>

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

Octets extensions(std::initializer_list<Extension> list) { return der::encode(Extensions(list.begin(), list.size())); }

template <class T> Extension extension(const OidConstant& oid, const T& value) { return {oid, true, der::OpenOctets(der::Open::of(value))}; }

}  // namespace

TEST_CASE("another device's name is refused", "[responder]") {
    World       world;
    const Forge thief = world.maker.issue({.subject = "CN=dev2"});
    SECTION("as the subject") { CHECK(world.failure(World::wanted(BodyType::ir, "CN=dev1"), world.by_maker(thief)).fail_info == FailInfo::notAuthorized); }
    SECTION("as a subjectAltName") {
        der::Arena         arena;
        const GeneralName  name = value_of(general_name_from_text("dns:dev1.plant", arena));
        const GeneralNames names(&name, 1);
        Enrollment         wanted = World::wanted(BodyType::ir, "CN=dev2");
        wanted.extensions         = extensions({extension(oids::id_ce_subjectAltName, names)});
        CHECK(world.failure(wanted, world.by_maker(thief)).fail_info == FailInfo::notAuthorized);
    }
    SECTION("by a cr that leaves the old identity") {
        const auto key  = value_of(crypto::generate_key("ec:P-256"));
        const auto cert = world.enrolled(World::wanted(BodyType::ir, "CN=dev2", key), world.by_maker(thief));
        CHECK(world.failure(World::wanted(BodyType::cr, "CN=dev1"), world.by_certificate(key, cert)).fail_info == FailInfo::notAuthorized);
        CHECK(world.failure(World::wanted(BodyType::kur, "CN=dev1"), world.by_certificate(key, cert)).fail_info == FailInfo::notAuthorized);
    }
    SECTION("by a secret that names its holder") {
        CHECK(world.failure(World::wanted(BodyType::ir, "CN=dev2"), world.by_secret("dev1", "first secret")).fail_info == FailInfo::notAuthorized);
    }
}

TEST_CASE("another device's certificate is not revoked", "[responder]") {
    World       world;
    const Forge victim = world.maker.issue({.subject = "CN=dev1"}), thief = world.maker.issue({.subject = "CN=dev2"});
    const auto  key    = value_of(crypto::generate_key("ec:P-256"));
    const auto  theirs = world.enrolled(World::wanted(BodyType::ir, "CN=dev1"), world.by_maker(victim));
    const auto  own    = world.enrolled(World::wanted(BodyType::ir, "CN=dev2", key), world.by_maker(thief));
    CHECK(world.failure(World::revocation_of(theirs), world.by_certificate(key, own)).fail_info == FailInfo::notAuthorized);
    CHECK(world.failure(World::revocation_of(theirs), world.by_maker(thief)).fail_info == FailInfo::notAuthorized);
    CHECK(world.state_of(theirs) == ca::CertificateState::valid);
}

TEST_CASE("a secret is good once", "[responder]") {
    World world;
    (void)world.enrolled(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    const Error error = world.failure(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    CHECK(error.fail_info == FailInfo::notAuthorized);
    CHECK(value_of(world.authority->list({}, 10)).size() == 1);
}

TEST_CASE("a secret is good once, also for many at the same time", "[responder]") {
    World                    world;
    std::vector<Octets>      requests, replies(8);
    for (int i = 0; i < 8; ++i) requests.push_back(world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret")));
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < requests.size(); ++i) threads.emplace_back([&, i] { replies[i] = world.answer(requests[i]); });
    for (std::thread& thread : threads) thread.join();
    CHECK(value_of(world.authority->list({}, 10)).size() == 1);
    const auto granted = std::ranges::count_if(replies, [](const Octets& reply) { return said(reply).type == BodyType::ip && !said(reply).fail_info; });
    CHECK(granted == 1);
}

TEST_CASE("a secret that was guessed at too often is locked", "[responder]") {
    World world;
    for (int i = 0; i < 10; ++i)
        CHECK(said(world.answer(world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "guess")))).fail_info == FailInfo::badMessageCheck);
    CHECK(world.failure(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret")).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("an unknown reference answers as a wrong MAC does", "[responder]") {
    World      world;
    const auto unknown = said(world.answer(world.first_message(World::wanted(BodyType::ir, "CN=dev9"), world.by_secret("dev9", "guess"))));
    const auto wrong   = said(world.answer(world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "guess"))));
    CHECK(unknown.type == wrong.type);
    CHECK(unknown.fail_info == wrong.fail_info);
    CHECK(unknown.is_protected == wrong.is_protected);
}

TEST_CASE("a CA does not come from a template", "[responder]") {
    World      world;
    Enrollment wanted = World::wanted(BodyType::ir, "CN=dev1");
    SECTION("CA:TRUE") { wanted.extensions = extensions({extension(oids::id_ce_basicConstraints, BasicConstraints{true, {}})}); }
    SECTION("keyCertSign") { wanted.extensions = extensions({extension(oids::id_ce_keyUsage, KeyUsage::of({KeyUsageBit::keyCertSign}))}); }
    SECTION("cmcRA") {
        const der::Oid    purpose = oids::id_kp_cmcRA;
        const ExtKeyUsage purposes(&purpose, 1);
        wanted.extensions = extensions({extension(oids::id_ce_extKeyUsage, purposes)});
    }
    CHECK(world.failure(wanted, world.by_secret("dev1", "first secret")).fail_info == FailInfo::badCertTemplate);
    CHECK(value_of(world.authority->list({}, 10)).empty());
}

TEST_CASE("possession of the key is proven", "[responder]") {
    World       world;
    const Forge device = world.maker.issue({.subject = "CN=dev1"});
    const auto  protector = protection::Protector::by_signature(device.signer(), {device});
    const auto  bent = [&](const std::function<void(CertReqMsg&)>& bend) {
        const Octets octets = world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_maker(device));
        auto         parsed = value_of(der::parse<PKIMessage>(octets));
        PKIHeader    header = parsed->header;
        header.received     = {};
        CertReqMsg request  = parsed->body.get<"ir">()->front();
        bend(request);
        PKIBody body;
        body.emplace<"ir">() = CertReqMessages(&request, 1);
        return said(world.answer(value_of(protection::seal(header, body, &protector, {})))).fail_info;
    };
    const auto other = value_of(crypto::generate_key("ec:P-256"));
    der::Arena arena;
    CHECK(bent([](CertReqMsg& request) { request.popo.reset(); }) == FailInfo::badPOP);
    CHECK(bent([](CertReqMsg& request) { request.popo->emplace<"raVerified">(); }) == FailInfo::notAuthorized);
    CHECK(bent([](CertReqMsg& request) { request.popo->emplace<"keyEncipherment">().emplace<"subsequentMessage">(); }) == FailInfo::badPOP);
    CHECK(bent([&](CertReqMsg& request) {  // somebody else's key, with a proof of the thief's own
              request.certReq.certTemplate.publicKey = value_of(der::parse<SubjectPublicKeyInfo>(other->public_key().spki(), arena));
              request.certReq.received = {};
          }) == FailInfo::badPOP);
    CHECK(bent([](CertReqMsg& request) {
              request.certReq.certReqId = 1;
              request.certReq.received  = {};
          }) == FailInfo::badRequest);
    CHECK(value_of(world.authority->list({}, 10)).empty());
}

TEST_CASE("strangers are refused", "[responder]") {
    World       world;
    const Forge stranger = Forge::root("CN=Nobody").issue({.subject = "CN=dev1"});
    const Error error    = world.failure(World::wanted(BodyType::ir, "CN=dev1"), world.by_maker(stranger));
    CHECK(error.code == Code::rejected);
    CHECK(error.fail_info == FailInfo::signerNotTrusted);

    SECTION("a certificate of ours that we did not record") {
        const Forge  key    = Forge::self_signed({.subject = "CN=dev1"});
        const Forge  forged = Forge::self_signed({.subject = "CN=dev1", .signer = key.signer(), .issuer = to_text(founded().issuing.certificate->subject)});
        CHECK(world.failure(World::wanted(BodyType::cr, "CN=dev1"), world.by_maker(forged)).fail_info == FailInfo::signerNotTrusted);
    }
    SECTION("a message whose sender is not its signer") {
        const Forge  device = world.maker.issue({.subject = "CN=dev1"}), thief = world.maker.issue({.subject = "CN=dev2"});
        const Octets octets = world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_maker(device));
        auto         parsed = value_of(der::parse<PKIMessage>(octets));
        const auto   value  = value_of(thief.signer()->sign(thief.signer()->algorithm(), protection::protected_part(parsed->header.received, parsed->body.received)));
        PKIMessage   message = *parsed;
        message.received   = {};
        message.protection = der::BitString{0, value};
        const CMPCertificate first = *thief.certificate();
        message.extraCerts = CMPCertificates(&first, 1);
        CHECK(said(world.answer(der::encode(message))).fail_info == FailInfo::badMessageCheck);
    }
}

TEST_CASE("any octets get an answer that is a CMP message", "[responder]") {
    World        world;
    const Octets request = world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    CHECK(said(world.answer({})).fail_info == FailInfo::badDataFormat);
    CHECK(said(world.answer(Octets(1000, 0x30))).fail_info == FailInfo::badDataFormat);
    for (std::size_t size = 0; size < request.size(); size += 7) CHECK(said(world.answer(Bytes(request).first(size))).fail_info == FailInfo::badDataFormat);
    for (std::size_t i = 0; i < request.size(); i += 3) {
        Octets changed = request;
        changed[i] ^= 0x55;
        CHECK_FALSE(world.answer(changed).empty());
    }
    CHECK(value_of(world.authority->list({}, 10)).empty());
}

TEST_CASE("a thousand transactions, their messages interleaved, all come to their end", "[responder]") {
    World                  world;
    constexpr std::size_t  count  = 1000;
    const auto             random = system_random();
    const auto             key    = value_of(crypto::generate_key("ec:P-256"));
    const auto             who    = world.by_secret("many", "shared");
    const PeerTrust        trust  = world.trust();
    std::vector<EndEntity> operations;
    std::vector<Action>    next;
    for (std::size_t i = 0; i < count; ++i) {
        operations.emplace_back(Order{World::wanted(BodyType::ir, "CN=dev" + std::to_string(i), key), {}}, who, trust);
        next.push_back(operations[i].step(Begin{}, now, random));
    }
    // Round by round, four threads at once: first every request, then every confirmation, each round in another order.
    for (int round = 0; round < 2; ++round) {
        std::vector<std::thread> threads;
        for (std::size_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (std::size_t k = t; k < count; k += 4) {
                    const std::size_t i = round ? count - 1 - k : k;
                    next[i] = operations[i].step(Received{world.answer(std::get<Send>(next[i]).message)}, now, random);
                    if (std::holds_alternative<Decide>(next[i])) next[i] = operations[i].step(Decided{}, now, random);
                    if (std::holds_alternative<Keep>(next[i])) next[i] = operations[i].step(Stored{}, now, random);
                }
            });
        for (std::thread& thread : threads) thread.join();
    }
    std::map<Octets, int> serials;
    for (const Action& end : next) {
        REQUIRE(std::holds_alternative<Done>(end));
        ++serials[copy_of(std::get<Done>(end).certificate.serial())];
    }
    CHECK(serials.size() == count);
    const auto listed = value_of(world.authority->list({}, 2 * count));
    CHECK(listed.size() == count);
    CHECK(std::ranges::all_of(listed, [](const auto& each) { return each.state == ca::CertificateState::valid; }));
}

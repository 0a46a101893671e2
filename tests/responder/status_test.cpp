// Whether a signer of another PKI is revoked is asked before anything happens.
#include "../forge/ocsp.hpp"
#include "world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;
using crypto::StatusQuery;
using Asking = crypto::Revocation;

namespace {

constexpr const char* url = "http://crl.maker/devices.crl";

struct AskingWorld : World {
    Forge device = maker.issue({.subject = "CN=dev7"});
    std::vector<std::string> asked;

    explicit AskingWorld(Asking revocation = Asking::hard) {
        settings.external.revocation   = revocation;
        settings.external.sources.crls = {url};
        start();
    }
    /// Answers as a server would. @param served  what is at the URL
    Octets answer_asking(Bytes request, const Result<Octets>& served) {
        for (;;) {
            const Reply reply = responder->answer(request, {.address = {}, .profile = {}}, time);
            if (!reply.missing) return reply.message;
            CHECK(reply.message.empty());
            asked.push_back(reply.missing->query.url);
            REQUIRE(asked.size() < 20);
            (void)reply.missing->verifier->learn(reply.missing->query, served, time);
        }
    }
    BodyType enroll(const Result<Octets>& served) {
        return said(answer_asking(first_message(wanted(BodyType::ir, "CN=dev7"), by_maker(device)), served)).type;
    }
};

}  // namespace

TEST_CASE("a CA asks whether an external signer is revoked, and goes by the answer", "[responder]") {
    AskingWorld world(GENERATE(Asking::soft, Asking::hard));
    SECTION("not revoked") {
        CHECK(world.enroll(world.maker.crl()) == BodyType::ip);
        CHECK(world.enroll(Error{}) == BodyType::ip);
    }
    SECTION("revoked") {
        CHECK(world.enroll(world.maker.crl({.revoked = {world.device}})) == BodyType::error);
        REQUIRE(world.incidents.size() == 1);
        CHECK(world.incidents.front().problem->code == Code::certificate_revoked);
        CHECK(world.incidents.front().problem->fail_info == FailInfo::certRevoked);
    }
    CHECK(world.asked == std::vector<std::string>{url});
}

TEST_CASE("where nobody tells, a CA that wants to know refuses, and another goes on", "[responder]") {
    const auto  revocation = GENERATE(Asking::soft, Asking::hard);
    AskingWorld world(revocation);
    CHECK(world.enroll(Error{.code = Code::connect_failed}) == (revocation == Asking::soft ? BodyType::ip : BodyType::error));
    if (revocation == Asking::soft) return;
    CHECK(world.incidents.front().problem->code == Code::status_unknown);
    CHECK(world.incidents.front().problem->fail_info == FailInfo::signerNotTrusted);
}

TEST_CASE("while something is missing nothing has happened", "[responder]") {
    AskingWorld  world;
    const Octets first = world.first_message(World::wanted(BodyType::ir, "CN=dev7"), world.by_maker(world.device));
    CHECK(world.responder->answer(first, {.address = {}, .profile = {}}, world.time).missing);
    CHECK(world.incidents.empty());
}

TEST_CASE("a stranger, a forger and a device of this CA make nobody ask", "[responder]") {
    AskingWorld world;
    const Forge stranger = Forge::root("CN=Stranger").issue({.subject = "CN=dev7"});
    const auto  first_of = [&](Credentials who) { return world.first_message(World::wanted(BodyType::ir, "CN=dev7"), std::move(who)); };
    (void)world.answer_asking(first_of(world.by_maker(stranger)), Error{});
    Octets forged = first_of(world.by_maker(world.device));
    const auto parsed = value_of(der::parse<PKIMessage>(forged));
    forged[static_cast<std::size_t>(parsed->protection->bytes.data() - parsed->received.data()) + 20] ^= 1;
    (void)world.answer_asking(forged, Error{});
    const auto key  = value_of(crypto::generate_key("ec:P-256"));
    const auto cert = world.enrolled(World::wanted(BodyType::ir, "CN=dev1", key), world.by_secret("dev1", "first secret"));
    (void)world.answer_asking(first_of(world.by_certificate(key, cert)), Error{});
    CHECK(world.asked.empty());
}

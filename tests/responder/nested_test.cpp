// What an RA puts its signature around: one message that it approves, or many on one way.
#include "../forge/ocsp.hpp"
#include "admission/desk.hpp"
#include "nesting.hpp"

#include <thread>

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

class ApprovingWorld : public RaWorld {
public:
    ApprovingWorld() {
        settings.profiles.front().needs_ra_approval = true;
        start();
    }
};

}  // namespace

TEST_CASE("an approved request is answered as if it had come by itself", "[responder]") {
    ApprovingWorld world;
    const auto     who = GENERATE(0, 1) ? device_of(world) : world.by_secret("dev1", "first secret");
    EndEntity      device({World::wanted(BodyType::ir, "CN=dev1"), {}}, who, world.trust());
    const Action   end = world.run(device, [&](const Octets& message) { return world.approved(message); });
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK(world.state_of(std::get<Done>(end).certificate) == ca::CertificateState::valid);
    const Incident& first = world.incidents.front();
    CHECK(first.body == "ir");
    CHECK(first.kind == (who.secret ? "secret" : "external"));
    CHECK(first.through == world.ra_id);
    CHECK(first.deed.approved_by == world.ra_id);
}

TEST_CASE("a request without the approval that its profile wants is refused", "[responder]") {
    ApprovingWorld world;
    CHECK(said(world.answer(world.ir())).fail_info == FailInfo::notAuthorized);
    SECTION("a batch is no approval") {
        const auto replies = unbundled(world.answer(world.batch({world.ir()})));
        REQUIRE(replies.size() == 1);
        CHECK(said(replies.front()).fail_info == FailInfo::notAuthorized);
    }
    SECTION("nor is a device's signature around it") {
        const Forge other = world.maker.issue({.subject = "CN=RA", .eku = {oids::id_kp_cmcRA}});
        const auto  by    = protection::Protector::by_signature(other.signer(), {other});
        const auto  inner = world.ir();
        CHECK(said(world.answer(world.nested({inner}, RaWorld::copied_from(inner), &by))).fail_info == FailInfo::notAuthorized);
    }
    CHECK(world.issued() == 0);
}

TEST_CASE("an approval of the poll is none of the request, and one of the request holds while it waits", "[responder]") {
    ApprovingWorld world;
    world.settings.profiles.front().approve_by_hand = true;
    world.start();
    EndEntity device({World::wanted(BodyType::ir, "CN=dev1"), {}}, device_of(world), world.trust());
    bool      is_first  = true;
    world.while_waiting = [&] {
        for (const auto& each : value_of(world.authority->desk().list())) CHECK(world.authority->desk().decide(each.id, ca::Verdict::approved, {}));
    };
    const Action end = world.run(device, [&](const Octets& message) { return std::exchange(is_first, false) ? world.approved(message) : message; });
    REQUIRE(std::holds_alternative<Done>(end));

    EndEntity other({World::wanted(BodyType::ir, "CN=dev2"), {}}, device_of(world, "CN=dev2"), world.trust());
    is_first = true;
    const Action refused = world.run(other, [&](const Octets& message) { return std::exchange(is_first, false) ? message : world.approved(message); });
    CHECK(std::get<Failed>(refused).error.fail_info == FailInfo::notAuthorized);
}

TEST_CASE("one message gets one answer, whatever is around it", "[responder]") {
    RaWorld      world;
    const Octets inner = world.ir();
    const Octets reply = world.answer(world.approved(inner));
    CHECK(said(reply).type == BodyType::ip);
    CHECK(world.answer(inner) == reply);
    CHECK(world.answer(world.approved(inner)) == reply);
    CHECK(unbundled(world.answer(world.batch({inner}))) == std::vector<Octets>{reply});
    CHECK(world.issued() == 1);
}

TEST_CASE("an outer message that breaks a rule is refused, and what is in it is not looked at", "[responder]") {
    RaWorld      world;
    const Octets inner  = world.ir();
    const auto   fields = RaWorld::copied_from(inner);
    const auto   outcome = [&](const Octets& outer) {
        const auto reply = world.answer(outer);
        CHECK(said(reply).type == BodyType::error);
        CHECK(world.issued() == 0);
        return *said(reply).fail_info;
    };
    SECTION("under a MAC") {
        der::Arena arena;
        const auto mac = protection::Protector::by_mac(value_of(protection::MacKey::derive(protection::mac_algorithm(protection::MacKind::pbm, RaWorld::fresh(), 100, arena),
                                                                                           bytes_of("first secret"), {})), "dev1");
        CHECK(outcome(world.nested({inner}, fields, &mac)) == FailInfo::wrongIntegrity);
    }
    SECTION("unprotected") { CHECK(outcome(world.nested({inner}, fields, nullptr)) == FailInfo::badMessageCheck); }
    SECTION("by a device") {
        const Forge device = world.maker.issue({.subject = "CN=dev1"});
        const auto  by     = protection::Protector::by_signature(device.signer(), {device});
        CHECK(outcome(world.nested({inner}, fields, &by)) == FailInfo::notAuthorized);
        CHECK(outcome(world.nested({inner}, {RaWorld::fresh(), RaWorld::fresh()}, &by)) == FailInfo::notAuthorized);
    }
    SECTION("with a nonce of its own") { CHECK(outcome(world.nested({inner}, {fields.id, RaWorld::fresh()}, &world.ra)) == FailInfo::badSenderNonce); }
    SECTION("with a recipNonce that is not the inner one's") {
        CHECK(outcome(world.nested({inner}, {fields.id, fields.nonce, RaWorld::fresh()}, &world.ra)) == FailInfo::badRecipientNonce);
    }
    SECTION("a batch that answers something") {
        CHECK(outcome(world.nested({inner}, {RaWorld::fresh(), RaWorld::fresh(), RaWorld::fresh()}, &world.ra)) == FailInfo::badRecipientNonce);
    }
    SECTION("around what is nested") { CHECK(outcome(world.approved(world.approved(inner))) == FailInfo::badRequest); }
    SECTION("around what is not protected") {
        const auto  parts = parsed(inner);
        PKIHeader   header = parts->header;
        header.received    = {};
        header.protectionAlg.reset();
        CHECK(outcome(world.approved(value_of(protection::seal(header, parts->body, nullptr, {})))) == FailInfo::badMessageCheck);
    }
    SECTION("an outer of another hour") {
        world.time += 1000;
        const Octets late = world.approved(inner);
        world.time -= 1000;
        CHECK(outcome(late) == FailInfo::badTime);
    }
}

TEST_CASE("what is in an outer message proves itself", "[responder]") {
    RaWorld      world;
    Octets       inner = world.ir();
    const auto   kept  = parsed(inner);
    PKIMessage   bent  = *kept;
    Octets       value = copy_of(kept->protection->bytes);
    value.back() ^= 1;
    bent.received   = {};
    bent.protection = der::BitString{0, value};
    const Octets broken = der::encode(bent);
    CHECK(said(world.answer(world.approved(broken))).fail_info == FailInfo::badMessageCheck);
    const auto replies = unbundled(world.answer(world.batch({broken, world.ir("CN=dev2")})));
    CHECK(said(replies[0]).fail_info == FailInfo::badMessageCheck);
    CHECK_FALSE(said(replies[1]).fail_info);
    CHECK(world.issued() == 1);
}

TEST_CASE("a batch is answered by a batch, one answer for each message in their order", "[responder]") {
    RaWorld    world;
    const auto key   = value_of(crypto::generate_key("ec:P-256"));
    const auto cert  = world.enrolled(World::wanted(BodyType::ir, "CN=dev9", key), device_of(world, "CN=dev9"));
    const std::vector<Octets> inner{world.ir("CN=dev1"), world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret")),
                                    world.first_message(World::revocation_of(cert), world.by_certificate(key, cert)), world.vouched(world.ir("CN=dev2"))};
    const std::size_t before = world.incidents.size();
    const Octets      outer = world.batch(inner), reply = world.answer(outer);
    const auto        sent = parsed(outer), told = parsed(reply);
    CHECK(equal(told->header.transactionID->content, sent->header.transactionID->content));
    CHECK(equal(told->header.recipNonce->content, sent->header.senderNonce->content));
    CHECK(begins_with(told, founded().cmp.certificate));
    const auto replies = unbundled(reply);
    REQUIRE(replies.size() == inner.size());
    for (std::size_t i = 0; i < inner.size(); ++i) {
        CHECK(equal(parsed(replies[i])->header.transactionID->content, parsed(inner[i])->header.transactionID->content));
        CHECK(equal(parsed(replies[i])->header.recipNonce->content, parsed(inner[i])->header.senderNonce->content));
        CHECK_FALSE(said(replies[i]).fail_info);
        CHECK(world.answer(inner[i]) == replies[i]);
    }
    CHECK(protection::is_mac(*parsed(replies[1])->header.protectionAlg));
    CHECK(said(replies[2]).type == BodyType::rp);
    CHECK(world.answer(outer) == reply);
    CHECK(world.incidents[before].through == world.ra_id);
    CHECK(world.incidents[before].deed.approved_by.empty());
}

TEST_CASE("a batch whose answer was lost before it was stored is answered with the same answers", "[responder]") {
    RaWorld      world;
    const Octets inner = world.ir("CN=dev1"), alone = world.answer(inner);  // as if the server had died between the two
    world.start();
    CHECK(unbundled(world.answer(world.batch({inner, world.ir("CN=dev2")}))).front() == alone);
    CHECK(world.issued() == 2);
}

TEST_CASE("what is wrong in a batch is refused in its place, and the others go on", "[responder]") {
    RaWorld      world;
    const Octets one = world.ir("CN=dev1"), two = world.ir("CN=dev2");
    const auto   parts  = parsed(world.ir("CN=dev3"));
    PKIHeader    header = parts->header;
    header.received     = {};
    header.protectionAlg.reset();
    const Octets bare    = value_of(protection::seal(header, parts->body, nullptr, {}));
    const auto   replies = unbundled(world.answer(world.batch({one, bare, world.approved(two), one, two})));
    REQUIRE(replies.size() == 5);
    CHECK_FALSE(said(replies[0]).fail_info);
    CHECK(said(replies[1]).fail_info == FailInfo::badMessageCheck);
    CHECK(said(replies[2]).fail_info == FailInfo::badRequest);
    CHECK(said(replies[3]).fail_info == FailInfo::transactionIdInUse);
    CHECK_FALSE(said(replies[4]).fail_info);
    for (const std::size_t i : {1u, 2u, 3u}) CHECK(said(replies[i]).type == BodyType::error);
    CHECK(world.issued() == 2);
}

TEST_CASE("another batch of an RA under an ID that is kept is refused", "[responder]") {
    RaWorld    world;
    const auto fields = OuterFields{RaWorld::fresh(), RaWorld::fresh()};
    CHECK(said(world.answer(world.nested({world.ir("CN=dev1")}, fields, &world.ra))).type == BodyType::nested);
    CHECK(said(world.answer(world.nested({world.ir("CN=dev2")}, fields, &world.ra))).fail_info == FailInfo::transactionIdInUse);
    CHECK(world.issued() == 1);
    world.time += world.policy.keep_seconds + 1;
    CHECK(value_of(world.responder->end_overdue(world.time)) >= 1);
    CHECK(said(world.answer(world.nested({world.ir("CN=dev2")}, fields, &world.ra))).type == BodyType::nested);
}

TEST_CASE("what must be asked about a signer in a nested message is asked before anything happens", "[responder]") {
    RaWorld     world;
    const char* url = "http://crl.maker/devices.crl";
    world.settings.external.revocation   = crypto::Revocation::hard;
    world.settings.external.sources.crls = {url};
    world.start();
    const Octets inner = world.ir("CN=dev1"), mac = world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    const Octets outer = GENERATE(0, 1) ? world.approved(inner) : world.batch({mac, inner});
    Reply        reply = world.responder->answer(outer, {.address = {}, .profile = {}}, now);
    REQUIRE(reply.missing);
    CHECK(world.issued() == 0);
    CHECK(world.incidents.empty());
    (void)reply.missing->verifier->learn(reply.missing->query, world.maker.crl(), now);
    reply = world.responder->answer(outer, {.address = {}, .profile = {}}, now);
    REQUIRE_FALSE(reply.missing);
    const auto last = said(reply.message).type == BodyType::nested ? unbundled(reply.message).back() : reply.message;
    CHECK(said(last).type == BodyType::ip);
    CHECK_FALSE(said(last).fail_info);
}

TEST_CASE("many batches at the same time leave one answer to each message", "[responder]") {
    RaWorld      world;
    const Octets one = world.ir("CN=dev1"), two = world.ir("CN=dev2"), outer = world.batch({one, two});
    std::vector<Octets>      replies(4);
    std::vector<std::thread> threads;
    for (Octets& reply : replies) threads.emplace_back([&] { reply = world.answer(outer); });
    for (std::thread& thread : threads) thread.join();
    for (const Octets& reply : replies) CHECK(reply == replies.front());
    CHECK(world.issued() == 2);
}

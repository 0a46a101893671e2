// An RA that polls in the place of a device (RFC 9483 4.4).
#include "admission/desk.hpp"
#include "nesting.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

class PatientWorld : public RaWorld {
public:
    PatientWorld() {
        settings.profiles.front().approve_by_hand = true;
        start();
    }
    void decide(ca::Verdict verdict) {
        for (const auto& each : value_of(authority->desk().list())) REQUIRE(authority->desk().decide(each.id, verdict, "no"));
    }
};

/// A device that was told to wait, and what an RA that saw the answer knows.
struct Delayed {
    PatientWorld& world;
    EndEntity     device;
    Octets        request, told, own_poll;  // the last never left the device

    Delayed(PatientWorld& w, Credentials who, BodyType type = BodyType::ir) : world(w), device({World::wanted(type, "CN=dev1"), {}}, std::move(who), w.trust()) {
        Action next = device.step(Begin{}, world.time, system_random());
        request     = std::get<Send>(next).message;
        told        = world.answer(request);
        next        = device.step(Received{told}, world.time, system_random());
        own_poll    = std::get<Send>(next).message;
    }
    /// A pollReq that answers `last`.
    Octets poll_of(const Octets& last, const protection::Protector& by) const {
        const auto before = parsed(last);
        der::Arena arena;
        const auto nonce  = RaWorld::fresh();
        PKIBody    body;
        const PollReq asked{0};
        body.emplace<"pollReq">() = PollReqContent(&asked, 1);
        return value_of(protection::seal(header_of({.recipient = &world.authority->name(), .transaction_id = before->header.transactionID->content, .sender_nonce = nonce,
                                                    .recip_nonce = before->header.senderNonce->content, .now = world.time, .general_info = {}}, arena), body, &by, {}));
    }
    Octets poll() const { return poll_of(told, world.ra); }
    Action take(const Octets& reply) { return device.step(Received{reply}, world.time, system_random()); }
};

bool answers(const Octets& reply, const Octets& message) { return equal(parsed(reply)->header.recipNonce->content, parsed(message)->header.senderNonce->content); }

}  // namespace

TEST_CASE("an RA that polls for a device is told to wait, then gets what the device would have got", "[responder]") {
    PatientWorld world;
    const bool   has_secret = GENERATE(false, true);
    Delayed      waiting(world, has_secret ? world.by_secret("dev1", "first secret") : device_of(world));
    const Octets first = waiting.poll(), again = world.answer(first);
    CHECK(said(again).type == BodyType::pollRep);
    CHECK(answers(again, first));
    CHECK_FALSE(protection::is_mac(*parsed(again)->header.protectionAlg));
    CHECK(to_text(*parsed(again)->header.recipient.get<"directoryName">()) == to_text(founded().ra->certificate->subject));
    CHECK(world.answer(first) == again);

    world.decide(ca::Verdict::approved);
    const Octets second = waiting.poll_of(again, world.ra), reply = world.answer(second);
    CHECK(said(reply).type == BodyType::ip);
    CHECK(answers(reply, waiting.request));
    CHECK(protection::is_mac(*parsed(reply)->header.protectionAlg) == has_secret);
    CHECK(world.incidents.back().requester == world.ra_id);
    CHECK(world.incidents.back().kind == "ra");
    CHECK(world.incidents.back().on_behalf_of.starts_with(has_secret ? "secret:dev1" : "certificate:"));
    CHECK(world.answer(second) == reply);

    // The device goes on as if it had asked itself.
    Action next = waiting.take(reply);
    if (std::holds_alternative<Decide>(next)) next = waiting.device.step(Decided{}, world.time, system_random());
    if (std::holds_alternative<Keep>(next)) next = waiting.device.step(Stored{}, world.time, system_random());
    if (const auto* failed = std::get_if<Failed>(&next)) FAIL(failed->error.text());
    const Octets confirmation = std::get<Send>(next).message;
    CHECK(said(world.answer(world.reprotected(confirmation, world.ra))).fail_info == FailInfo::badRequest);
    CHECK(said(world.answer(confirmation)).type == BodyType::pkiconf);
    CHECK(value_of(world.authority->list({}, 10)).front().state == ca::CertificateState::valid);
}

TEST_CASE("a refusal that an RA polled for is the device's too", "[responder]") {
    PatientWorld world;
    Delayed      waiting(world, device_of(world));
    world.decide(ca::Verdict::rejected);
    const Octets reply = world.answer(waiting.poll());
    CHECK(said(reply).type == BodyType::ip);
    CHECK(said(reply).fail_info == FailInfo::notAuthorized);
    CHECK(answers(reply, waiting.request));
}

TEST_CASE("nobody but an RA polls for others", "[responder]") {
    PatientWorld world;
    Delayed      waiting(world, device_of(world));
    const Forge  other = world.maker.issue({.subject = "CN=dev2"}), would_be = world.maker.issue({.subject = "CN=RA", .eku = {oids::id_kp_cmcRA}});
    world.decide(ca::Verdict::approved);
    for (const Forge& thief : {other, would_be}) {
        const auto reply = world.answer(waiting.poll_of(waiting.told, protection::Protector::by_signature(thief.signer(), {thief})));
        CHECK(said(reply).type == BodyType::error);
        CHECK(said(reply).fail_info == FailInfo::badRequest);
    }
    CHECK(world.issued() == 0);
}

TEST_CASE("an RA that does not know the answer that said to wait polls for nobody", "[responder]") {
    PatientWorld world;
    Delayed      waiting(world, device_of(world));
    world.decide(ca::Verdict::approved);
    SECTION("another nonce") { CHECK(said(world.answer(waiting.poll_of(waiting.request, world.ra))).fail_info == FailInfo::badRequest); }
    SECTION("the nonce of an answer before the last") {
        const Octets old = waiting.poll();
        CHECK_FALSE(said(world.answer(old)).fail_info);
        CHECK(said(world.answer(waiting.poll())).fail_info == FailInfo::badRequest);
    }
}

TEST_CASE("an RA ends no transaction that waits for somebody else", "[responder]") {
    PatientWorld world;
    Delayed      waiting(world, device_of(world));
    const auto   before = parsed(waiting.told);
    der::Arena   arena;
    PKIBody      body;
    body.emplace<"error">().pKIStatusInfo.status = PKIStatus::rejection;
    const auto nonce = RaWorld::fresh();
    const auto error = value_of(protection::seal(header_of({.recipient = &world.authority->name(), .transaction_id = before->header.transactionID->content, .sender_nonce = nonce,
                                                            .recip_nonce = before->header.senderNonce->content, .now = world.time, .general_info = {}}, arena), body, &world.ra, {}));
    CHECK(said(world.answer(error)).fail_info == FailInfo::badRequest);
    CHECK(value_of(world.authority->desk().list()).size() == 1);
    world.decide(ca::Verdict::approved);
    CHECK(said(world.answer(waiting.poll())).type == BodyType::ip);
}

TEST_CASE("once an RA has polled for a device, a poll of the device is out of turn", "[responder]") {
    PatientWorld world;
    Delayed      waiting(world, device_of(world));
    const Octets again = world.answer(waiting.poll());
    CHECK(said(again).type == BodyType::pollRep);
    // The device does not know of that answer: its poll is for one that was followed by another.
    CHECK(said(world.answer(waiting.own_poll)).fail_info == FailInfo::badRecipientNonce);
    world.decide(ca::Verdict::approved);
    CHECK(said(world.answer(waiting.poll_of(again, world.ra))).type == BodyType::ip);
}

// Devices that are kept waiting: by an upstream that is late, by one that waits itself, by an officer.
#include "relay_world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

/// A device that was told to wait by us, as its ir is still on its way.
struct Late : RelayWorld {
    EndEntity dev;
    Octets    ir, told;
    Step      asked;
    explicit Late(ra::Action action = ra::Action::reprotect, bool implicit = false) : dev(device(wanted(BodyType::ir, "CN=dev1", implicit), by_maker())) {
        forwards(action);
        begin();
    }
    void begin() {
        ir    = first(dev);
        asked = ask(ir);
        REQUIRE(asked.parcel);
        const Step step = relay->lapsed(asked.key, time);
        REQUIRE(step.reply);
        told = step.reply->message;
    }
    /// Devices may send what they made long ago.
    void ignore_time() {
        doorway.time_window = 0;
        start();
    }
    Step take(const Octets& answer) { return relay->returned(*asked.parcel, answer, time); }
    /// The device polls and is told to poll again.
    Octets polled_again(const Octets& poll) {
        const Octets again = exchange(poll);
        REQUIRE(said(again).type == BodyType::pollRep);
        REQUIRE(std::holds_alternative<Wait>(step(dev, Received{again})));
        return again;
    }
};

Bytes recip_nonce(Bytes octets, Message& keep) {
    keep = read(octets);
    return keep->header.recipNonce->content;
}
bool answers(Bytes reply, Bytes request) {
    Message one = read(reply), other = read(request);
    return equal(recip_nonce(reply, one), other->header.senderNonce->content);
}

}  // namespace

TEST_CASE("a device whose CA is late is told to wait, polls, and gets the CA's answer octet for octet", "[responder][relay]") {
    Late world;
    CHECK(said(world.told).type == BodyType::ip);
    CHECK(said(world.told).status == PKIStatus::waiting);
    CHECK(is_signed_by(read(world.told), world.ra));
    const Octets poll  = world.next(world.dev, world.told);
    const Octets again = world.polled_again(poll);
    CHECK(world.exchange(poll) == again);
    const Octets ip = world.upstream(world.asked.parcel->message);
    CHECK_FALSE(world.take(ip).reply);
    CHECK(world.exchange(poll) == again);  // the same question, the same answer
    const Octets final = world.exchange(world.poll(world.dev));
    CHECK(final == ip);
    CHECK(answers(final, world.ir));
    CHECK(world.exchange(world.ir) == world.told);
    const Octets pkiconf = world.exchange(world.next(world.dev, final));
    CHECK(std::holds_alternative<Done>(world.step(world.dev, Received{pkiconf})));
    CHECK(world.sent.size() == 2);
}

TEST_CASE("a device that expects the nonce of its last pollReq gets it", "[responder][relay]") {
    Late world;
    world.settings.final_nonce = ra::FinalNonce::last_poll;
    world.start();
    world.take(world.upstream(world.asked.parcel->message));
    const Octets poll = world.next(world.dev, world.told), final = world.exchange(poll);
    CHECK(answers(final, poll));
    CHECK(is_signed_by(read(final), world.ra));
    CHECK(equal(read(final)->body.received, read(world.answers.begin()->second)->body.received));
    const Octets pkiconf = world.exchange(world.next(world.dev, final));
    CHECK(std::holds_alternative<Done>(world.step(world.dev, Received{pkiconf})));
}

TEST_CASE("each kind of message waits as RFC 9483 4.4 has it", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    const auto own  = world.ca.issuing.issue({.subject = "CN=dev1"});
    const auto who  = RelayWorld::by_certificate(own, {world.ca.issuing});
    const auto told = [&](const Octets& message) { return said(world.relay->lapsed(world.ask(message).key, world.time).reply->message); };
    EndEntity  cr   = world.device(wanted(BodyType::cr), who);
    CHECK(told(world.first(cr)).type == BodyType::cp);
    EndEntity rr = world.device(Revocation{der::encode(own.certificate()->issuer), copy_of(own.certificate().serial())}, who);
    const Said revocation = told(world.first(rr));
    CHECK(revocation.type == BodyType::error);
    CHECK(revocation.status == PKIStatus::waiting);
    EndEntity    ir   = world.device(wanted(BodyType::ir), world.by_maker());
    const Said   confirmation = told(world.next(ir, world.exchange(world.first(ir))));
    CHECK(confirmation.type == BodyType::error);
    CHECK(confirmation.status == PKIStatus::waiting);
}

TEST_CASE("a certConf whose pkiconf is late is polled for", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::unchanged);
    EndEntity    device       = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets confirmation = world.next(device, world.exchange(world.first(device)));
    const Step   asked        = world.ask(confirmation);
    const Octets told         = world.relay->lapsed(asked.key, world.time).reply->message;
    const Octets poll         = world.next(device, told);
    world.relay->returned(*asked.parcel, world.upstream(asked.parcel->message), world.time);
    const Octets final = world.exchange(poll);
    CHECK(final == world.answers[confirmation]);  // it answers the certConf, which was polled for
    CHECK(std::holds_alternative<Done>(world.step(device, Received{final})));
}

TEST_CASE("a device is told at once when the way to the CA is broken, and the message is carried again", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Step   asked  = world.ask(world.first(device));
    const Step   failed = world.relay->returned(*asked.parcel, Error{.code = Code::connect_failed}, world.time);
    REQUIRE(failed.reply);
    CHECK(said(failed.reply->message).status == PKIStatus::waiting);
    CHECK(world.carry() == 0);  // it is claimed
    world.time += world.settings.upstreams[0].retry_seconds;
    CHECK(world.carry() == 1);
    CHECK(world.sent.at(0) == asked.parcel->message);
    const Octets final = world.exchange(world.next(device, failed.reply->message));
    CHECK(said(final).status == PKIStatus::accepted);
}

TEST_CASE("an upstream that waits itself is polled by the device through us", "[responder][relay]") {
    for (const auto action : {ra::Action::unchanged, ra::Action::reprotect, ra::Action::nest}) {
        RelayWorld world;
        world.forwards(action);
        world.ca.delays = 2;
        world.enrolled(wanted(BodyType::ir), world.by_maker());
        std::vector<BodyType> seen;
        for (const Octets& each : world.sent) seen.push_back(type_of(read(RelayWorld::unwrapped(each))->body));
        CHECK(seen == std::vector{BodyType::ir, BodyType::pollReq, BodyType::pollReq, BodyType::pollReq, BodyType::certConf});
    }
}

TEST_CASE("an upstream that waits is polled by us for a device that polls us, if it knows us", "[responder][relay]") {
    Late world;
    world.ca.delays = 1;
    CHECK_FALSE(world.take(world.upstream(world.asked.parcel->message)).reply);  // «waiting»
    world.polled_again(world.next(world.dev, world.told));
    world.time += 10;
    CHECK(world.carry() == 1);  // a pollRep
    CHECK(is_signed_by(read(world.sent.back()), world.ra));
    world.polled_again(world.poll(world.dev));
    world.time += 7;
    CHECK(world.carry() == 1);
    const Octets final = world.exchange(world.poll(world.dev));
    CHECK(said(final).status == PKIStatus::accepted);
    const Octets pkiconf = world.exchange(world.next(world.dev, final));
    CHECK(std::holds_alternative<Done>(world.step(world.dev, Received{pkiconf})));
}

TEST_CASE("an upstream that waits and knows the device alone is polled by that, under nonces that fit", "[responder][relay]") {
    for (const auto action : {ra::Action::unchanged, ra::Action::nest}) {
        Late world(action);
        world.ca.delays = 1;
        const Octets waiting = world.upstream(world.asked.parcel->message);
        CHECK_FALSE(world.take(waiting).reply);
        CHECK(world.carry() == 0);
        world.polled_again(world.next(world.dev, world.told));  // our pollRep, under the nonce of the CA's answer
        const Octets poll = world.poll(world.dev);
        CHECK(answers(poll, waiting));
        world.polled_again(poll);  // the CA's own
        CHECK(world.sent.back() == poll);
        const Octets final = world.exchange(world.poll(world.dev));
        CHECK(final == world.answers[world.sent.back()]);
        const Octets pkiconf = world.exchange(world.next(world.dev, final));
        CHECK(std::holds_alternative<Done>(world.step(world.dev, Received{pkiconf})));
    }
}

TEST_CASE("an upstream that waits longer than we would wait for no answer is not given up", "[responder][relay]") {
    Late world;
    world.ca.delays = 1'000'000;
    const Octets poll = world.next(world.dev, world.told);
    world.ignore_time();
    world.take(world.upstream(world.asked.parcel->message));
    const auto month = world.time + 30 * 86400;
    for (world.time += 10; world.time < month; world.time += 6 * 86400) world.carry();
    world.ca.delays = 0;
    world.carry();
    CHECK(said(world.exchange(poll)).status == PKIStatus::accepted);
}

TEST_CASE("a CA that never answers is told as a failure, once, to who polls", "[responder][relay]") {
    Late world;
    world.ignore_time();
    const Octets poll = world.next(world.dev, world.told);
    world.time += world.settings.upstreams[0].give_up_seconds;
    CHECK(world.carry() == 0);
    CHECK(world.incidents.back().outcome == "given up");
    const Octets final = world.exchange(poll);
    CHECK(said(final).type == BodyType::ip);
    CHECK(said(final).fail_info == FailInfo::systemFailure);
    CHECK(world.exchange(poll) == final);
    CHECK_FALSE(world.take(world.upstream(world.asked.parcel->message)).reply);  // too late
    CHECK(world.exchange(poll) == final);
}

TEST_CASE("a device that was told nothing gets the failure when it sends the same again", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets ir     = world.first(device);
    world.ask(ir);
    world.time += world.settings.upstreams[0].give_up_seconds;
    world.carry();
    CHECK(said(world.exchange(ir)).fail_info == FailInfo::systemFailure);
}

TEST_CASE("a device that does not come back is forgotten", "[responder][relay]") {
    Late world;
    SECTION("after its answer is ready") { world.take(world.upstream(world.asked.parcel->message)), world.time += world.doorway.undecided_seconds; }
    SECTION("after its certificate") {
        world.take(world.upstream(world.asked.parcel->message));
        world.exchange(world.next(world.dev, world.told));
        world.time += world.doorway.answer_wait;
    }
    world.carry();
    CHECK(world.incidents.back().outcome == "expired");
    world.time += world.doorway.keep_seconds;
    world.carry();
    CHECK(value_of(world.store.scan(store::Table::relayed, {}, 10)).empty());
}

TEST_CASE("who is not to wait is told that the system is unavailable", "[responder][relay]") {
    RelayWorld world;
    world.settings.upstreams[0].patience = ra::Patience::refuse;
    world.forwards(ra::Action::reprotect);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets ir     = world.first(device);
    SECTION("and a first message is over with that") {
        const Step   asked = world.ask(ir);
        const Octets told  = world.relay->lapsed(asked.key, world.time).reply->message;
        CHECK(said(told).fail_info == FailInfo::systemUnavail);
        CHECK(world.exchange(ir) == told);
        CHECK_FALSE(world.relay->returned(*asked.parcel, world.upstream(asked.parcel->message), world.time).reply);
        CHECK(world.exchange(ir) == told);
    }
    SECTION("and a later one stays on its way") {
        const Octets confirmation = world.next(device, world.exchange(ir));
        const Step   asked        = world.ask(confirmation);
        CHECK(said(world.relay->lapsed(asked.key, world.time).reply->message).fail_info == FailInfo::systemUnavail);
        CHECK_FALSE(world.ask(confirmation).reply);
        CHECK(world.relay->returned(*asked.parcel, world.upstream(asked.parcel->message), world.time).reply);
        CHECK(said(world.exchange(confirmation)).type == BodyType::pkiconf);
    }
}

TEST_CASE("an upstream that is offline is promised at once, and its answer may be weeks old", "[responder][relay]") {
    RelayWorld world;
    world.settings.upstreams[0].is_offline      = true;
    world.settings.upstreams[0].give_up_seconds = 90 * 86400;
    world.settings.upstreams[0].retry_seconds   = 30 * 86400;
    world.forwards(ra::Action::reprotect);
    EndEntity  device = world.device(wanted(BodyType::ir), world.by_maker());
    const Step asked  = world.ask(world.first(device));
    REQUIRE(asked.reply);
    CHECK_FALSE(asked.parcel);
    const auto parcels = value_of(world.relay->due(world.time, 10));
    REQUIRE(parcels.size() == 1);
    const Octets answer = world.upstream(parcels[0].message);
    world.time += 20 * 86400;
    CHECK(world.carry() == 0);
    world.relay->returned(parcels[0], answer, world.time);
    CHECK(world.incidents.back().outcome == "ready: ip");
}

// ---------------------------------------------------------------- an officer

namespace {

struct Officer : RelayWorld {
    Officer() { rule({.name = "all", .reason = {}, .about = {.bodies = every_body()}, .action = ra::Action::reprotect, .approve_by_hand = true, .poll_seconds = 5}); }
    std::vector<admission::Desk::Listed> desk() const { return value_of(authority->desk().list()); }
    void decide(admission::Verdict verdict) {
        REQUIRE(desk().size() == 1);
        REQUIRE(authority->desk().decide(desk().front().id, verdict, "because"));
    }
};

}  // namespace

TEST_CASE("what an officer is to approve goes up when that is done", "[responder][relay]") {
    Officer      world;
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets ir = world.first(device), told = world.exchange(ir);
    CHECK(said(told).status == PKIStatus::waiting);
    CHECK(world.exchange(ir) == told);
    const Octets poll = world.next(device, told), again = world.exchange(poll);
    CHECK(said(again).type == BodyType::pollRep);
    CHECK(std::get<Wait>(world.step(device, Received{again})).check_after == 5);
    CHECK(world.sent.empty());
    world.start();
    world.decide(admission::Verdict::approved);
    const Octets final = world.exchange(world.poll(device));
    CHECK(equal(read(world.sent.at(0))->body.received, read(ir)->body.received));
    CHECK(world.answers[world.sent[0]] == final);
    CHECK(world.desk().empty());
    const Octets pkiconf = world.exchange(world.next(device, final));
    CHECK(std::holds_alternative<Done>(world.step(device, Received{pkiconf})));
}

TEST_CASE("an approved request whose CA then waits is polled for", "[responder][relay]") {
    for (const auto action : {ra::Action::unchanged, ra::Action::reprotect, ra::Action::nest}) {
        Officer world;
        world.rule({.name = "all", .reason = {}, .about = {.bodies = Officer::every_body(), .key_generation = action != ra::Action::reprotect}, .action = action, .approve_by_hand = true});
        world.ca.delays = 1;
        EndEntity device = world.device(wanted(BodyType::ir), world.by_maker());
        const Octets poll = world.next(device, world.exchange(world.first(device)));
        world.decide(admission::Verdict::approved);
        Octets reply = world.exchange(poll);
        CHECK(said(reply).type == BodyType::pollRep);
        for (int i = 0; i < 5 && said(reply).type == BodyType::pollRep; ++i) {
            REQUIRE(std::holds_alternative<Wait>(world.step(device, Received{reply})));
            world.time += 60;
            world.carry();
            reply = world.exchange(world.poll(device));
        }
        CHECK(said(reply).status == PKIStatus::accepted);
        const Octets pkiconf = world.exchange(world.next(device, reply));
        CHECK(std::holds_alternative<Done>(world.step(device, Received{pkiconf})));
    }
}

TEST_CASE("what an officer rejects goes nowhere, and neither does what its device gives up", "[responder][relay]") {
    Officer      world;
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets poll   = world.next(device, world.exchange(world.first(device)));
    SECTION("rejected") {
        world.decide(admission::Verdict::rejected);
        const Octets refusal = world.exchange(poll);
        CHECK(said(refusal).type == BodyType::ip);
        CHECK(said(refusal).fail_info == FailInfo::notAuthorized);
    }
    SECTION("abandoned") {
        world.time += 5 + world.doorway.undecided_seconds;
        world.carry();
        CHECK(world.incidents.back().outcome == "expired");
    }
    CHECK(world.desk().empty());
    CHECK(world.sent.empty());
}

// ---------------------------------------------------------------- confirmation in the device's stead

TEST_CASE("implicit confirmation that the RA grants is confirmed to the CA by the RA", "[responder][relay]") {
    RelayWorld world;
    world.rule({.name = "all", .reason = {}, .about = {.bodies = {BodyType::ir}}, .action = ra::Action::reprotect, .implicit_confirm = true});
    EndEntity    device = world.device(wanted(BodyType::ir, "CN=dev1", true), world.by_maker());
    const Octets ip     = world.exchange(world.first(device));
    CHECK_FALSE(find_info(read(world.sent.at(0))->header.generalInfo, oids::id_it_implicitConfirm));
    CHECK(find_info(read(ip)->header.generalInfo, oids::id_it_implicitConfirm));
    CHECK_FALSE(find_info(read(ip)->header.generalInfo, oids::id_it_confirmWaitTime));
    CHECK(std::holds_alternative<Done>(world.step(device, Received{ip})));

    SECTION("whose pkiconf ends it") { CHECK(world.carry() == 1); }
    SECTION("again with the same octets when that is lost") {
        const auto parcels = value_of(world.relay->due(world.time, 10));
        REQUIRE(parcels.size() == 1);
        world.time += world.settings.upstreams[0].retry_seconds;
        CHECK(world.carry() == 1);
        CHECK(world.sent.back() == parcels[0].message);
    }
    SECTION("and its refusal is logged") {
        world.ca.bend = [](HeaderFields&, PKIBody& body) { body.emplace<"error">().pKIStatusInfo = {.status = PKIStatus::rejection, .statusString = {}, .failInfo = {}}; };
        CHECK(world.carry() == 1);
        REQUIRE(world.incidents.back().problem);
        CHECK(world.incidents.back().problem->code == Code::rejected);
    }
    CHECK(said(world.sent.back()).type == BodyType::certConf);
    CHECK(world.ca.confirmed == PKIStatus::accepted);
    CHECK(is_signed_by(read(world.sent.back()), world.ra));
    world.time += 100;
    CHECK(world.carry() == 0);
}

TEST_CASE("a device that does not ask for implicit confirmation confirms itself", "[responder][relay]") {
    RelayWorld world;
    world.rule({.name = "all", .reason = {}, .about = {.bodies = {BodyType::ir}}, .action = ra::Action::reprotect, .implicit_confirm = true});
    world.enrolled(wanted(BodyType::ir), world.by_maker());
    CHECK(world.carry() == 0);
    CHECK(world.sent.size() == 2);
}

TEST_CASE("implicit confirmation is granted to a device that was told to wait, too", "[responder][relay]") {
    Late world(ra::Action::reprotect, true);
    world.rule({.name = "all", .reason = {}, .about = {.bodies = {BodyType::ir}}, .action = ra::Action::reprotect, .implicit_confirm = true});
    world.dev = world.device(wanted(BodyType::ir, "CN=dev1", true), world.by_maker());
    world.begin();
    world.take(world.upstream(world.asked.parcel->message));
    CHECK(world.carry() == 1);
    CHECK(world.ca.confirmed == PKIStatus::accepted);
    const Octets poll = world.next(world.dev, world.told);
    world.time += world.doorway.answer_wait + 1;  // it may come days later
    world.carry();
    world.ignore_time();
    const Octets final = world.exchange(poll);
    CHECK(find_info(read(final)->header.generalInfo, oids::id_it_implicitConfirm));
    CHECK(said(final).status == PKIStatus::accepted);
}

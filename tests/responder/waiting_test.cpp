#include "../forge/pkcs10.hpp"
#include "admission/desk.hpp"
#include "talk.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

// A CA whose operator looks at every request.
class PatientWorld : public World {
public:
    PatientWorld() {
        settings.profiles.front().approve_by_hand = true;
        settings.approve_revocations              = true;
        start();
    }
    std::vector<ca::Desk::Listed> desk() const { return value_of(authority->desk().list()); }
    void decide(ca::Verdict verdict, std::string_view reason = {}) {
        for (const auto& each : desk()) REQUIRE(authority->desk().decide(each.id, verdict, reason));
    }
    void approve_while_waiting() {
        while_waiting = [this] { decide(ca::Verdict::approved); };
    }
};

/// An operation that stops where it is told to wait.
struct Patient {
    PatientWorld& world;
    EndEntity     operation;
    Octets        last;  // that it sent
    Patient(PatientWorld& w, Enrollment what, Credentials who) : world(w), operation({std::move(what), {}}, std::move(who), w.trust()) {
        const Action next = world.run(operation, [this](const Octets& message) { return last = message; });
        REQUIRE(std::holds_alternative<Wait>(next));
    }
    Octets poll() { return std::get<Send>(operation.step(Woken{}, world.time, system_random())).message; }
};

}  // namespace

TEST_CASE("what a profile wants approved by hand is issued when the operator has approved it", "[responder]") {
    PatientWorld world;
    int          waits  = 0;
    world.while_waiting = [&] {
        REQUIRE(world.desk().size() == 1);
        CHECK(text_of(world.desk().front().request->subject.content) == "CN=dev1");
        if (++waits == 3) world.decide(ca::Verdict::approved);
    };
    const auto certificate = world.enrolled(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    CHECK(waits == 3);
    CHECK(world.state_of(certificate) == ca::CertificateState::valid);
    CHECK(world.desk().empty());
}

TEST_CASE("cr, kur, p10cr and rr wait for the operator too", "[responder]") {
    PatientWorld world;
    world.approve_while_waiting();
    const auto key   = value_of(crypto::generate_key("ec:P-256"));
    const auto first = world.enrolled(World::wanted(BodyType::ir, "CN=dev1", key), world.by_secret("dev1", "first secret"));
    const auto other = value_of(crypto::generate_key("ec:P-256"));
    const auto next  = world.enrolled(World::wanted(BodyType::kur, "CN=dev1", other), world.by_certificate(key, first));
    world.enrolled(World::wanted(BodyType::cr, "CN=dev1"), world.by_certificate(other, next));
    Enrollment request = World::wanted(BodyType::p10cr, "CN=dev1");
    request.csr        = test::pkcs10_of(*request.key, "CN=dev1");
    request.key        = nullptr;
    world.enrolled(request, world.by_certificate(other, next));
    CHECK(std::holds_alternative<Done>(world.run(World::revocation_of(next), world.by_certificate(other, next))));
    CHECK(world.state_of(next) == ca::CertificateState::revoked);
    CHECK(world.desk().empty());
}

TEST_CASE("what the operator rejects is refused with the operator's words", "[responder]") {
    PatientWorld world;
    world.while_waiting = [&] { world.decide(ca::Verdict::rejected, "not this one"); };
    const Error error = world.failure(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    CHECK(error.fail_info == FailInfo::notAuthorized);
    CHECK(error.text().find("not this one") != std::string::npos);
    CHECK(world.desk().empty());
    // The secret was not spent: another request may come.
    world.approve_while_waiting();
    world.enrolled(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
}

TEST_CASE("a client that waits is known to the server that is started next", "[responder]") {
    PatientWorld world;
    world.while_waiting = [&] {
        world.decide(ca::Verdict::approved);
        world.start();
    };
    world.enrolled(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
}

TEST_CASE("the same pollReq again gets the same reply", "[responder]") {
    PatientWorld world;
    Patient      patient(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    const Octets poll = patient.poll(), reply = world.answer(poll);
    CHECK(said(reply).type == BodyType::pollRep);
    CHECK(world.answer(poll) == reply);
    world.decide(ca::Verdict::approved);
    CHECK(world.answer(poll) == reply);  // a new question gets the certificate
    CHECK(world.desk().size() == 1);
}

TEST_CASE("nobody polls for another's transaction, nor for one that does not wait", "[responder]") {
    PatientWorld world;
    Patient      patient(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    const Forge  thief = world.maker.issue({.subject = "CN=dev1"});
    world.decide(ca::Verdict::approved);

    const Octets poll = patient.poll();
    auto         bent = value_of(der::parse<PKIMessage>(poll));
    PKIMessage   message(*bent);
    const auto   by_thief = protection::Protector::by_signature(thief.signer(), {thief});
    CHECK(said(world.answer(value_of(protection::seal(message.header, message.body, &by_thief, {})))).fail_info == FailInfo::badRequest);
    CHECK(world.desk().size() == 1);

    CHECK(said(world.answer(poll)).type == BodyType::ip);
    const Octets again = value_of(protection::seal(message.header, message.body, &by_thief, {}));
    CHECK(said(world.answer(again)).fail_info == FailInfo::badRequest);
}

TEST_CASE("a pollReq that answers another message is refused, and the client still waits", "[responder]") {
    PatientWorld world;
    Patient      patient(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    const Octets first = patient.poll();
    CHECK(said(world.answer(first)).type == BodyType::pollRep);
    const Forge  other = world.maker.issue({.subject = "CN=dev1"});
    Patient      stale(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_maker(other));
    const Octets poll = stale.poll();
    CHECK(said(world.answer(poll)).type == BodyType::pollRep);
    auto       parsed = value_of(der::parse<PKIMessage>(poll));
    PKIMessage message(*parsed);
    Octets     nonce(16, 7);
    message.header.senderNonce = der::octet_string(nonce);  // a new message with an old recipNonce
    message.header.received    = {};
    const auto protector = protection::Protector::by_signature(other.signer(), {other});
    CHECK(said(world.answer(value_of(protection::seal(message.header, message.body, &protector, {})))).fail_info == FailInfo::badRecipientNonce);
    CHECK(world.desk().size() == 2);
}

TEST_CASE("a client that gives up while it waits takes its request off the desk", "[responder]") {
    PatientWorld world;
    Patient      patient(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    const Octets poll   = patient.poll();
    Octets       reply  = world.answer(poll);
    reply.back() ^= 1;  // the reply arrives broken: the end entity reports it
    const Action report = patient.operation.step(Received{reply}, world.time, system_random());
    REQUIRE(std::holds_alternative<Send>(report));
    CHECK(said(world.answer(std::get<Send>(report).message)).type == BodyType::pkiconf);
    CHECK(world.desk().empty());
}

TEST_CASE("a client that does not ask again in time is forgotten", "[responder]") {
    PatientWorld world;
    Patient      patient(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    world.time += world.policy.poll_seconds + 59;
    CHECK(value_of(world.responder->end_overdue(world.time)) == 0);
    CHECK(world.desk().size() == 1);
    world.time += 2;
    CHECK(value_of(world.responder->end_overdue(world.time)) == 1);
    CHECK(world.desk().empty());
    CHECK(world.incidents.back().outcome == "expired");
    CHECK(world.incidents.back().body == "pollReq");
    CHECK(said(world.answer(patient.poll())).fail_info == FailInfo::badRequest);
}

TEST_CASE("one requester cannot fill the desk", "[responder]") {
    PatientWorld world;
    for (std::size_t i = 0; i < ca::Desk::most_of_one; ++i) Patient(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("many", "shared"));
    CHECK(world.failure(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("many", "shared")).fail_info == FailInfo::notAuthorized);
    CHECK(world.desk().size() == ca::Desk::most_of_one);
}

TEST_CASE("a request that can no longer be granted leaves the desk", "[responder]") {
    PatientWorld world;
    Patient      first(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    Patient      second(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    world.decide(ca::Verdict::approved);
    CHECK(said(world.answer(first.poll())).fail_info == std::nullopt);
    CHECK(said(world.answer(second.poll())).fail_info == FailInfo::notAuthorized);  // the first has spent the secret
    CHECK(world.desk().empty());
}

TEST_CASE("the operator's word is given once", "[responder]") {
    PatientWorld world;
    Patient      patient(world, World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    const Octets id = world.desk().front().id;
    CHECK(world.authority->desk().decide(Octets(16), ca::Verdict::approved, {}).error().code == Code::not_found);
    CHECK(world.authority->desk().decide(id, ca::Verdict::rejected, "no"));
    CHECK(world.authority->desk().decide(id, ca::Verdict::approved, {}).error().code == Code::bad_state);
}

namespace {

constexpr std::uint8_t slow[] = {0x2b, 6, 1, 4, 1, 0x82, 0x37, 3}, gauge[] = {4, 2, '4', '2'};

// A CA whose application knows the value of `slow` when it was asked a few times.
class SlowWorld : public World {
public:
    explicit SlowWorld(int rounds) : rounds_(rounds) {
        settings.support.informants = std::make_shared<ca::Informants>();
        settings.support.informants->set(slow, [this](const Requester&, Bytes) -> Result<ca::Informants::Told> {
            if (++asked < rounds_) return ca::Informants::Told(Waiting{40, "the gauge is read"});
            return ca::Informants::Told(copy_of(gauge));
        });
        start();
    }
    int asked = 0;

private:
    int rounds_;
};

}  // namespace

TEST_CASE("what the application does not know yet is told to who asks again", "[responder]") {
    SlowWorld world(3);
    int       waits     = 0;
    world.while_waiting = [&] { ++waits; };
    Talk         talk{world, {}, {}};
    const Action end = talk.run(value_of(ask(slow, {})), world.by_secret("many", "shared"));
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK(value_of(value_of_type(std::get<Done>(end).information, slow)) == copy_of(gauge));
    CHECK(waits == 1);  // the first pollReq says how long
    CHECK(world.asked == 3);  // the same octets again do not ask it again
    REQUIRE(talk.told.size() == 3);
    const auto* told = talk.told[0]->body.get<"error">();
    REQUIRE(told);
    CHECK(told->pKIStatusInfo.status == PKIStatus::waiting);
    CHECK(talk.asked[1]->body.get<"pollReq">()->front().certReqId == -1);
    CHECK(talk.told[1]->body.get<"pollRep">()->front().checkAfter == 40);
    CHECK(talk.told[2]->body.is<"genp">());
}

TEST_CASE("an inquiry whose client does not ask again is forgotten", "[responder]") {
    SlowWorld world(9);
    EndEntity operation({value_of(ask(slow, {})), {}}, world.by_secret("many", "shared"), world.trust());
    REQUIRE(std::holds_alternative<Wait>(world.run(operation)));
    world.time += world.policy.poll_seconds + 41;
    CHECK(value_of(world.responder->end_overdue(world.time)) == 1);
    world.time += world.policy.keep_seconds;
    CHECK(value_of(world.responder->end_overdue(world.time)) == 1);
    CHECK(value_of(world.store->scan(store::Table::transactions, {}, 10)).empty());
}

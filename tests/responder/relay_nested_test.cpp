// Messages within messages that an RA gets from one below it (RFC 9483 5.2.2): what it makes of approvals and of batches.
#include "relay_world.hpp"

#include "operations/forwarding.hpp"
#include "operations/owner.hpp"

#include <thread>

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

/// An LRA with a certificate of the PKI before the RA.
struct Below : RelayWorld {
    const Forge                 lra    = ca.issuing.issue({.subject = "CN=LRA", .eku = {oids::id_kp_cmcRA}});
    const protection::Protector by_lra = protection::Protector::by_signature(lra.signer(), {lra, ca.issuing});

    Below() {
        settings.entities = {"CN=LRA"};
        forwards(ra::Action::reprotect);
    }
    static Octets fresh() { return value_of(random_octets(system_random(), 16)); }
    struct Outer {
        Octets id = fresh(), nonce = fresh(), recip_nonce{};
    };
    Octets batch(const std::vector<Octets>& inner, const Outer& outer, const protection::Protector& by) const {
        return value_of(bundle(std::vector<Bytes>(inner.begin(), inner.end()),
                               {.recipient = nullptr, .transaction_id = outer.id, .sender_nonce = outer.nonce, .recip_nonce = outer.recip_nonce, .now = time, .general_info = {}}, by));
    }
    Octets batch(const std::vector<Octets>& inner) const { return batch(inner, {}, by_lra); }
    Octets approved(const Octets& inner) const { return value_of(nest(*read(inner), by_lra, nullptr, time)); }

    EndEntity& add(const std::string& subject) {
        devices.push_back(std::make_unique<EndEntity>(Order{wanted(BodyType::ir, subject), {}}, by_maker(subject), trust()));
        return *devices.back();
    }
    Octets request(const std::string& subject) { return first(add(subject)); }
    std::vector<Octets> answers_to(const std::vector<Octets>& inner) { return answers_in(exchange(batch(inner))); }
    static std::vector<Octets> answers_in(const Octets& reply) {
        const auto message = read(reply);
        INFO(name_of(type_of(message->body)));
        REQUIRE(message->body.is<"nested">());
        std::vector<Octets> all;
        for (const PKIMessage& each : *message->body.get<"nested">()) all.push_back(copy_of(each.received));
        return all;
    }
    std::vector<std::unique_ptr<EndEntity>> devices;
};

}  // namespace

TEST_CASE("an RA answers a batch by a batch: who cannot be answered at once is told to wait, and polls", "[responder][relay]") {
    Below        world;
    const Octets one = world.request("CN=dev1"), two = world.request("CN=dev2"), outer = world.batch({one, two});
    const Octets reply = world.exchange(outer);
    const auto   answer = read(reply), asked = read(outer);
    CHECK(is_signed_by(answer, world.ra));
    CHECK(equal(answer->header.transactionID->content, asked->header.transactionID->content));
    CHECK(equal(answer->header.recipNonce->content, asked->header.senderNonce->content));
    const auto told = Below::answers_in(reply);
    REQUIRE(told.size() == 2);
    CHECK(world.sent.empty());
    CHECK(world.carry() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(said(told[i]).status == PKIStatus::waiting);
        EndEntity& device = *world.devices[i];
        // Messages of one transaction come in batches, or by themselves.
        const Octets poll   = world.next(device, told[i]);
        const Octets issued = i == 0 ? world.exchange(poll) : world.answers_to({poll}).front();
        CHECK(said(issued).status == PKIStatus::accepted);
        CHECK(std::holds_alternative<Done>(world.step(device, Received{world.exchange(world.next(device, issued))})));
    }
    CHECK(world.incidents.front().through == owner_by_signature(world.lra));
}

TEST_CASE("a confirmation in a batch is confirmed after a poll", "[responder][relay]") {
    Below      world;
    EndEntity& device = world.add("CN=dev1");
    const auto confirmation = world.next(device, world.exchange(world.first(device)));
    const auto told         = world.answers_to({confirmation}).front();
    CHECK(said(told).type == BodyType::error);
    CHECK(said(told).status == PKIStatus::waiting);
    CHECK(world.carry() == 1);
    CHECK(std::holds_alternative<Done>(world.step(device, Received{world.exchange(world.next(device, told))})));
}

TEST_CASE("the same batch again gets the same answer, and nothing is asked twice", "[responder][relay]") {
    Below        world;
    const Octets outer = world.batch({world.request("CN=dev1"), world.request("CN=dev2")});
    const Octets reply = world.exchange(outer);
    world.carry();
    CHECK(world.exchange(outer) == reply);
    world.start();
    CHECK(world.exchange(outer) == reply);
    CHECK(world.sent.size() == 2);
    CHECK(world.incidents.back().outcome == "repeated");
}

TEST_CASE("a batch whose answer could not be kept is answered with the same answers", "[responder][relay]") {
    Below        world;
    const Octets outer = world.batch({world.request("CN=dev1"), world.request("CN=dev2")});
    const auto   steps = GENERATE(0, 1, 2);
    world.store.breaks_after = steps;
    CHECK(said(world.exchange(outer)).fail_info == FailInfo::systemFailure);
    world.store.breaks_after = -1;
    world.start();
    for (const Octets& told : Below::answers_in(world.exchange(outer))) CHECK(said(told).status == PKIStatus::waiting);
    CHECK(world.carry() == 2);
    CHECK(world.sent.size() == 2);
}

TEST_CASE("another batch under the ID of one that was answered is refused", "[responder][relay]") {
    Below              world;
    const Below::Outer fields;
    world.exchange(world.batch({world.request("CN=dev1")}, fields, world.by_lra));
    const Octets reply = world.exchange(world.batch({world.request("CN=dev2")}, {.id = fields.id}, world.by_lra));
    CHECK(said(reply).fail_info == FailInfo::transactionIdInUse);
    CHECK(world.carry() == 1);
}

TEST_CASE("what is wrong in a batch is refused in its place and goes nowhere, and the others go on", "[responder][relay]") {
    Below        world;
    const Octets good = world.request("CN=dev1"), victim = world.request("CN=dev2");
    Octets       wrong;
    FailInfo     expected{};
    SECTION("a message without protection") {
        const auto parsed = read(victim);
        PKIHeader  header = parsed->header;
        header.received   = {};
        header.protectionAlg.reset();
        wrong    = value_of(protection::seal(header, parsed->body, nullptr, {}));
        expected = FailInfo::badMessageCheck;
    }
    SECTION("a batch within the batch") { wrong = world.batch({victim}), expected = FailInfo::badRequest; }
    SECTION("an approval within the batch") { wrong = world.approved(victim), expected = FailInfo::badRequest; }
    SECTION("the same message twice") { wrong = good, expected = FailInfo::transactionIdInUse; }
    SECTION("a signature that is none") {
        const auto  parsed = read(victim);
        const Forge device = world.maker.issue({.subject = "CN=dev2"}), other = world.maker.issue({.subject = "CN=other"});
        const auto  by     = protection::Protector::by_signature(other.signer(), {device});
        PKIHeader   header = parsed->header;
        header.received    = {};
        wrong    = value_of(protection::seal(header, parsed->body, &by, {}));
        expected = FailInfo::badMessageCheck;
    }
    SECTION("a name that is not the device's") {
        EndEntity thief = world.device(wanted(BodyType::ir, "CN=dev1"), world.by_maker("CN=thief"));
        wrong = world.first(thief), expected = FailInfo::notAuthorized;
    }
    SECTION("a device that nobody knows, though a rule lets such messages pass alone") {
        world.settings.rules.push_back({.name = "others", .reason = {}, .about = {.key_generation = true, .unverified = true}, .action = ra::Action::unchanged});
        world.start();
        const Forge stranger = Forge::root("CN=Stranger").issue({.subject = "CN=dev2"});
        EndEntity   device   = world.device(wanted(BodyType::ir, "CN=dev2"), RelayWorld::by_certificate(stranger));
        wrong = world.first(device), expected = FailInfo::signerNotTrusted;
    }
    const auto told = world.answers_to({wrong == good ? good : wrong, wrong == good ? wrong : good});
    REQUIRE(told.size() == 2);
    const bool is_last = wrong == good;
    CHECK(said(told[is_last ? 1 : 0]).status.value_or(PKIStatus::rejection) == PKIStatus::rejection);
    CHECK(said(told[is_last ? 1 : 0]).fail_info == expected);
    CHECK(said(told[is_last ? 0 : 1]).status == PKIStatus::waiting);
    CHECK(world.carry() == 1);
}

TEST_CASE("an outer message that breaks a rule is refused by an RA, and what is in it is not looked at", "[responder][relay]") {
    Below        world;
    const Octets inner = world.request("CN=dev1");
    Octets       outer;
    FailInfo     expected = FailInfo::notAuthorized;
    SECTION("a device makes batches") {
        const Forge device = world.maker.issue({.subject = "CN=dev1"});
        outer = world.batch({inner}, {}, protection::Protector::by_signature(device.signer(), {device}));
    }
    SECTION("an RA without id-kp-cmcRA") {
        const Forge plain = world.ca.issuing.issue({.subject = "CN=LRA"});
        outer = world.batch({inner}, {}, protection::Protector::by_signature(plain.signer(), {plain, world.ca.issuing}));
    }
    SECTION("an RA that this one does not know") {
        const Forge other = world.ca.issuing.issue({.subject = "CN=Elsewhere", .eku = {oids::id_kp_cmcRA}});
        outer    = world.batch({inner}, {}, protection::Protector::by_signature(other.signer(), {other, world.ca.issuing}));
        expected = FailInfo::signerNotTrusted;
    }
    SECTION("a batch that answers something") { outer = world.batch({inner}, {.recip_nonce = Below::fresh()}, world.by_lra), expected = FailInfo::badRecipientNonce; }
    SECTION("an approval with another nonce") {
        outer    = world.batch({inner}, {.id = copy_of(read(inner)->header.transactionID->content)}, world.by_lra);
        expected = FailInfo::badSenderNonce;
    }
    SECTION("no signature") {
        const auto parsed = read(world.batch({inner}));
        PKIHeader  header = parsed->header;
        header.received   = {};
        header.protectionAlg.reset();
        outer    = value_of(protection::seal(header, parsed->body, nullptr, {}));
        expected = FailInfo::badMessageCheck;
    }
    const Octets reply = world.exchange(outer);
    CHECK(said(reply).type == BodyType::error);
    CHECK(said(reply).fail_info == expected);
    CHECK(world.carry() == 0);
    CHECK(world.sent.empty());
    CHECK(world.incidents.size() == 1);
}

TEST_CASE("what an RA approves is relayed as if it had come by itself", "[responder][relay]") {
    Below        world;
    EndEntity&   device = world.add("CN=dev1");
    const Octets issued = world.exchange(world.approved(world.first(device)));
    CHECK(said(issued).status == PKIStatus::accepted);
    CHECK(world.incidents.front().through == owner_by_signature(world.lra));
    CHECK(std::holds_alternative<Done>(world.step(device, Received{world.exchange(world.next(device, issued))})));
}

TEST_CASE("an approval of what only the CA can verify goes on octet for octet", "[responder][relay]") {
    Below world;
    world.rule({.name = "others", .reason = {}, .about = {.key_generation = true, .unverified = true}, .action = ra::Action::unchanged});
    const Forge  stranger = Forge::root("CN=Stranger").issue({.subject = "CN=dev1"});
    EndEntity    device   = world.device(wanted(BodyType::ir, "CN=dev1"), RelayWorld::by_certificate(stranger));
    const Octets request = world.first(device), outer = world.approved(request);
    SECTION("and its answer comes back") {
        CHECK(said(world.exchange(outer)).status == PKIStatus::accepted);
        CHECK(world.sent == std::vector<Octets>{outer});
    }
    SECTION("but not one with a certificate for another key") {
        const auto other    = value_of(crypto::generate_key("ec:P-256"));
        world.ca.certify    = [&](const CertTemplate& t) { return world.ca.issuing.certify({.subject = to_text(*t.subject)}, other->public_key()); };
        Step       step     = world.ask(outer);
        REQUIRE(step.parcel);
        step = world.relay->returned(*step.parcel, world.upstream(step.parcel->message), world.time);
        CHECK_FALSE(step.reply);
        CHECK(world.incidents.back().outcome == "not believed");
    }
}

TEST_CASE("the same batch at the same time gets one answer", "[responder][relay]") {
    Below        world;
    const Octets outer = world.batch({world.request("CN=dev1"), world.request("CN=dev2")});
    std::mutex               mutex;
    std::vector<Octets>      replies;
    std::vector<std::thread> threads;
    const auto plain     = store::open_memory();  // the world's counts, in one thread
    const auto authority = value_of(ra::RegistrationAuthority::make(world.settings, *plain));
    Relay      relay(*authority, world.doorway, *plain, system_random(), {});
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            Step step = relay.arrived(outer, {.address = {}, .profile = {}}, world.time);
            const std::scoped_lock lock(mutex);
            replies.push_back(step.reply ? step.reply->message : Octets());
        });
    for (std::thread& thread : threads) thread.join();
    for (const Octets& reply : replies) CHECK(reply == replies.front());
    CHECK(value_of(relay.due(world.time, 10)).size() == 2);
}

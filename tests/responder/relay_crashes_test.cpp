// Whatever dies between any two calls, and whatever comes twice: each message goes up as the same octets, each request has one answer, and nothing is lost.
#include "relay_world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

/// A world whose calls can fail or be repeated one by one: `plan` says of each what happens to it.
enum class Fate : std::uint8_t { good, killed_after, killed_before_storing, twice };

struct Frail : RelayWorld {
    std::vector<Fate>                    plan;
    std::size_t                          call = 0;
    std::map<Octets, Octets>             replies;   // to each message of the device
    std::map<Octets, std::set<Octets>>   upward;    // by transactionID, nonce: what went up
    std::vector<std::pair<Parcel, Octets>> carried;

    /// Does it, as fate has it; false: its outcome got lost.
    bool call_of(const std::function<void()>& deed) {
        const Fate fate = call < plan.size() ? plan[call] : Fate::good;
        ++call;
        if (fate == Fate::killed_before_storing) store.is_broken = true;
        deed();
        store.is_broken = false;
        if (fate == Fate::twice) deed();
        if (fate == Fate::good || fate == Fate::twice) return true;
        start();
        return false;
    }
    void note_reply(const Octets& request, const Step& done) {
        if (!done.reply) return;
        const Said what = said(done.reply->message);
        if (what.fail_info == FailInfo::systemFailure) return;  // the store was broken: nothing was promised
        auto& before = replies[request];
        if (!before.empty()) CHECK(before == done.reply->message);
        before = done.reply->message;
    }
    void note_upward(const Octets& message) {
        const auto parsed = read(unwrapped(message));
        Octets     key    = copy_of(parsed->header.transactionID->content);
        key.insert(key.end(), parsed->header.senderNonce->content.begin(), parsed->header.senderNonce->content.end());
        upward[key].insert(message);
        CHECK(upward[key].size() == 1);
    }
    /// The device repeats its message until there is an answer.
    Octets persist(const Octets& request) {
        for (int tries = 0; tries < 40; ++tries) {
            std::optional<Step> step;
            if (!call_of([&] { note_reply(request, *(step = ask(request))); })) continue;
            if (step->reply && !(said(step->reply->message).fail_info == FailInfo::systemFailure)) return step->reply->message;
            if (step->parcel) bring(request, *step->parcel);
            else time += 31, carry_all(request);
        }
        FAIL("no answer comes");
        return {};
    }
    void bring(const Octets& request, const Parcel& parcel) {
        note_upward(parcel.message);
        const Octets answer = answered_once(parcel.message);
        carried.emplace_back(parcel, answer);
        call_of([&] { note_reply(request, relay->returned(parcel, answer, time)); });
    }
    void carry_all(const Octets& request) {
        std::vector<Parcel> parcels;
        if (!call_of([&] {
                auto due = relay->due(time, 10);
                if (due) std::ranges::move(*due, std::back_inserter(parcels));
            })) return;
        for (const Parcel& parcel : parcels) bring(request, parcel);
    }
    /// Everything that was ever said to the RA comes once more, and changes nothing.
    void haunt() {
        for (const auto& [parcel, answer] : carried) CHECK_FALSE(relay->returned(parcel, answer, time).reply);
        for (const auto& [request, reply] : replies) {
            const Step step = ask(request);
            REQUIRE(step.reply);
            CHECK(step.reply->message == reply);
        }
    }
    void enroll(bool is_offline) {
        doorway.time_window = 0;
        if (is_offline) settings.upstreams[0].is_offline = true;
        start();
        EndEntity who  = device(wanted(BodyType::ir), by_maker());
        who            = EndEntity({wanted(BodyType::ir), {}}, by_maker(), [&] { auto t = trust(); t.time_window = 0; return t; }());
        Action    next = step(who, Begin{});
        for (int i = 0; i < 40 && !std::holds_alternative<Done>(next); ++i) {
            if (const auto* failed = std::get_if<Failed>(&next)) FAIL(failed->error.text());
            if (const auto* send = std::get_if<Send>(&next)) next = step(who, Received{persist(send->message)});
            else time += 31, carry_all({}), next = step(who, Woken{});
        }
        CHECK(std::holds_alternative<Done>(next));
        haunt();
    }
};

}  // namespace

TEST_CASE("a node that dies after any of its calls, or before it has stored them, loses nothing", "[responder][relay]") {
    for (const bool is_offline : {false, true})
        for (const auto action : {ra::Action::unchanged, ra::Action::reprotect, ra::Action::nest})
            for (std::size_t at = 0; at < (is_offline ? 12u : 6u); ++at)
                for (const Fate fate : {Fate::killed_after, Fate::killed_before_storing, Fate::twice}) {
                    Frail world;
                    world.forwards(action);
                    world.plan.assign(at, Fate::good);
                    world.plan.push_back(fate);
                    INFO("offline " << is_offline << ", action " << int(action) << ", call " << at << ", fate " << int(fate));
                    world.enroll(is_offline);
                }
}

TEST_CASE("any three deaths in a row lose nothing", "[responder][relay]") {
    constexpr Fate fates[] = {Fate::good, Fate::killed_after, Fate::killed_before_storing, Fate::twice};
    for (unsigned number = 0; number < 64; ++number) {
        Frail world;
        world.forwards(ra::Action::reprotect);
        world.plan = {fates[number % 4], fates[number / 4 % 4], fates[number / 16]};
        INFO(number);
        world.enroll(false);
    }
}

TEST_CASE("other writers may be faster: the same comes out", "[responder][relay]") {
    for (int conflicts : {1, 5, 15}) {
        RelayWorld world;
        world.forwards(ra::Action::reprotect);
        EndEntity device     = world.device(wanted(BodyType::ir), world.by_maker());
        world.store.conflicts = conflicts;
        const Octets ip      = world.exchange(world.first(device));
        CHECK(said(ip).status == PKIStatus::accepted);
        world.store.conflicts = conflicts;
        CHECK(said(world.exchange(world.next(device, ip))).type == BodyType::pkiconf);
    }
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    EndEntity device     = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets ir      = world.first(device);
    world.store.conflicts = 1000;
    CHECK(said(world.exchange(ir)).fail_info == FailInfo::systemUnavail);
    world.store.conflicts = 0;
    CHECK(said(world.exchange(ir)).type == BodyType::ip);
}

TEST_CASE("a record that cannot be taken up does not hold up the others", "[responder][relay]") {
    RelayWorld world;
    world.settings.upstreams.push_back(world.settings.upstreams[0]);
    world.settings.upstreams[1].name = "gone";
    world.settings.rules = {{.name = "one", .reason = {}, .about = {.bodies = {BodyType::ir}}, .action = ra::Action::reprotect, .upstream = "gone"},
                            {.name = "two", .reason = {}, .about = {.bodies = {BodyType::cr}}, .action = ra::Action::reprotect}};
    world.start();
    EndEntity ir = world.device(wanted(BodyType::ir), world.by_maker()), cr = world.device(wanted(BodyType::cr), world.by_own());
    CHECK(world.ask(world.first(ir)).parcel->upstream == "gone");
    CHECK(world.ask(world.first(cr)).parcel->upstream == "ca");
    world.settings.upstreams.pop_back();
    world.settings.rules.erase(world.settings.rules.begin());
    world.start();
    world.time += 30;
    CHECK(world.carry() == 1);
    CHECK(said(world.sent.at(0)).type == BodyType::cr);
    CHECK(world.carry() == 0);
}

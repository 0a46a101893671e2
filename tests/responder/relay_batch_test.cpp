// Batches towards an upstream (RFC 9483 5.2.2.2): when they leave, what is in them, and what their answers do.
#include "relay_world.hpp"

#include "operations/forwarding.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

struct Bundled : RelayWorld {
    std::vector<EndEntity> devices;
    std::vector<Octets>    asked, told;
    std::function<void(std::vector<Octets>&)>     bend_inner;  // the answers in the batch's answer
    std::function<Octets(const PKIMessage&)>      instead;     // of the batch's answer

    Bundled() {
        doorway.time_window          = 0;
        settings.upstreams[0].batch  = {.count = 3, .octets = 1 << 20, .seconds = 5, .lost_after = 1000};
        settings.upstreams[0].retry_seconds = 30;
        settings.upstreams[0].recipient     = name_octets("CN=RA");
        forwards(ra::Action::reprotect);
        upstream = [this](const Octets& message) { return answered_batch(message); };
    }
    void enroll(int count) {
        PeerTrust patient   = trust();
        patient.time_window = 0;
        for (; count > 0; --count) {
            devices.emplace_back(Order{wanted(BodyType::ir), {}}, by_maker(), patient);
            asked.push_back(first(devices.back()));
            told.push_back(exchange(asked.back()));
            CHECK(said(told.back()).status == PKIStatus::waiting);
        }
    }
    Octets answered_batch(const Octets& message) {
        sent.push_back(message);
        auto& answer = answers[message];
        if (!answer.empty()) return answer;
        const auto batch = read(message);
        REQUIRE(batch->body.is<"nested">());
        if (instead) return instead(*batch);
        std::vector<Octets> inner;
        for (const PKIMessage& each : *batch->body.get<"nested">()) inner.push_back(ca.answer(each.received));
        if (bend_inner) bend_inner(inner);
        return answer = nested(*batch, inner);
    }
    Octets nested(const PKIMessage& batch, const std::vector<Octets>& inner) const {
        const std::vector<Bytes> views(inner.begin(), inner.end());
        return value_of(operations::bundle(views, fields_for(batch), by_ca()));
    }
    HeaderFields fields_for(const PKIMessage& batch) const {
        static const Octets nonce(16, 0x77);
        return {.recipient = nullptr, .transaction_id = batch.header.transactionID->content, .sender_nonce = nonce, .recip_nonce = batch.header.senderNonce->content, .now = time, .general_info = {}};
    }
    protection::Protector by_ca() const { return protection::Protector::by_signature(ca.signer.signer(), {ca.signer, ca.issuing}); }
    std::size_t members_of_last() const { return read(sent.back())->body.get<"nested">()->size(); }
    /// Each device polls; how many of them got their certificate.
    std::size_t granted() {
        std::size_t count = 0;
        for (std::size_t i = 0; i < devices.size(); ++i) {
            const Action next = step(devices[i], Received{told[i]});
            const Octets poll = std::holds_alternative<Send>(next) ? std::get<Send>(next).message : this->poll(devices[i]);
            told[i]           = exchange(poll);
            count += said(told[i]).status == PKIStatus::accepted;
        }
        return count;
    }
};

}  // namespace

TEST_CASE("a batch leaves when there are enough, or when the oldest has waited long enough", "[responder][relay]") {
    Bundled world;
    SECTION("by count") {
        world.enroll(2);
        CHECK(world.carry() == 0);
        world.enroll(1);
        CHECK(world.carry() == 1);
        CHECK(world.members_of_last() == 3);
    }
    SECTION("by octets") {
        world.settings.upstreams[0].batch->octets = 1500;
        world.start();
        world.enroll(2);
        CHECK(world.carry() == 1);
    }
    SECTION("by age") {
        world.enroll(2);
        world.time += 5;
        CHECK(world.carry() == 1);
        CHECK(world.members_of_last() == 2);
    }
    const auto asked_before = world.sent.size();
    world.time += 300;
    while (world.carry()) continue;
    CHECK(world.sent.size() <= asked_before + 1);  // what was not in the first
    CHECK(world.granted() == world.devices.size());
}

TEST_CASE("a batch has a fresh header, the RA's signature and its members octet for octet", "[responder][relay]") {
    Bundled world;
    world.forwards(ra::Action::unchanged);
    world.enroll(3);
    world.carry();
    const auto batch = read(world.sent.at(0));
    CHECK(is_signed_by(batch, world.ra));
    CHECK_FALSE(batch->header.recipNonce);
    CHECK(to_text(*batch->header.recipient.get<"directoryName">()) == "CN=RA");
    std::set<Octets> inside, wanted_inside(world.asked.begin(), world.asked.end());
    for (const PKIMessage& each : *batch->body.get<"nested">()) {
        inside.insert(copy_of(each.received));
        CHECK_FALSE(equal(each.header.transactionID->content, batch->header.transactionID->content));
        CHECK_FALSE(equal(each.header.senderNonce->content, batch->header.senderNonce->content));
    }
    CHECK(inside == wanted_inside);
    CHECK(world.granted() == 3);
    const auto answer = read(world.answers.begin()->second);
    const auto is_it  = [&](const PKIMessage& each) { return equal(each.received, world.told.at(0)); };
    const auto& inner  = *answer->body.get<"nested">();
    CHECK(std::any_of(inner.begin(), inner.end(), is_it));  // the CA's own
}

TEST_CASE("confirmations are bundled, too, and polls of ours", "[responder][relay]") {
    Bundled world;
    world.ca.delays = 3;  // of each poll one, as the CA's script counts them together
    world.enroll(1);
    world.time += 5;
    CHECK(world.carry() == 1);  // «waiting»
    for (int i = 0; i < 4; ++i) world.time += 20, world.carry();
    CHECK(said(read(world.sent.back())->body.get<"nested">()->front().received).type == BodyType::pollReq);
    REQUIRE(world.granted() == 1);
    const Octets confirmation = world.next(world.devices[0], world.told[0]);
    const Octets told         = world.exchange(confirmation);
    CHECK(said(told).type == BodyType::error);
    CHECK(said(told).status == PKIStatus::waiting);
    world.time += 5;
    CHECK(world.carry() == 1);
    CHECK(std::holds_alternative<Done>(world.step(world.devices[0], Received{world.exchange(world.next(world.devices[0], told))})));
}

TEST_CASE("a batch is carried again as the same octets until it is answered, whoever dies", "[responder][relay]") {
    Bundled world;
    world.enroll(3);
    const auto parcels = value_of(world.relay->due(world.time, 10));
    REQUIRE(parcels.size() == 1);
    CHECK(parcels[0].operation == "nested");
    world.start();
    CHECK(value_of(world.relay->due(world.time, 10)).empty());
    world.time += 30;
    const auto again = value_of(world.relay->due(world.time, 10));
    REQUIRE(again.size() == 1);
    CHECK(again[0].message == parcels[0].message);
    const Octets answer = world.upstream(again[0].message);

    SECTION("in the middle of its answer") {
        world.store.conflicts = 0;
        world.relay->returned(again[0], answer, world.time);
    }
    SECTION("or as its store fails at any of its commits") {
        for (int good = 0; good < 4; ++good) {
            world.store.breaks_after = good;
            world.relay->returned(again[0], answer, world.time);
            world.store.breaks_after = -1;
            world.start();
        }
        world.time += 30;
        world.carry();
    }
    CHECK(world.granted() == 3);
    const auto sent = world.sent.size();
    world.relay->returned(parcels[0], answer, world.time);
    world.time += 100;
    CHECK(world.carry() == 0);
    CHECK(world.sent.size() == sent);
}

TEST_CASE("two nodes never bundle the same message", "[responder][relay]") {
    Bundled world;
    world.enroll(2);
    world.time += 5;
    Relay other(*world.authority, world.doorway, world.store, system_random(), {});
    world.store.conflicts = 1;
    const auto mine = value_of(world.relay->due(world.time, 10)), theirs = value_of(other.due(world.time, 10));
    CHECK(mine.size() + theirs.size() == 1);
}

TEST_CASE("a batch's answer with something wrong in it serves the others", "[responder][relay]") {
    Bundled     world;
    std::size_t lost = 1;
    SECTION("one is missing") { world.bend_inner = [](std::vector<Octets>& inner) { inner.pop_back(); }; }
    SECTION("one is for another transaction") {
        world.bend_inner = [&](std::vector<Octets>& inner) {
            EndEntity stranger = world.device(wanted(BodyType::ir), world.by_maker());
            inner.back()       = world.ca.answer(world.first(stranger));
        };
    }
    SECTION("one is not protected") {
        world.bend_inner = [](std::vector<Octets>& inner) {
            const auto last = read(inner.back());
            auto header     = last->header;
            header.protectionAlg.reset();
            inner.back() = value_of(protection::seal(header, last->body, nullptr, {}));
        };
    }
    SECTION("one is nested once more") {
        world.bend_inner = [&](std::vector<Octets>& inner) {
            const auto last = read(inner.back());
            inner.back()    = value_of(operations::nest(*last, world.by_ca(), nullptr, world.time));
        };
    }
    SECTION("one comes twice") {
        lost             = 0;
        world.bend_inner = [](std::vector<Octets>& inner) { inner.push_back(inner.front()); };
    }
    world.enroll(3);
    world.carry();
    CHECK(world.granted() == 3 - lost);
    if (lost == 0) return;
    world.time += 1006;
    while (world.carry()) continue;
    CHECK(world.sent.size() == 1);  // what was answered is not asked again
    std::size_t failed = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        if (said(world.told[i]).type != BodyType::pollRep) continue;
        REQUIRE(std::holds_alternative<Wait>(world.step(world.devices[i], Received{world.told[i]})));
        const Said end = said(world.exchange(world.poll(world.devices[i])));
        failed += end.type == BodyType::ip && end.fail_info == FailInfo::systemFailure;
    }
    CHECK(failed == lost);
}

TEST_CASE("a batch's answer that cannot be believed changes nothing", "[responder][relay]") {
    Bundled      world;
    const Octets strange(16, 0x55);
    const auto   answer_with = [&](const PKIMessage& batch, const HeaderFields& fields, const protection::Protector& protector) {
        const Octets inner = world.ca.answer(batch.body.get<"nested">()->front().received);
        const Bytes  one[] = {inner};
        return value_of(operations::bundle(one, fields, protector));
    };
    SECTION("another transactionID") {
        world.instead = [&](const PKIMessage& batch) { auto fields = world.fields_for(batch); return fields.transaction_id = strange, answer_with(batch, fields, world.by_ca()); };
    }
    SECTION("another nonce") {
        world.instead = [&](const PKIMessage& batch) { auto fields = world.fields_for(batch); return fields.recip_nonce = strange, answer_with(batch, fields, world.by_ca()); };
    }
    SECTION("a stranger's signature") {
        world.instead = [&](const PKIMessage& batch) {
            return answer_with(batch, world.fields_for(batch), protection::Protector::by_signature(world.maker.signer(), {world.maker}));
        };
    }
    SECTION("an error message without protection") {
        world.instead = [&](const PKIMessage& batch) {
            der::Arena arena;
            PKIBody    body;
            body.emplace<"error">().pKIStatusInfo = rejection(FailInfo::badRequest, "no", arena);
            return value_of(protection::seal(header_of(world.fields_for(batch), arena), body, nullptr, {}));
        };
    }
    world.enroll(3);
    world.carry();
    CHECK(world.incidents.back().outcome == "not believed");
    CHECK(world.granted() == 0);
    world.instead = nullptr;
    world.time += 30;
    CHECK(world.carry() == 1);
    CHECK(world.sent[0] == world.sent[1]);
    for (std::size_t i = 0; i < 3; ++i) REQUIRE(std::holds_alternative<Wait>(world.step(world.devices[i], Received{world.told[i]})));
    for (auto& device : world.devices) CHECK(said(world.exchange(world.poll(device))).status == PKIStatus::accepted);
}

TEST_CASE("an error message for the whole batch fails all its members, unless the upstream has no time now", "[responder][relay]") {
    for (const FailInfo info : {FailInfo::badRequest, FailInfo::systemUnavail}) {
        Bundled world;
        world.instead = [&](const PKIMessage& batch) {
            der::Arena arena;
            PKIBody    body;
            body.emplace<"error">().pKIStatusInfo = rejection(info, "no", arena);
            const auto protector = world.by_ca();
            return value_of(protection::seal(header_of(world.fields_for(batch), arena), body, &protector, {}));
        };
        world.enroll(3);
        world.carry();
        world.granted();
        for (const Octets& told : world.told) CHECK(said(told).type == (info == FailInfo::badRequest ? BodyType::ip : BodyType::pollRep));
        world.time += 30;
        CHECK(world.carry() == (info == FailInfo::badRequest ? 0 : 1));
    }
}

TEST_CASE("two devices that chose the same transactionID are not in one batch", "[responder][relay]") {
    Bundled world;
    world.enroll(1);
    const auto   who    = world.by_maker();
    EndEntity    device = world.device(wanted(BodyType::ir), who);
    const auto   theirs = read(world.first(device)), other = read(world.asked[0]);
    auto         header = theirs->header;
    header.transactionID = other->header.transactionID;
    const auto protector = protection::Protector::by_signature(who.signer, who.chain);
    world.exchange(value_of(protection::seal(header, theirs->body, &protector, {})));
    world.time += 5;
    CHECK(world.carry() == 2);
    CHECK(world.members_of_last() == 1);
}

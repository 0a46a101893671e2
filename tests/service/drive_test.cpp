#include "../operations/scripted_ca.hpp"
#include "service/drive.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;
using namespace std::chrono_literals;

namespace {

// A way to the scripted CA that loses answers; what is sent again must be the same octets.
struct LossyWay {
    Play&       play;
    std::size_t losses;
    std::vector<Octets> sent{};

    Result<Octets> operator()(const Send& send, std::chrono::milliseconds) {
        sent.push_back(send.message);
        if (losses && losses--) return Error{.code = Code::peer_gone};
        return play.ca.answer(send.message);
    }
};

Result<Done> drive(Play& play, LossyWay& way, std::chrono::milliseconds total, transport::Cancel& cancel) {
    EndEntity            operation({Play::enrollment(), {}}, play.by_secret(), play.trust());
    service::Application application;
    application.clock   = [] { return now; };
    application.waiting = [&](const Wait& wait) { play.waits.push_back(wait.check_after); };
    return service::drive(operation, std::ref(way), service::Way::online, application, {.exchange = 1s, .total = total}, play.random, cancel);
}

}  // namespace

TEST_CASE("what brought no answer is sent again as the same octets", "[service]") {
    Play              play;
    LossyWay          way{play, 2};
    transport::Cancel cancel;
    auto done = drive(play, way, 60s, cancel);
    REQUIRE(done);
    REQUIRE(way.sent.size() == 4);
    CHECK(way.sent[0] == way.sent[1]);
    CHECK(way.sent[1] == way.sent[2]);
    CHECK(way.sent[3] != way.sent[2]);
}

TEST_CASE("the total time ends an operation whose peer is silent", "[service]") {
    Play              play;
    LossyWay          way{play, SIZE_MAX};
    transport::Cancel cancel;
    auto done = drive(play, way, 50ms, cancel);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::deadline);
    REQUIRE(done.error().cause);
    CHECK(done.error().cause->code == Code::peer_gone);
}

TEST_CASE("cancelling ends the wait between two tries", "[service]") {
    Play              play;
    LossyWay          way{play, SIZE_MAX};
    transport::Cancel cancel;
    cancel.fire();
    auto done = drive(play, way, 60s, cancel);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::cancelled);
}

TEST_CASE("a CA that wants to be asked again after the time limit ends the operation at once", "[service]") {
    Play              play;
    LossyWay          way{play, 0};
    transport::Cancel cancel;
    play.ca.delays = 1;
    auto done = drive(play, way, 3s, cancel);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::deadline);
    CHECK(std::string_view(done.error().clause) == "RFC 9483 4.4");
    CHECK(play.waits == std::vector<std::int64_t>{7});
}

namespace {

/// The CA refuses the first messages of so many transactions with that bit.
void refuse_first(Play& play, int count, FailInfo bit) {
    play.ca.bend = [count, bit](HeaderFields&, PKIBody& body) mutable {
        if (!body.is<"ip">() || count-- <= 0) return;
        static der::Arena arena;
        body.emplace<"error">().pKIStatusInfo = rejection(bit, {}, arena);
    };
}

}  // namespace

TEST_CASE("a refusal that will pass is met by another transaction", "[service]") {
    Play              play;
    LossyWay          way{play, 0};
    transport::Cancel cancel;
    refuse_first(play, 1, GENERATE(FailInfo::transactionIdInUse, FailInfo::systemUnavail, FailInfo::systemFailure));
    CHECK(drive(play, way, 60s, cancel));
    CHECK(play.ca.seen == std::vector<BodyType>{BodyType::ir, BodyType::ir, BodyType::certConf});
    const auto first = value_of(der::parse<PKIMessage>(way.sent[0])), second = value_of(der::parse<PKIMessage>(way.sent[1]));
    CHECK_FALSE(equal(first->header.transactionID->content, second->header.transactionID->content));
}

TEST_CASE("other transactions are begun a few times only, and not for a refusal of the request", "[service]") {
    Play              play;
    LossyWay          way{play, 0};
    transport::Cancel cancel;
    SECTION("the same again and again") {
        refuse_first(play, 100, FailInfo::transactionIdInUse);
        CHECK(drive(play, way, 60s, cancel).error().fail_info == FailInfo::transactionIdInUse);
        CHECK(way.sent.size() == 4);
    }
    SECTION("the request is refused") {
        refuse_first(play, 100, FailInfo::badCertTemplate);
        CHECK(drive(play, way, 60s, cancel).error().fail_info == FailInfo::badCertTemplate);
        CHECK(way.sent.size() == 1);
    }
    SECTION("the time is over") {
        refuse_first(play, 100, FailInfo::systemUnavail);
        CHECK(drive(play, way, 100ms, cancel).error().fail_info == FailInfo::systemUnavail);
        CHECK(way.sent.size() == 1);
    }
}

namespace {

/// An operation whose states are kept, against a way that is cut after so many answers.
struct Saved {
    Play              play;
    Enrollment        wanted = Play::enrollment();
    std::vector<Octets> states{}, sent{};
    std::size_t       answers = SIZE_MAX;
    transport::Cancel cancel;
    bool              can_save = true;

    Result<Done> drive(EndEntity operation) {
        service::Application application;
        application.clock = [] { return now; };
        application.save  = [&](const EndEntity& at) -> Result<void> {
            if (!can_save) return Error{.code = Code::io};
            states.push_back(value_of(at.save()));
            return {};
        };
        const service::Carry carry = [&](const Send& send, std::chrono::milliseconds) -> Result<Octets> {
            sent.push_back(send.message);
            if (answers == 0) return Error{.code = Code::content_type};
            --answers;
            return play.ca.answer(send.message);
        };
        return service::drive(operation, carry, service::Way::online, application, {.exchange = 1s, .total = 60s}, play.random, cancel);
    }
    EndEntity fresh() { return EndEntity({wanted, {}}, play.by_secret(), play.trust()); }
    EndEntity last() { return value_of(EndEntity::restore(states.back(), play.by_secret(), play.trust(), wanted.key)); }
};

}  // namespace

TEST_CASE("a state is saved before each action, and a run in another process goes on from the last", "[service]") {
    Saved saved;
    saved.answers = 1;
    REQUIRE_FALSE(saved.drive(saved.fresh()));
    CHECK(saved.states.size() == 4);  // ir, decide, keep, certConf
    saved.answers = SIZE_MAX;
    CHECK(saved.drive(saved.last()));
    REQUIRE(saved.sent.size() == 3);
    CHECK(saved.sent[1] == saved.sent[2]);
    CHECK(saved.play.ca.seen == std::vector<BodyType>{BodyType::ir, BodyType::certConf});
}

TEST_CASE("what could not be saved is not sent", "[service]") {
    Saved saved;
    saved.can_save = false;
    CHECK(saved.drive(saved.fresh()).error().code == Code::io);
    CHECK(saved.sent.empty());
}

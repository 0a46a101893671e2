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
    application.clock = [] { return now; };
    return service::drive(operation, std::ref(way), application, {.exchange = 1s, .total = total}, play.random, cancel);
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

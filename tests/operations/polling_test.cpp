#include "scripted_ca.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;

namespace {

using Bodies = std::vector<BodyType>;

}  // namespace

TEST_CASE("an end entity that is told to wait polls until the answer comes", "[operations]") {
    Play play;
    play.ca.delays            = 2;
    play.ca.names_first_nonce = GENERATE(false, true);  // RFC 9483 4.4: the nonce of the last pollReq or of the first message
    const Action end          = play.run(Play::enrollment(), play.by_secret());
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK(std::get<Done>(end).certificate == play.ca.issued);
    CHECK(play.ca.seen == Bodies{BodyType::ir, BodyType::pollReq, BodyType::pollReq, BodyType::pollReq, BodyType::certConf});
    CHECK(play.waits == std::vector<std::int64_t>{7, 7});
}

TEST_CASE("every kind of request can be delayed, by its own answer or by an error", "[operations]") {
    Play        play;
    const Forge device = play.ca.issuing.issue({.subject = "CN=dev-0001"});
    play.ca.delays          = 1;
    play.ca.delays_by_error = GENERATE(false, true);
    for (const BodyType type : {BodyType::ir, BodyType::cr, BodyType::kur, BodyType::p10cr}) {
        play.ca.delays = 1;
        play.ca.seen.clear();
        const Action end = play.run(type == BodyType::p10cr ? Play::enrollment_with_csr() : Play::enrollment(type), Play::by_certificate(device));
        CHECK(std::holds_alternative<Done>(end));
        CHECK(play.ca.seen == Bodies{type, BodyType::pollReq, BodyType::pollReq, BodyType::certConf});
    }
    play.ca.delays = 1;
    play.ca.seen.clear();
    EndEntity revocation({Revocation{der::encode(device.certificate()->issuer), copy_of(device.certificate().serial()), Reason::keyCompromise}, {}}, Play::by_certificate(device), play.trust());
    CHECK(std::holds_alternative<Done>(play.run(revocation)));
    CHECK(play.ca.seen == Bodies{BodyType::rr, BodyType::pollReq, BodyType::pollReq});
    play.ca.delays = 1;
    play.ca.seen.clear();
    EndEntity inquiry({ask_ca_certificates(), {}}, Play::by_certificate(device), play.trust());
    CHECK(std::holds_alternative<Done>(play.run(inquiry)));
    CHECK(play.ca.seen == Bodies{BodyType::genm, BodyType::pollReq, BodyType::pollReq});
}

TEST_CASE("a confirmation can be delayed too", "[operations]") {
    Play play;
    play.ca.delays              = 1;
    play.ca.delays_confirmation = true;
    CHECK(std::holds_alternative<Done>(play.run(Play::enrollment(), play.by_secret())));
    CHECK(play.ca.seen == Bodies{BodyType::ir, BodyType::certConf, BodyType::pollReq, BodyType::pollReq});
}

TEST_CASE("a pollRep that breaks the rules ends the operation", "[operations]") {
    Play    play;
    PollRep bent[2]{{0, 5, {}}, {0, 5, {}}};
    play.ca.delays = 1;
    std::size_t count = 1;
    std::string path  = "body.pollRep";
    SECTION("another certReqId") { bent[0].certReqId = 1; }
    SECTION("two elements") { count = 2; }
    SECTION("none") { count = 0; }
    SECTION("a time that is past") {
        bent[0].checkAfter = -1;
        path               = "body.pollRep[0].checkAfter";
    }
    play.ca.bend = [&](HeaderFields&, PKIBody& body) {
        if (auto* polls = body.is<"pollRep">() ? &body.emplace<"pollRep">() : nullptr) *polls = PollRepContent(bent, count);
    };
    const Error error = play.failure(Play::enrollment(), play.by_secret());
    CHECK(error.code == Code::bad_request);
    CHECK(error.path.text() == path);
    CHECK(error.fail_info == FailInfo::badRequest);
    CHECK(play.ca.seen.back() == BodyType::error);
}

TEST_CASE("a pollRep with the nonce of the first message is a replay", "[operations]") {
    Play   play;
    Octets first;
    play.ca.delays = 1;
    play.ca.bend   = [&](HeaderFields& header, PKIBody& body) {
        if (body.is<"ip">() && first.empty()) first = copy_of(header.recip_nonce);
        if (body.is<"pollRep">()) header.recip_nonce = first;
    };
    const Error error = play.failure(Play::enrollment(), play.by_secret());
    CHECK(error.code == Code::nonce_mismatch);
    CHECK(error.path.text() == "header.recipNonce");
}

TEST_CASE("an end entity that polls is not told to wait a second time by another message", "[operations]") {
    Play play;
    play.ca.delays = 0;
    play.ca.bend   = [&](HeaderFields&, PKIBody& body) {
        if (!body.is<"ip">() || play.ca.response().status.status == PKIStatus::waiting) return;
        play.ca.response()               = {};
        play.ca.response().status.status = PKIStatus::waiting;
    };
    const Error error = play.failure(Play::enrollment(), play.by_secret());
    CHECK(error.code == Code::bad_request);
    CHECK(error.path.text() == "body");
}

TEST_CASE("an hour that is too far away is no arithmetic trap", "[operations]") {
    Play    play;
    PollRep far{0, INT64_MAX, {}};
    play.ca.delays = 1;
    play.ca.bend   = [&](HeaderFields&, PKIBody& body) {
        if (body.is<"pollRep">()) body.emplace<"pollRep">() = PollRepContent(&far, 1);
    };
    CHECK(std::holds_alternative<Done>(play.run(Play::enrollment(), play.by_secret())));
    CHECK(play.waits == std::vector<std::int64_t>{366 * 86400});
}

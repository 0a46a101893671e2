// What is told of requests after the fact: by file and to the application.
#include "running.hpp"

#include "service/events.hpp"

#include <sys/stat.h>

using namespace cmpkit;
using namespace cmpkit::service;
using responder::Incident;

namespace {

Incident incident(std::string body, std::string outcome, responder::Deed deed = {}, std::optional<Error> problem = {}) {
    return {.transaction_id = "0a0b", .requester = "secret:dev1", .address = "127.0.0.1:1", .body = std::move(body), .outcome = std::move(outcome), .problem = std::move(problem),
            .kind = "secret", .deed = std::move(deed)};
}
responder::Deed deed(std::optional<PKIStatus> status, std::string asked = "ir") {
    responder::Deed deed;
    deed.asked  = std::move(asked);
    deed.device = "dev1";
    deed.status = status;
    return deed;
}
std::string event_in(const Incident& incident) {
    const std::string line = event_line(incident, Plant::founded);
    const auto        at   = line.find("\"event\":\"");
    return at == std::string::npos ? line : line.substr(at + 9, line.find('"', at + 9) - at - 9);
}
const Error refusal{.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .detail = "no"};

std::string with_events(const Plant& plant, const std::string& file) { return plant.text + "\n[events]\nfile = \"" + file + "\"\n"; }
std::string text_in(const std::string& file) {
    const auto octets = read_file(file);
    return octets ? std::string(text_of(*octets)) : std::string();
}

}  // namespace

TEST_CASE("an event says who has which certificate until when, and by which rule", "[service]") {
    responder::Deed enrolled = deed(PKIStatus::accepted);
    enrolled.device = "CN=press,serialNumber=SN-4", enrolled.device_serial = "SN-4", enrolled.subject = "CN=press", enrolled.serial = "0x7";
    enrolled.not_after = "2028-01-15T08:00:00Z", enrolled.rule = "known", enrolled.upstream = "ca", enrolled.rejection = "";
    CHECK(event_line(incident("answer", "ip", enrolled), Plant::founded) ==
          R"({"time":"2027-01-15T08:00:00Z","event":"enrolled","transactionID":"0a0b","requester":"secret:dev1","device":"CN=press,serialNumber=SN-4","deviceSerial":"SN-4","asked":"ir",)"
          R"("subject":"CN=press","serial":"0x7","notAfter":"2028-01-15T08:00:00Z","rule":"known","upstream":"ca"})");
}

TEST_CASE("each outcome has its word, and what changes nothing has none", "[service]") {
    CHECK(event_in(incident("answer", "kup", deed(PKIStatus::grantedWithMods, "kur"))) == "updated");
    CHECK(event_in(incident("rr", "rp", deed(PKIStatus::accepted, "rr"))) == "revoked");
    CHECK(event_in(incident("ir", "ip", deed(PKIStatus::waiting))) == "waiting");
    CHECK(event_in(incident("answer", "ip", deed(PKIStatus::waiting), Error{.code = Code::connect_failed})) == "waiting");
    CHECK(event_in(incident("ir", "ip", deed(PKIStatus::rejection), refusal)) == "refused");
    CHECK(event_in(incident("ir", "error", {}, refusal)) == "refused");
    CHECK(event_in(incident("ir", "error", {}, Error{.code = Code::deadline, .fail_info = FailInfo::systemUnavail})) == "failed");
    CHECK(event_in(incident("time", "given up", deed({}), Error{.code = Code::deadline})) == "failed");
    CHECK(event_in(incident("certConf", "expired", deed({}), Error{.code = Code::deadline})) == "failed");
    for (const char* outcome : {"forwarded", "repeated", "pollRep", "pkiconf", "not answered", "genp"}) CHECK(event_in(incident("ir", outcome, deed({}))).empty());
    CHECK(event_in(incident("genm", "genp", deed(PKIStatus::accepted, "genm"))).empty());
    SECTION("what was told when it came is not told again when it is fetched") {
        responder::Deed fetched = deed(PKIStatus::accepted);
        fetched.upstream        = "ca";
        CHECK(event_in(incident("pollReq", "ip", fetched)).empty());
        CHECK(event_in(incident("answer", "ready: ip", fetched)) == "enrolled");
    }
    SECTION("an officer's word is told with whose request it was about") {
        Incident word     = incident("decide 00", "approved", deed({}));
        word.kind         = "operator", word.requester = "officer, user 0", word.on_behalf_of = "secret:dev1";
        const auto line   = event_line(word, Plant::founded);
        CHECK(line.find(R"("event":"approved","transactionID":"0a0b","requester":"secret:dev1","by":"officer, user 0")") != std::string::npos);
        word.outcome = "rolled over";
        CHECK(event_line(word, Plant::founded).empty());
    }
}

TEST_CASE("what a peer wrote cannot leave its line or its string", "[service]") {
    responder::Deed hostile = deed(PKIStatus::rejection);
    hostile.subject = "CN=x\"},\n{\"event\":\"enrolled\"", hostile.device = "dev\x1b[2J", hostile.rejection = "\xe2\x80\xae\xff";
    const std::string line = event_line(incident("ir", "ip", hostile), Plant::founded);
    for (const char c : line) CHECK((static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f));
    CHECK(line.find("{\"event\"") == std::string::npos);
}

TEST_CASE("a CA tells of its requests in a file and to the application", "[service]") {
    const Running            running;
    const std::string        file = running.plant.folder + "/events.jsonl";
    std::vector<std::string> heard;
    running.server->audience().set([&](const std::string& line) { heard.push_back(line); });
    CHECK(running.reload(with_events(running.plant, "events.jsonl")).empty());
    const Octets request = Running::request("first");
    CHECK(running.answer(request) == "ip");
    CHECK(running.answer(request) == "ip");  // the same octets: nothing new
    CHECK(running.answer(Running::request("wrong")) == "refused");
    REQUIRE(running.server->tick(Plant::founded + 301));  // nobody confirms
    REQUIRE(heard.size() == 3);
    CHECK(text_in(file) == heard[0] + "\n" + heard[1] + "\n" + heard[2] + "\n");
    CHECK(heard[0].find(R"("event":"enrolled","transactionID":")") != std::string::npos);
    CHECK(heard[0].find(R"("requester":"secret:dev1","device":"dev1","asked":"ir","subject":"CN=dev1","serial":"0x)") != std::string::npos);
    CHECK(heard[0].find(R"("notAfter":"2028-01-15T08:00:00Z")") != std::string::npos);
    CHECK(heard[1].find(R"("event":"refused")") != std::string::npos);
    CHECK(heard[2].find(R"("event":"failed")") != std::string::npos);
    CHECK(heard[2].find(heard[0].substr(heard[0].find("\"serial\""), 20)) != std::string::npos);
    struct stat status{};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    running.server->audience().set({});
    CHECK(running.answer(Running::request("wrong")) == "refused");
    CHECK(heard.size() == 3);
}

TEST_CASE("an event that is lost holds up no answer", "[service]") {
    const Running running;
    CHECK(running.reload(with_events(running.plant, "/dev/full")).empty());
    CHECK(running.answer(Running::request("first")) == "ip");
    auto none = running.server->reload(configuration_of(running.plant, with_events(running.plant, "no/events.jsonl")));
    REQUIRE_FALSE(none);
    CHECK(none.error().code == Code::io);
}

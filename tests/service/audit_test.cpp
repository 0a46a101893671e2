// What is told of messages and decisions, for reading afterwards.
#include "running.hpp"

#include "service/audit.hpp"

#include <sys/stat.h>

using namespace cmpkit;
using namespace cmpkit::service;

namespace {

std::string with_audit(const Plant& plant, const std::string& file) { return plant.text + "\n[audit]\nfile = \"" + file + "\"\n"; }

std::string text_in(const std::string& file) {
    const auto octets = read_file(file);
    return octets ? std::string(text_of(*octets)) : std::string();
}

std::size_t lines_in(const std::string& text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

}  // namespace

TEST_CASE("a line says who asked for what and what came of it", "[service]") {
    const responder::Incident incident{.transaction_id = "0a0b", .requester = "secret:dev\x1b", .address = "127.0.0.1:1", .authority = "plant", .body = "ir", .outcome = "ip",
                                       .problem = {}, .kind = "secret", .deed = {.profile = "device", .serial = "0x7", .subject = "CN=dev1", .reason = {}}};
    CHECK(audit_line(incident, Plant::founded) ==
          R"({"time":"2027-01-15T08:00:00Z","ca":"plant","transactionID":"0a0b","requester":"secret:dev\\x1b","kind":"secret","address":"127.0.0.1:1",)"
          R"("body":"ir","profile":"device","outcome":"ip","serial":"0x7","subject":"CN=dev1"})");
}

TEST_CASE("each message that is answered has its line, also one that is refused", "[service]") {
    const Running     running;
    const std::string file = running.plant.folder + "/audit.jsonl";
    CHECK(running.reload(with_audit(running.plant, "audit.jsonl")).empty());
    CHECK(running.answer(Running::request("first")) == "ip");
    CHECK(running.answer(Running::request("wrong")) == "refused");
    const std::string text = text_in(file);
    CHECK(lines_in(text) == 2);
    CHECK(text.find("\"requester\":\"secret:dev1\",\"kind\":\"secret\"") != std::string::npos);
    CHECK(text.find("\"outcome\":\"ip\",\"serial\":\"0x") != std::string::npos);
    CHECK(text.find("badMessageCheck") != std::string::npos);
    struct stat status{};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    SECTION("and what time ends has one too") {
        REQUIRE(running.server->tick(Plant::founded + 301));
        const std::string ended = text_in(file);
        CHECK(lines_in(ended) == 3);
        CHECK(ended.find("\"outcome\":\"expired\",\"serial\":\"0x") != std::string::npos);
    }
}

TEST_CASE("an answer that cannot be audited does not leave, until it can be", "[service]") {
    const Running running;
    CHECK(running.reload(with_audit(running.plant, "/dev/full")).empty());
    const Octets request = Running::request("first");
    CHECK(running.answer(request) == "refused");
    CHECK(running.reload(with_audit(running.plant, "audit.jsonl")).empty());
    CHECK(running.answer(request) == "ip");
    CHECK(text_in(running.plant.folder + "/audit.jsonl").find("\"outcome\":\"repeated\"") != std::string::npos);
}

TEST_CASE("an audit log that cannot be opened is a mistake of the configuration", "[service]") {
    const Running running;
    auto          again = running.server->reload(configuration_of(running.plant, with_audit(running.plant, "no/audit.jsonl")));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::io);
}

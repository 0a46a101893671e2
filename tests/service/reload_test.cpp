// A server that goes by another configuration while it answers.
#include "running.hpp"

#include <atomic>
#include <thread>

using namespace cmpkit;
using namespace cmpkit::service;

TEST_CASE("what a configuration says new counts from its reload on", "[service]") {
    const Running running;
    CHECK(running.answer(Running::request("first"), "later") == "refused");
    CHECK(running.reload(running.plant.text + "\n[[profile]]\nname = \"later\"\nsecret_subjects = [\"*\"]\n").empty());
    CHECK(running.answer(Running::request("first"), "later") == "ip");
    CHECK(running.reload(running.plant.with("\"file:first.secret\"", "\"second\"")).empty());
    CHECK(running.answer(Running::request("first")) == "refused");
}

TEST_CASE("what is under way ends with what it began with", "[service]") {
    const Running running;
    const auto    before = running.server->edition();
    CHECK(running.reload(running.plant.with("\"file:first.secret\"", "\"second\"")).empty());
    const auto reply = before->responder().answer(Running::request("first"), {.address = {}, .profile = {}}, Plant::founded);
    CHECK(Running::meaning_of(reply.message) == "ip");
    CHECK(before != running.server->edition());
}

TEST_CASE("what a reload cannot change is told, and the rest counts", "[service]") {
    const Running running;
    const auto    keys = running.reload(running.plant.with("store.db", "other.db") + "\n[server]\nqueue = 7\n[[profile]]\nname = \"later\"\n");
    CHECK(keys == std::vector<std::string>{"store.file", "server.queue"});
    CHECK(running.server->edition()->configuration().authorities[0].ca.profiles.size() == 2);
}

TEST_CASE("a server keeps its store until it is started again", "[service]") {
    const Running running;
    CHECK(running.reload(running.plant.with("file = \"store.db\"", "url = \"postgresql://db/cmpkit\"")) == std::vector<std::string>{"store.file", "store.url"});
}

TEST_CASE("a configuration that no CA can go by changes nothing", "[service]") {
    const Running running;
    const auto    before = running.server->edition();
    auto          again  = running.server->reload(configuration_of(running.plant, running.plant.with("\"issuing.key.pem\"", "\"root.key.pem\"")));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::bad_configuration);
    CHECK(before == running.server->edition());
}

TEST_CASE("threads are answered while the configuration changes", "[service]") {
    const Running            running;
    const auto               text = running.plant.with("uses      = 1 ", "uses      = 0 ");
    const auto               one = configuration_of(running.plant, text), other = configuration_of(running.plant, text + "\n[[profile]]\nname = \"later\"\n");
    std::vector<Octets>      requests;
    for (int i = 0; i < 24; ++i) requests.push_back(Running::request("first"));
    REQUIRE(running.server->reload(one));
    std::atomic<std::size_t> next = 0, granted = 0;
    const auto answer = [&] {
        for (std::size_t i = next++; i < requests.size(); i = next++) granted += running.answer(requests[i]) == "ip";
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(answer);
    std::size_t reloads = 0;
    while (next < requests.size()) reloads += running.server->reload(reloads % 2 ? one : other) ? 1u : 0u;
    for (std::thread& thread : threads) thread.join();
    CHECK(granted == requests.size());
    CHECK(reloads > 0);
}

#include "answering.hpp"

#include <atomic>
#include <catch2/catch.hpp>

using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

TEST_CASE("a cancel that was fired stays so until it is reset", "[transport]") {
    Cancel cancel;
    CHECK(!cancel.fired());
    cancel.fire();
    cancel.fire();
    CHECK(cancel.fired());
    cancel.reset();
    CHECK(!cancel.fired());
}

TEST_CASE("a wait ends when another thread fires, or at its time", "[transport]") {
    Cancel cancel;
    CHECK(!cancel.wait_until(std::chrono::steady_clock::now() + 10ms));
    std::thread other([&] { cancel.fire(); });
    CHECK(cancel.wait_until(std::chrono::steady_clock::now() + patience));
    other.join();
    CHECK(cancel.wait_until(std::chrono::steady_clock::now()));
}

TEST_CASE("a hook runs once, whether it was attached before or after", "[transport]") {
    Cancel cancel;
    int    runs = 0;
    SECTION("before") {
        cancel.attach([&] { ++runs; });
        cancel.fire();
        cancel.fire();
        CHECK(runs == 1);
    }
    SECTION("after") {
        cancel.fire();
        cancel.attach([&] { ++runs; });
        CHECK(runs == 1);
    }
    SECTION("not at all once it is detached") {
        cancel.attach([&] { ++runs; });
        cancel.detach();
        cancel.fire();
        CHECK(runs == 0);
    }
}

TEST_CASE("exchanges and the threads that cancel them race without harm", "[transport]") {
    auto registry = built_plugins();
    auto listener = registry.listen("http://127.0.0.1:0", nullptr, echo);
    REQUIRE(listener);
    auto channel = registry.open((*listener)->url(), nullptr);
    REQUIRE(channel);
    int answered = 0, cancelled = 0;
    for (int i = 0; i < 200; ++i) {
        Cancel      cancel;
        std::thread other([&] { cancel.fire(); });
        const auto  answer = send(**channel, some_octets(100), patience, &cancel);
        if (answer) ++answered;
        else if (answer.error().code == cmpkit::Code::cancelled) ++cancelled;
        other.join();
    }
    CHECK(answered + cancelled == 200);
}

// Announcements over CoAP (RFC 9482 2.6): who observes is told, until one of the two has enough.
#include "answering.hpp"
#include "datagram.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

/// One who observes in a thread of its own, and what it was told.
class Watcher {
public:
    Watcher(Channel& channel, const std::string& profile)
        : ended_(std::async(std::launch::async, [this, &channel, profile] {
              return channel.observe(profile, [this](Bytes message) { note(message); }, cancel);
          })) {}
    ~Watcher() { cancel.fire(); }

    Result<void> end() { return ended_.get(); }
    bool         has_ended() const { return ended_.wait_for(0s) == std::future_status::ready; }
    bool         wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return told_.size() >= count; });
    }
    std::vector<Octets> told() {
        const std::lock_guard lock(mutex_);
        return told_;
    }
    Cancel cancel;

private:
    void note(Bytes message) {
        const std::lock_guard lock(mutex_);
        told_.push_back(copy_of(message));
        changed_.notify_all();
    }
    std::mutex              mutex_;
    std::condition_variable changed_;
    std::vector<Octets>     told_;
    std::future<Result<void>> ended_;  // last: its thread uses the others
};

struct Announcer {
    explicit Announcer(const Options& options = {}) {
        auto listening = registry.listen("coap://127.0.0.1:0", nullptr, echo, options);
        if (!listening) FAIL(listening.error().text());
        listener = std::move(*listening);
        auto opened = registry.open(listener->url(), nullptr);
        if (!opened) FAIL(opened.error().text());
        channel = std::move(*opened);
    }
    /// Announces until the watcher was told of it: nobody learns when its registration has arrived.
    void announce_to(Watcher& watcher) {
        const auto until = std::chrono::steady_clock::now() + patience;
        for (std::size_t i = 0; watcher.told().empty() && std::chrono::steady_clock::now() < until; ++i) {
            CHECK(listener->announce(some_octets(100 + i % 7)));
            CHECK(send(*channel, some_octets(5)));
        }
    }
    Registry                  registry = built_plugins();
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Channel>  channel;
};

const std::string ann = "/.well-known/cmp/ann";
Coap watch(const std::string& path = ann) { return a_get(path).with(observe, 0u); }

/// The next message that is not an acknowledgement, which is acknowledged.
Coap next_of(Datagrams& peer) {
    while (const auto got = peer.receive()) {
        if (got->type == con) peer.send(octets_of({.type = ack, .mid = got->mid}));
        if (got->type != ack) return *got;
    }
    return {};
}

/// How many messages with that token come before the answer to a request, which is sent last.
int told_before_an_answer(Datagrams& peer, const std::string& token) {
    const Coap sent = peer.send(a_post("/", "m"));
    for (int told = 0;;) {
        const auto got = peer.receive();
        if (!got || (got->token == sent.token && got->code != 0)) return got ? told : -1;
        told += got->token == token ? 1 : 0;
    }
}

}  // namespace

TEST_CASE("a coap observer is told of each announcement, small or large, in order", "[transport][coap]") {
    Announcer world;
    Watcher   watcher(*world.channel, "");
    world.announce_to(watcher);
    const auto before = watcher.told().size();
    REQUIRE(before > 0);
    for (const std::size_t size : {300u, 5000u, 60000u, 10u}) {
        const auto already = watcher.told().size();
        CHECK(world.listener->announce(some_octets(size)));
        REQUIRE(watcher.wait_for(already + 1));
        CHECK(watcher.told().back() == some_octets(size));
    }
    watcher.cancel.fire();
    const auto ended = watcher.end();
    REQUIRE(!ended);
    CHECK(ended.error().code == Code::cancelled);
}

TEST_CASE("an observation ends well when the coap listener stops", "[transport][coap]") {
    Announcer world;
    Watcher   watcher(*world.channel, "");
    world.announce_to(watcher);
    world.listener->stop(patience);
    CHECK(watcher.end());
}

TEST_CASE("an observation ends when its coap channel is freed", "[transport][coap]") {
    auto registry = built_plugins();
    auto listener = registry.listen("coap://127.0.0.1:0", nullptr, echo);
    REQUIRE(listener);
    auto channel = registry.open((*listener)->url(), nullptr);
    REQUIRE(channel);
    Watcher watcher(**channel, "");
    watcher.cancel.fire();
    CHECK(!watcher.end());
}

TEST_CASE("a coap server that takes no observers is told apart from one that does", "[transport][coap]") {
    const auto refusing = [](std::uint8_t status) {
        return [status](const Coap& request) -> std::vector<Coap> { return {reply_to(request, status, "")}; };
    };
    for (const auto status : {code(2, 5), code(4, 4)}) {
        const ScriptedCoap server(refusing(status));
        auto               registry = built_plugins();
        auto               channel  = registry.open(server.url(), nullptr);
        REQUIRE(channel);
        Watcher    watcher(**channel, "plant");
        const auto ended = watcher.end();
        REQUIRE(!ended);
        CHECK(ended.error().code == Code::http_status);
    }
}

TEST_CASE("a coap client that has seen enough says so, at the path of the profile", "[transport][coap]") {
    std::atomic<int> registered = 0, left = 0;
    ScriptedCoap server([&](const Coap& request) -> std::vector<Coap> {
        if (request.type != con) return {};
        ++(request.number(observe) == 0u ? registered : left);
        return {reply_to(request, code(2, 5), "news").with(observe, 7u).with(content_format, 259u)};
    });
    auto registry = built_plugins();
    auto channel  = registry.open(server.url(), nullptr);
    REQUIRE(channel);
    Watcher watcher(**channel, "plant");
    REQUIRE(watcher.wait_for(1));
    watcher.cancel.fire();
    CHECK(!watcher.end());
    channel->reset();
    const auto until = std::chrono::steady_clock::now() + patience;
    while (left == 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    CHECK(registered == 1);
    CHECK(left == 1);
    const auto seen = server.received();
    CHECK(seen.at(0).path() == "/.well-known/cmp/p/plant/ann");
    CHECK(seen.at(0).token == seen.back().token);
}

TEST_CASE("a coap peer is told what it observes, until it leaves", "[transport][coap]") {
    const Announcer world;
    Datagrams       peer(world.listener->url());
    const auto      first = peer.ask(watch());
    CHECK(first.code == code(2, 5));
    CHECK(first.number(observe));
    CHECK(world.listener->announce(some_octets(5)));
    const auto told = next_of(peer);
    CHECK(told.type == con);
    CHECK(told.token == first.token);
    CHECK(told.number(observe).value_or(0) > first.number(observe).value_or(0));
    CHECK(told.number(content_format) == 259u);
    CHECK(told.body == std::string(text_of(some_octets(5))));
    SECTION("while it stays") {
        CHECK(world.listener->announce(some_octets(7)));
        CHECK(told_before_an_answer(peer, first.token) == 1);
        return;
    }
    SECTION("by saying so") {
        Coap leave  = a_get(ann).with(observe, 1u);
        leave.token = first.token;
        CHECK(!peer.ask(leave).number(observe));
    }
    SECTION("by rejecting") {
        CHECK(world.listener->announce(some_octets(6)));
        const auto refused = peer.receive();
        REQUIRE(refused);
        peer.send(octets_of({.type = rst, .mid = refused->mid}));
        CHECK(peer.ask("/", "m").body == "m");
    }
    CHECK(world.listener->announce(some_octets(7)));
    CHECK(told_before_an_answer(peer, first.token) == 0);
}

TEST_CASE("a coap peer observes where announcements are, and nowhere else", "[transport][coap]") {
    const Announcer world;
    Datagrams       peer(world.listener->url());
    CHECK(peer.ask(watch("/.well-known/cmp/p/x/ann")).number(observe));
    CHECK(!peer.ask(watch("/.well-known/cmp/ir")).number(observe));
    CHECK(!peer.ask(watch("/.well-known/core")).number(observe));
    CHECK(!peer.ask(a_get(ann)).number(observe));
    CHECK(peer.ask(a_post(ann, "m")).code == code(4, 4));
}

TEST_CASE("coap observers are limited in number", "[transport][coap]") {
    const Announcer world(Options{{"max-connections", "3"}});
    Datagrams       peer(world.listener->url());
    int             taken = 0;
    for (int i = 0; i < 10; ++i) taken += peer.ask(watch()).number(observe) ? 1 : 0;
    CHECK(taken == 3);
}

#include "conformance.hpp"

#include "answering.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <malloc.h>

namespace cmpkit::transport::test {

namespace {

/// Both sides of a carrier.
struct Pair {
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Channel>  channel;
};

/// @param besides  of one side
Options options_of(const Carrier& carrier, Options besides) {
    besides.insert(carrier.options.begin(), carrier.options.end());
    return besides;
}
Options client_options(const Carrier& carrier) { return options_of(carrier, carrier.client_options); }
Options server_options(const Carrier& carrier) { return options_of(carrier, carrier.server_options); }

Pair pair_of(Registry& registry, const Carrier& carrier, Handler handler) {
    auto listener = registry.listen(carrier.listen_url(), carrier.tls, std::move(handler), server_options(carrier));
    if (!listener) FAIL(listener.error().text());
    auto channel = registry.open((*listener)->url(), carrier.tls, client_options(carrier));
    if (!channel) FAIL(channel.error().text());
    return {std::move(*listener), std::move(*channel)};
}

void echoes(const Carrier& carrier) {
    auto registry = built_plugins();
    auto pair     = pair_of(registry, carrier, echo);
    for (const std::size_t size : {1u, 2u, 100u, 1500u, 16383u, 16384u, 16385u, 60'000u, 65536u, 1u << 20}) {
        INFO(size << " octets");
        const Octets message = some_octets(size);
        const auto   answer  = send(*pair.channel, message);
        if (!answer) FAIL(answer.error().text());
        CHECK(answer->message == message);
        CHECK(!answer->peer.address.empty());
    }
}

void passes_hints(const Carrier& carrier) {
    auto registry = built_plugins();
    auto pair     = pair_of(registry, carrier, [](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
        const std::string told = request.operation + "|" + request.profile + "|" + (peer.address.empty() ? "nobody" : "somebody");
        (void)exchange->respond(bytes_of(told), CMPKIT_TRANSPORT_ANSWERED);
    });
    const Octets message = some_octets(10);
    const auto   answer  = pair.channel->exchange({.message = message, .operation = "keyupdate", .profile = "Plant A/7 ü"}, patience, nullptr);
    if (!answer) FAIL(answer.error().text());
    CHECK(std::string(text_of(answer->message)) == (carrier.carries_hints ? "keyupdate|Plant A/7 ü|somebody" : "||somebody"));
}

void carries_many_at_a_time(const Carrier& carrier) {
    auto registry = built_plugins();
    Desk desk;
    auto pair = pair_of(registry, carrier, desk.handler());
    std::vector<std::future<Result<Answer>>> answers;
    for (std::size_t i = 0; i < 200; ++i) answers.push_back(begin_exchange(*pair.channel, some_octets(i + 1), patience));
    CHECK(desk.wait_for(carrier.at_a_time));
    for (std::size_t i = 0; i < 200; ++i) CHECK(desk.take()->respond(some_octets(i + 300), CMPKIT_TRANSPORT_ANSWERED));
    std::size_t sizes = 0;
    for (auto& answer : answers) {
        const auto got = answer.get();
        if (!got) FAIL(got.error().text());
        sizes += got->message.size();
    }
    CHECK(sizes == 200 * 300 + 199 * 200 / 2);
}

void answers_from_another_thread(const Carrier& carrier) {
    auto registry = built_plugins();
    Desk desk;
    auto pair = pair_of(registry, carrier, desk.handler());
    for (int i = 0; i < 50; ++i) {
        auto answer = begin_exchange(*pair.channel, some_octets(20), patience);
        CHECK(desk.take()->respond(some_octets(30), CMPKIT_TRANSPORT_ANSWERED));
        CHECK(answer.get());
    }
}

void cancels(const Carrier& carrier) {
    auto   registry = built_plugins();
    Desk   desk;
    auto   pair = pair_of(registry, carrier, desk.handler());
    Cancel cancel;
    SECTION("a cancel fired before means that nothing is sent") {
        cancel.fire();
        const auto answer = send(*pair.channel, some_octets(5), patience, &cancel);
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::cancelled);
    }
    SECTION("a cancel fired during the exchange ends it, and the next one works") {
        auto answer = begin_exchange(*pair.channel, some_octets(5), 0ms, &cancel);
        auto left   = desk.take();
        cancel.fire();
        const auto cancelled = answer.get();
        REQUIRE(!cancelled);
        CHECK(cancelled.error().code == Code::cancelled);
        left.reset();
        cancel.reset();
        auto next = begin_exchange(*pair.channel, some_octets(5), patience, &cancel);
        CHECK(desk.take()->respond(some_octets(6), CMPKIT_TRANSPORT_ANSWERED));
        CHECK(next.get());
    }
    SECTION("a cancel fired after it is remembered, and harms nothing") {
        auto answer = begin_exchange(*pair.channel, some_octets(5), patience, &cancel);
        CHECK(desk.take()->respond(some_octets(6), CMPKIT_TRANSPORT_ANSWERED));
        CHECK(answer.get());
        cancel.fire();
        CHECK(cancel.fired());
    }
    desk.clear();
}

void keeps_the_deadline(const Carrier& carrier) {
    auto       registry = built_plugins();
    Desk       desk;
    auto       pair   = pair_of(registry, carrier, desk.handler());
    const auto begun  = std::chrono::steady_clock::now();
    const auto answer = send(*pair.channel, some_octets(5), 200ms);
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::deadline);
    CHECK(std::chrono::steady_clock::now() - begun >= 200ms);
    desk.clear();
}

void learns_that_the_peer_left(const Carrier& carrier) {
    if (!carrier.sees_peer_leave) return;
    auto registry = built_plugins();
    Desk desk;
    auto pair   = pair_of(registry, carrier, desk.handler());
    auto answer = begin_exchange(*pair.channel, some_octets(5), 100ms);
    auto orphan = desk.take();
    CHECK(!answer.get());
    // Whatever happened to the first connection happened before a later one was served.
    auto other = begin_exchange(*pair.channel, some_octets(5), patience);
    CHECK(desk.take()->respond(some_octets(6), CMPKIT_TRANSPORT_ANSWERED));
    CHECK(other.get());
    const auto late = orphan->respond(some_octets(6), CMPKIT_TRANSPORT_ANSWERED);
    REQUIRE(!late);
    CHECK(late.error().code == Code::peer_gone);
}

void reports_what_a_server_could_not_do(const Carrier& carrier) {
    auto registry = built_plugins();
    Desk desk;
    auto pair = pair_of(registry, carrier, desk.handler());
    for (const std::int32_t status : {CMPKIT_TRANSPORT_BAD, CMPKIT_TRANSPORT_BUSY, CMPKIT_TRANSPORT_BROKEN}) {
        auto answer = begin_exchange(*pair.channel, some_octets(5), patience);
        CHECK(desk.take()->respond({}, status));
        CHECK(!answer.get());
    }
    SECTION("an exchange that is dropped unanswered is answered all the same") {
        auto answer = begin_exchange(*pair.channel, some_octets(5), patience);
        desk.take().reset();
        CHECK(!answer.get());
    }
    SECTION("a message that goes with the failure is handed up") {
        auto answer = begin_exchange(*pair.channel, some_octets(5), patience);
        CHECK(desk.take()->respond(some_octets(7), CMPKIT_TRANSPORT_BAD));
        const auto got = answer.get();
        REQUIRE(got);
        CHECK(got->message == some_octets(7));
    }
}

void stops(const Carrier& carrier) {
    auto registry = built_plugins();
    Desk desk;
    auto pair = pair_of(registry, carrier, desk.handler());
    SECTION("what is open when it stops may still be answered") {
        auto answer  = begin_exchange(*pair.channel, some_octets(5), patience);
        auto open    = desk.take();
        auto stopped = std::async(std::launch::async, [&] { pair.listener->stop(patience); });
        CHECK(open->respond(some_octets(6), CMPKIT_TRANSPORT_ANSWERED));
        CHECK(answer.get());
        stopped.get();
    }
    SECTION("what is not answered by then is dropped, and a late answer is harmless") {
        auto answer = begin_exchange(*pair.channel, some_octets(5), patience);
        auto open   = desk.take();
        pair.listener->stop(0ms);
        CHECK(!answer.get());
        CHECK(!open->respond(some_octets(6), CMPKIT_TRANSPORT_ANSWERED));
    }
    SECTION("a stopped listener takes nothing more, and may be stopped again") {
        pair.listener->stop(0ms);
        pair.listener->stop(0ms);
        CHECK(!send(*pair.channel, some_octets(5), 2s));
    }
    desk.clear();
}

/// What a process holds that leaks would make more of.
struct Holdings {
    std::ptrdiff_t descriptors = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    std::ptrdiff_t threads     = std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
    std::size_t    octets      = mallinfo2().uordblks;  // 0 under a sanitizer, which finds leaks by itself
};

void send_many(Channel& channel, int count) {
    std::vector<std::future<int>> clients;
    for (int i = 0; i < 4; ++i)
        clients.push_back(std::async(std::launch::async, [&channel, count] {
            int answered = 0;
            for (int n = 0; n < count / 4; ++n) answered += send(channel, some_octets(200)) ? 1 : 0;
            return answered;
        }));
    int answered = 0;
    for (auto& client : clients) answered += client.get();
    CHECK(answered == count);
}

void leaks_nothing(const Carrier& carrier) {
    auto registry = built_plugins();
    auto pair     = pair_of(registry, carrier, echo);
    send_many(*pair.channel, 1000);  // by then all buffers have grown
    const Holdings before;
    send_many(*pair.channel, 9000);
    const Holdings after;
    CHECK(after.descriptors <= before.descriptors + 50);  // some may be open in this very moment
    CHECK(after.threads <= before.threads + 50);
    CHECK(after.octets < before.octets + 9000 * 50);  // fewer than 50 octets an exchange
}

void waits_for_a_slow_server(const Carrier& carrier) {
    auto    registry  = built_plugins();
    Carrier impatient = carrier;
    impatient.options["idle-timeout"] = "100";
    Desk desk;
    auto pair   = pair_of(registry, impatient, desk.handler());
    auto answer = begin_exchange(*pair.channel, some_octets(5), patience);
    auto open   = desk.take();
    CHECK(answer.wait_for(400ms) == std::future_status::timeout);  // an open exchange is not idle
    CHECK(open->respond(some_octets(60'000), CMPKIT_TRANSPORT_ANSWERED));
    const auto got = answer.get();
    if (!got) FAIL(got.error().text());
    CHECK(got->message == some_octets(60'000));
}

void refuses_a_truncated_answer(const Carrier& carrier) {
    if (!carrier.truncating) return;
    auto       registry = built_plugins();
    const auto [url, server] = carrier.truncating();
    auto channel = registry.open(url, carrier.tls, client_options(carrier));
    REQUIRE(channel);
    const auto answer = send(**channel, some_octets(5), 10s);
    REQUIRE(!answer);
    CHECK(answer.error().code != Code::deadline);
}

void stops_under_load(const Carrier& carrier) {
    auto             registry = built_plugins();
    auto             pair     = pair_of(registry, carrier, echo);
    std::atomic<int> answered = 0, refused = 0;
    std::mutex              mutex;
    std::condition_variable changed;
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i)
        clients.emplace_back([&] {
            while (send(*pair.channel, some_octets(2000), 5s)) {
                const std::lock_guard lock(mutex);
                ++answered;
                changed.notify_all();
            }
            ++refused;
        });
    {
        std::unique_lock lock(mutex);
        CHECK(changed.wait_for(lock, patience, [&] { return answered >= 100; }));
    }
    pair.listener->stop(1s);
    for (auto& client : clients) client.join();
    CHECK(refused == 8);
}

void frees_under_load(const Carrier& carrier) {
    auto registry = built_plugins();
    Desk desk;
    auto pair = pair_of(registry, carrier, desk.handler());
    {
        auto first  = begin_exchange(*pair.channel, some_octets(5), patience);
        auto second = begin_exchange(*pair.channel, some_octets(5), 0ms);
        CHECK(desk.wait_for(std::min<std::size_t>(2, carrier.at_a_time)));
        CHECK(desk.take()->respond(some_octets(5), CMPKIT_TRANSPORT_ANSWERED));
        CHECK(desk.take()->respond(some_octets(5), CMPKIT_TRANSPORT_ANSWERED));
        CHECK(first.get());
        CHECK(second.get());
    }
    pair.channel.reset();
    auto again = registry.open(pair.listener->url(), carrier.tls, client_options(carrier));
    REQUIRE(again);
    auto answer = begin_exchange(**again, some_octets(5), patience);
    CHECK(desk.take()->respond(some_octets(5), CMPKIT_TRANSPORT_ANSWERED));
    CHECK(answer.get());
}

void refuses_the_dead(const Carrier& carrier) {
    auto registry = built_plugins();
    auto pair     = pair_of(registry, carrier, echo);
    pair.listener.reset();
    const auto answer = send(*pair.channel, some_octets(5), 2s);
    CHECK(!answer);
}

void refuses_bad_options(const Carrier& carrier) {
    auto registry = built_plugins();
    for (const Options& options : {Options{{"no-such-option", "1"}}, Options{{"max-message", "many"}}, Options{{"max-message", "-1"}}, Options{{"idle-timeout", ""}}}) {
        const auto listener = registry.listen(carrier.listen_url(), carrier.tls, echo, options);
        REQUIRE(!listener);
        CHECK(listener.error().code == Code::bad_argument);
        CHECK(listener.error().detail.find(options.begin()->first) != std::string::npos);
    }
}

void holds_to_the_size_limit(const Carrier& carrier) {
    auto    registry = built_plugins();
    Carrier narrow   = carrier;
    narrow.options["max-message"] = "1000";
    Desk desk;
    auto pair = pair_of(registry, narrow, desk.handler());
    SECTION("an answer that is larger is refused by the client") {
        auto answer = begin_exchange(*pair.channel, some_octets(5), patience);
        CHECK(desk.take()->respond(some_octets(1001), CMPKIT_TRANSPORT_ANSWERED));
        const auto got = answer.get();
        REQUIRE(!got);
        CHECK(got.error().code == Code::too_large);
    }
    SECTION("a request that is larger never reaches the handler") { CHECK(!send(*pair.channel, some_octets(1001), 5s)); }
    SECTION("the limit itself passes") {
        auto answer = begin_exchange(*pair.channel, some_octets(1000), patience);
        CHECK(desk.take()->respond(some_octets(1000), CMPKIT_TRANSPORT_ANSWERED));
        CHECK(answer.get());
    }
}

}  // namespace

void conform(const Carrier& carrier) {
    INFO(carrier.name);
    SECTION("it brings messages of all sizes there and back") { echoes(carrier); }
    SECTION("the handler learns operation, profile and peer") { passes_hints(carrier); }
    SECTION("many exchanges are open at a time") { carries_many_at_a_time(carrier); }
    SECTION("an answer may come from any thread") { answers_from_another_thread(carrier); }
    SECTION("a slow server is waited for") { waits_for_a_slow_server(carrier); }
    SECTION("an answer that ends in its middle is refused") { refuses_a_truncated_answer(carrier); }
    SECTION("ten thousand exchanges leave nothing behind") { leaks_nothing(carrier); }
    SECTION("an exchange can be cancelled") { cancels(carrier); }
    SECTION("an exchange ends at its deadline") { keeps_the_deadline(carrier); }
    SECTION("the server learns that the client left") { learns_that_the_peer_left(carrier); }
    SECTION("the client learns that the server failed") { reports_what_a_server_could_not_do(carrier); }
    SECTION("a listener stops gracefully") { stops(carrier); }
    SECTION("a listener stops under load") { stops_under_load(carrier); }
    SECTION("a channel is freed after load, and another one opened") { frees_under_load(carrier); }
    SECTION("a listener that is gone is noticed") { refuses_the_dead(carrier); }
    SECTION("options are checked") { refuses_bad_options(carrier); }
    SECTION("messages are limited in size") { holds_to_the_size_limit(carrier); }
}

}  // namespace cmpkit::transport::test

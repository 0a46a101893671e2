// A channel of the nng plugin, and peers that do not behave.
#include "answering.hpp"
#include "nng_places.hpp"
#include "nng_raw.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

struct Asking {
    explicit Asking(const std::string& url, const Options& options = {{"connect-timeout", "5000"}}) : registry(built_plugins()) {
        auto opened = registry.open(url, nullptr, options);
        if (!opened) FAIL(opened.error().text());
        channel = std::move(*opened);
    }
    std::future<Result<Answer>> ask(const std::string& message, const std::string& operation = {}, std::int32_t kind = CMPKIT_TRANSPORT_CMP) {
        return std::async(std::launch::async, [=, this] {
            const Octets octets(message.begin(), message.end());
            return channel->exchange({.message = octets, .operation = operation, .profile = {}, .kind = kind}, patience, nullptr);
        });
    }

    Registry                 registry;
    std::unique_ptr<Channel> channel;
};

/// What a peer that was asked so, and answers so, makes of it.
Result<Answer> answered(const std::string& answer, const std::string& operation = {}, std::int32_t kind = CMPKIT_TRANSPORT_CMP, const Options& options = {}) {
    RawListener listener;
    Asking      asking(listener.url, options);
    auto        waiting = asking.ask("0abc", operation, kind);
    RawPeer     peer    = listener.accept();
    const auto  request = peer.read_framed();
    (void)peer.send(framed(request.substr(0, 4) + answer));
    return waiting.get();
}

}  // namespace

TEST_CASE("a request without hints goes bare, and its answer is taken as it is", "[transport]") {
    RawListener listener;
    Asking      asking(listener.url);
    auto        waiting = asking.ask("0abc");
    RawPeer     peer    = listener.accept();
    const auto  request = peer.read_framed();
    REQUIRE(request.size() == 8);
    CHECK(request.substr(4) == "0abc");
    REQUIRE(peer.send(framed(request.substr(0, 4) + "0answer")));
    const auto answer = waiting.get();
    REQUIRE(answer);
    CHECK(text_of(answer->message) == "0answer");
    CHECK(answer->peer.address == listener.url.substr(10));
}

TEST_CASE("hints go in a head, unless that is switched off", "[transport]") {
    RawListener listener;
    const bool  on = GENERATE(true, false);
    Asking      asking(listener.url, {{"hints", on ? "on" : "off"}});
    auto        waiting = asking.ask("0abc", "keyupdate");
    RawPeer     peer    = listener.accept();
    const auto  request = peer.read_framed();
    CHECK(request.substr(4) == (on ? "CMP/1 kind=cmp operation=keyupdate\n0abc" : "0abc"));
    REQUIRE(peer.send(framed(request.substr(0, 4) + "0answer")));  // it knows no heads
    CHECK(waiting.get());
}

TEST_CASE("a message that looks like a head goes behind one", "[transport]") {
    RawListener listener;
    Asking      asking(listener.url);
    auto        waiting = asking.ask("CMP/1 kind=links\n");
    RawPeer     peer    = listener.accept();
    const auto  request = peer.read_framed();
    CHECK(request.substr(4) == "CMP/1 kind=cmp\nCMP/1 kind=links\n");
    REQUIRE(peer.send(framed(request.substr(0, 4) + "0answer")));
    CHECK(waiting.get());
}

TEST_CASE("answers that do not fit are refused, each for what it is", "[transport]") {
    const auto code_of = [](const Result<Answer>& answer) { return answer ? std::optional<Code>() : answer.error().code; };
    CHECK(code_of(answered("")) == Code::http_status);
    CHECK(code_of(answered("CMP/1 status=busy kind=cmp\n", "keyupdate")) == Code::http_status);
    CHECK(code_of(answered("CMP/1 status=answered kind=cmp\n", "keyupdate")) == Code::content_type);
    CHECK(code_of(answered("CMP/1 status=answered kind=links\nx", "keyupdate")) == Code::content_type);
    CHECK(code_of(answered("CMP/9\nx", "keyupdate")) == Code::content_type);
    CHECK(code_of(answered("0abc", {}, CMPKIT_TRANSPORT_LINKS)) == Code::content_type);
    CHECK(code_of(answered("0abc", {}, CMPKIT_TRANSPORT_CMC_FULL_REQUEST)) == Code::content_type);
    CHECK(code_of(answered("CMP/1 status=answered kind=cmp\n0", {}, CMPKIT_TRANSPORT_ANNOUNCEMENT)) == Code::http_status);
    CHECK(code_of(answered(std::string(1001, '0'), {}, CMPKIT_TRANSPORT_CMP, {{"max-message", "1000"}})) == Code::too_large);
}

TEST_CASE("an announcement is stored or accepted", "[transport]") {
    const auto stored = answered("CMP/1 status=stored kind=cmp\n", {}, CMPKIT_TRANSPORT_ANNOUNCEMENT);
    REQUIRE(stored);
    CHECK(stored->status == CMPKIT_TRANSPORT_STORED);
    const auto accepted = answered("CMP/1 status=accepted kind=cmp\n", {}, CMPKIT_TRANSPORT_ANNOUNCEMENT);
    REQUIRE(accepted);
    CHECK(accepted->status == CMPKIT_TRANSPORT_ACCEPTED);
}

TEST_CASE("kinds that the bus has no word for are refused at once", "[transport]") {
    RawListener listener;
    Asking      asking(listener.url);
    for (const auto kind : {CMPKIT_TRANSPORT_CRL, CMPKIT_TRANSPORT_OCSP}) {
        const auto answer = asking.ask("0", {}, kind).get();
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::bad_argument);
    }
}

TEST_CASE("a request is sent again on a new connection, and has one answer", "[transport]") {
    RawListener listener;
    Asking      asking(listener.url);
    auto        waiting = asking.ask("0abc");
    std::string first;
    { first = listener.accept().read_framed(); }
    RawPeer    again  = listener.accept();
    const auto second = again.read_framed();
    CHECK(second == first);
    REQUIRE(again.send(framed(second.substr(0, 4) + "0answer") + framed(second.substr(0, 4) + "0twice")));
    const auto answer = waiting.get();
    REQUIRE(answer);
    CHECK(text_of(answer->message) == "0answer");
    auto       next    = asking.ask("0next");
    const auto request = again.read_framed();
    REQUIRE(again.send(framed(request.substr(0, 4) + "0other")));
    const auto other = next.get();
    REQUIRE(other);
    CHECK(text_of(other->message) == "0other");
}

TEST_CASE("a request is sent again after resend-time", "[transport]") {
    RawListener listener;
    Asking      asking(listener.url, {{"resend-time", "100"}});
    auto        waiting = asking.ask("0abc");
    RawPeer     peer    = listener.accept();
    const auto  first   = peer.read_framed();
    CHECK(peer.read_framed() == first);
    REQUIRE(peer.send(framed(first.substr(0, 4) + "0answer")));
    CHECK(waiting.get());
}

TEST_CASE("a peer that falls over each time it is asked is asked three times", "[transport]") {
    RawListener listener;
    Asking      asking(listener.url);
    auto        waiting = asking.ask("0abc");
    const auto  how     = GENERATE(as<std::string>{}, "", "too much");
    for (int i = 0; i < 3; ++i) {
        RawPeer    peer    = listener.accept();
        const auto request = peer.read_framed();
        CHECK(request.size() == 8);
        if (how == "too much") CHECK(peer.send(size_of(std::uint64_t{1} << 40)));
        if (how == "too much") CHECK(peer.read_rest().empty());
    }
    const auto answer = waiting.get();
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::peer_gone);
}

TEST_CASE("where nobody listens an exchange ends after connect-timeout, and is answered if somebody comes before", "[transport]") {
    const Folder folder;
    const auto   url = "nng+ipc://" + folder.fresh_path();
    SECTION("nobody comes") {
        const auto answer = Asking(url, {{"connect-timeout", "200"}}).ask("0abc").get();
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::connect_failed);
        CHECK(has(answer.error().detail, "200 ms"));
    }
    SECTION("somebody comes") {
        Asking asking(url, {{"connect-timeout", "20000"}});
        auto   waiting = asking.ask("0abc");
        auto   later   = asking.registry.listen(url, nullptr, echo);
        REQUIRE(later);
        CHECK(waiting.get());
    }
}

TEST_CASE("a peer of another protocol is nobody", "[transport]") {
    RawListener listener;
    Asking      asking(listener.url, {{"connect-timeout", "300"}});
    auto        waiting = asking.ask("0abc");
    (void)listener.accept(greeting_of_pub);
    (void)listener.accept("HTTP/1.1");
    const auto answer = waiting.get();
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::connect_failed);
}

TEST_CASE("a channel at port 0 is refused", "[transport]") {
    auto       registry = built_plugins();
    const auto channel  = registry.open("nng+tcp://127.0.0.1:0", nullptr);
    REQUIRE(!channel);
    CHECK(channel.error().code == Code::bad_url);
}

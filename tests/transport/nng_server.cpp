// A listener of the nng plugin, and strangers that talk to it octet by octet.
#include "answering.hpp"
#include "nng_places.hpp"
#include "nng_raw.hpp"

#include <catch2/catch.hpp>
#include <csignal>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

/// Answers with "<operation>|<profile>|<kind>|<message>", or as the message asks.
void tell(std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
    const std::string message(text_of(request.message));
    if (message == "0busy") return (void)exchange->respond({}, CMPKIT_TRANSPORT_BUSY);
    if (message == "0bad with words") return (void)exchange->respond(bytes_of("0words"), CMPKIT_TRANSPORT_BAD);
    const std::string told = request.operation + "|" + request.profile + "|" + std::to_string(request.kind) + "|" + message;
    (void)exchange->respond(bytes_of(told), CMPKIT_TRANSPORT_ANSWERED, request.kind == CMPKIT_TRANSPORT_CMC_FULL_REQUEST ? CMPKIT_TRANSPORT_CMC_FULL_RESPONSE : CMPKIT_TRANSPORT_CMP);
}

struct Served {
    explicit Served(Handler handler = tell, const Options& options = {}, const std::string& url = "nng+tcp://127.0.0.1:0") : registry(built_plugins()) {
        auto listening = registry.listen(url, nullptr, std::move(handler), options);
        if (!listening) FAIL(listening.error().text());
        listener = std::move(*listening);
    }
    std::string ask(const std::string& request) const { return RawPeer::to(listener->url()).ask(request); }

    Registry                  registry;
    std::unique_ptr<Listener> listener;
};

}  // namespace

TEST_CASE("a stranger that sends a bare message gets a bare answer", "[transport]") {
    const Served served;
    CHECK(served.ask("0abc") == "||1|0abc");
    CHECK(served.ask("0bad with words") == "0words");
    CHECK(served.ask("0busy").empty());
}

TEST_CASE("a stranger that sends a head gets one", "[transport]") {
    const Served served;
    const std::string good = "CMP/1 status=answered kind=cmp\n";
    CHECK(served.ask("CMP/1\n0abc") == good + "||1|0abc");
    CHECK(served.ask("CMP/1 kind=cmp operation=keyupdate profile=Plant%20A\n0abc") == good + "keyupdate|Plant A|1|0abc");
    CHECK(served.ask("CMP/1 kind=cmp\n0busy") == "CMP/1 status=busy kind=cmp\n");
    CHECK(served.ask("CMP/1 kind=cmp\n0bad with words") == "CMP/1 status=bad kind=cmp\n0words");
    CHECK(served.ask("CMP/1 kind=cmc-full-request\n0abc") == "CMP/1 status=answered kind=cmc-full-response\n||7|0abc");
}

TEST_CASE("what stands in a head and is not known is passed over", "[transport]") {
    const Served served;
    CHECK(served.ask("CMP/1 colour=blue kind=cmp operation=dance\n0abc") == "CMP/1 status=answered kind=cmp\n||1|0abc");
    CHECK(served.ask("CMP/1 kind=announcement\n0abc") == "CMP/1 status=answered kind=cmp\n||1|0abc");
}

TEST_CASE("a head that cannot be read is refused", "[transport]") {
    const Served served;
    const auto   head = GENERATE(as<std::string>{}, "CMP/", "CMP/1", "CMP/2 kind=cmp\n", "CMP/1kind=cmp\n", "CMP/1  kind=cmp\n", "CMP/1 kind\n", "CMP/1 =cmp\n", "CMP/1 kind=cat\n",
                                 "CMP/1 kind=cmp kind=cmp\n", "CMP/1 profile=\n", "CMP/1 profile=%0a\n", "CMP/1 profile=%zz\n", "CMP/1 kind=cmc-full-response\n", "CMP/1 status=fine\n",
                                 "CMP/1 kind=cmp \n", "CMP/1 x=" + std::string(2000, 'x') + "\n");
    INFO(head);
    CHECK(served.ask(head + "0abc") == "CMP/1 status=bad kind=cmp\n");
}

TEST_CASE("a stranger that is no bus is closed, and harms nobody", "[transport]") {
    const Served served;
    const auto   url = served.listener->url();
    SECTION("another protocol") { CHECK(!has(RawPeer::to(url, "GET / HTTP/1.1\r\n\r\n").read_rest(), "HTTP")); }
    SECTION("another protocol of the same family") { CHECK(RawPeer::to(url, greeting_of_pub).read_rest() == greeting_of_rep); }
    SECTION("a message without a number") {
        RawPeer peer = RawPeer::to(url);
        REQUIRE(peer.send(framed("abc")));
        CHECK(peer.read_rest() == greeting_of_rep);
    }
    SECTION("a message larger than any") {
        RawPeer peer = RawPeer::to(url);
        REQUIRE(peer.send(size_of(std::uint64_t{1} << 62)));
        CHECK(peer.read_rest() == greeting_of_rep);
    }
    SECTION("half a message") {
        RawPeer peer = RawPeer::to(url);
        REQUIRE(peer.send(size_of(100) + request_id + "0abc"));
        CHECK(served.ask("0next") == "||1|0next");
    }
    SECTION("nothing at all, many times") {
        std::vector<Socket> silent;
        for (int i = 0; i < 100; ++i) silent.push_back(RawPeer::to(url, ""));
        CHECK(served.ask("0next") == "||1|0next");
    }
    CHECK(served.ask("0abc") == "||1|0abc");
}

TEST_CASE("a message above the limit that NNG lets through is refused", "[transport]") {
    const Served served(tell, {{"max-message", "1000"}});
    CHECK(served.ask(std::string(1000, '0')).size() == 1004);
    CHECK(served.ask(std::string(1001, '0')).empty());
    CHECK(served.ask("CMP/1 kind=cmp\n" + std::string(1001, '0')) == "CMP/1 status=bad kind=cmp\n");
}

TEST_CASE("many connections are served at a time", "[transport]") {
    Desk desk;
    {
        const Served         served(desk.handler());
        std::vector<RawPeer> peers;
        for (int i = 0; i < 200; ++i) {
            peers.push_back(RawPeer::to(served.listener->url()));
            REQUIRE(peers.back().send(framed(request_id + "0abc")));
        }
        REQUIRE(desk.wait_for(200));
        for (int i = 0; i < 200; ++i) CHECK(desk.take()->respond(bytes_of("0answer"), CMPKIT_TRANSPORT_ANSWERED));
        for (auto& peer : peers) {
            CHECK(peer.read(8) == greeting_of_rep);
            CHECK(peer.read_framed() == request_id + "0answer");
        }
    }
}

TEST_CASE("above max-connections new ones are closed, until one leaves", "[transport]") {
    const Served served(tell, {{"max-connections", "1"}});
    const auto   url = served.listener->url();
    {
        RawPeer first = RawPeer::to(url);
        REQUIRE(first.ask("0abc") == "||1|0abc");
        CHECK(RawPeer::to(url).read_rest() == greeting_of_rep);
        REQUIRE(first.send(framed(request_id + "0again")));
        CHECK(first.read_framed() == request_id + "||1|0again");
    }
    while (served.ask("0abc") != "||1|0abc") {}
}

TEST_CASE("above max-exchanges requests wait until one is answered", "[transport]") {
    Desk         desk;
    const Served served(desk.handler(), {{"max-exchanges", "2"}});
    std::vector<RawPeer> peers;
    for (int i = 0; i < 3; ++i) {
        peers.push_back(RawPeer::to(served.listener->url()));
        REQUIRE(peers.back().send(framed(request_id + "0abc")));
    }
    auto first = desk.take(), second = desk.take();
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first->respond(bytes_of("0answer"), CMPKIT_TRANSPORT_ANSWERED));
    auto third = desk.take();
    REQUIRE(third);
    CHECK(second->respond(bytes_of("0answer"), CMPKIT_TRANSPORT_ANSWERED));
    CHECK(third->respond(bytes_of("0answer"), CMPKIT_TRANSPORT_ANSWERED));
    for (auto& peer : peers) {
        CHECK(peer.read(8) == greeting_of_rep);
        CHECK(peer.read_framed() == request_id + "0answer");
    }
}

namespace {
volatile std::sig_atomic_t broken_pipes = 0;
}

TEST_CASE("an answer for a peer that left is told to be so, and raises no SIGPIPE", "[transport]") {
    const auto before = std::signal(SIGPIPE, [](int) { broken_pipes = broken_pipes + 1; });
    {
        Desk         desk;
        const Served served(
            [keep = desk.handler()](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
                if (text_of(request.message) == "0keep") return keep(std::move(exchange), request, peer);
                (void)exchange->respond(bytes_of("0welcome"), CMPKIT_TRANSPORT_ANSWERED);
            },
            {{"max-connections", "1"}});
        {
            RawPeer peer = RawPeer::to(served.listener->url());
            REQUIRE(peer.send(framed(request_id + "0keep")));
            REQUIRE(desk.wait_for(1));
        }
        // Another one is let in as soon as the first is known to have left; until then it is closed.
        while (served.ask("0abc") != "0welcome") {}
        auto       orphan = desk.take();
        const auto late   = orphan->respond(Octets(100'000), CMPKIT_TRANSPORT_ANSWERED);
        REQUIRE(!late);
        CHECK(late.error().code == Code::peer_gone);
    }
    (void)std::signal(SIGPIPE, before);
    CHECK(broken_pipes == 0);
}

TEST_CASE("a listener tells why it cannot be", "[transport]") {
    auto       registry = built_plugins();
    const auto refused  = [&](const std::string& url) {
        const auto listener = registry.listen(url, nullptr, echo);
        REQUIRE(!listener);
        return listener.error();
    };
    for (const std::string url : {"nng+tcp://", "nng+tcp://127.0.0.1", "nng+tcp://127.0.0.1:70000", "nng+tcp://a;127.0.0.1:1", "nng+tcp://u@127.0.0.1:1", "nng+tcp://127.0.0.1:1/x", "nng+tcp://127.0.0.1:1?x",
                                  "nng+ipc://", "nng+ipc://relative", "nng+inproc://"}) {
        INFO(url);
        CHECK(refused(url).code == Code::bad_url);
    }
    const Served served;
    CHECK(has(refused(served.listener->url()).detail, "use"));
    CHECK(refused("nng+tls://127.0.0.1:0").code == Code::tls_failed);
}

TEST_CASE("the file of nng+ipc is for its owner, goes with its listener, and one that was left behind is taken over", "[transport]") {
    const Folder folder;
    const auto   path = folder.fresh_path();
    {
        const Served served(tell, {}, "nng+ipc://" + path);
        CHECK(served.listener->url() == "nng+ipc://" + path);
        CHECK(std::filesystem::status(path).permissions() == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    }
    CHECK(!std::filesystem::exists(path));
}

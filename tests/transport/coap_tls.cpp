// The coap plugin under DTLS: who is believed, and who is told.
#include "answering.hpp"
#include "datagram.hpp"
#include "tls_keys.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

std::string psk_identity(const void* ssl) {
    const char* const identity = SSL_get_psk_identity(static_cast<const SSL*>(ssl));
    return identity ? identity : "";
}

struct World {
    Identity authority = make_authority("Test Root");
    Identity server    = make_identity(authority, "server", "IP:127.0.0.1,DNS:localhost");
    Identity client    = make_identity(authority, "client", "DNS:client.example");
    Keys     server_keys{server, authority};
    Keys     client_keys{client, authority};
    Registry registry{{CMPKIT_BUILT_PLUGINS}, {}, psk_identity};

    std::unique_ptr<Listener> listen(Handler handler = echo) {
        auto listener = registry.listen("coaps://127.0.0.1:0", &server_keys, std::move(handler));
        if (!listener) FAIL(listener.error().text());
        return std::move(*listener);
    }
    Result<Answer> ask(const std::string& url) {
        auto channel = registry.open(url, &client_keys);
        if (!channel) return channel.error();
        return send(**channel, some_octets(3000));
    }
};

}  // namespace

TEST_CASE("over coaps both sides learn the other's certificate", "[transport][coap]") {
    World  world;
    Octets seen;
    world.server_keys.asks_certificate = true;
    const auto listener = world.listen([&](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
        seen = peer.certificate;
        echo(std::move(exchange), request, peer);
    });
    CHECK(listener->url().starts_with("coaps://127.0.0.1:"));
    const auto answer = world.ask(listener->url());
    if (!answer) FAIL(answer.error().text());
    CHECK(answer->message == some_octets(3000));
    CHECK(answer->peer.certificate == world.server.der());
    CHECK(seen == world.client.der());
}

TEST_CASE("over coaps a client that shows no certificate is nobody", "[transport][coap]") {
    World  world;
    Octets seen{1};
    world.client_keys.shows_certificate = false;
    SECTION("where none is asked for") {
        const auto listener = world.listen([&](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
            seen = peer.certificate;
            echo(std::move(exchange), request, peer);
        });
        CHECK(world.ask(listener->url()));
        CHECK(seen.empty());
    }
    SECTION("and is refused where one is") {
        world.server_keys.asks_certificate = true;
        const auto listener = world.listen();
        const auto answer   = world.ask(listener->url());
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::tls_failed);
        INFO(answer.error().detail);
        CHECK(has(answer.error().detail, "alert handshake failure"));
    }
}

TEST_CASE("over coaps a client certificate of a stranger is refused", "[transport][coap]") {
    World world;
    world.server_keys.asks_certificate = true;
    const auto     listener = world.listen();
    const Identity stranger = make_authority("Stranger");
    const Keys     strange_keys(make_identity(stranger, "client", "DNS:client.example"), world.authority);
    auto           channel = world.registry.open(listener->url(), &strange_keys);
    REQUIRE(channel);
    const auto answer = send(**channel, some_octets(10));
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::tls_failed);
}

TEST_CASE("over coaps a server whose certificate names another host is refused", "[transport][coap]") {
    World world;
    world.server_keys   = Keys(make_identity(world.authority, "127.0.0.1", "DNS:elsewhere.example"), world.authority);
    const auto listener = world.listen();
    const auto answer   = world.ask(listener->url());
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::tls_failed);
    CHECK(has(answer.error().detail, "IP address mismatch"));
}

TEST_CASE("over coaps a server of an authority that is not trusted is refused", "[transport][coap]") {
    World          world;
    const Identity stranger = make_authority("Other Root");
    world.server_keys   = Keys(make_identity(stranger, "server", "IP:127.0.0.1"), stranger);
    const auto listener = world.listen();
    const auto answer   = world.ask(listener->url());
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::tls_failed);
    CHECK(has(answer.error().detail, "certificate"));
}

TEST_CASE("coaps without keys and trust is refused at once", "[transport][coap]") {
    World      world;
    const auto listener = world.registry.listen("coaps://127.0.0.1:0", nullptr, echo);
    REQUIRE(!listener);
    CHECK(listener.error().code == Code::tls_failed);
    const auto channel = world.registry.open("coaps://127.0.0.1:1", nullptr);
    REQUIRE(!channel);
    CHECK(channel.error().code == Code::tls_failed);
}

TEST_CASE("over coaps two channels to one server keep their identities apart", "[transport][coap]") {
    World                   world;
    std::mutex              mutex;
    std::vector<Octets>     seen;
    world.server_keys.asks_certificate = true;
    const auto listener = world.listen([&](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
        {
            const std::lock_guard lock(mutex);
            seen.push_back(peer.certificate);
        }
        echo(std::move(exchange), request, peer);
    });
    const Identity other = make_identity(world.authority, "other", "DNS:other.example");
    const Keys     other_keys(other, world.authority);
    auto           first  = world.registry.open(listener->url(), &world.client_keys);
    auto           second = world.registry.open(listener->url(), &other_keys);
    REQUIRE(first);
    REQUIRE(second);
    for (int i = 0; i < 2; ++i) {
        CHECK(send(**first, some_octets(10)));
        CHECK(send(**second, some_octets(10)));
    }
    const std::lock_guard lock(mutex);
    CHECK(seen == std::vector<Octets>{world.client.der(), other.der(), world.client.der(), other.der()});
}

TEST_CASE("over coaps keys that cannot be set up are a failure of TLS", "[transport][coap]") {
    World      world;
    const auto listener = world.listen();
    SECTION("of the client") {
        world.client_keys.fails = true;
        const auto answer       = world.ask(listener->url());
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::tls_failed);
        CHECK(has(answer.error().detail, "could not be set up"));
    }
    SECTION("of the server, which then speaks with nobody") {
        world.server_keys.fails = true;
        const auto answer       = world.ask(listener->url());
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::tls_failed);
        world.server_keys.fails = false;
        CHECK(world.ask(listener->url()));
    }
}

TEST_CASE("over coaps a shared secret does instead of certificates", "[transport][coap]") {
    World       world;
    std::string seen;
    const auto  listener     = world.listen([&](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
        seen = peer.psk_identity;
        echo(std::move(exchange), request, peer);
    });
    world.server_keys.secret = world.client_keys.secret = "a secret of 24 octets...";
    SECTION("if both have it") {
        const auto answer = world.ask(listener->url());
        if (!answer) FAIL(answer.error().text());
        CHECK(answer->peer.certificate.empty());
        CHECK(seen == "device");
    }
    SECTION("and no other one") {
        world.client_keys.secret = "another of 24 octets....";
        auto channel             = world.registry.open(listener->url(), &world.client_keys, {{"connect-timeout", "300"}});
        REQUIRE(channel);
        // RFC 6347 4.1.2.7: what does not verify is dropped without a word, also what ends the handshake.
        const auto answer = send(**channel, some_octets(10));
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::connect_failed);
    }
    SECTION("and not where the server goes by certificates") {
        world.server_keys.secret.clear();
        const auto answer = world.ask(listener->url());
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::tls_failed);
    }
}

TEST_CASE("what is not DTLS is turned away by a coaps server and harms nobody", "[transport][coap]") {
    World      world;
    const auto listener = world.listen();
    Datagrams  peer(listener->url());
    peer.send(octets_of(a_post("/", "plain coap")));
    for (int i = 0; i < 200; ++i) peer.send("\x16\xfe\xfd" + std::string(static_cast<std::size_t>(i), 'x'));
    peer.send(std::string(1400, '\x16'));
    CHECK(world.ask(listener->url()));
}

TEST_CASE("a coaps client gives up where no handshake comes to an end", "[transport][coap]") {
    World              world;
    const ScriptedCoap deaf([](const Coap&) { return std::vector<Coap>{}; });
    auto               channel = world.registry.open("coaps" + deaf.url().substr(4), &world.client_keys, {{"connect-timeout", "200"}});
    REQUIRE(channel);
    const auto answer = send(**channel, some_octets(10));
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::connect_failed);
}

TEST_CASE("a coaps client learns that the server went away", "[transport][coap]") {
    World      world;
    const auto listener = world.listen();
    auto       channel  = world.registry.open(listener->url(), &world.client_keys);
    REQUIRE(channel);
    CHECK(send(**channel, some_octets(10)));
    listener->stop(0ms);
    const auto answer = send(**channel, some_octets(10), 5s);
    CHECK(!answer);
}

// The http plugin under TLS: who is believed, and who is told.
#include "answering.hpp"
#include "conformance.hpp"
#include "loopback.hpp"
#include "tls_keys.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

struct World {
    Identity authority = make_authority("Test Root");
    Identity server    = make_identity(authority, "server", "IP:127.0.0.1,DNS:localhost");
    Identity client    = make_identity(authority, "client", "DNS:client.example");
    Keys     server_keys{server, authority};
    Keys     client_keys{client, authority};
    Registry registry = built_plugins();

    std::unique_ptr<Listener> listen(Handler handler = echo) {
        auto listener = registry.listen("https://127.0.0.1:0", &server_keys, std::move(handler));
        if (!listener) FAIL(listener.error().text());
        return std::move(*listener);
    }
    Result<Answer> ask(const std::string& url) {
        auto channel = registry.open(url, &client_keys);
        if (!channel) return channel.error();
        return send(**channel, some_octets(3000));
    }
};

/// A handshake with a client that offers no more than `version`.
bool shakes_hands(const std::string& url, int version) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_max_proto_version(context.get(), version);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
    const Socket socket = Socket::to(url);
    SSL_set_fd(ssl.get(), socket.fd());
    return SSL_connect(ssl.get()) == 1;
}

}  // namespace

TEST_CASE("the http plugin conforms under TLS, both sides with certificates", "[transport]") {
    const Identity authority = make_authority("Test Root");
    Keys           keys(make_identity(authority, "both", "IP:127.0.0.1"), authority);
    keys.asks_certificate = true;
    conform({.name = "https", .listen_url = [] { return std::string("https://127.0.0.1:0"); }, .tls = &keys});
}

TEST_CASE("both sides learn the other's TLS certificate", "[transport]") {
    World  world;
    Octets seen;
    world.server_keys.asks_certificate = true;
    const auto listener = world.listen([&](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
        seen = peer.certificate;
        echo(std::move(exchange), request, peer);
    });
    CHECK(listener->url().starts_with("https://127.0.0.1:"));
    const auto answer = world.ask(listener->url());
    if (!answer) FAIL(answer.error().text());
    CHECK(answer->message == some_octets(3000));
    CHECK(answer->peer.certificate == world.server.der());
    CHECK(seen == world.client.der());
}

TEST_CASE("a client that shows no certificate is nobody", "[transport]") {
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
        CHECK(has(answer.error().detail, "certificate required"));
    }
}

TEST_CASE("a client certificate of a stranger is refused", "[transport]") {
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

TEST_CASE("a server whose certificate names another host is refused", "[transport]") {
    World world;
    world.server_keys   = Keys(make_identity(world.authority, "127.0.0.1", "DNS:elsewhere.example"), world.authority);
    const auto listener = world.listen();
    const auto answer   = world.ask(listener->url());
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::tls_failed);
    CHECK(has(answer.error().detail, "127.0.0.1"));
}

TEST_CASE("a server of an authority that is not trusted is refused", "[transport]") {
    World          world;
    const Identity stranger = make_authority("Other Root");
    world.server_keys   = Keys(make_identity(stranger, "server", "IP:127.0.0.1"), stranger);
    const auto listener = world.listen();
    const auto answer   = world.ask(listener->url());
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::tls_failed);
    CHECK(has(answer.error().detail, "certificate"));
}

TEST_CASE("https without keys and trust is refused at once", "[transport]") {
    World      world;
    const auto listener = world.registry.listen("https://127.0.0.1:0", nullptr, echo);
    REQUIRE(!listener);
    CHECK(listener.error().code == Code::tls_failed);
    const auto channel = world.registry.open("https://127.0.0.1:1", nullptr);
    REQUIRE(!channel);
    CHECK(channel.error().code == Code::tls_failed);
}

TEST_CASE("keys that cannot be set up are a failure of TLS", "[transport]") {
    World      world;
    const auto listener     = world.listen();
    world.client_keys.fails = true;
    const auto answer       = world.ask(listener->url());
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::tls_failed);
    CHECK(has(answer.error().detail, "could not be set up"));
    world.server_keys.fails = true;
    const auto second       = world.registry.listen("https://127.0.0.1:0", &world.server_keys, echo);
    REQUIRE(!second);
    CHECK(second.error().code == Code::tls_failed);
}

TEST_CASE("what is not TLS, or too old, is turned away and harms nobody", "[transport]") {
    World      world;
    const auto listener = world.listen();
    SECTION("plain HTTP") {
        Socket socket = Socket::to(listener->url());
        REQUIRE(socket.send("POST / HTTP/1.1\r\nHost: x\r\n\r\n"));
        CHECK(!has(socket.read_rest(), "HTTP/1.1"));
    }
    SECTION("a peer that leaves during the handshake") {
        for (int i = 0; i < 20; ++i) CHECK(Socket::to(listener->url()).send("\x16\x03\x01"));
    }
    SECTION("TLS 1.1") { CHECK(!shakes_hands(listener->url(), TLS1_1_VERSION)); }
    SECTION("but not TLS 1.2") { CHECK(shakes_hands(listener->url(), TLS1_2_VERSION)); }
    CHECK(world.ask(listener->url()));
}

TEST_CASE("a TLS handshake that does not come to an end is closed after the idle time", "[transport]") {
    World world;
    auto  listener = world.registry.listen("https://127.0.0.1:0", &world.server_keys, echo, {{"idle-timeout", "100"}});
    REQUIRE(listener);
    Socket socket = Socket::to((*listener)->url());
    REQUIRE(socket.send("\x16\x03\x01"));
    CHECK(socket.is_closed());
}

TEST_CASE("two channels to one server keep their TLS identities apart", "[transport]") {
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

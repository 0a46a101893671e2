// The nng plugin under TLS, with OpenSSL as NNG's engine: who is believed, and who is told.
#include "answering.hpp"
#include "nng_raw.hpp"
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
        auto listener = registry.listen("nng+tls://127.0.0.1:0", &server_keys, std::move(handler));
        if (!listener) FAIL(listener.error().text());
        return std::move(*listener);
    }
    Result<Answer> ask(const std::string& url, const Keys& keys) {
        auto channel = registry.open(url, &keys);
        if (!channel) return channel.error();
        return send(**channel, some_octets(3000));
    }
    Result<Answer> ask(const std::string& url) { return ask(url, client_keys); }
};

void check_refused(const Result<Answer>& answer, const std::string& why) {
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::tls_failed);
    INFO(answer.error().detail);
    CHECK(has(answer.error().detail, why));
}

/// A handshake with a client that offers no more than `version`.
bool shakes_hands(const std::string& url, int version) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_max_proto_version(context.get(), version);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
    const Socket socket = RawPeer::to(url, "");
    SSL_set_fd(ssl.get(), socket.fd());
    return SSL_connect(ssl.get()) == 1;
}

}  // namespace

TEST_CASE("both sides of a bus learn the other's TLS certificate", "[transport]") {
    World  world;
    Octets seen;
    world.server_keys.asks_certificate = true;
    const auto listener = world.listen([&](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
        seen = peer.certificate;
        echo(std::move(exchange), request, peer);
    });
    CHECK(listener->url().starts_with("nng+tls://127.0.0.1:"));
    const auto answer = world.ask(listener->url());
    if (!answer) FAIL(answer.error().text());
    CHECK(answer->message == some_octets(3000));
    CHECK(answer->peer.certificate == world.server.der());
    CHECK(seen == world.client.der());
}

TEST_CASE("a server of a bus is known by its name as well as by its address", "[transport]") {
    World      world;
    const auto listener = world.listen();
    const auto port     = listener->url().substr(listener->url().rfind(':'));
    CHECK(world.ask("nng+tls://localhost" + port));
}

TEST_CASE("a client of a bus that shows no certificate is nobody", "[transport]") {
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
        check_refused(world.ask(listener->url()), "certificate required");
    }
}

TEST_CASE("a client of a bus whose certificate is a stranger's is refused", "[transport]") {
    World world;
    world.server_keys.asks_certificate = true;
    const auto     listener = world.listen();
    const Identity stranger = make_authority("Stranger");
    check_refused(world.ask(listener->url(), Keys(make_identity(stranger, "client", "DNS:client.example"), world.authority)), "unknown ca");
    CHECK(world.ask(listener->url()));
}

TEST_CASE("a server of a bus whose certificate names another host is refused", "[transport]") {
    World world;
    world.server_keys   = Keys(make_identity(world.authority, "127.0.0.1", "DNS:elsewhere.example"), world.authority);
    const auto listener = world.listen();
    check_refused(world.ask(listener->url()), "IP address mismatch");
    check_refused(world.ask("nng+tls://localhost" + listener->url().substr(listener->url().rfind(':'))), "ostname mismatch");
}

TEST_CASE("a server of a bus whose authority is not trusted is refused", "[transport]") {
    World          world;
    const Identity stranger = make_authority("Other Root");
    world.server_keys   = Keys(make_identity(stranger, "server", "IP:127.0.0.1"), stranger);
    const auto listener = world.listen();
    check_refused(world.ask(listener->url()), "certificate");
}

TEST_CASE("keys for a bus that are not there or cannot be set up are a failure of TLS", "[transport]") {
    World      world;
    const auto listener = world.listen();
    const auto channel  = world.registry.open(listener->url(), nullptr);
    REQUIRE(!channel);
    CHECK(channel.error().code == Code::tls_failed);
    world.client_keys.fails = true;
    check_refused(world.ask(listener->url()), "could not be set up");
    world.server_keys.fails = true;
    const auto second       = world.registry.listen("nng+tls://127.0.0.1:0", &world.server_keys, echo);
    REQUIRE(!second);
    CHECK(second.error().code == Code::tls_failed);
}

TEST_CASE("what is not TLS, or too old, is turned away from a bus and harms nobody", "[transport]") {
    World      world;
    const auto listener = world.listen();
    SECTION("a bus without TLS") { CHECK(!has(RawPeer::to(listener->url()).read_rest(), greeting_of_rep)); }
    SECTION("peers that leave during the handshake") {
        for (int i = 0; i < 20; ++i) CHECK(RawPeer::to(listener->url(), "").send("\x16\x03\x01"));
    }
    SECTION("peers that stay silent") {
        std::vector<Socket> silent;
        for (int i = 0; i < 50; ++i) silent.push_back(RawPeer::to(listener->url(), ""));
        CHECK(world.ask(listener->url()));
    }
    SECTION("TLS 1.1") { CHECK(!shakes_hands(listener->url(), TLS1_1_VERSION)); }
    SECTION("but not TLS 1.2") { CHECK(shakes_hands(listener->url(), TLS1_2_VERSION)); }
    CHECK(world.ask(listener->url()));
}

TEST_CASE("a server without TLS is no server of TLS", "[transport]") {
    World      world;
    const auto listener = world.registry.listen("nng+tcp://127.0.0.1:0", nullptr, echo);
    REQUIRE(listener);
    auto channel = world.registry.open("nng+tls" + (*listener)->url().substr(7), &world.client_keys, {{"connect-timeout", "500"}});
    REQUIRE(channel);
    CHECK(!send(**channel, some_octets(10)));
}

TEST_CASE("two channels to one bus keep their TLS identities apart", "[transport]") {
    World               world;
    std::mutex          mutex;
    std::vector<Octets> seen;
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

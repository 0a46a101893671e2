#include "crypto/handshake.hpp"

#include <ctime>

using namespace cmpkit;
using namespace cmpkit::test;
using crypto::TlsCredentials;

namespace {

struct Sides {
    Forge root = Forge::root(), ca = root.issue({.subject = "CN=CA", .is_ca = true});
    Forge server = ca.issue({.subject = "CN=server", .eku = {oids::id_kp_serverAuth}}), client = ca.issue({.subject = "CN=client", .eku = {oids::id_kp_clientAuth}});
    TlsCredentials of(const Forge& own) const { return {.chain = {own, ca}, .key = own.key(), .trust = {.anchors = {root}}}; }
};

}  // namespace

TEST_CASE("client and server know each other by their anchors", "[crypto]") {
    const Sides    sides;
    TlsCredentials strict = sides.of(sides.server);
    strict.require_client = true;
    const TlsCredentials anonymous{.trust = {.anchors = {sides.root}}}, stranger{.trust = {.anchors = {Forge::root("CN=Other")}}};
    CHECK(shake_hands(Server(sides.of(sides.server)), client(anonymous)));
    CHECK(shake_hands(Server(strict), client(sides.of(sides.client))));
    CHECK_FALSE(shake_hands(Server(strict), client(anonymous)));
    CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), client(stranger)));
    CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), client({})));
    SECTION("a client whose anchor is another's is refused, also where none is needed") {
        const Sides    others;
        TlsCredentials foreign = others.of(others.client);
        foreign.trust.anchors  = {sides.root};
        CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), client(foreign)));
    }
    SECTION("an anchor need not be self-signed") {
        CHECK(shake_hands(Server(sides.of(sides.server)), client({.trust = {.anchors = {sides.ca}}})));
    }
    SECTION("nothing older than TLS 1.2 is spoken") {
        const Context old = client(anonymous);
        SSL_CTX_set_min_proto_version(old.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(old.get(), TLS1_1_VERSION);
        SSL_CTX_set_security_level(old.get(), 0);
        CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), old));
    }
}

TEST_CASE("each handshake goes by what the server shows and trusts then", "[crypto]") {
    const Sides    sides, others;
    const Context  ours = client(sides.of(sides.client)), theirs = client(others.of(others.client));
    TlsCredentials strict = sides.of(sides.server), other_strict = others.of(others.server);
    strict.require_client = other_strict.require_client = true;
    Server server(strict);
    CHECK(shake_hands(server, ours));
    CHECK_FALSE(shake_hands(server, theirs));
    server.show(other_strict);
    CHECK_FALSE(shake_hands(server, ours));
    CHECK(shake_hands(server, theirs));
    SECTION("also whether it needs a client's certificate") {
        const Context anonymous = client({.trust = {.anchors = {others.root}}});
        CHECK_FALSE(shake_hands(server, anonymous));
        server.show(others.of(others.server));
        CHECK(shake_hands(server, anonymous));
    }
}

TEST_CASE("a context for datagrams is filled too", "[crypto]") {
    const Context made = context(DTLS_method());
    CHECK(value_of(crypto::TlsClient::make({})).fill(made.get(), same_openssl));
    CHECK(SSL_CTX_get_min_proto_version(made.get()) == DTLS1_2_VERSION);
}

TEST_CASE("a TLS context is refused what does not fit together", "[crypto]") {
    const Sides    sides;
    const Context  made  = context();
    TlsCredentials mixed = sides.of(sides.server);
    mixed.key            = sides.client.key();
    CHECK(refusal_of(crypto::TlsServer::make(mixed)) == "tls_failed");
    CHECK(crypto::TlsServer::make(mixed).error().detail.starts_with("the key does not fit the certificate"));
    CHECK(refusal_of(crypto::fill_server(made.get(), &sides, crypto::CurrentTls())) == "tls_failed");
    CHECK(refusal_of(value_of(crypto::TlsClient::make(sides.of(sides.client))).fill(made.get(), &sides)) == "tls_failed");
    CHECK(value_of(crypto::TlsClient::make({})).fill(made.get(), &sides).error().detail.find("another copy of libcrypto") != std::string::npos);
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a TLS peer's certificate is for its use", "[crypto]") {
    const Sides sides;
    CHECK_FALSE(shake_hands(Server(sides.of(sides.client)), client(sides.of(sides.client))));
    TlsCredentials strict = sides.of(sides.server);
    strict.require_client = true;
    CHECK_FALSE(shake_hands(Server(strict), client(sides.of(sides.server))));
    const Forge any = sides.ca.issue({.subject = "CN=any", .eku = {oids::anyExtendedKeyUsage}}), free = sides.ca.issue({.subject = "CN=free"});
    const Forge mute = sides.ca.issue({.subject = "CN=mute", .usage = KeyUsage::of({KeyUsageBit::keyCertSign})});
    for (const Forge* peer : {&any, &free}) CHECK(shake_hands(Server(strict), client(sides.of(*peer))));
    CHECK_FALSE(shake_hands(Server(strict), client(sides.of(mute))));
}

TEST_CASE("a TLS server that is revoked is refused, and one of whom nobody knows until it has been asked", "[crypto]") {
    const Sides    sides;
    const auto     today = static_cast<std::int64_t>(std::time(nullptr));
    TlsCredentials asking{.trust = {.anchors = {sides.root}, .crls = {sides.root.crl()}, .revocation = crypto::Revocation::hard}};
    CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), client(asking)));
    asking.trust.crls.push_back(sides.ca.crl());
    CHECK(shake_hands(Server(sides.of(sides.server)), client(asking)));
    asking.trust.crls.back() = sides.ca.crl({.revoked = {sides.server}});
    CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), client(asking)));

    asking.trust.crls.pop_back();
    asking.trust.revocation   = GENERATE(crypto::Revocation::soft, crypto::Revocation::hard);
    asking.trust.sources.crls = {"http://crl.plant/ca.crl"};
    const auto    ours = value_of(crypto::TlsClient::make(asking));
    const Context made = context();
    REQUIRE(ours.fill(made.get(), same_openssl));
    CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), made));
    const auto wanted = ours.peers()->take_wanted();
    REQUIRE(wanted.size() == 1);
    CHECK(ours.peers()->take_wanted().empty());
    SECTION("good") {
        REQUIRE(ours.peers()->verifier()->learn(wanted.front(), sides.ca.crl(), today));
        CHECK(shake_hands(Server(sides.of(sides.server)), made));
    }
    SECTION("revoked") {
        REQUIRE(ours.peers()->verifier()->learn(wanted.front(), sides.ca.crl({.revoked = {sides.server}}), today));
        CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), made));
    }
    SECTION("no answer") {
        CHECK_FALSE(ours.peers()->verifier()->learn(wanted.front(), Error{.code = Code::connect_failed}, today));
        CHECK(shake_hands(Server(sides.of(sides.server)), made) == (asking.trust.revocation == crypto::Revocation::soft));
    }
}

TEST_CASE("a TLS client that is revoked is refused, also one that was let in before", "[crypto]") {
    const Sides    sides;
    const auto     today  = static_cast<std::int64_t>(std::time(nullptr));
    TlsCredentials strict = sides.of(sides.server);
    strict.require_client     = true;
    strict.trust.revocation   = crypto::Revocation::soft;
    strict.trust.sources.crls = {"http://crl.plant/ca.crl"};
    const Server  server(strict);
    const Context ours = client(sides.of(sides.client));
    SSL_CTX_set_session_cache_mode(ours.get(), SSL_SESS_CACHE_CLIENT);
    CHECK(shake_hands(server, ours));
    const auto wanted = server.tls.peers()->take_wanted();
    REQUIRE(wanted.size() == 1);
    REQUIRE(server.tls.peers()->verifier()->learn(wanted.front(), sides.ca.crl({.revoked = {sides.client}}), today));
    CHECK_FALSE(shake_hands(server, ours));
    CHECK(SSL_CTX_sess_number(ours.get()) == 0);
}

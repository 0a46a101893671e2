// TLS by shared secrets: who gets in, and that nothing falls back to certificates.
#include "crypto/handshake.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::test;
using crypto::TlsCredentials;
using crypto::TlsSecret;

namespace {

TlsSecret secret(const std::string& identity, const std::string& value, TlsSecret::Kind kind = TlsSecret::Kind::psk) {
    return {.kind = kind, .identity = identity, .secret = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of(value)))};
}
const TlsSecret dev1 = secret("dev1", "0123456789abcdef0123456789abcdef"), dev2 = secret("dev2", "fedcba9876543210fedcba9876543210");

TlsCredentials by(std::vector<TlsSecret> secrets) { return {.chain = {}, .key = {}, .trust = {}, .secrets = std::move(secrets)}; }

struct Handshake {
    Handshake(const Context& server_side, const Context& client_side, int most = TLS1_3_VERSION) : server(session(server_side)), client(session(client_side)) {
        if (most != TLS1_3_VERSION) SSL_set_max_proto_version(client.get(), most);
        succeeded = shake_hands(server, client);
    }
    std::string suite() const { return SSL_get_cipher(client.get()); }

    Session server, client;
    bool    succeeded = false;
};

struct Certified {
    Forge          root   = Forge::root();
    Forge          server = root.issue({.subject = "CN=server", .eku = {oids::id_kp_serverAuth}});
    TlsCredentials own{.chain = {server}, .key = server.key(), .trust = {}, .secrets = {}};
};

}  // namespace

TEST_CASE("whoever knows a secret gets in, and is known by its identity", "[crypto]") {
    const Server server(by({dev1, dev2}));
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION})
        for (const TlsSecret& each : {dev1, dev2}) {
            INFO(version << " " << each.identity);
            const Handshake hands(server.made, client(by({each})), version);
            CHECK(hands.succeeded);
            CHECK(SSL_version(hands.client.get()) == version);
            CHECK(crypto::tls_identity(hands.server.get()) == each.identity);
            CHECK(hands.suite() == (version == TLS1_3_VERSION ? "TLS_AES_128_GCM_SHA256" : "ECDHE-PSK-CHACHA20-POLY1305"));
        }
}

TEST_CASE("a wrong secret is refused, and so is a name that nobody has, in the same way", "[crypto]") {
    const Server server(by({dev1}));
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
        INFO(version);
        const Handshake wrong(server.made, client(by({secret("dev1", "another secret of 32 octets .....")})), version);
        const Handshake unknown(server.made, client(by({secret("nobody", "0123456789abcdef0123456789abcdef")})), version);
        CHECK_FALSE(wrong.succeeded);
        CHECK_FALSE(unknown.succeeded);
        CHECK(SSL_get_state(wrong.server.get()) == SSL_get_state(unknown.server.get()));
        CHECK(SSL_get_state(wrong.client.get()) == SSL_get_state(unknown.client.get()));
        CHECK(crypto::tls_identity(unknown.server.get()).empty());
    }
}

TEST_CASE("a server that answers with a certificate is refused by a client with a secret", "[crypto]") {
    const Certified certified;
    const Server    server(certified.own);
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) CHECK_FALSE(Handshake(server.made, client(by({dev1})), version).succeeded);
    SECTION("also if the client was told whom to trust") {
        TlsCredentials both = by({dev1});
        both.trust.anchors  = {certified.root};
        CHECK_FALSE(Handshake(server.made, client(both)).succeeded);
    }
    SECTION("also if the server is nobody's, with suites and groups of all kinds") {
        const Context open = context(TLS_server_method());
        const Bytes   der  = static_cast<const crypto::Cert&>(certified.server).der();
        REQUIRE(SSL_CTX_use_certificate_ASN1(open.get(), static_cast<int>(der.size()), der.data()) == 1);
        REQUIRE(SSL_CTX_use_PrivateKey(open.get(), static_cast<EVP_PKEY*>(certified.server.key()->evp_pkey())) == 1);
        SSL_CTX_set_cipher_list(open.get(), "ALL:@SECLEVEL=0");
        for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) CHECK_FALSE(Handshake(open, client(by({dev1})), version).succeeded);
    }
}

TEST_CASE("a client with a secret offers suites for secrets alone", "[crypto]") {
    const Context made = client(by({dev1}));
    const Session ssl  = session(made);
    STACK_OF(SSL_CIPHER)* offered = SSL_get1_supported_ciphers(ssl.get());
    REQUIRE(sk_SSL_CIPHER_num(offered) == 4);
    for (int i = 0; i < 4; ++i) {
        const std::string name = SSL_CIPHER_get_name(sk_SSL_CIPHER_value(offered, i));
        CHECK((name == "TLS_AES_128_GCM_SHA256" || name.starts_with("ECDHE-PSK-")));
    }
    sk_SSL_CIPHER_free(offered);
}

TEST_CASE("a server with a certificate and secrets serves both kinds of clients", "[crypto]") {
    const Certified certified;
    TlsCredentials  both = certified.own;
    both.secrets         = {dev1};
    const Server   server(both);
    TlsCredentials visitor;
    visitor.trust.anchors = {certified.root};
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
        INFO(version);
        CHECK(Handshake(server.made, client(by({dev1})), version).succeeded);
        const Handshake by_certificate(server.made, client(visitor), version);
        CHECK(by_certificate.succeeded);
        CHECK(crypto::tls_identity(by_certificate.server.get()).empty());
        CHECK_FALSE(Handshake(server.made, client(by({dev2})), version).succeeded);
    }
}

TEST_CASE("secrets may change between two handshakes", "[crypto]") {
    Server server(by({dev1}));
    CHECK(Handshake(server.made, client(by({dev1}))).succeeded);
    server.show(by({dev2}));
    CHECK_FALSE(Handshake(server.made, client(by({dev1}))).succeeded);
    CHECK(Handshake(server.made, client(by({dev2}))).succeeded);
}

TEST_CASE("one connection of another's context is filled too", "[crypto]") {
    const Certified certified;
    TlsCredentials  visitor;
    visitor.trust.anchors = {certified.root};
    const auto fills = [](const TlsCredentials& server, const TlsCredentials& client, int version) {
        const Context            bare_server = context(TLS_server_method()), bare_client = context(TLS_client_method());
        const Session            near = session(bare_server), far = session(bare_client);
        const crypto::TlsServer  shown   = value_of(crypto::TlsServer::make(server));
        const crypto::CurrentTls current = [&] { return shown; };
        SSL_set_max_proto_version(far.get(), version);
        CHECK(crypto::fill_server_connection(near.get(), same_openssl, current));
        CHECK(value_of(crypto::TlsClient::make(client)).fill_connection(far.get(), same_openssl));
        return shake_hands(near, far);
    };
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
        INFO(version);
        CHECK(fills(certified.own, visitor, version));
        CHECK_FALSE(fills(certified.own, {}, version));
        CHECK_FALSE(fills(certified.own, by({dev1}), version));
        CHECK(fills(by({dev1}), by({dev1}), version));
        CHECK_FALSE(fills(by({dev1}), by({dev2}), version));
    }
    const Context bare = context();
    CHECK(value_of(crypto::TlsClient::make({})).fill_connection(session(bare).get(), nullptr).error().code == Code::tls_failed);
}

TEST_CASE("a secret of TLS has bounds, and a client goes by one or by a certificate", "[crypto]") {
    const auto refusal = [](TlsCredentials credentials) { return crypto::TlsClient::make(std::move(credentials)).error().code; };
    CHECK(refusal(by({secret("dev1", "fifteen octets.")})) == Code::bad_argument);
    CHECK(refusal(by({secret("", "0123456789abcdef")})) == Code::bad_argument);
    CHECK(refusal(by({secret(std::string(129, 'x'), "0123456789abcdef")})) == Code::bad_argument);
    CHECK(refusal(by({secret("dev1", std::string(257, 'x'))})) == Code::bad_argument);
    CHECK(refusal(by({dev1, dev2})) == Code::bad_argument);
    Certified certified;
    certified.own.secrets = {dev1};
    CHECK(refusal(certified.own) == Code::bad_argument);
    CHECK(crypto::TlsServer::make(by({secret("dev1", "short")})).error().detail.find("dev1") != std::string::npos);
}

TEST_CASE("SRP is spoken where it is built in, and refused by name where it is not", "[crypto]") {
    using enum TlsSecret::Kind;
    const TlsSecret alice = secret("alice", "password of alice", srp), wrong = secret("alice", "password of mallory", srp), nobody = secret("nobody", "password of alice", srp);
    const auto      made  = crypto::TlsClient::make(by({alice}));
    if (!made) {
        CHECK(made.error().code == Code::unsupported);
        CHECK(crypto::TlsServer::make(by({alice})).error().code == Code::unsupported);
        return;
    }
    const Server    server(by({alice, dev1}));
    const Handshake good(server.made, client(by({alice})));
    CHECK(good.succeeded);
    CHECK(good.suite() == "SRP-AES-256-CBC-SHA");
    CHECK(crypto::tls_identity(good.server.get()) == "alice");
    CHECK_FALSE(Handshake(server.made, client(by({wrong}))).succeeded);
    CHECK_FALSE(Handshake(server.made, client(by({nobody}))).succeeded);
    CHECK(Handshake(server.made, client(by({dev1}))).succeeded);
    const Certified certified;
    CHECK_FALSE(Handshake(Server(certified.own).made, client(by({alice}))).succeeded);
}

#include "crypto/tls.hpp"
#include "forge/forge.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

using namespace cmpkit;
using namespace cmpkit::test;
using crypto::TlsCredentials;

namespace {

const void* const same_openssl = reinterpret_cast<const void*>(&OpenSSL_version);

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

Context context(const SSL_METHOD* method = TLS_method()) { return {SSL_CTX_new(method), &SSL_CTX_free}; }
Context client(const TlsCredentials& credentials) {
    Context made = context();
    CHECK(crypto::fill_client(made.get(), same_openssl, credentials));
    return made;
}
/// A server whose credentials may change between two handshakes.
struct Server {
    explicit Server(const TlsCredentials& credentials) {
        show(credentials);
        CHECK(crypto::fill_server(made.get(), same_openssl, current));
    }
    void show(const TlsCredentials& credentials) { tls = value_of(crypto::TlsServer::make(credentials)); }

    crypto::TlsServer  tls;
    crypto::CurrentTls current = [this] { return tls; };
    Context            made    = context();
};

/// Lets both sides talk through memory. @return whether both are satisfied
bool shake_hands(const Context& server_side, const Context& client_side) {
    const Session server(SSL_new(server_side.get()), &SSL_free), client(SSL_new(client_side.get()), &SSL_free);
    BIO *         near = nullptr, *far = nullptr;
    REQUIRE(BIO_new_bio_pair(&near, 0, &far, 0) == 1);
    SSL_set_bio(server.get(), near, near);
    SSL_set_bio(client.get(), far, far);
    SSL_set_accept_state(server.get());
    SSL_set_connect_state(client.get());
    for (int round = 0; round < 20; ++round) {
        SSL_do_handshake(client.get());
        SSL_do_handshake(server.get());
    }
    // A TLS 1.3 client learns that it was refused when it next reads.
    char nothing;
    const bool is_open = SSL_write(server.get(), "x", 1) == 1 && SSL_read(client.get(), &nothing, 1) == 1;
    ERR_clear_error();
    return is_open;
}

bool shake_hands(const Server& server, const Context& client) { return shake_hands(server.made, client); }

struct Sides {
    Forge root = Forge::root(), ca = root.issue({.subject = "CN=CA", .is_ca = true});
    Forge server = ca.issue({.subject = "CN=server", .eku = {oids::id_kp_serverAuth}}), client = ca.issue({.subject = "CN=client", .eku = {oids::id_kp_clientAuth}});
    TlsCredentials of(const Forge& own) const { return {.chain = {own, ca}, .key = own.key(), .anchors = {root}}; }
};

}  // namespace

TEST_CASE("client and server know each other by their anchors", "[crypto]") {
    const Sides    sides;
    TlsCredentials strict = sides.of(sides.server);
    strict.require_client = true;
    const TlsCredentials anonymous{.anchors = {sides.root}}, stranger{.anchors = {Forge::root("CN=Other")}};
    CHECK(shake_hands(Server(sides.of(sides.server)), client(anonymous)));
    CHECK(shake_hands(Server(strict), client(sides.of(sides.client))));
    CHECK_FALSE(shake_hands(Server(strict), client(anonymous)));
    CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), client(stranger)));
    CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), client({})));
    SECTION("a client whose anchor is another's is refused, also where none is needed") {
        const Sides    others;
        TlsCredentials foreign = others.of(others.client);
        foreign.anchors        = {sides.root};
        CHECK_FALSE(shake_hands(Server(sides.of(sides.server)), client(foreign)));
    }
    SECTION("an anchor need not be self-signed") {
        CHECK(shake_hands(Server(sides.of(sides.server)), client({.anchors = {sides.ca}})));
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
        const Context anonymous = client({.anchors = {others.root}});
        CHECK_FALSE(shake_hands(server, anonymous));
        server.show(others.of(others.server));
        CHECK(shake_hands(server, anonymous));
    }
}

TEST_CASE("a context for datagrams is filled too", "[crypto]") {
    const Context made = context(DTLS_method());
    CHECK(crypto::fill_client(made.get(), same_openssl, {}));
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
    CHECK(refusal_of(crypto::fill_client(made.get(), &sides, sides.of(sides.client))) == "tls_failed");
    CHECK(crypto::fill_client(made.get(), &sides, {}).error().detail.find("another copy of libcrypto") != std::string::npos);
    CHECK(ERR_peek_error() == 0);
}

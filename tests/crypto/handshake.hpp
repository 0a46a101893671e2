// TLS handshakes through memory, between contexts that crypto has filled.
#pragma once
#include "crypto/tls.hpp"
#include "forge/forge.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace cmpkit::test {

inline const void* const same_openssl = reinterpret_cast<const void*>(&OpenSSL_version);

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

inline Context context(const SSL_METHOD* method = TLS_method()) { return {SSL_CTX_new(method), &SSL_CTX_free}; }
inline Context client(const crypto::TlsCredentials& credentials) {
    Context made = context();
    CHECK(value_of(crypto::TlsClient::make(credentials)).fill(made.get(), same_openssl));
    return made;
}
/// A server whose credentials may change between two handshakes.
struct Server {
    explicit Server(const crypto::TlsCredentials& credentials) {
        show(credentials);
        CHECK(crypto::fill_server(made.get(), same_openssl, current));
    }
    void show(const crypto::TlsCredentials& credentials) { tls = value_of(crypto::TlsServer::make(credentials)); }

    crypto::TlsServer  tls;
    crypto::CurrentTls current = [this] { return tls; };
    Context            made    = context();
};

/// Lets both sides talk through memory. @return whether both are satisfied
inline bool shake_hands(const Session& server, const Session& client) {
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

inline Session session(const Context& context) { return {SSL_new(context.get()), &SSL_free}; }
inline bool    shake_hands(const Context& server, const Context& client) { return shake_hands(session(server), session(client)); }
inline bool    shake_hands(const Server& server, const Context& client) { return shake_hands(server.made, client); }

}  // namespace cmpkit::test

// Keys, certificates and trust for TLS on loopback, made anew for each test.
#pragma once
#include "transport/registry.hpp"

#include <openssl/ssl.h>

namespace cmpkit::transport::test {

struct FreeTls {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
};

/// A key and its certificate.
struct Identity {
    std::shared_ptr<EVP_PKEY> key;          // shared by copies; immutable
    std::shared_ptr<X509>     certificate;  // as above

    Octets der() const;
};

Identity make_authority(const std::string& name);
/// @param alternative  of the subject, as "IP:127.0.0.1"
Identity make_identity(const Identity& authority, const std::string& name, const std::string& alternative);

/// Both sides of TLS: shows `own`, trusts what `anchor` issued.
class Keys : public Tls {
public:
    Keys(Identity own, Identity anchor) : own_(std::move(own)), anchor_(std::move(anchor)) {}
    cmpkit_transport_rc client(void* ssl_ctx, const void* openssl_version) const override;
    cmpkit_transport_rc server(void* ssl_ctx, const void* openssl_version) const override;
    cmpkit_transport_rc client_connection(void* ssl, const void* openssl_version) const override;
    cmpkit_transport_rc server_connection(void* ssl, const void* openssl_version) const override;

    bool shows_certificate = true;   // as a client
    bool asks_certificate  = false;  // as a server
    bool fails             = false;
    std::string secret{};           // not empty: both sides go by it alone, in a single connection (DTLS); the client calls itself "device"
    bool by_secret() const override { return !secret.empty(); }

private:
    bool fill(SSL_CTX* context, bool with_certificate) const;
    cmpkit_transport_rc replace_context(SSL* ssl, cmpkit_transport_rc (Keys::*fill_context)(void*, const void*) const, const void* openssl_version) const;

    Identity own_, anchor_;
};

}  // namespace cmpkit::transport::test

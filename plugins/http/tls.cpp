#include "tls.hpp"

#include <openssl/crypto.h>
#include <openssl/x509.h>

namespace cmpkit_http {

namespace {

/// The address that the host compares with its own: two copies of libcrypto in a process must not share an SSL_CTX.
const void* openssl_version() { return reinterpret_cast<const void*>(&OpenSSL_version); }

}  // namespace

SslContext server_context(const cmpkit_transport_host& host, const cmpkit_transport_tls* tls) {
    static constexpr unsigned char session_context[] = "cmpkit";
    SslContext context(SSL_CTX_new(TLS_server_method()));
    if (!context) return nullptr;
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    // Without it a client that resumes a session is refused as soon as client certificates are asked for.
    SSL_CTX_set_session_id_context(context.get(), session_context, sizeof session_context - 1);
    if (host.tls_server(host.context, tls, context.get(), openssl_version()) != CMPKIT_TRANSPORT_OK) return nullptr;
    return context;
}

bool fill_client(const cmpkit_transport_host& host, const cmpkit_transport_tls* tls, void* ssl_ctx) {
    return host.tls_client(host.context, tls, ssl_ctx, openssl_version()) == CMPKIT_TRANSPORT_OK;
}

namespace {

/// DER; empty: the peer sent none.
std::string peer_certificate(const SSL* ssl) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl), &X509_free);
    unsigned char* octets = nullptr;
    const int      size   = certificate ? i2d_X509(certificate.get(), &octets) : 0;
    const std::unique_ptr<unsigned char, decltype([](unsigned char* p) { OPENSSL_free(p); })> owned(octets);
    return size > 0 ? std::string(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

void take_identity(Peer& peer, const cmpkit_transport_host& host, const SSL* ssl) {
    char identity[256];
    peer.certificate  = peer_certificate(ssl);
    peer.psk_identity = host.tls_identity && host.tls_identity(host.context, ssl, identity, sizeof identity) > 0 ? identity : "";
}

}  // namespace cmpkit_http

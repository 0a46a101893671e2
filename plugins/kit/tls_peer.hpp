// Who is at the other end of a TLS or DTLS connection. Included by plugins with TLS: it is where the kit knows OpenSSL.
#pragma once
#include "message.hpp"

#include <memory>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace cmpkit_plugin {

/// The address that the host compares with its own: two copies of libcrypto in a process must not share an SSL_CTX.
inline const void* openssl_version() { return reinterpret_cast<const void*>(&OpenSSL_version); }

/// DER; empty: the peer sent none.
inline std::string peer_certificate(const SSL* ssl) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl), &X509_free);
    unsigned char* octets = nullptr;
    const int      size   = certificate ? i2d_X509(certificate.get(), &octets) : 0;
    const std::unique_ptr<unsigned char, decltype([](unsigned char* p) { OPENSSL_free(p); })> owned(octets);
    return size > 0 ? std::string(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)) : std::string();
}

/// Notes the certificate that the peer sent, and the identity by which its secret is known; both may be empty.
inline void take_identity(Peer& peer, const cmpkit_transport_host& host, const SSL* ssl) {
    char identity[256];
    peer.certificate  = peer_certificate(ssl);
    peer.psk_identity = host.tls_identity && host.tls_identity(host.context, ssl, identity, sizeof identity) > 0 ? identity : "";
}

}  // namespace cmpkit_plugin

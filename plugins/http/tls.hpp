// OpenSSL objects for TLS. What is in an SSL_CTX is the host's business: it fills what is made here.
#pragma once
#include "kit/tls_peer.hpp"

#include <memory>
#include <string>

namespace cmpkit_http {

using namespace cmpkit_plugin;

struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslContext = std::unique_ptr<SSL_CTX, Free>;
using SslPointer = std::unique_ptr<SSL, Free>;

/// For servers: TLS 1.2 or later, keys and trust from the host. Null if the host refuses.
SslContext server_context(const cmpkit_transport_host& host, const cmpkit_transport_tls* tls);

/// For clients: fills libcurl's. @return false: the host refuses
bool fill_client(const cmpkit_transport_host& host, const cmpkit_transport_tls* tls, void* ssl_ctx);

}  // namespace cmpkit_http

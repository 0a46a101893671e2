#include "tls.hpp"

namespace cmpkit_http {

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

}  // namespace cmpkit_http

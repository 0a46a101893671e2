#include "tls.hpp"

#include "kit/border.hpp"
#include "kit/tls_peer.hpp"

#include <atomic>
#include <openssl/x509v3.h>
#include <utility>

namespace cmpkit_coap {

namespace {

using InfoCallback = void (*)(const SSL*, int, int);

Security* security_of(const SSL* ssl) {
    const auto* const session = static_cast<coap_session_t*>(SSL_get_ex_data(ssl, 0));  // SSL_get_app_data: libcoap keeps its session there
    return session ? static_cast<Security*>(coap_get_app_data(coap_session_get_context(session))) : nullptr;
}

// libcoap learns from its own information callback that a handshake failed, but keeps it in the SSL_CTX, which the host replaces.
std::atomic<InfoCallback>      of_libcoap = nullptr;
thread_local std::string       last_alert;
thread_local SSL_CTX*          last_made = nullptr;

void watch(const SSL* ssl, int where, int value) {
    if (where & SSL_CB_ALERT)
        (void)cmpkit_plugin::guarded([&] { return last_alert = SSL_alert_desc_string_long(value), CMPKIT_TRANSPORT_OK; });
    if (const auto next = of_libcoap.load()) next(ssl, where, value);
}

// The name is judged with the chain, by OpenSSL: it stands in the parameters that the host's SSL_CTX leaves alone.
bool expect_name(SSL* ssl, const Security& security) {
    if (security.name_is_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), security.name.c_str()) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, security.name.c_str()) == 1;
}

bool fill_client(SSL* ssl, const Security& security) {
    const bool by_secret = security.host.tls_by_secret && security.host.tls_by_secret(security.host.context, security.tls);
    if (!by_secret && !expect_name(ssl, security)) return false;
    return security.host.tls_client_connection && security.host.tls_client_connection(security.host.context, security.tls, ssl, cmpkit_plugin::openssl_version()) == CMPKIT_TRANSPORT_OK;
}

// libcoap offers clients no hook before the handshake. OpenSSL does: this is called when it starts, before ClientHello is made.
void begin_client(const SSL* const_ssl, int where, int value) {
    auto* const ssl      = const_cast<SSL*>(const_ssl);
    auto* const security = security_of(ssl);
    if ((where & SSL_CB_HANDSHAKE_START) && security && !SSL_is_server(ssl)) {
        SSL_set_info_callback(ssl, watch);
        if (!fill_client(ssl, *security)) security->failed = true;
    }
    watch(ssl, where, value);
}

// Called by libcoap for a server, last of all that it does when ClientHello has come.
int begin_server(void* session, coap_dtls_pki_t*) {
    auto* const ssl      = static_cast<SSL*>(session);
    auto* const security = security_of(ssl);
    if (!security || !security->host.tls_server_connection) return 0;
    SSL_set_info_callback(ssl, watch);
    // DTLSv1_listen has verified the cookie. The host's SSL_CTX has no callback to do it again with, and OpenSSL would insist.
    SSL_clear_options(ssl, SSL_OP_COOKIE_EXCHANGE);
    SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
    return security->host.tls_server_connection(security->host.context, security->tls, ssl, cmpkit_plugin::openssl_version()) == CMPKIT_TRANSPORT_OK;
}

/// Strict: these hold where the host's do not come to replace them.
coap_dtls_pki_t strict_setup() {
    coap_dtls_pki_t setup{};
    setup.version                        = COAP_DTLS_PKI_SETUP_VERSION;
    setup.verify_peer_cert               = 1;
    setup.additional_tls_setup_call_back = begin_server;
    return setup;
}

void note_made(void* made, void*, CRYPTO_EX_DATA*, int, long, void*) {
    auto* const context = static_cast<SSL_CTX*>(made);
    if (SSL_CTX_get_ssl_method(context) == DTLS_method()) last_made = context;
}

/// libcoap hands out its SSL_CTX nowhere; OpenSSL tells of each that is made.
bool watch_for_contexts() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, note_made, nullptr, nullptr);
    return index >= 0;
}

}  // namespace

ContextPointer make_context(Security& security) {
    if (security.tls && !watch_for_contexts()) return nullptr;
    last_made = nullptr;
    ContextPointer context(coap_new_context(nullptr));
    if (!context) return nullptr;
    coap_set_app_data(context.get(), &security);
    if (!security.tls) return context;
    if (!last_made) return nullptr;
    of_libcoap = SSL_CTX_get_info_callback(last_made);
    SSL_CTX_set_info_callback(last_made, begin_client);
    return context;
}

bool serve_dtls(coap_context_t* context) {
    const auto setup = strict_setup();
    return coap_context_set_pki(context, &setup) == 1;
}

coap_session_t* connect_dtls(coap_context_t* context, Security& security, const coap_address_t& address) {
    auto setup = strict_setup();
    if (!security.name_is_address) setup.client_sni = security.name.data();
    security.failed = false;
    auto* const session = coap_new_client_session_pki(context, nullptr, &address, COAP_PROTO_DTLS, &setup);
    if (!session || !security.failed) return session;
    coap_session_release(session);
    return nullptr;
}

std::string failure_of(coap_session_t* session) {
    coap_tls_library_t library = COAP_TLS_LIBRARY_NOTLS;
    const auto* const  ssl     = static_cast<const SSL*>(coap_session_get_tls(session, &library));
    const long         verdict = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
    std::string        why     = "the handshake failed";
    if (!last_alert.empty()) why += ", alert " + std::exchange(last_alert, {});
    if (verdict != X509_V_OK) why += std::string(", certificate: ") + X509_verify_cert_error_string(verdict);
    return why;
}

void take_identity(cmpkit_plugin::Peer& peer, const cmpkit_transport_host& host, const coap_session_t* session) {
    coap_tls_library_t library = COAP_TLS_LIBRARY_NOTLS;
    const auto* const  ssl     = static_cast<const SSL*>(coap_session_get_tls(session, &library));
    if (!ssl || library != COAP_TLS_LIBRARY_OPENSSL) return;
    cmpkit_plugin::take_identity(peer, host, ssl);
}

}  // namespace cmpkit_coap

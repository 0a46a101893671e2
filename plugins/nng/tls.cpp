#include "tls.hpp"

#include "kit/tls_peer.hpp"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

namespace cmpkit_nng {

namespace {

bool is_address(const std::string& host) {
    unsigned char octets[sizeof(in6_addr)];
    return inet_pton(AF_INET, host.c_str(), octets) == 1 || inet_pton(AF_INET6, host.c_str(), octets) == 1;
}

/// RFC 9525: the name is what the operator wrote in the URL.
bool expect_name(SSL* ssl, const std::string& name) {
    if (is_address(name)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

SslContext make_context(const SSL_METHOD* method) {
    SslContext context(SSL_CTX_new(method));
    if (!context) return nullptr;
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    // NNG hands over a part of a message, and the same part again if it was not taken; the buffers of an idle connection are 34 kB.
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    return context;
}

}  // namespace

void Failures::hear(Listener listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
}

void Failures::tell(const std::string& why) {
    const std::lock_guard lock(mutex_);
    if (listener_) listener_(why);
}

SslPointer TlsSetting::connect() const {
    SslPointer ssl(SSL_new(context.get()));
    if (!ssl) return nullptr;
    if (is_server) return SSL_set_accept_state(ssl.get()), std::move(ssl);
    SSL_set_connect_state(ssl.get());
    if (by_secret) return ssl;
    // Whatever the host put in: a server shows a certificate for this name, of an issuer that is trusted.
    SSL_set_verify(ssl.get(), SSL_get_verify_mode(ssl.get()) | SSL_VERIFY_PEER, SSL_get_verify_callback(ssl.get()));
    return expect_name(ssl.get(), server_name) ? std::move(ssl) : nullptr;
}

std::shared_ptr<TlsSetting> client_setting(const cmpkit_transport_host& host, const cmpkit_transport_tls* tls, const std::string& server_name) {
    auto context = make_context(TLS_client_method());
    if (!context || !tls || !host.tls_client) return nullptr;
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (host.tls_client(host.context, tls, context.get(), cmpkit_plugin::openssl_version()) != CMPKIT_TRANSPORT_OK) return nullptr;
    const bool by_secret = host.tls_by_secret && host.tls_by_secret(host.context, tls) != 0;
    return std::shared_ptr<TlsSetting>(new TlsSetting{.context = std::move(context), .host = host, .is_server = false, .by_secret = by_secret, .server_name = server_name});
}

std::shared_ptr<TlsSetting> server_setting(const cmpkit_transport_host& host, const cmpkit_transport_tls* tls) {
    auto context = make_context(TLS_server_method());
    if (!context || !tls || !host.tls_server) return nullptr;
    SSL_CTX_set_num_tickets(context.get(), 0);  // connections are kept, and our client resumes none
    if (host.tls_server(host.context, tls, context.get(), cmpkit_plugin::openssl_version()) != CMPKIT_TRANSPORT_OK) return nullptr;
    return std::shared_ptr<TlsSetting>(new TlsSetting{.context = std::move(context), .host = host, .is_server = true, .by_secret = false, .server_name = {}});
}

}  // namespace cmpkit_nng

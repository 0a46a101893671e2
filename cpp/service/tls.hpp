// Keys and trust of TLS as the transport registry wants them: a client's, and a server's.
#pragma once
#include "crypto/tls.hpp"
#include "transport/registry.hpp"

namespace cmpkit::service {

class TlsContext : public transport::Tls {
public:
    explicit TlsContext(crypto::TlsClient client) : client_(std::move(client)) {}
    crypto::TlsPeers&   peers() const { return *client_.peers(); }
    cmpkit_transport_rc client(void* ssl_ctx, const void* openssl_version) const override {
        return client_.fill(ssl_ctx, openssl_version) ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_TLS;
    }
    cmpkit_transport_rc client_connection(void* ssl, const void* openssl_version) const override {
        return client_.fill_connection(ssl, openssl_version) ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_TLS;
    }
    bool by_secret() const override { return client_.by_secret(); }

private:
    crypto::TlsClient client_;
};

/// The same of a server whose keys and trust may change while it listens.
class ListenerTls : public transport::Tls {
public:
    explicit ListenerTls(crypto::CurrentTls current) : current_(std::move(current)) {}
    cmpkit_transport_rc server(void* ssl_ctx, const void* openssl_version) const override {
        return crypto::fill_server(ssl_ctx, openssl_version, current_) ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_TLS;
    }
    cmpkit_transport_rc server_connection(void* ssl, const void* openssl_version) const override {
        return crypto::fill_server_connection(ssl, openssl_version, current_) ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_TLS;
    }

private:
    crypto::CurrentTls current_;
};

}  // namespace cmpkit::service

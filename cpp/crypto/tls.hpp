// What goes into a TLS context: keys and trust for HTTPS, apart from those of CMP.
#pragma once
#include "crypto/tls_peers.hpp"
#include "crypto/tls_secret.hpp"

#include <functional>

namespace cmpkit::crypto {

struct TlsCredentials {
    std::vector<Cert>           chain{};  // own certificate first; empty: none
    std::shared_ptr<PrivateKey> key{};
    Trust                       trust{};             // of peers
    std::vector<TlsSecret>      secrets{};           // client: one at most, and then nothing of the above; server: who may come with a secret
    bool                        require_client = false;  // server: a client certificate is needed
};

/// What a TLS client shows and whom it trusts. Immutable; copies share. Any thread.
class TlsClient {
public:
    /// @error as TlsPeers::make
    static Result<TlsClient> make(TlsCredentials credentials);

    /// Fills an SSL_CTX made by a plugin: TLS 1.2 or later, own chain and key; servers are judged, always.
    /// @param openssl_version  the address of OpenSSL_version as the plugin sees it
    /// @error tls_failed  two copies of libcrypto are in the process, or the key does not fit the certificate
    Result<void> fill(void* ssl_ctx, const void* openssl_version) const;
    /// The same for one SSL before its handshake, of TLS or DTLS, whose SSL_CTX is another's.
    Result<void> fill_connection(void* ssl, const void* openssl_version) const;

    /// By a shared secret alone.
    bool by_secret() const { return !credentials_->secrets.empty(); }

    const std::shared_ptr<TlsPeers>& peers() const { return peers_; }

private:
    Result<void> fill_context(void* ssl_ctx) const;

    std::shared_ptr<const TlsCredentials> credentials_;  // shared by copies
    std::shared_ptr<TlsPeers>             peers_;        // the same
    std::shared_ptr<void>                 context_;      // the same; for connections
};

/// What a TLS server shows and whom it trusts, ready for handshakes. Immutable; copies share. Any thread.
class TlsServer {
public:
    /// Clients with certificates are judged if there are anchors. Without a certificate of its own it serves those who have a secret.
    /// @error tls_failed  the key does not fit the certificate, or a certificate cannot be used; and as TlsPeers::make
    static Result<TlsServer> make(const TlsCredentials& credentials);

    const std::shared_ptr<TlsPeers>& peers() const { return peers_; }

    /// For crypto's own use: the SSL_CTX.
    void* context() const { return context_.get(); }

private:
    std::shared_ptr<void>     context_;  // shared by copies
    std::shared_ptr<TlsPeers> peers_;    // the same
};

/// Tells what the next handshake goes by; called from the plugin's threads.
using CurrentTls = std::function<TlsServer()>;

/// Fills it so that each handshake goes by what `current` tells at its beginning. A session is resumed only under what it was made with.
/// TLS 1.2 or later. @param current  is called until the SSL_CTX is freed, and must outlive it  @error as above
Result<void> fill_server(void* ssl_ctx, const void* openssl_version, const CurrentTls& current);
/// The same for one SSL, of TLS or DTLS, before its handshake.
Result<void> fill_server_connection(void* ssl, const void* openssl_version, const CurrentTls& current);

}  // namespace cmpkit::crypto

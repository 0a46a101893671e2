// What goes into a TLS context: keys and trust for HTTPS, apart from those of CMP.
#pragma once
#include "crypto/tls_peers.hpp"

#include <functional>

namespace cmpkit::crypto {

struct TlsCredentials {
    std::vector<Cert>           chain{};  // own certificate first; empty: none
    std::shared_ptr<PrivateKey> key{};
    Trust                       trust{};             // of peers
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

    const std::shared_ptr<TlsPeers>& peers() const { return peers_; }

private:
    std::shared_ptr<const TlsCredentials> credentials_;  // shared by copies
    std::shared_ptr<TlsPeers>             peers_;        // the same
};

/// What a TLS server shows and whom it trusts, ready for handshakes. Immutable; copies share. Any thread.
class TlsServer {
public:
    /// Clients are judged if there are anchors.
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

}  // namespace cmpkit::crypto

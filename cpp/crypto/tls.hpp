// What goes into a TLS context: keys and trust for HTTPS, apart from those of CMP.
#pragma once
#include "crypto/chain.hpp"

namespace cmpkit::crypto {

struct TlsCredentials {
    std::vector<Cert>           chain{};  // own certificate first; empty: none
    std::shared_ptr<PrivateKey> key{};
    std::vector<Cert>           anchors{};           // peers are judged against these
    bool                        require_client = false;  // server: a client certificate is needed
};

/// Fills an SSL_CTX made by a plugin: TLS 1.2 or later, own chain and key, peer verification (client: always; server: if there are anchors).
/// @param openssl_version  the address of OpenSSL_version as the plugin sees it
/// @error tls_failed  two copies of libcrypto are in the process, or the key does not fit the certificate
Result<void> fill_client(void* ssl_ctx, const void* openssl_version, const TlsCredentials& credentials);
Result<void> fill_server(void* ssl_ctx, const void* openssl_version, const TlsCredentials& credentials);

}  // namespace cmpkit::crypto

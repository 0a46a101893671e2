// TLS by shared secrets: pre-shared keys (RFC 8446 4.2.11 with psk_dhe_ke, RFC 8442 and RFC 7905 for TLS 1.2) and, where it is built in, SRP (RFC 5054).
// It refuses to fall back to certificates: who goes by a secret offers suites for secrets alone, and a peer that shows a certificate is refused.
// A secret of TLS is none of CMP: both sides refuse one that protects messages too.
#pragma once
#include "crypto/secret.hpp"

#include <memory>
#include <vector>

namespace cmpkit::crypto {

/// What both ends know.
struct TlsSecret {
    enum class Kind : std::uint8_t { psk, srp };

    Kind                          kind = Kind::psk;
    std::string                   identity;  // PSK identity or SRP user name; 1 to 128 octets
    std::shared_ptr<const Secret> secret;    // a key of 16 to 256 octets, or a password of 8 to 256; shared by copies

    /// @error bad_argument  the bounds above  @error unsupported  SRP, in a build without
    Result<void> check() const;
};

/// Fills an SSL_CTX of a client: this secret, suites for it, and nothing else. @error tls_failed
Result<void> fill_client(void* ssl_ctx, const TlsSecret& secret);

/// Fills an SSL_CTX of a server, which then knows these secrets. @param alone  it has no certificate  @error tls_failed
Result<void> fill_server(void* ssl_ctx, const std::vector<TlsSecret>& secrets, bool alone);

/// What an SSL made from another SSL_CTX lacks when it is given `from`: callbacks and suites for secrets. @return whether it worked
bool take_secrets(void* ssl, const void* from);

/// By which the peer of a finished handshake is known; empty: it showed no secret.
std::string tls_identity(const void* ssl);

}  // namespace cmpkit::crypto

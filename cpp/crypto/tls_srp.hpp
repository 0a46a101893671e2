// SRP (RFC 5054), which OpenSSL has deprecated and TLS 1.3 does not know: built in by CMPKIT_TLS_SRP alone, and used by nobody who does not ask for it.
// For crypto's own files.
#pragma once
#include "crypto/tls_secret.hpp"

typedef struct ssl_st     SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace cmpkit::crypto {

/// Those without certificates; at best AES in CBC mode, which is all that RFC 5054 has.
inline constexpr const char* srp_suites = "SRP-AES-256-CBC-SHA:SRP-AES-128-CBC-SHA";

bool has_srp();
/// @error tls_failed, unsupported
Result<void> fill_srp_client(SSL_CTX* context, const TlsSecret& secret);
Result<void> fill_srp_server(SSL_CTX* context);
/// After SSL_set_SSL_CTX.
bool         take_srp(SSL* ssl);
/// Who showed a password; empty: nobody.
std::string  srp_user(SSL* ssl);
/// The password of that user among the secrets of the SSL's SSL_CTX; one that nobody has if there is none.
Secret       srp_password(SSL* ssl, std::string_view user);

}  // namespace cmpkit::crypto

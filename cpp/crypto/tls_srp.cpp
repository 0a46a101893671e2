#include "crypto/tls_srp.hpp"

#include "crypto/openssl.hpp"

#include <openssl/ssl.h>

namespace cmpkit::crypto {

#if defined(CMPKIT_TLS_SRP) && !defined(OPENSSL_NO_SRP)

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // all of SRP, since OpenSSL 3.0

namespace {

// RFC 5054 2.5.1.3: for a user who is not there a server goes on as if; each salt is fresh, so nothing tells the two apart.
int find_user(SSL* ssl, int* alert, void*) {
    try {
        const char* const user = SSL_get_srp_username(ssl);
        if (!user) return *alert = SSL_AD_UNKNOWN_PSK_IDENTITY, SSL3_AL_FATAL;
        const Secret password = srp_password(ssl, user);
        Octets       ended(password.view().begin(), password.view().end());
        ended.push_back(0);
        const Secret text(std::move(ended));
        static constexpr char group[] = "2048";
        const bool set = SSL_set_srp_server_param_pw(ssl, user, reinterpret_cast<const char*>(text.view().data()), group) == 1;
        return set ? SSL_ERROR_NONE : (*alert = SSL_AD_INTERNAL_ERROR, SSL3_AL_FATAL);
    } catch (const std::bad_alloc&) {
        return *alert = SSL_AD_INTERNAL_ERROR, SSL3_AL_FATAL;
    }
}

}  // namespace

bool has_srp() { return true; }

Result<void> fill_srp_client(SSL_CTX* context, const TlsSecret& secret) {
    std::string user = secret.identity;
    Octets      password(secret.secret->view().begin(), secret.secret->view().end());
    password.push_back(0);
    const Secret text(std::move(password));
    const bool   set = SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION) == 1 && SSL_CTX_set_srp_username(context, user.data()) == 1 &&
                     SSL_CTX_set_srp_password(context, reinterpret_cast<char*>(const_cast<std::uint8_t*>(text.view().data()))) == 1;
    return set ? Result<void>() : openssl_error(Code::tls_failed, "SRP");
}

Result<void> fill_srp_server(SSL_CTX* context) {
    SSL_CTX_set_srp_username_callback(context, find_user);
    return {};
}

bool take_srp(SSL* ssl) { return SSL_SRP_CTX_init(ssl) == 1; }

std::string srp_user(SSL* ssl) {
    const char* const user = SSL_get_srp_username(ssl);
    return user ? user : "";
}

#else

bool         has_srp() { return false; }
Result<void> fill_srp_client(SSL_CTX*, const TlsSecret&) { return Error{.code = Code::unsupported, .detail = "this build has no SRP"}; }
Result<void> fill_srp_server(SSL_CTX*) { return Error{.code = Code::unsupported, .detail = "this build has no SRP"}; }
bool         take_srp(SSL*) { return false; }
std::string  srp_user(SSL*) { return {}; }

#endif

}  // namespace cmpkit::crypto

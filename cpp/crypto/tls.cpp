#include "crypto/tls.hpp"

#include "crypto/openssl.hpp"
#include "crypto/secret.hpp"

#include <openssl/ssl.h>

namespace cmpkit::crypto {
namespace {

using Store = Owned<X509_STORE, X509_STORE_free>;

Error failed(std::string_view what) { return openssl_error(Code::tls_failed, what); }

Result<void> check_library(const void* openssl_version) {
    if (openssl_version == reinterpret_cast<const void*>(&OpenSSL_version)) return {};
    return Error{.code = Code::tls_failed, .detail = "the plugin uses another copy of libcrypto than this library"};
}

bool set_versions(SSL_CTX* context) {
    // Each is for the other kind of context without effect: TLS or DTLS.
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 && SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1;
}

Result<void> set_identity(SSL_CTX* context, const TlsCredentials& own) {
    for (std::size_t i = 0; i < own.chain.size(); ++i) {
        const X509Ptr certificate = x509_of(own.chain[i].der());
        const bool    done        = certificate && (i == 0 ? SSL_CTX_use_certificate(context, certificate.get()) == 1
                                                           : SSL_CTX_add1_chain_cert(context, certificate.get()) == 1);
        if (!done) return failed("certificate " + std::to_string(i) + " of the own chain");
    }
    if (!own.key) return {};
    if (SSL_CTX_use_PrivateKey(context, static_cast<EVP_PKEY*>(own.key->evp_pkey())) != 1 || SSL_CTX_check_private_key(context) != 1)
        return failed("the key does not fit the certificate");
    return {};
}

Result<void> set_anchors(SSL_CTX* context, std::span<const Cert> anchors) {
    Store store(X509_STORE_new());
    for (const Cert& anchor : anchors) {
        const X509Ptr certificate = x509_of(anchor.der());
        if (!store || !certificate || X509_STORE_add_cert(store.get(), certificate.get()) != 1) return failed("an anchor");
    }
    if (!store) return failed("anchors");
    X509_VERIFY_PARAM_set_flags(X509_STORE_get0_param(store.get()), X509_V_FLAG_PARTIAL_CHAIN);  // an anchor need not be self-signed
    SSL_CTX_set_cert_store(context, store.release());
    return {};
}

Result<void> fill(SSL_CTX* context, const void* openssl_version, const TlsCredentials& credentials) {
    if (auto checked = check_library(openssl_version); !checked) return checked;
    if (!set_versions(context)) return failed("protocol versions");
    if (auto set = set_identity(context, credentials); !set) return set;
    return set_anchors(context, credentials.anchors);
}

/// Tells clients which certificates would do.
Result<void> name_client_anchors(SSL_CTX* context, std::span<const Cert> anchors) {
    for (const Cert& anchor : anchors) {
        const X509Ptr certificate = x509_of(anchor.der());
        if (!certificate || SSL_CTX_add_client_CA(context, certificate.get()) != 1) return failed("an anchor");
    }
    return {};
}

}  // namespace

Result<void> fill_client(void* ssl_ctx, const void* openssl_version, const TlsCredentials& credentials) {
    const OpensslCall call;
    auto* context = static_cast<SSL_CTX*>(ssl_ctx);
    if (auto filled = fill(context, openssl_version, credentials); !filled) return filled;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    return {};
}

namespace {

Result<void> set_verification(SSL_CTX* context, const TlsCredentials& credentials) {
    if (credentials.anchors.empty() && !credentials.require_client) return {};
    if (auto named = name_client_anchors(context, credentials.anchors); !named) return named;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (credentials.require_client ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    return {};
}

// Sessions are resumed under the name of what they were made with: whom an older trust let in is looked at anew.
Result<void> name_sessions(SSL_CTX* context) {
    unsigned char name[16];
    if (auto drawn = random_octets(name); !drawn) return drawn;
    return SSL_CTX_set_session_id_context(context, name, sizeof name) == 1 ? Result<void>() : failed("session name");
}

// At the beginning of a handshake, before a session is looked for. With the certificate OpenSSL takes over the anchors and the sessions' name.
int take_current(SSL* ssl, int*, void* argument) {
    const TlsServer current = (*static_cast<const CurrentTls*>(argument))();
    auto*           context = static_cast<SSL_CTX*>(current.context());
    if (!context || !SSL_set_SSL_CTX(ssl, context)) return SSL_CLIENT_HELLO_ERROR;
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(context), nullptr);
    return SSL_CLIENT_HELLO_SUCCESS;
}

}  // namespace

Result<TlsServer> TlsServer::make(const TlsCredentials& credentials) {
    const OpensslCall     call;
    std::shared_ptr<void> held(SSL_CTX_new(TLS_server_method()), [](void* context) { SSL_CTX_free(static_cast<SSL_CTX*>(context)); });
    auto* context = static_cast<SSL_CTX*>(held.get());
    if (!context) return failed("a context");
    if (auto set = set_identity(context, credentials); !set) return set.error();
    if (auto set = set_anchors(context, credentials.anchors); !set) return set.error();
    if (auto set = set_verification(context, credentials); !set) return set.error();
    if (auto named = name_sessions(context); !named) return named.error();
    TlsServer server;
    server.context_ = std::move(held);
    return server;
}

Result<void> fill_server(void* ssl_ctx, const void* openssl_version, const CurrentTls& current) {
    const OpensslCall call;
    auto* context = static_cast<SSL_CTX*>(ssl_ctx);
    if (auto checked = check_library(openssl_version); !checked) return checked;
    if (!set_versions(context)) return failed("protocol versions");
    SSL_CTX_set_client_hello_cb(context, take_current, const_cast<CurrentTls*>(&current));
    return {};
}

}  // namespace cmpkit::crypto

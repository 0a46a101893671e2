#include "crypto/tls.hpp"

#include "crypto/openssl.hpp"
#include "crypto/secret.hpp"

#include <openssl/ssl.h>

namespace cmpkit::crypto {
namespace {

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

/// Tells clients which certificates would do.
Result<void> name_client_anchors(SSL_CTX* context, std::span<const Cert> anchors) {
    for (const Cert& anchor : anchors) {
        const X509Ptr certificate = x509_of(anchor.der());
        if (!certificate || SSL_CTX_add_client_CA(context, certificate.get()) != 1) return failed("an anchor");
    }
    return {};
}

}  // namespace

namespace {

std::shared_ptr<void> new_context(const SSL_METHOD* method) {
    return {SSL_CTX_new(method), [](void* context) { SSL_CTX_free(static_cast<SSL_CTX*>(context)); }};
}

// With the context OpenSSL takes over the certificate, who judges peers, and the sessions' name; what it leaves behind is taken over here.
bool take_over(SSL* ssl, SSL_CTX* context) {
    if (!context || !SSL_set_SSL_CTX(ssl, context)) return false;
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(context), nullptr);
    SSL_set_options(ssl, SSL_CTX_get_options(context) & (SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE));
    SSL_set_num_tickets(ssl, SSL_CTX_get_num_tickets(context));
    return take_secrets(ssl, context);
}

}  // namespace

Result<TlsClient> TlsClient::make(TlsCredentials credentials) {
    for (const TlsSecret& secret : credentials.secrets)
        if (auto good = secret.check(); !good) return good.error();
    if (credentials.secrets.size() > 1 || (!credentials.secrets.empty() && !credentials.chain.empty()))
        return Error{.code = Code::bad_argument, .detail = "a TLS client goes by one secret, or by a certificate"};
    auto peers = TlsPeers::make(credentials.trust, TlsPeers::Kind::servers);
    if (!peers) return peers.error();
    const OpensslCall call;
    TlsClient         client;
    client.credentials_ = std::make_shared<const TlsCredentials>(std::move(credentials));
    client.peers_       = *std::move(peers);
    client.context_     = new_context(TLS_client_method());
    if (!client.context_) return failed("a context");
    if (auto filled = client.fill_context(client.context_.get()); !filled) return filled.error();
    return client;
}

Result<void> TlsClient::fill_context(void* ssl_ctx) const {
    auto* context = static_cast<SSL_CTX*>(ssl_ctx);
    if (!set_versions(context)) return failed("protocol versions");
    if (by_secret()) return fill_client(context, credentials_->secrets.front());
    if (auto set = set_identity(context, *credentials_); !set) return set;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    return TlsPeers::attach(context, peers_);
}

Result<void> TlsClient::fill(void* ssl_ctx, const void* openssl_version) const {
    const OpensslCall call;
    if (auto checked = check_library(openssl_version); !checked) return checked;
    return fill_context(ssl_ctx);
}

Result<void> TlsClient::fill_connection(void* ssl, const void* openssl_version) const {
    const OpensslCall call;
    if (auto checked = check_library(openssl_version); !checked) return checked;
    return take_over(static_cast<SSL*>(ssl), static_cast<SSL_CTX*>(context_.get())) ? Result<void>() : failed("a connection");
}

namespace {

Result<void> set_verification(SSL_CTX* context, const TlsCredentials& credentials, const std::shared_ptr<TlsPeers>& peers) {
    const Trust& trust = credentials.trust;
    if (trust.anchors.empty() && !credentials.require_client) return {};
    if (auto named = name_client_anchors(context, trust.anchors); !named) return named;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (credentials.require_client ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    // A session that is resumed is not judged again: where clients can become revoked meanwhile, there are none.
    if (trust.revocation != Revocation::none && !(trust.crls.empty() && trust.sources.empty() && trust.ocsp.empty())) {
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context, 0);
    }
    return TlsPeers::attach(context, peers);
}

// Sessions are resumed under the name of what they were made with: whom an older trust let in is looked at anew.
Result<void> name_sessions(SSL_CTX* context) {
    unsigned char name[16];
    if (auto drawn = random_octets(name); !drawn) return drawn;
    return SSL_CTX_set_session_id_context(context, name, sizeof name) == 1 ? Result<void>() : failed("session name");
}

// At the beginning of a handshake, before a session is looked for.
int take_current(SSL* ssl, int*, void* argument) {
    const TlsServer current = (*static_cast<const CurrentTls*>(argument))();
    return take_over(ssl, static_cast<SSL_CTX*>(current.context())) ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR;
}

}  // namespace

namespace {

Result<void> set_secrets(SSL_CTX* context, const TlsCredentials& credentials) {
    for (const TlsSecret& secret : credentials.secrets)
        if (auto good = secret.check(); !good) return Error{.code = good.error().code, .detail = "the secret of \"" + escaped(secret.identity) + "\""}.because_of(good.error());
    if (credentials.secrets.empty()) return {};
    return fill_server(context, credentials.secrets, credentials.chain.empty());
}

}  // namespace

Result<TlsServer> TlsServer::make(const TlsCredentials& credentials) {
    const OpensslCall     call;
    std::shared_ptr<void> held    = new_context(TLS_server_method());
    auto*                 context = static_cast<SSL_CTX*>(held.get());
    if (!context) return failed("a context");
    if (auto set = set_identity(context, credentials); !set) return set.error();
    if (auto set = set_secrets(context, credentials); !set) return set.error();
    auto peers = TlsPeers::make(credentials.trust, TlsPeers::Kind::clients);
    if (!peers) return peers.error();
    if (auto set = set_verification(context, credentials, *peers); !set) return set.error();
    if (auto named = name_sessions(context); !named) return named.error();
    TlsServer server;
    server.context_ = std::move(held);
    server.peers_   = *std::move(peers);
    return server;
}

Result<void> fill_server(void* ssl_ctx, const void* openssl_version, const CurrentTls& current) {
    const OpensslCall call;
    auto* context = static_cast<SSL_CTX*>(ssl_ctx);
    if (auto checked = check_library(openssl_version); !checked) return checked;
    if (!set_versions(context)) return failed("protocol versions");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // what a session stands for is in its ticket
    SSL_CTX_set_client_hello_cb(context, take_current, const_cast<CurrentTls*>(&current));
    return {};
}

Result<void> fill_server_connection(void* ssl, const void* openssl_version, const CurrentTls& current) {
    const OpensslCall call;
    if (auto checked = check_library(openssl_version); !checked) return checked;
    const TlsServer now = current();
    return take_over(static_cast<SSL*>(ssl), static_cast<SSL_CTX*>(now.context())) ? Result<void>() : failed("a connection");
}

}  // namespace cmpkit::crypto

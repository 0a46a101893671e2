#include "tls_keys.hpp"

#include <atomic>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace cmpkit::transport::test {

namespace {

void demand(bool done, const char* what) {
    if (!done) throw std::runtime_error(what);
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    demand(extension && X509_add_ext(certificate, extension, -1) == 1, "no extension");
    X509_EXTENSION_free(extension);
}

Identity make(const std::string& name, const Identity* authority, const std::vector<std::pair<int, std::string>>& extensions) {
    static std::atomic<long> serial = 1;
    Identity made{.key = {EVP_EC_gen("P-256"), FreeTls()}, .certificate = {X509_new(), FreeTls()}};
    X509*    certificate = made.certificate.get();
    demand(made.key && certificate, "no key");
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, made.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    const Identity& issuer = authority ? *authority : made;
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get()));
    for (const auto& [nid, value] : extensions) extend(certificate, issuer.certificate.get(), nid, value);
    demand(X509_sign(certificate, issuer.key.get(), EVP_sha256()) > 0, "no signature");
    return made;
}

}  // namespace

Octets Identity::der() const {
    unsigned char* octets = nullptr;
    const int      size   = i2d_X509(certificate.get(), &octets);
    Octets         copy(octets, octets + size);
    OPENSSL_free(octets);
    return copy;
}

Identity make_authority(const std::string& name) {
    return make(name, nullptr, {{NID_basic_constraints, "critical,CA:TRUE"}, {NID_key_usage, "critical,keyCertSign"}, {NID_subject_key_identifier, "hash"}});
}

Identity make_identity(const Identity& authority, const std::string& name, const std::string& alternative) {
    return make(name, &authority, {{NID_basic_constraints, "CA:FALSE"}, {NID_subject_alt_name, alternative}});
}

bool Keys::fill(SSL_CTX* context, bool with_certificate) const {
    if (fails) return false;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), anchor_.certificate.get()) != 1) return false;
    if (!with_certificate) return true;
    return SSL_CTX_use_certificate(context, own_.certificate.get()) == 1 && SSL_CTX_use_PrivateKey(context, own_.key.get()) == 1;
}

cmpkit_transport_rc Keys::client(void* ssl_ctx, const void* openssl_version) const {
    if (openssl_version != reinterpret_cast<const void*>(&OpenSSL_version)) return CMPKIT_TRANSPORT_TLS;
    return fill(static_cast<SSL_CTX*>(ssl_ctx), shows_certificate) ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_TLS;
}

cmpkit_transport_rc Keys::server(void* ssl_ctx, const void* openssl_version) const {
    if (openssl_version != reinterpret_cast<const void*>(&OpenSSL_version)) return CMPKIT_TRANSPORT_TLS;
    auto* const context = static_cast<SSL_CTX*>(ssl_ctx);
    if (asks_certificate) SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return fill(context, true) ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_TLS;
}

namespace {

const std::string& secret_of(const SSL* ssl) { return static_cast<const Keys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0))->secret; }

unsigned copy_secret(const SSL* ssl, unsigned char* key, unsigned most) {
    const std::string& secret = secret_of(ssl);
    if (secret.size() > most) return 0;
    secret.copy(reinterpret_cast<char*>(key), secret.size());
    return static_cast<unsigned>(secret.size());
}
unsigned tell_secret(SSL* ssl, const char*, char* identity, unsigned most, unsigned char* key, unsigned most_key) {
    identity[std::string("device").copy(identity, most - 1)] = 0;
    return copy_secret(ssl, key, most_key);
}
unsigned find_secret(SSL* ssl, const char* identity, unsigned char* key, unsigned most) { return std::string(identity) == "device" ? copy_secret(ssl, key, most) : 0; }

}  // namespace

// An SSL takes over of another SSL_CTX its certificates and trust, and nothing else.
cmpkit_transport_rc Keys::replace_context(SSL* ssl, cmpkit_transport_rc (Keys::*fill_context)(void*, const void*) const, const void* openssl_version) const {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(DTLS_method()), &SSL_CTX_free);
    if (!context || !SSL_CTX_set_ex_data(context.get(), 0, const_cast<Keys*>(this))) return CMPKIT_TRANSPORT_NO_MEMORY;
    if (const auto rc = (this->*fill_context)(context.get(), openssl_version); rc != CMPKIT_TRANSPORT_OK) return rc;
    SSL_set_SSL_CTX(ssl, context.get());
    const int mode = SSL_is_server(ssl) ? SSL_CTX_get_verify_mode(context.get()) : SSL_VERIFY_PEER;
    SSL_set_verify(ssl, mode, nullptr);
    if (!by_secret()) return CMPKIT_TRANSPORT_OK;
    SSL_set_psk_client_callback(ssl, tell_secret);
    SSL_set_psk_server_callback(ssl, find_secret);
    return SSL_set_cipher_list(ssl, "ECDHE-PSK-CHACHA20-POLY1305") == 1 ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_TLS;
}

cmpkit_transport_rc Keys::client_connection(void* ssl, const void* openssl_version) const { return replace_context(static_cast<SSL*>(ssl), &Keys::client, openssl_version); }
cmpkit_transport_rc Keys::server_connection(void* ssl, const void* openssl_version) const { return replace_context(static_cast<SSL*>(ssl), &Keys::server, openssl_version); }

}  // namespace cmpkit::transport::test

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

}  // namespace cmpkit::transport::test

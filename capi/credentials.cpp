// Credentials: who we are to the peer; and certificates from where they are kept.
#include "handles.hpp"

#include "crypto/pkcs12.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

Result<std::unique_ptr<cmpkit_credentials>> credentials_of(std::shared_ptr<const crypto::Signer> signer, const std::vector<crypto::Cert>& certificates) {
    const crypto::Cert& own = certificates.front();
    if (auto good = check_pair(*signer, own); !good) return good.error();
    auto credentials          = std::make_unique<cmpkit_credentials>();
    credentials->value.signer = std::move(signer);
    credentials->value.chain  = crypto::chain_without_root(own, certificates);
    // A self-signed certificate of one's own is the protection certificate all the same (RFC 9483 3.3).
    if (credentials->value.chain.empty()) credentials->value.chain.push_back(own);
    return credentials;
}

Result<std::vector<crypto::Cert>> certificates_of(Bytes octets, const crypto::Secret& password) {
    if (!crypto::is_pkcs12(octets)) return crypto::read_certificates(octets);
    auto content = crypto::read_pkcs12(octets, &password);
    if (!content) return content.error();
    if (content->certificates.empty()) return Error{.code = Code::not_found, .path = "authSafe", .detail = "there is no certificate in it"};
    return std::move(content->certificates);
}

Result<std::unique_ptr<cmpkit_buf>> pem_if(const Result<std::vector<crypto::Cert>>& certificates) {
    if (!certificates) return certificates.error();
    return buf_of(pem_of(*certificates));
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_credentials_new_certificate(const cmpkit_key* key, const uint8_t* certificates, size_t size, cmpkit_credentials** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_credentials>> {
        if (!key) return Error{.code = Code::bad_argument, .detail = "the handle is NULL"};
        auto certs = certificates_in(certificates, size);
        if (!certs) return certs.error();
        return credentials_of(key->signer, *certs);
    });
}

cmpkit_rc cmpkit_credentials_new_pkcs12(const uint8_t* pkcs12, size_t size, const uint8_t* password, size_t password_size, cmpkit_credentials** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_credentials>> {
        auto octets = bytes_in(pkcs12, size);
        auto secret = passphrase_in(password, password_size);
        if (!octets || !secret) return octets ? secret.error() : octets.error();
        auto content = crypto::read_pkcs12(*octets, &*secret);
        if (!content) return content.error();
        if (!content->key || content->certificates.empty())
            return Error{.code = Code::not_found, .path = "authSafe", .detail = content->key ? "there is no certificate in it" : "there is no private key in it"};
        return credentials_of(content->key, content->certificates);
    });
}

cmpkit_rc cmpkit_credentials_new_secret(const char* reference, const uint8_t* secret, size_t size, cmpkit_credentials** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_credentials>> {
        auto name   = text_in(reference, "reference");
        auto octets = bytes_in(secret, size);
        if (!name || !octets) return name ? octets.error() : name.error();
        if (octets->empty() || octets->size() > 1024) return Error{.code = Code::bad_argument, .detail = "a secret has 1 to 1024 octets"};
        auto credentials             = std::make_unique<cmpkit_credentials>();
        credentials->value.reference = *name;
        credentials->value.secret    = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(*octets));
        return credentials;
    });
}

cmpkit_rc cmpkit_credentials_set_mac(cmpkit_credentials* credentials, cmpkit_mac mac, uint32_t iterations, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!credentials || !credentials->value.secret) return Error{.code = Code::bad_argument, .detail = "only a secret has a MAC"};
        if (mac != CMPKIT_MAC_PBM && mac != CMPKIT_MAC_PBMAC1) return Error{.code = Code::bad_argument, .detail = "no such MAC"};
        credentials->value.mac = mac == CMPKIT_MAC_PBM ? protection::MacKind::pbm : protection::MacKind::pbmac1;
        if (iterations) credentials->value.iterations = iterations;
        return {};
    });
}
void cmpkit_credentials_free(cmpkit_credentials* credentials) { delete credentials; }

cmpkit_rc cmpkit_certificates_load(const uint8_t* data, size_t size, const uint8_t* password, size_t password_size, cmpkit_buf** pem, cmpkit_error** error) {
    return guard_out(pem, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto octets = bytes_in(data, size);
        auto secret = passphrase_in(password, password_size);
        if (!octets || !secret) return octets ? secret.error() : octets.error();
        return pem_if(certificates_of(*octets, *secret));
    });
}

cmpkit_rc cmpkit_certificates_open(const char* uri, const uint8_t* pin, size_t pin_size, cmpkit_buf** pem, cmpkit_error** error) {
    return guard_out(pem, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto text   = text_in(uri, "uri");
        auto secret = passphrase_in(pin, pin_size);
        if (!text || !secret) return text ? secret.error() : text.error();
        return pem_if(crypto::open_certificates(*text, &*secret));
    });
}

}  // extern "C"

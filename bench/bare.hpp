// P-256 by OpenSSL alone, with nothing around it: the floor of what an operation costs.
#pragma once
#include "meter.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace cmpkit::bench {

class Bare {
public:
    Octets sign(Bytes octets) const {
        std::size_t size = 80;  // more than a DER signature of P-256 has
        Octets      signature(size);
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        const bool  is_good = EVP_DigestSignInit(context, nullptr, sha256_, nullptr, key_) == 1 && EVP_DigestSign(context, signature.data(), &size, octets.data(), octets.size()) == 1;
        EVP_MD_CTX_free(context);
        require(is_good, "OpenSSL does not sign");
        signature.resize(size);
        return signature;
    }
    void verify(Bytes octets, Bytes signature) const {
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        const bool  is_good = EVP_DigestVerifyInit(context, nullptr, sha256_, nullptr, key_) == 1 && EVP_DigestVerify(context, signature.data(), signature.size(), octets.data(), octets.size()) == 1;
        EVP_MD_CTX_free(context);
        require(is_good, "OpenSSL does not verify");
    }
    /// Makes a public key of its point.
    void import() const {
        char             group[]      = "P-256";
        const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                                         OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, const_cast<std::uint8_t*>(point_.data()), point_.size()), OSSL_PARAM_construct_end()};
        EVP_PKEY_CTX*    context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
        EVP_PKEY*        key     = nullptr;
        const bool       is_good = EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(parameters)) == 1;
        EVP_PKEY_free(key);
        EVP_PKEY_CTX_free(context);
        require(is_good, "OpenSSL does not take its own key");
    }

private:
    static Octets point_of(EVP_PKEY* key) {
        Octets      point(65);
        std::size_t size = 0;
        require(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) == 1 && size == point.size(), "OpenSSL's key has no point");
        return point;
    }

    EVP_PKEY*     key_    = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");  // both until the process ends
    const EVP_MD* sha256_ = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    const Octets  point_  = point_of(key_);
};

/// What somebody cannot do without.
struct Work {
    std::size_t verifications, signatures, imports = 0;
};

/// Does it bare, over these octets. @return microseconds
inline double floor_of(const Work& work, const Bare& bare, const std::vector<Octets>& parts, const std::string& label) {
    std::vector<Octets> signatures;
    for (const Octets& part : parts) signatures.push_back(bare.sign(part));
    Meter meter(label);
    meter.begin();
    for (std::size_t i = 0; i < work.verifications; ++i) bare.verify(parts[i % parts.size()], signatures[i % parts.size()]);
    for (std::size_t i = 0; i < work.signatures; ++i) bare.sign(parts[i % parts.size()]);
    for (std::size_t i = 0; i < work.imports; ++i) bare.import();
    meter.end();
    return meter.microseconds();
}

}  // namespace cmpkit::bench

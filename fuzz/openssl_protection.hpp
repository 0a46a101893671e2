// What OpenSSL makes of a protection by its own ways: the MAC under a secret, and whether a signature is a key's. It reads the AlgorithmIdentifier itself.
#pragma once
#include "der/encode.hpp"
#include "messages/crmf.hpp"
#include "openssl_reading.hpp"

#include <openssl/crmf.h>
#include <openssl/hmac.h>

namespace cmpkit::fuzz {

inline bool openssl_verifies(const AlgorithmIdentifier& algorithm, Bytes part, const der::BitString& signature, EVP_PKEY* key) {
    const Octets           octets = der::encode(algorithm);
    const OpensslAlgorithm read(openssl_read(d2i_X509_ALGOR, X509_ALGOR_free, octets));
    const OpensslAny       any(openssl_read(d2i_ASN1_TYPE, ASN1_TYPE_free, part));
    const OpensslBits      bits(ASN1_BIT_STRING_new());
    if (!read || !any || signature.unused || !ASN1_BIT_STRING_set(bits.get(), const_cast<unsigned char*>(signature.bytes.data()), static_cast<int>(signature.bytes.size()))) return false;
    bits->flags |= ASN1_STRING_FLAG_BITS_LEFT;  // all of its bits count
    return ASN1_item_verify(ASN1_ITEM_rptr(ASN1_ANY), read.get(), bits.get(), any.get(), key) == 1;
}

inline Octets openssl_pbm(const PBMParameter& parameters, Bytes secret, Bytes part) {
    const Octets octets = der::encode(parameters);
    const Openssl<OSSL_CRMF_PBMPARAMETER, OSSL_CRMF_PBMPARAMETER_free> read(openssl_read(d2i_OSSL_CRMF_PBMPARAMETER, OSSL_CRMF_PBMPARAMETER_free, octets));
    unsigned char* mac  = nullptr;
    std::size_t    size = 0;
    if (!read || !OSSL_CRMF_pbm_new(nullptr, nullptr, read.get(), part.data(), part.size(), secret.data(), secret.size(), &mac, &size)) return {};
    const Openssl<unsigned char, [](unsigned char* octet) { OPENSSL_free(octet); }> owner(mac);
    return {mac, mac + size};
}

/// The digest of an HMAC, by OpenSSL's own table. Null: it is none of those.
inline const EVP_MD* openssl_digest(const AlgorithmIdentifier& hmac) {
    const Octets           octets = der::encode(hmac);
    const OpensslAlgorithm read(openssl_read(d2i_X509_ALGOR, X509_ALGOR_free, octets));
    int                    digest = NID_undef;
    if (!read || !EVP_PBE_find(EVP_PBE_TYPE_PRF, OBJ_obj2nid(read->algorithm), nullptr, &digest, nullptr)) return nullptr;
    return EVP_get_digestbynid(digest);
}

inline Octets openssl_pbmac1(const PBMAC1_params& parameters, Bytes secret, Bytes part) {
    const auto*   kdf    = parameters.keyDerivationFunc.parameters->get<PBKDF2_params>();
    const Bytes   salt   = kdf->salt.get<"specified">()->content;
    const EVP_MD* prf    = kdf->prf ? openssl_digest(*kdf->prf) : EVP_sha1();
    const EVP_MD* scheme = openssl_digest(parameters.messageAuthScheme);
    Octets        key(static_cast<std::size_t>(*kdf->keyLength)), mac(EVP_MAX_MD_SIZE);
    unsigned      size = 0;
    if (!prf || !scheme || !PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(secret.data()), static_cast<int>(secret.size()), salt.data(), static_cast<int>(salt.size()),
                                              static_cast<int>(kdf->iterationCount), prf, static_cast<int>(key.size()), key.data()))
        return {};
    HMAC(scheme, key.data(), static_cast<int>(key.size()), part.data(), part.size(), mac.data(), &size);
    mac.resize(size);
    return mac;
}

/// @param algorithm  one of ours  @return empty: OpenSSL does not make it
inline Octets openssl_mac(const AlgorithmIdentifier& algorithm, Bytes secret, Bytes part) {
    const auto* pbm = algorithm.parameters->get<PBMParameter>();
    return pbm ? openssl_pbm(*pbm, secret, part) : openssl_pbmac1(*algorithm.parameters->get<PBMAC1_params>(), secret, part);
}

}  // namespace cmpkit::fuzz

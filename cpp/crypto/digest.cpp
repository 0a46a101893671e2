#include "crypto/hash.hpp"
#include "crypto/scheme.hpp"

#include <new>
#include <openssl/core_names.h>
#include <openssl/params.h>

namespace cmpkit::crypto {
namespace {

// Never freed, like all that is fetched here: a thread may still hash while the process ends.
std::array<EVP_MD*, std::size(hashes::all)> fetch_all() {
    std::array<EVP_MD*, std::size(hashes::all)> fetched{};
    std::ranges::transform(hashes::all, fetched.begin(), [](const Hash* hash) { return EVP_MD_fetch(nullptr, hash->name, nullptr); });
    return fetched;
}

Error unsupported(const char* path, std::string detail) { return {.code = Code::unsupported, .path = path, .detail = std::move(detail)}; }

Result<const Hash*> usable_hash(const AlgorithmIdentifier& algorithm) {
    const Hash* hash = hash_of(algorithm.algorithm);
    if (!hash || !md_of(*hash)) return unsupported("algorithm", "no digest of ours: " + shown(algorithm.algorithm));
    if (!has_no_parameters(algorithm)) return unsupported("parameters", "a digest has none");
    return hash;
}

struct Hmac {
    OidConstant oid;
    const Hash* hash;
};
constexpr Hmac hmacs[] = {{oids::hmacWithSHA1, &hashes::sha1},     {oids::hmac_SHA1, &hashes::sha1},           {oids::hmacWithSHA224, &hashes::sha224},
                          {oids::hmacWithSHA256, &hashes::sha256}, {oids::hmacWithSHA384, &hashes::sha384}, {oids::hmacWithSHA512, &hashes::sha512}};

Result<const Hash*> usable_hmac(const AlgorithmIdentifier& algorithm) {
    const auto* found = std::ranges::find_if(hmacs, [&](const Hmac& each) { return algorithm.algorithm == each.oid; });
    if (found == std::end(hmacs)) return unsupported("algorithm", "no MAC of ours: " + shown(algorithm.algorithm));
    if (!has_no_parameters(algorithm)) return unsupported("parameters", "an HMAC has none");
    return found->hash;
}

Result<Octets> hashed(const Hash& hash, Bytes data) {
    const MdCtx context(EVP_MD_CTX_new());
    Octets      value(hash.size);
    if (!context || !hash_into(value.data(), hash, context.get(), data)) return openssl_error(Code::crypto_failed, hash.name);
    return value;
}

Octets always_hashed(const Hash& hash, Bytes data) {
    const OpensslCall call;
    auto value = hashed(hash, data);
    if (!value) throw std::bad_alloc();  // the one way in which these two can fail
    return *std::move(value);
}

OSSL_PARAM text_parameter(const char* key, const char* text) { return OSSL_PARAM_construct_utf8_string(key, const_cast<char*>(text), 0); }
OSSL_PARAM octets_parameter(const char* key, Bytes octets) {
    static std::uint8_t nothing = 0;  // OpenSSL takes a null pointer for no value at all
    auto* data = octets.empty() ? &nothing : const_cast<std::uint8_t*>(octets.data());
    return OSSL_PARAM_construct_octet_string(key, data, octets.size());
}

}  // namespace

const Hash* hash_of(const der::Oid& oid) {
    const auto* found = std::ranges::find_if(hashes::all, [&](const Hash* hash) { return oid == hash->oid; });
    return found == std::end(hashes::all) ? nullptr : *found;
}

const EVP_MD* md_of(const Hash& hash) {
    static const auto fetched = fetch_all();
    return fetched[static_cast<std::size_t>(std::ranges::find(hashes::all, &hash) - std::begin(hashes::all))];
}

bool hash_into(std::uint8_t* out, const Hash& hash, EVP_MD_CTX* context, Bytes data, Bytes more) {
    if (EVP_DigestInit_ex2(context, md_of(hash), nullptr) != 1) return false;
    if (EVP_DigestUpdate(context, data.data(), data.size()) != 1 || EVP_DigestUpdate(context, more.data(), more.size()) != 1) return false;
    return hash.is_xof ? EVP_DigestFinalXOF(context, out, hash.size) == 1 : EVP_DigestFinal_ex(context, out, nullptr) == 1;
}

bool has_no_parameters(const AlgorithmIdentifier& algorithm) {
    static constexpr std::uint8_t null[] = {der::tag::null, 0};
    return !algorithm.parameters || algorithm.parameters->get<der::Null>() || equal(algorithm.parameters->tlv, null);
}

std::string shown(const der::Oid& oid) {
    const std::string_view name = oid_name(oid.content);
    return name.empty() ? der::dotted(oid.content) : std::string(name);
}

Result<Octets> digest(const AlgorithmIdentifier& algorithm, Bytes data) {
    const OpensslCall call;
    const auto hash = usable_hash(algorithm);
    if (!hash) return hash.error();
    return hashed(**hash, data);
}

Octets sha1(Bytes data) { return always_hashed(hashes::sha1, data); }
Octets sha256(Bytes data) { return always_hashed(hashes::sha256, data); }

AlgorithmIdentifier algorithm_of(const OidConstant& oid) { return {oid, std::nullopt}; }

AlgorithmIdentifier algorithm_with_null(const OidConstant& oid) {
    static constexpr der::Null null;
    return {oid, der::Open::of(null)};
}

Result<Secret> iterated_digest(const AlgorithmIdentifier& owf, Bytes secret, Bytes salt, std::uint32_t iterations) {
    assert(iterations > 0);
    const OpensslCall call;
    const auto hash = usable_hash(owf);
    if (!hash) return hash.error();
    const MdCtx context(EVP_MD_CTX_new());
    Octets      value((*hash)->size);
    bool        done = context && hash_into(value.data(), **hash, context.get(), secret, salt);
    for (std::uint32_t i = 1; done && i < iterations; ++i) done = hash_into(value.data(), **hash, context.get(), value);
    Secret key(std::move(value));
    if (!done) return openssl_error(Code::crypto_failed, (*hash)->name);
    return key;
}

Result<Secret> pbkdf2(const AlgorithmIdentifier& prf, Bytes secret, Bytes salt, std::uint32_t iterations, std::size_t key_length) {
    const OpensslCall call;
    const auto hash = usable_hmac(prf);
    if (!hash) return hash.error();
    static EVP_KDF* const fetched = EVP_KDF_fetch(nullptr, "PBKDF2", nullptr);
    const KdfCtx          context(fetched ? EVP_KDF_CTX_new(fetched) : nullptr);
    const OSSL_PARAM      parameters[] = {octets_parameter(OSSL_KDF_PARAM_PASSWORD, secret), octets_parameter(OSSL_KDF_PARAM_SALT, salt),
                                          OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ITER, &iterations),
                                          text_parameter(OSSL_KDF_PARAM_DIGEST, (*hash)->name), OSSL_PARAM_construct_end()};
    Octets key(key_length);
    if (!context || EVP_KDF_derive(context.get(), key.data(), key.size(), parameters) != 1) return openssl_error(Code::crypto_failed, "PBKDF2");
    return Secret(std::move(key));
}

Result<Octets> hmac(const AlgorithmIdentifier& mac, Bytes key, Bytes data) {
    const OpensslCall call;
    const auto hash = usable_hmac(mac);
    if (!hash) return hash.error();
    static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    const MacCtx          context(fetched ? EVP_MAC_CTX_new(fetched) : nullptr);
    const OSSL_PARAM      parameters[] = {text_parameter(OSSL_MAC_PARAM_DIGEST, (*hash)->name), OSSL_PARAM_construct_end()};
    static constexpr std::uint8_t nothing = 0;  // a null key means the key of before
    const std::uint8_t* key_data = key.empty() ? &nothing : key.data();
    Octets      value((*hash)->size);
    std::size_t size = 0;
    const bool  done = context && EVP_MAC_init(context.get(), key_data, key.size(), parameters) == 1 &&
                      EVP_MAC_update(context.get(), data.data(), data.size()) == 1 && EVP_MAC_final(context.get(), value.data(), &size, value.size()) == 1;
    if (!done) return openssl_error(Code::crypto_failed, "HMAC");
    return value;
}

std::size_t hmac_size(const AlgorithmIdentifier& mac) {
    const auto hash = usable_hmac(mac);
    return hash ? (*hash)->size : 0;
}

Result<Octets> certificate_hash(const Certificate& certificate) {
    const auto scheme = scheme_of(certificate.signatureAlgorithm);
    if (!scheme) return unsupported("signatureAlgorithm", "it fixes no hash of ours").because_of(scheme.error());
    const Hash& hash = scheme->hash ? *scheme->hash : scheme->kind == KeyKind::ed25519 ? hashes::sha512 : hashes::shake256;
    return digest(algorithm_of(hash.oid), certificate.received);
}

}  // namespace cmpkit::crypto

#include "crypto/scheme.hpp"

#include <openssl/rsa.h>

namespace cmpkit::crypto {
namespace {

enum class Parameters : std::uint8_t { absent, absent_or_null, pss };
struct Row {
    OidConstant oid;
    KeyKind     kind;
    const Hash* hash;
    Parameters  parameters;
};
constexpr Row rows[] = {
    {oids::ecdsa_with_SHA256, KeyKind::ec, &hashes::sha256, Parameters::absent},
    {oids::ecdsa_with_SHA384, KeyKind::ec, &hashes::sha384, Parameters::absent},
    {oids::ecdsa_with_SHA512, KeyKind::ec, &hashes::sha512, Parameters::absent},
    {oids::ecdsa_with_SHA224, KeyKind::ec, &hashes::sha224, Parameters::absent},
    {oids::ecdsa_with_SHA1, KeyKind::ec, &hashes::sha1, Parameters::absent},
    {oids::id_Ed25519, KeyKind::ed25519, nullptr, Parameters::absent},
    {oids::id_Ed448, KeyKind::ed448, nullptr, Parameters::absent},
    {oids::sha256WithRSAEncryption, KeyKind::rsa, &hashes::sha256, Parameters::absent_or_null},
    {oids::sha384WithRSAEncryption, KeyKind::rsa, &hashes::sha384, Parameters::absent_or_null},
    {oids::sha512WithRSAEncryption, KeyKind::rsa, &hashes::sha512, Parameters::absent_or_null},
    {oids::sha224WithRSAEncryption, KeyKind::rsa, &hashes::sha224, Parameters::absent_or_null},
    {oids::sha1WithRSAEncryption, KeyKind::rsa, &hashes::sha1, Parameters::absent_or_null},
    {oids::id_RSASSA_PSS, KeyKind::rsa, nullptr, Parameters::pss},
};

// The longest salt that anybody uses is as long as the hash; a key too small for it is OpenSSL's to find.
constexpr std::int64_t longest_salt = 512;

Error refused(Path path, std::string detail) { return {.code = Code::algorithm_refused, .path = path, .detail = std::move(detail)}; }

/// The hash that an optional member of RSASSA-PSS-params names; absent: SHA-1 (RFC 4055 3.1).
const Hash* pss_hash(const std::optional<AlgorithmIdentifier>& algorithm) {
    if (!algorithm) return &hashes::sha1;
    const Hash* hash = has_no_parameters(*algorithm) ? hash_of(algorithm->algorithm) : nullptr;
    return hash && !hash->is_xof ? hash : nullptr;
}

const Hash* mgf_hash(const std::optional<AlgorithmIdentifier>& algorithm) {
    if (!algorithm) return &hashes::sha1;
    if (algorithm->algorithm != oids::id_mgf1 || !algorithm->parameters) return nullptr;
    const auto* inner = algorithm->parameters->get<AlgorithmIdentifier>();
    return inner ? pss_hash(*inner) : nullptr;
}

Result<Scheme> pss_scheme(const AlgorithmIdentifier& algorithm) {
    static const RSASSA_PSS_params defaults;
    const auto* given = algorithm.parameters ? algorithm.parameters->get<RSASSA_PSS_params>() : &defaults;
    if (!given) return refused("parameters", "not RSASSA-PSS-params");
    const Hash* hash = pss_hash(given->hashAlgorithm);
    if (!hash) return refused("parameters.hashAlgorithm", "no hash of ours for RSASSA-PSS");
    // RFC 8017 A.2.3 recommends for MGF1 the hash of the message; nobody does otherwise.
    if (mgf_hash(given->maskGenAlgorithm) != hash) return refused("parameters.maskGenAlgorithm", "not MGF1 with the same hash");
    if (given->saltLength < 0 || given->saltLength > longest_salt) return refused("parameters.saltLength", std::to_string(given->saltLength));
    if (given->trailerField != 1) return refused("parameters.trailerField", "1 is the only one there is");
    return Scheme{KeyKind::rsa, hash, static_cast<int>(given->saltLength)};
}

bool fits(const AlgorithmIdentifier& algorithm, Parameters rule) {
    return rule == Parameters::absent ? !algorithm.parameters.has_value() : has_no_parameters(algorithm);
}

template <class Initialise> MdCtx context_of(const Scheme& scheme, Initialise initialise) {
    MdCtx         context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* inner = nullptr;  // owned by `context`
    const EVP_MD* md    = scheme.hash ? md_of(*scheme.hash) : nullptr;
    if (scheme.hash && !md) return nullptr;  // OpenSSL would take another hash instead
    if (!context || initialise(context.get(), &inner, md) != 1) return nullptr;
    EVP_MD_CTX_set_flags(context.get(), EVP_MD_CTX_FLAG_FINALISE);  // used once: OpenSSL need not end a copy of it
    if (!scheme.pss_salt) return context;
    const bool set = EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, *scheme.pss_salt) == 1;
    return set ? std::move(context) : nullptr;
}

}  // namespace

Result<Scheme> scheme_of(const AlgorithmIdentifier& algorithm) {
    const auto* row = std::ranges::find_if(rows, [&](const Row& each) { return algorithm.algorithm == each.oid; });
    if (row == std::end(rows)) return refused("algorithm", "no signature algorithm of ours: " + shown(algorithm.algorithm));
    if (row->parameters == Parameters::pss) return pss_scheme(algorithm);
    if (!fits(algorithm, row->parameters)) return refused("parameters", shown(algorithm.algorithm) + " has none");
    return Scheme{row->kind, row->hash};
}

Result<Scheme> scheme_for(const AlgorithmIdentifier& algorithm, KeyKind kind) {
    auto scheme = scheme_of(algorithm);
    if (!scheme) return scheme;
    if (scheme->kind != kind) return refused("algorithm", shown(algorithm.algorithm) + " is not an algorithm of a key of kind " + std::string(name_of(kind)));
    // RFC 9481 3: SHA-1 is not among the algorithms of CMP.
    if (scheme->hash == &hashes::sha1) return refused(scheme->pss_salt ? "parameters.hashAlgorithm" : "algorithm", "signatures with SHA-1 are refused");
    return scheme;
}

MdCtx verifying_context(const Scheme& scheme, EVP_PKEY* key) {
    return context_of(scheme, [&](EVP_MD_CTX* context, EVP_PKEY_CTX** inner, const EVP_MD* md) { return EVP_DigestVerifyInit(context, inner, md, nullptr, key); });
}

MdCtx signing_context(const Scheme& scheme, EVP_PKEY* key, const std::string& properties) {
    return context_of(scheme, [&](EVP_MD_CTX* context, EVP_PKEY_CTX** inner, const EVP_MD* md) {
        if (properties.empty()) return EVP_DigestSignInit(context, inner, md, nullptr, key);
        return EVP_DigestSignInit_ex(context, inner, md ? EVP_MD_get0_name(md) : nullptr, nullptr, properties.c_str(), key, nullptr);
    });
}

std::string_view name_of(KeyKind kind) {
    static constexpr std::string_view names[] = {"rsa", "ec", "ed25519", "ed448"};
    return names[static_cast<std::size_t>(kind)];
}

}  // namespace cmpkit::crypto

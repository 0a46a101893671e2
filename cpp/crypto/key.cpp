#include "crypto/key_state.hpp"

#include "crypto/scheme.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"

#include <bit>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

namespace cmpkit::crypto {
namespace {

using BigNumber    = Owned<BIGNUM, BN_free>;
using ParamBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using BuiltParams  = Owned<OSSL_PARAM, OSSL_PARAM_free>;

struct RSAPublicKey {  // RFC 8017 A.1.1
    der::Integer modulus;
    der::Integer publicExponent;
    static constexpr auto schema() { return sequence(field<&RSAPublicKey::modulus>(), field<&RSAPublicKey::publicExponent>()); }
};

constexpr std::size_t smallest_rsa = 1024, largest_rsa = 16384;
constexpr std::size_t largest_exponent = 64;  // bits: time to verify grows with them, and the peer chooses them

Error bad_key(Path path, std::string detail) { return {.code = Code::bad_key, .path = path, .detail = std::move(detail)}; }
Error unsupported(Path path, std::string detail) { return {.code = Code::unsupported, .path = path, .detail = std::move(detail)}; }

EvpKey key_from(const char* type, int selection, const OSSL_PARAM* parameters) {
    const EvpKeyCtx context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY*       key = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
    EVP_PKEY_fromdata(context.get(), &key, selection, const_cast<OSSL_PARAM*>(parameters));
    return EvpKey(key);
}

/// Significant bits of a positive INTEGER; 0 if it is not positive.
std::size_t bit_length(Bytes integer) {
    if (integer[0] & 0x80) return 0;
    const Bytes digits = integer[0] == 0 ? integer.subspan(1) : integer;
    return digits.empty() ? 0 : 8 * digits.size() - static_cast<std::size_t>(std::countl_zero(digits[0]));
}
bool is_odd(Bytes integer) { return integer.back() & 1; }

BigNumber big_number(Bytes octets) { return BigNumber(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr)); }

EvpKey openssl_rsa(const RSAPublicKey& key) {
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    const BigNumber    n = big_number(key.modulus.content), e = big_number(key.publicExponent.content);
    if (!builder || !n || !e || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return nullptr;
    const BuiltParams parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    return parameters ? key_from("RSA", EVP_PKEY_PUBLIC_KEY, parameters.get()) : nullptr;
}

EVP_PKEY* group_of(const Curve& curve) {
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(curve.name), 0), OSSL_PARAM_construct_end()};
    return key_from("EC", EVP_PKEY_KEY_PARAMETERS, parameters).release();
}

/// Null: the point is not on the curve. Most of the work of making such a key is making its group; so there is one of each curve to copy.
EvpKey openssl_ec(const Curve& curve, Bytes point) {
    static const auto groups = [] {
        std::array<EVP_PKEY*, std::size(curves)> made{};
        std::ranges::transform(curves, made.begin(), group_of);
        return made;
    }();
    EVP_PKEY* const group = groups[static_cast<std::size_t>(&curve - curves)];
    EvpKey          key(group ? EVP_PKEY_dup(group) : nullptr);
    return key && EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size()) == 1 ? std::move(key) : nullptr;
}

// One function a kind of key: it judges the parameters and the bits, and fills all but the SubjectPublicKeyInfo.
Result<KeyParts> read_rsa(const AlgorithmIdentifier& algorithm, Bytes bits) {
    if (!has_no_parameters(algorithm)) return bad_key("algorithm.parameters", "rsaEncryption has none");
    der::Arena arena;
    const auto key = der::parse<RSAPublicKey>(bits, arena);
    if (!key) return bad_key("subjectPublicKey", "not an RSAPublicKey").because_of(key.error());
    const std::size_t modulus_bits = bit_length(key->modulus.content), exponent_bits = bit_length(key->publicExponent.content);
    if (modulus_bits < smallest_rsa || modulus_bits > largest_rsa || !is_odd(key->modulus.content))
        return bad_key("subjectPublicKey.modulus", "an odd number of 1024 to 16384 bits is needed; this has " + std::to_string(modulus_bits));
    if (exponent_bits < 2 || exponent_bits > largest_exponent || !is_odd(key->publicExponent.content))
        return bad_key("subjectPublicKey.publicExponent", "an odd number from 3, of at most 64 bits, is needed; this has " + std::to_string(exponent_bits));
    return KeyParts{openssl_rsa(*key), KeyKind::rsa, modulus_bits};
}

Result<KeyParts> read_ec(const AlgorithmIdentifier& algorithm, Bytes bits) {
    const auto* named = algorithm.parameters ? algorithm.parameters->get<der::Oid>() : nullptr;
    if (!named) return bad_key("algorithm.parameters", "a named curve is needed (RFC 5480 2.1.1)");
    const auto* curve = std::ranges::find_if(curves, [&](const Curve& each) { return *named == each.oid; });
    if (curve == std::end(curves)) return unsupported("algorithm.parameters", "no curve of ours: " + shown(*named));
    // RFC 5480 2.2: uncompressed or compressed; the hybrid form and the point at infinity are neither.
    const std::size_t size    = curve->coordinate_size();
    const bool        is_form = !bits.empty() && (bits[0] == 4 ? bits.size() == 1 + 2 * size : (bits[0] | 1) == 3 && bits.size() == 1 + size);
    if (!is_form) return bad_key("subjectPublicKey", std::string("not a point of ") + curve->name);
    return KeyParts{openssl_ec(*curve, bits), KeyKind::ec, curve->bits, curve};
}

Result<KeyParts> read_edwards(KeyKind kind, const AlgorithmIdentifier& algorithm, Bytes bits) {
    if (algorithm.parameters) return bad_key("algorithm.parameters", "absent for EdDSA (RFC 8410 3)");
    const bool is_25519 = kind == KeyKind::ed25519;
    if (bits.size() != (is_25519 ? 32u : 57u)) return bad_key("subjectPublicKey", std::to_string(bits.size()) + " octets");
    EVP_PKEY* key = EVP_PKEY_new_raw_public_key_ex(nullptr, is_25519 ? "ED25519" : "ED448", nullptr, bits.data(), bits.size());
    return KeyParts{EvpKey(key), kind, is_25519 ? 256u : 456u};
}

Result<KeyParts> read_any(const SubjectPublicKeyInfo& info) {
    const AlgorithmIdentifier& algorithm = info.algorithm;
    const Bytes                bits      = info.subjectPublicKey.bytes;
    if (algorithm.algorithm == oids::id_ecPublicKey) return read_ec(algorithm, bits);
    if (algorithm.algorithm == oids::rsaEncryption) return read_rsa(algorithm, bits);
    if (algorithm.algorithm == oids::id_Ed25519) return read_edwards(KeyKind::ed25519, algorithm, bits);
    if (algorithm.algorithm == oids::id_Ed448) return read_edwards(KeyKind::ed448, algorithm, bits);
    return unsupported("algorithm.algorithm", "no public key algorithm of ours: " + shown(algorithm.algorithm));
}

}  // namespace

Result<PublicKey> PublicKey::from(const SubjectPublicKeyInfo& info) {
    const OpensslCall call;
    if (info.subjectPublicKey.unused != 0) return bad_key("subjectPublicKey", "unused bits");
    auto read = read_any(info);
    if (!read) return read.error();
    if (!read->key) {
        Error error = openssl_error(Code::bad_key, "the key is not one of its algorithm");
        error.path  = "subjectPublicKey";
        return error;
    }
    auto key                     = std::make_shared<Key>();
    static_cast<KeyParts&>(*key) = *std::move(read);
    key->spki                    = info.received.empty() ? der::encode(info) : copy_of(info.received);
    key->spki[0]                 = der::tag::sequence;
    key->subject_public_key_size = info.subjectPublicKey.bytes.size();
    return PublicKey(std::move(key));
}

KeyKind     PublicKey::kind() const { return key_->kind; }
std::size_t PublicKey::bits() const { return key_->bits; }
Bytes       PublicKey::spki() const { return key_->spki; }

std::string PublicKey::name() const {
    std::string text(name_of(key_->kind));
    if (key_->curve) text.append(":").append(key_->curve->name);
    if (key_->kind == KeyKind::rsa) text += ":" + std::to_string(key_->bits);
    return text;
}

Octets PublicKey::key_identifier() const { return sha1(spki().last(key_->subject_public_key_size)); }

Result<void> PublicKey::verify(const AlgorithmIdentifier& algorithm, Bytes data, Bytes signature) const {
    const OpensslCall call;
    const auto scheme = scheme_for(algorithm, key_->kind);
    if (!scheme) return scheme.error();
    const MdCtx context = verifying_context(*scheme, key_->key.get());
    if (!context) return openssl_error(Code::crypto_failed, "no verification with " + shown(algorithm.algorithm));
    if (EVP_DigestVerify(context.get(), signature.data(), signature.size(), data.data(), data.size()) == 1) return {};
    return openssl_error(Code::signature_mismatch, shown(algorithm.algorithm) + " with a key " + name());
}

const Curve* curve_named(std::string_view name) {
    const auto* found = std::ranges::find_if(curves, [&](const Curve& curve) { return name == curve.name; });
    return found == std::end(curves) ? nullptr : found;
}

AlgorithmIdentifier preferred_algorithm(const PublicKey& key) {
    switch (key.kind()) {
    case KeyKind::rsa: return algorithm_with_null(oids::sha256WithRSAEncryption);
    case KeyKind::ed25519: return algorithm_of(oids::id_Ed25519);
    case KeyKind::ed448: return algorithm_of(oids::id_Ed448);
    case KeyKind::ec: break;
    }
    return algorithm_of(curve_named(key.name().substr(3))->signature);  // behind "ec:"
}

}  // namespace cmpkit::crypto

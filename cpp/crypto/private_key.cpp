#include "crypto/key_state.hpp"
#include "crypto/passphrase.hpp"
#include "crypto/pem.hpp"
#include "crypto/pkcs12.hpp"
#include "crypto/scheme.hpp"
#include "der/parse.hpp"

#include <charconv>
#include <mutex>
#include <openssl/decoder.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

namespace cmpkit::crypto {

struct PrivateKey::State {
    State(EvpKey k, PublicKey half, std::string chosen) : key(std::move(k)), public_key(std::move(half)), properties(std::move(chosen)) {}

    MdCtx fresh_context(const Scheme& scheme) const { return signing_context(scheme, key.get(), properties); }
    MdCtx copied_context(const Scheme& scheme) const;

    EvpKey      key;
    PublicKey   public_key;
    std::string properties;  // of the algorithms that sign with it

    mutable std::once_flag first_use;
    mutable MdCtx          ready;  // by the preferred algorithm, to be copied
};

/// To make one anew costs a tenth of a P-256 signature. @param scheme  of the preferred algorithm
MdCtx PrivateKey::State::copied_context(const Scheme& scheme) const {
    std::call_once(first_use, [&] { ready = fresh_context(scheme); });
    MdCtx copy(EVP_MD_CTX_new());
    return ready && copy && EVP_MD_CTX_copy_ex(copy.get(), ready.get()) == 1 ? std::move(copy) : nullptr;
}

namespace {

using DecoderCtx = Owned<OSSL_DECODER_CTX, OSSL_DECODER_CTX_free>;
using Pkcs8      = Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using Encrypted  = Owned<X509_SIG, X509_SIG_free>;

constexpr int passphrase_iterations = 100'000;

Error bad_key(std::string detail) { return {.code = Code::bad_key, .detail = std::move(detail)}; }

EvpKey read_pem_key(BIO* bio, Passphrase& passphrase) { return EvpKey(PEM_read_bio_PrivateKey(bio, nullptr, tell_passphrase, &passphrase)); }

EvpKey read_der_key(BIO* bio, Passphrase& passphrase) {
    EVP_PKEY*        key = nullptr;
    const DecoderCtx context(OSSL_DECODER_CTX_new_for_pkey(&key, "DER", nullptr, nullptr, EVP_PKEY_KEYPAIR, nullptr, nullptr));
    if (!context || OSSL_DECODER_CTX_set_pem_password_cb(context.get(), tell_passphrase, &passphrase) != 1) return nullptr;
    if (OSSL_DECODER_from_bio(context.get(), bio) != 1) return nullptr;
    return EvpKey(key);
}

Result<PublicKey> public_half(EVP_PKEY* key) {
    unsigned char* spki = nullptr;
    const int      size = i2d_PUBKEY(key, &spki);
    const OctetsPtr owner(spki);
    if (size <= 0) return openssl_error(Code::bad_key, "no public key in it");
    der::Arena arena;
    const auto info = der::parse<SubjectPublicKeyInfo>({spki, static_cast<std::size_t>(size)}, arena);
    if (!info) return info.error();
    return PublicKey::from(*info);
}

/// OpenSSL may choose the algorithms of another provider, to which a token's provider then gives the public half alone: "missing private key".
std::string own_provider(const EVP_PKEY* key) {
    const OSSL_PROVIDER* provider = EVP_PKEY_get0_provider(key);
    const std::string    name     = provider ? OSSL_PROVIDER_get0_name(provider) : "default";
    return name == "default" ? std::string() : "?provider='" + name + "'";
}

Result<std::shared_ptr<PrivateKey>> key_of_pkcs12(Bytes octets, const Secret* passphrase) {
    auto read = read_pkcs12(octets, passphrase);
    if (!read) return read.error();
    if (!read->key) return bad_key("there is no private key in the PKCS#12 file");
    return std::move(read->key);
}

/// The bits of "rsa:3072", or nothing.
std::optional<unsigned> rsa_bits(std::string_view kind) {
    if (!kind.starts_with("rsa:")) return std::nullopt;
    unsigned   bits = 0;
    const auto [end, problem] = std::from_chars(kind.data() + 4, kind.data() + kind.size(), bits);
    if (problem != std::errc() || end != kind.data() + kind.size() || bits < 2048 || bits > 8192 || bits % 256) return std::nullopt;
    return bits;
}

const Curve* curve_of(std::string_view kind) { return kind.starts_with("ec:") ? curve_named(kind.substr(3)) : nullptr; }

bool is_kind(std::string_view kind) { return kind == "ed25519" || kind == "ed448" || curve_of(kind) || rsa_bits(kind); }

EvpKey generate(std::string_view kind) {
    if (const auto bits = rsa_bits(kind)) return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(*bits)));
    if (const Curve* curve = curve_of(kind)) return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve->name));
    return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, kind == "ed25519" ? "ED25519" : "ED448"));
}

bool write_plain(BIO* bio, const PKCS8_PRIV_KEY_INFO* key) { return PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, key) == 1; }

bool write_encrypted(BIO* bio, PKCS8_PRIV_KEY_INFO* key, Bytes passphrase) {
    // PBES2 with PBKDF2 of HMAC-SHA256; OpenSSL draws the salt.
    const Encrypted encrypted(PKCS8_encrypt(-1, EVP_aes_256_cbc(), reinterpret_cast<const char*>(passphrase.data()),
                                            static_cast<int>(passphrase.size()), nullptr, 0, passphrase_iterations, key));
    return encrypted && PEM_write_bio_PKCS8(bio, encrypted.get()) == 1;
}

}  // namespace

PrivateKey::PrivateKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
PrivateKey::~PrivateKey() = default;

Result<std::shared_ptr<PrivateKey>> PrivateKey::adopt(void* evp_pkey) {
    EvpKey key(static_cast<EVP_PKEY*>(evp_pkey));
    auto   half = public_half(key.get());
    if (!half) return Error{.code = Code::bad_key, .detail = "not a key of ours"}.because_of(half.error());
    auto properties = own_provider(key.get());
    return std::shared_ptr<PrivateKey>(new PrivateKey(std::make_unique<State>(std::move(key), *std::move(half), std::move(properties))));
}

Result<std::shared_ptr<PrivateKey>> PrivateKey::parse(Bytes octets, const Secret* passphrase) {
    if (is_pkcs12(octets)) return key_of_pkcs12(octets, passphrase);
    const OpensslCall call;
    Passphrase        known(passphrase);
    const BioPtr      bio = reader_of(octets);
    if (!bio) return bad_key("too large");
    EvpKey key = is_pem(octets) ? read_pem_key(bio.get(), known) : read_der_key(bio.get(), known);
    if (!key) return why_not_read(known, "not a private key");
    return adopt(key.release());
}

Result<Secret> PrivateKey::to_pem(const Secret* passphrase) const {
    const OpensslCall call;
    const BioPtr      bio(BIO_new(BIO_s_mem()));  // wipes its memory when it is freed
    const Pkcs8       key(EVP_PKEY2PKCS8(state_->key.get()));
    const bool        is_secret = passphrase && !passphrase->empty();
    if (!bio || !key || !(is_secret ? write_encrypted(bio.get(), key.get(), passphrase->view()) : write_plain(bio.get(), key.get())))
        return !state_->properties.empty() ? Error{.code = Code::unsupported, .detail = "the private half stays where it is, in a token"}
                                    : openssl_error(Code::crypto_failed, "the key cannot be written");
    return Secret::copy_of(written_to(bio));
}

const PublicKey&    PrivateKey::public_key() const { return state_->public_key; }
AlgorithmIdentifier PrivateKey::algorithm() const { return preferred_algorithm(state_->public_key); }
void*               PrivateKey::evp_pkey() const { return state_->key.get(); }

Result<Octets> PrivateKey::sign(const AlgorithmIdentifier& algorithm, Bytes data) const {
    const OpensslCall call;
    const auto        scheme = scheme_for(algorithm, state_->public_key.kind());
    if (!scheme) return scheme.error();
    // The sessions of a token are its provider's.
    const bool  is_usual = algorithm.algorithm == this->algorithm().algorithm && state_->properties.empty();
    const MdCtx context  = is_usual ? state_->copied_context(*scheme) : state_->fresh_context(*scheme);
    Octets      signature(static_cast<std::size_t>(EVP_PKEY_get_size(state_->key.get())));
    std::size_t size = signature.size();
    if (!context || EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) != 1)
        return openssl_error(Code::signing_failed, shown(algorithm.algorithm));
    signature.resize(size);
    return signature;
}

Result<std::shared_ptr<PrivateKey>> generate_key(std::string_view kind) {
    const OpensslCall call;
    static constexpr std::string_view words = "ec:P-256, ec:P-384, ec:P-521, ec:brainpoolP256r1, ec:brainpoolP384r1, ec:brainpoolP512r1, "
                                              "ed25519, ed448, rsa:2048 to rsa:8192 in steps of 256";
    if (!is_kind(kind)) return Error{.code = Code::bad_argument, .detail = "a kind of key is one of " + std::string(words) + "; not " + escaped(kind)};
    EvpKey key = generate(kind);
    if (!key) return openssl_error(Code::crypto_failed, kind);
    return PrivateKey::adopt(key.release());
}

}  // namespace cmpkit::crypto

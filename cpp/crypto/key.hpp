// Keys: a public key verifies; a Signer is a public key plus something that signs: OpenSSL's key here, a token or the application elsewhere.
//
//     auto key = crypto::generate_key("ec:P-256");
//     auto signature = (*key)->sign((*key)->algorithm(), octets);
#pragma once
#include "crypto/secret.hpp"
#include "messages/x509.hpp"

#include <functional>

namespace cmpkit::crypto {

enum class KeyKind : std::uint8_t { rsa, ec, ed25519, ed448 };

/// Immutable; copies share one key. Any thread.
class PublicKey {
public:
    PublicKey() = default;
    /// Made by EVP_PKEY_fromdata (RSA, the curves below) or from raw octets (Ed25519, Ed448): never by the generic decoder.
    /// EC points must be on the curve; RSA 1024 to 16384 bits, odd exponent of 3 or more and at most 64 bits.
    /// @error unsupported  the algorithm or curve is not ours    @error bad_key  not a key of that algorithm
    static Result<PublicKey> from(const SubjectPublicKeyInfo& info);

    explicit operator bool() const { return key_ != nullptr; }
    KeyKind     kind() const;
    std::size_t bits() const;  // RSA: modulus; EC: field; Ed25519 256, Ed448 456
    std::string name() const;  // "rsa:3072", "ec:P-256", "ed25519": the words of generate_key
    Bytes       spki() const;  // DER of the SubjectPublicKeyInfo under the tag SEQUENCE
    Octets      key_identifier() const;  // SHA-1 of the subjectPublicKey bits (RFC 5280 4.2.1.2 (1))

    /// RSA PKCS#1 v1.5 and PSS (parameters as given), ECDSA, Ed25519, Ed448; SHA-1 signatures are refused.
    /// @error algorithm_refused  unknown, SHA-1, or not an algorithm of this kind of key    @error signature_mismatch
    Result<void> verify(const AlgorithmIdentifier& algorithm, Bytes data, Bytes signature) const;

    struct Key;  // crypto's own files only

private:
    explicit PublicKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
    std::shared_ptr<const Key> key_;  // shared by copies, certificate caches and signers; immutable
};

/// Signs with the private half of a public key. Any thread.
class Signer {
public:
    virtual ~Signer() = default;
    virtual const PublicKey& public_key() const = 0;
    /// The algorithm this signer prefers: sha256WithRSAEncryption, ecdsa-with-SHA256/384/512 by curve, Ed25519, Ed448. Views of constants.
    virtual AlgorithmIdentifier algorithm() const = 0;
    /// @error signing_failed, algorithm_refused
    virtual Result<Octets> sign(const AlgorithmIdentifier& algorithm, Bytes data) const = 0;
};

/// A key whose private half is OpenSSL's: in memory, or in a token that one of its providers drives and that it never leaves.
class PrivateKey : public Signer {
public:
    /// PEM or DER: PKCS#8 (plain or encrypted), the traditional forms, or the key of a PKCS#12 file.
    /// @param passphrase  null or empty: none is known
    /// @error bad_key  detail says why: not a key, wrong passphrase, passphrase needed    @error those of read_pkcs12
    static Result<std::shared_ptr<PrivateKey>> parse(Bytes octets, const Secret* passphrase);
    /// The key behind a URI of OSSL_STORE, such as "pkcs11:token=plant;object=ca;type=private". Which schemes there are is up to OpenSSL's
    /// configuration. No error repeats the URI, which may hold a PIN.
    /// @param pin  null or empty: none is known, or the URI tells it
    /// @error bad_argument  not a URI    @error unsupported  no provider serves the scheme    @error not_found  no private key is there
    /// @error bad_key  wrong PIN; more than one key
    static Result<std::shared_ptr<PrivateKey>> open(const std::string& uri, const Secret* pin);
    /// PKCS#8 in PEM; encrypted (PBES2, AES-256-CBC) if there is a passphrase. @error unsupported  it is in a token
    Result<Secret> to_pem(const Secret* passphrase) const;
    ~PrivateKey() override;

    const PublicKey&    public_key() const override;
    AlgorithmIdentifier algorithm() const override;
    Result<Octets>      sign(const AlgorithmIdentifier& algorithm, Bytes data) const override;
    void*               evp_pkey() const;  // for TLS; crypto's own files only
    /// Takes an EVP_PKEY over, whatever comes of it; crypto's own files only. @error bad_key  not of a kind of ours
    static Result<std::shared_ptr<PrivateKey>> adopt(void* evp_pkey);

private:
    struct State;
    explicit PrivateKey(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// A scheme of RFC 3986 3.1 stands before a colon: text for PrivateKey::open rather than the name of a file.
bool is_uri(std::string_view text);

/// @param kind  "ec:P-256", "ec:P-384", "ec:P-521", "ec:brainpoolP256r1", "ec:brainpoolP384r1", "ec:brainpoolP512r1",
///              "rsa:2048" … "rsa:8192" (multiples of 256), "ed25519", "ed448"
/// @error bad_argument  detail lists the words
Result<std::shared_ptr<PrivateKey>> generate_key(std::string_view kind);

/// The same key signing with RSASSA-PSS (SHA-256, MGF1 with SHA-256, salt 32). @error bad_argument  not an RSA key
Result<std::shared_ptr<Signer>> with_pss(std::shared_ptr<Signer> key);

/// A signer that is a function: the application's token or cloud key. The function must verify against `key`; sign() checks that before it returns.
using SignFunction = std::function<Result<Octets>(const AlgorithmIdentifier& algorithm, Bytes data)>;
std::shared_ptr<Signer> callback_signer(PublicKey key, SignFunction sign);

}  // namespace cmpkit::crypto

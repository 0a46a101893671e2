// A certificate as the rest of the library holds it: octets, their typed view and its public key, parsed once and shared.
#pragma once
#include "crypto/key.hpp"
#include "der/parse.hpp"
#include "messages/extensions.hpp"

namespace cmpkit::crypto {

/// Immutable; copies share. Any thread.
class Cert {
public:
    Cert() = default;
    /// @error the reader's; bad_certificate  an extension is repeated. Whether the public key is usable is found by key(), not here.
    static Result<Cert> parse(Bytes der);

    explicit operator bool() const { return state_ != nullptr; }
    const Certificate&    operator*() const;
    const TBSCertificate* operator->() const;
    Bytes                 der() const;
    const Octets&         hash() const;  // SHA-256 of der(): what caches and identities go by
    Result<PublicKey>     key() const;   // parsed at first use, then kept

    const Octets* subject_key_identifier() const;  // null: the extension is absent
    bool          is_self_issued() const;
    bool          allows(KeyUsageBit bit) const;         // true if keyUsage is absent
    bool          has_purpose(const OidConstant& eku) const;  // extKeyUsage names it
    bool          is_ca() const;
    std::int64_t  not_before() const;
    std::int64_t  not_after() const;
    Bytes         serial() const;  // content octets of the INTEGER

    friend bool operator==(const Cert& a, const Cert& b) { return equal(a.der(), b.der()); }

private:
    struct State;
    std::shared_ptr<const State> state_;  // shared by copies; immutable but for the lazily parsed key, which is guarded
};

/// Parsed certificates under the SHA-256 of their octets, at most `capacity`, oldest dropped first. Any thread.
class CertCache {
public:
    explicit CertCache(std::size_t capacity = 4096);
    ~CertCache();
    Result<Cert> get(Bytes der);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Each parsed, in order. @error bad_certificate, or the reader's; path "certificates[i]…"
Result<std::vector<Cert>> parse_certificates(std::span<const Octets> ders);
/// All CERTIFICATE blocks of a PEM text, or the one DER certificate that the octets are. @error bad_certificate, or the reader's
Result<std::vector<Cert>> read_certificates(Bytes pem_or_der);
/// The certificates behind a URI of OSSL_STORE, see PrivateKey::open. @error unsupported; not_found  there is none; bad_certificate
Result<std::vector<Cert>> open_certificates(const std::string& uri, const Secret* pin);

struct PemBlock {
    std::string label;  // "CERTIFICATE"
    Octets      octets;
};
/// The blocks of a PEM text in order; text between them is skipped. None is not an error. @error bad_value  a block is broken
Result<std::vector<PemBlock>> read_pem(Bytes text);
std::string                   write_pem(std::string_view label, Bytes octets);
/// The octets of the first block with one of these labels, or the input itself if it is not PEM. @error bad_value; not_found  PEM without such a block
Result<Octets> pem_or_der(Bytes input, std::initializer_list<std::string_view> labels);

}  // namespace cmpkit::crypto

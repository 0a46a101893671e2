// Certificates and CRLs with chosen fields, good and bad, for tests. It makes what it is told to and judges nothing.
//
//     const Forge root = Forge::root();
//     const Forge ca   = root.issue({.subject = "CN=Issuing CA", .is_ca = true});
//     const Forge dev  = ca.issue({.subject = "CN=dev1", .key = "rsa:2048", .eku = {oids::id_kp_cmcRA}});
//     const Octets crl = root.crl({.revoked = {ca}});
#pragma once
#include "crypto/chain.hpp"
#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "forge/value_of.hpp"
#include "messages/names.hpp"

#include <atomic>

namespace cmpkit::test {

// What is forged is good from `from` until `until` unless its fields say otherwise; `now` lies between.
inline constexpr std::int64_t from = 1735689600, now = 1748779200, until = 2082758399;  // 2025-01-01, 2025-06-01 12:00, 2035-12-31 23:59:59
inline constexpr std::int64_t day = 86400, year = 365 * day;

struct ForgedFields {
    std::string                        subject = "CN=subject";
    std::string                        key     = "ec:P-256";  // words of generate_key; unless there is a signer
    std::shared_ptr<crypto::Signer>    signer{};              // its key
    std::int64_t                       not_before = from, not_after = until;
    bool                               is_ca = false;
    std::optional<std::int64_t>        path_length{};
    std::optional<KeyUsage>            usage{};  // absent: keyCertSign and cRLSign for a CA, digitalSignature for others
    std::vector<OidConstant>           eku{};
    std::vector<std::string>           sans{};                      // words of general_name_from_text
    std::vector<Extension>             extensions{};                // each instead of the usual one of its OID, or after the usual ones
    bool                               has_extensions = true;       // else it is a v1 certificate
    std::optional<std::string>         issuer{};                    // not the issuer's name
    std::optional<AlgorithmIdentifier> inner_algorithm{};           // not the one it is signed with
    bool                               has_broken_signature = false;
};

struct ForgedCrl {
    std::vector<crypto::Cert>   revoked{};
    std::int64_t                this_update = from;
    std::optional<std::int64_t> next_update = until;
    std::vector<Extension>      extensions{};        // after authorityKeyIdentifier and cRLNumber
    std::vector<Extension>      entry_extensions{};  // of each entry
    bool                        has_broken_signature = false;
};

/// A certificate with its private key. Copies share.
class Forge {
public:
    static Forge root(std::string subject = "CN=Root") { return self_signed({.subject = std::move(subject), .is_ca = true}); }
    static Forge self_signed(const ForgedFields& fields) {
        Forge made(key_of(fields));
        made.certificate_ = made.certify(fields, made.signer_->public_key());
        return made;
    }
    Forge issue(const ForgedFields& fields) const {
        Forge made(key_of(fields));
        made.certificate_ = certify(fields, made.signer_->public_key());
        return made;
    }
    /// A certificate for a key whose private half is elsewhere.
    crypto::Cert certify(const ForgedFields& fields, const crypto::PublicKey& key) const { return value_of(crypto::Cert::parse(encode(fields, key))); }
    /// The same as octets, for what cannot be read back.
    Octets       encode(const ForgedFields& fields, const crypto::PublicKey& key) const;
    Octets       crl(const ForgedCrl& fields = {}) const;

    const crypto::Cert&             certificate() const { return certificate_; }
    std::shared_ptr<crypto::Signer> signer() const { return signer_; }
    std::shared_ptr<crypto::PrivateKey> key() const { return std::dynamic_pointer_cast<crypto::PrivateKey>(signer_); }  // null: made elsewhere
    std::string                     subject() const { return to_text(certificate_->subject); }
    operator const crypto::Cert&() const { return certificate_; }

private:
    explicit Forge(std::shared_ptr<crypto::Signer> signer) : signer_(std::move(signer)) {}
    static std::shared_ptr<crypto::Signer> key_of(const ForgedFields& fields) {
        return fields.signer ? fields.signer : std::shared_ptr<crypto::Signer>(value_of(crypto::generate_key(fields.key)));
    }
    Octets signature_over(Bytes to_be_signed, bool is_broken) const;
    Name   issuer_name(const ForgedFields& fields, der::Arena& arena) const;
    void   add_authority(std::vector<Extension>& extensions, der::Arena& arena) const;

    std::shared_ptr<crypto::Signer> signer_;
    crypto::Cert                    certificate_;  // empty while it is being self-signed
};

// ---------------------------------------------------------------- pieces
/// An extension around a value, which is kept in the arena.
template <class T> Extension extension(const OidConstant& oid, bool critical, const T& value, der::Arena& arena) {
    T* kept = arena.make<T>();
    *kept   = value;
    return {oid, critical, der::OpenOctets(der::Open::of(*kept))};
}
/// An extension around octets that live elsewhere, whatever they are.
inline Extension raw_extension(const OidConstant& oid, bool critical, Bytes value) { return {oid, critical, der::OpenOctets(der::Open::raw(value))}; }

inline Bytes fresh_serial(der::Arena& arena) {
    static std::atomic<std::uint64_t> last = 0x1000;
    const std::uint64_t               number = ++last;
    std::uint8_t                      octets[8];
    for (int i = 0; i < 8; ++i) octets[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
    return arena.keep(der::unsigned_integer(octets));
}

inline std::vector<Extension> extensions_of(const ForgedFields& fields, const crypto::PublicKey& key, der::Arena& arena) {
    using enum KeyUsageBit;
    const KeyUsage usage = fields.usage ? *fields.usage : fields.is_ca ? KeyUsage::of({keyCertSign, cRLSign}) : KeyUsage::of({digitalSignature});
    std::vector<Extension> list;
    list.push_back(extension(oids::id_ce_subjectKeyIdentifier, false, der::octet_string(arena.keep(key.key_identifier())), arena));
    list.push_back(extension(oids::id_ce_keyUsage, true, usage, arena));
    if (fields.is_ca) list.push_back(extension(oids::id_ce_basicConstraints, true, BasicConstraints{true, fields.path_length}, arena));
    if (!fields.eku.empty()) {
        auto* purposes = arena.make<der::Oid>(fields.eku.size());
        std::ranges::copy(fields.eku, purposes);
        list.push_back(extension(oids::id_ce_extKeyUsage, false, ExtKeyUsage(purposes, fields.eku.size()), arena));
    }
    if (!fields.sans.empty()) {
        auto* names = arena.make<GeneralName>(fields.sans.size());
        std::ranges::transform(fields.sans, names, [&](const std::string& text) { return value_of(general_name_from_text(text, arena)); });
        list.push_back(extension(oids::id_ce_subjectAltName, false, GeneralNames(names, fields.sans.size()), arena));
    }
    return list;
}

// ---------------------------------------------------------------- the forge
inline Octets Forge::signature_over(Bytes to_be_signed, bool is_broken) const {
    Octets signature = value_of(signer_->sign(signer_->algorithm(), to_be_signed));
    if (is_broken) signature.back() ^= 1;
    return signature;
}

inline Name Forge::issuer_name(const ForgedFields& fields, der::Arena& arena) const {
    if (fields.issuer) return value_of(name_from_text(*fields.issuer, arena));
    return certificate_ ? certificate_->subject : value_of(name_from_text(fields.subject, arena));
}

inline void Forge::add_authority(std::vector<Extension>& extensions, der::Arena& arena) const {
    if (!certificate_ || !certificate_.subject_key_identifier()) return;
    AuthorityKeyIdentifier authority;
    authority.keyIdentifier = der::octet_string(*certificate_.subject_key_identifier());
    extensions.push_back(extension(oids::id_ce_authorityKeyIdentifier, false, authority, arena));
}

inline Octets Forge::encode(const ForgedFields& fields, const crypto::PublicKey& key) const {
    der::Arena             arena;
    std::vector<Extension> extensions = extensions_of(fields, key, arena);
    add_authority(extensions, arena);
    const auto is_given = [&](const Extension& usual) { return std::ranges::any_of(fields.extensions, [&](const Extension& e) { return e.extnID == usual.extnID; }); };
    std::erase_if(extensions, is_given);
    extensions.insert(extensions.end(), fields.extensions.begin(), fields.extensions.end());
    Certificate     certificate;
    TBSCertificate& tbs      = certificate.tbsCertificate;
    tbs.serialNumber.content = fresh_serial(arena);
    tbs.signature            = fields.inner_algorithm ? *fields.inner_algorithm : signer_->algorithm();
    tbs.issuer               = issuer_name(fields, arena);
    tbs.validity             = {time_of(fields.not_before, arena), time_of(fields.not_after, arena)};
    tbs.subject              = value_of(name_from_text(fields.subject, arena));
    tbs.subjectPublicKeyInfo = value_of(der::parse<SubjectPublicKeyInfo>(key.spki(), arena));
    if (fields.has_extensions) tbs.version = CertificateVersion::v3, tbs.extensions = Extensions(extensions);
    const Octets encoded   = der::encode(tbs);
    const Octets signature = signature_over(encoded, fields.has_broken_signature);
    tbs.received                   = encoded;
    certificate.signatureAlgorithm = signer_->algorithm();
    certificate.signatureValue     = {0, signature};
    return der::encode(certificate);
}

inline Octets Forge::crl(const ForgedCrl& fields) const {
    der::Arena                      arena;
    std::vector<RevokedCertificate> entries;
    const auto entry_extensions = fields.entry_extensions.empty() ? std::nullopt : std::optional(Extensions(fields.entry_extensions));
    for (const crypto::Cert& each : fields.revoked)
        entries.push_back({der::integer_view(each.serial()), time_of(fields.this_update, arena), entry_extensions});
    std::vector<Extension> extensions{extension(oids::id_ce_cRLNumber, false, der::integer_view(fresh_serial(arena)), arena)};
    add_authority(extensions, arena);
    extensions.insert(extensions.end(), fields.extensions.begin(), fields.extensions.end());
    CertificateList list;
    TBSCertList&    tbs = list.tbsCertList;
    tbs.version         = CertificateVersion::v2;
    tbs.signature       = signer_->algorithm();
    tbs.issuer          = certificate_->subject;
    tbs.thisUpdate      = time_of(fields.this_update, arena);
    if (fields.next_update) tbs.nextUpdate = time_of(*fields.next_update, arena);
    if (!entries.empty()) tbs.revokedCertificates = List<RevokedCertificate>(entries);
    tbs.crlExtensions      = Extensions(extensions);
    const Octets encoded   = der::encode(tbs);
    const Octets signature = signature_over(encoded, fields.has_broken_signature);
    tbs.received            = encoded;
    list.signatureAlgorithm = signer_->algorithm();
    list.signatureValue     = {0, signature};
    return der::encode(list);
}

}  // namespace cmpkit::test

#include "ca/issuer.hpp"

#include "admission/refusal.hpp"

namespace cmpkit::ca {
namespace {

/// The values of a certificate's extensions and the list that views them.
class ExtensionList {
public:
    ExtensionList(const Statement& statement, const Issuer& issuer) : statement_(statement), subject_key_(statement.key.key_identifier()) {
        extensions_.reserve(most_of_ours + statement.further.size());
        add(oids::id_ce_basicConstraints, true, statement.basicConstraints);  // critical: RFC 5280 4.2.1.9
        add(oids::id_ce_keyUsage, true, statement.keyUsage);                  // critical: RFC 5280 4.2.1.3
        if (!statement.extKeyUsage.empty()) add(oids::id_ce_extKeyUsage, false, purposes_);
        // RFC 5280 4.2.1.6: critical where the subject is empty.
        if (!statement.subjectAltName.empty()) add(oids::id_ce_subjectAltName, statement.subject.is_null_dn(), names_);
        subject_key_identifier_ = der::octet_string(subject_key_);
        add(oids::id_ce_subjectKeyIdentifier, false, subject_key_identifier_);
        authority_key_identifier_.keyIdentifier = der::octet_string(issuer.key_identifier);
        add(oids::id_ce_authorityKeyIdentifier, false, authority_key_identifier_);
        if (!statement.crl_uris.empty()) add_distribution_point();
        for (const FixedExtension& each : statement.further) extensions_.push_back({der::Oid{each.oid}, each.critical, der::Open::raw(each.value)});
    }
    ExtensionList(const ExtensionList&)            = delete;
    ExtensionList& operator=(const ExtensionList&) = delete;

    Extensions list() const { return extensions_; }

private:
    static constexpr std::size_t most_of_ours = 7;

    template <class T> void add(const OidConstant& oid, bool critical, const T& value) { extensions_.push_back({oid, critical, der::Open::of(value)}); }

    /// One point: several URIs are ways to the same CRL (RFC 5280 4.2.1.13).
    void add_distribution_point() {
        for (const std::string& uri : statement_.crl_uris) uris_.emplace_back().emplace<"uniformResourceIdentifier">() = der::IA5String{bytes_of(uri)};
        point_.distributionPoint.emplace().emplace<"fullName">() = GeneralNames(uris_);
        points_ = CRLDistributionPoints(&point_, 1);
        add(oids::id_ce_cRLDistributionPoints, false, points_);
    }

    const Statement&         statement_;
    ExtKeyUsage              purposes_ = statement_.extKeyUsage;
    GeneralNames             names_    = statement_.subjectAltName;
    Octets                   subject_key_;
    SubjectKeyIdentifier     subject_key_identifier_;
    AuthorityKeyIdentifier   authority_key_identifier_;
    std::vector<GeneralName> uris_;
    DistributionPoint        point_;
    CRLDistributionPoints    points_;
    std::vector<Extension>   extensions_;
};

}  // namespace

Issuer Issuer::of(const crypto::Cert& certificate, const crypto::Signer& signer) {
    const Octets* own = certificate.subject_key_identifier();
    return {certificate->subject, own ? *own : signer.public_key().key_identifier(), signer};
}

Result<Octets> fresh_serial(const Random& random) {
    std::array<std::uint8_t, 20> octets{};
    if (auto done = random(octets); !done) return done.error();
    octets[0] &= 0x7f;  // RFC 5280 4.1.2.2: positive, and not longer than 20 octets
    const bool is_zero = std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
    if (is_zero) return Error{.code = Code::crypto_failed, .detail = "the random source gave zeros alone"};
    return der::unsigned_integer(octets);
}

Result<crypto::Cert> certify(const Statement& statement, const Issuer& issuer, Bytes serial) {
    der::Arena          arena;
    const ExtensionList extensions(statement, issuer);
    TBSCertificate      tbs;
    tbs.version                       = CertificateVersion::v3;
    tbs.serialNumber                  = der::integer_view(serial);
    tbs.signature                     = issuer.signer.algorithm();
    tbs.issuer                        = issuer.name;
    tbs.validity                      = {time_of(statement.not_before, arena), time_of(statement.not_after, arena)};
    tbs.subject                       = statement.subject;
    tbs.subjectPublicKeyInfo.received = statement.key.spki();
    tbs.extensions                    = extensions.list();
    const auto certificate = signed_with(issuer.signer, tbs, &Certificate::tbsCertificate);
    if (!certificate) return certificate.error();
    auto parsed = crypto::Cert::parse(*certificate);
    if (!parsed) return failure(Code::internal, "a certificate that was made here cannot be read", parsed.error());
    return parsed;
}

}  // namespace cmpkit::ca

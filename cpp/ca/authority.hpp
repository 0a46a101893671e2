// The embedded certification authority: issues by profiles, knows its certificates, revokes, makes CRLs. It decides only what its
// configuration and its records say; it keeps nothing in memory that the store does not hold.
#pragma once
#include "admission/desk.hpp"
#include "admission/secrets.hpp"
#include "ca/profile.hpp"
#include "ca/support.hpp"
#include "crypto/chain.hpp"
#include "operations/compose.hpp"

namespace cmpkit::ca {

struct Settings {
    std::string                           name;             // tells requests on the desk of one store apart; empty: there is one CA
    bool                                  is_first = true;  // has the requests that name no CA
    crypto::Cert                          issuing_certificate;
    std::shared_ptr<const crypto::Signer> issuing_key;
    std::vector<crypto::Cert>             chain;            // issuers of the issuing certificate, ending with the root
    std::shared_ptr<const crypto::Signer> cmp_key;          // of the CMP signer
    crypto::Cert                          cmp_certificate;  // with id-kp-cmcCA
    std::vector<Profile>                  profiles;         // not empty; the first is the default
    std::vector<SecretEntry>              secrets;
    crypto::Trust                         external;         // PKIs trusted for ir and p10cr
    Support                               support;          // what is told to whoever asks
    std::shared_ptr<Namer>          namer{};          // shared with the application that sets its answer; null: there is none
    bool                                  approve_revocations = false;  // those that devices ask for wait for an operator
    std::int64_t                          poll_seconds        = 60;     // how long such a device is told to wait before it asks again
    std::optional<std::int64_t>           keep_expired_seconds{};           // how long records of expired certificates are kept; none: for ever
    std::int64_t                          crl_validity_seconds = 7 * 86400;
    std::int64_t                          crl_overlap_seconds  = 86400;  // a new one is made that long before the old one's nextUpdate
};

using operations::Random;  // of serial numbers

enum class CertificateState : std::int64_t { unconfirmed, valid, updated, revoked };
std::string_view name_of(CertificateState state);

/// One certificate's record in Table::certificates: the value, as DER.
struct CertificateRecord {
    der::OctetString                    certificate;  // DER
    CertificateState                    state = CertificateState::unconfirmed;
    der::Utf8String                     requester;    // Requester::id
    der::Utf8String                     profile;
    std::optional<der::OctetString>     updates;      // key of the certificate that this one replaces
    std::optional<der::GeneralizedTime> revokedAt;
    std::optional<Reason>               reason;
    std::optional<der::OctetString>     updatedBy;    // key of the certificate that replaces this one, once that is confirmed
    std::optional<der::GeneralizedTime> invalidSince; // of a revocation: invalidityDate (RFC 5280 5.3.2)
    static constexpr auto schema() {
        return sequence(field<&CertificateRecord::certificate>(), field<&CertificateRecord::state>(), field<&CertificateRecord::requester>(),
                        field<&CertificateRecord::profile>(), field<&CertificateRecord::updates>(implicit_tag(0)),
                        field<&CertificateRecord::revokedAt>(implicit_tag(1)), field<&CertificateRecord::reason>(implicit_tag(2)),
                        field<&CertificateRecord::updatedBy>(implicit_tag(3)), field<&CertificateRecord::invalidSince>(implicit_tag(4)));
    }
};

/// Threads: any.
class CertificationAuthority : public operations::Authority {
public:
    /// @error bad_configuration  a key does not fit its certificate, no profile, a pattern that cannot be read; detail says which
    static Result<std::unique_ptr<CertificationAuthority>> make(Settings settings, store::Store& store, Random random);

    Result<operations::SharedSecret>                     secret(Bytes reference, std::int64_t now) override;
    Result<std::vector<store::Write>>                    failed_try(Bytes reference, std::int64_t now) override;
    Result<operations::Requester>                        recognise(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) override;
    std::optional<operations::MissingStatus>             missing_status(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) override;
    Result<operations::Decision<operations::Issued>>     enroll(const operations::EnrollmentRequest& request, const operations::Requester& requester, std::int64_t now) override;
    Result<operations::Decision<operations::Nothing>>    revoke(const operations::RevocationRequest& request, const operations::Requester& requester, std::int64_t now) override;
    Result<operations::Decision<operations::Information>> inform(const operations::InformationRequest& request, const operations::Requester& requester, std::int64_t now) override;
    Result<std::vector<store::Write>>                    abandon(Bytes request_id) override;
    Result<crypto::Cert>                                 certificate(Bytes key) override;
    Result<std::vector<store::Write>>                    confirm(Bytes key, std::int64_t now) override;
    Result<std::vector<store::Write>>                    withdraw(Bytes key, std::int64_t now) override;
    const protection::Protector&                         protector() const override;
    const Name&                                          name() const override;

    // The operator's desk: also from another process, on a running server's store.
    struct Listed {
        crypto::Cert     certificate;
        CertificateState state;
        std::string      requester, profile;
        std::optional<std::int64_t> revoked_at;
        std::optional<Reason>       reason;
        std::optional<std::int64_t> invalid_since;
    };
    /// Certificates of this CA in the order of their serial numbers, after `after` (empty: from the first).
    Result<std::vector<Listed>> list(Bytes after_serial, std::size_t limit);
    /// Takes a certificate that the issuing key signed elsewhere, as at the founding, into the records as valid, so that it can be revoked.
    /// @error bad_certificate  it is not of this CA  @error conflict  its serial number is in the records already
    Result<void> adopt(const crypto::Cert& certificate);
    /// @param serial         content octets of the INTEGER
    /// @param invalid_since  told on the CRL; before the certificate's notBefore it is that
    /// @error bad_cert_id, certificate_revoked, conflict; bad_request  invalid_since is to come
    Result<void> revoke_by_operator(Bytes serial, Reason reason, std::int64_t now, std::optional<std::int64_t> invalid_since = {});

    /// Puts a new root in the place of the newest one (RFC 9810 4.4) and records it: from now on it is told to whoever asks for a root update. What is issued
    /// is handed out with the new chain from the next start or reload on.
    /// @param old_key  of the newest root  @error bad_key, bad_argument; bad_certificate  no root certified the CA below it; conflict: another was faster
    Result<struct Rollover> roll_over(const crypto::Signer& old_key, const crypto::Signer& new_key, std::int64_t validity_seconds, std::int64_t now);

    const Desk& desk() const;  // lives as long as the authority

    /// Who judges certificates of other PKIs, and learns whether they are revoked; null: nobody else's are trusted.
    std::shared_ptr<crypto::Verifier> external() const;

    struct Crl {
        Octets       der;
        std::int64_t number = 0, next_update = 0;
    };
    /// Claims the next CRL number in the store, lists what is revoked and not expired, signs, stores. @error conflict  another node was faster: read its CRL
    Result<Crl> issue_crl(std::int64_t now);
    /// The newest CRL in the store.
    Result<std::optional<Crl>> latest_crl();
    /// Whether a revocation was recorded since the newest CRL, or its nextUpdate is near.
    Result<bool> is_crl_due(std::int64_t now);

    /// Erases a few records of certificates that expired longer ago than the settings keep them, if there is any such time and a look at them is due: it is
    /// called often.
    Result<void> forget_expired(std::int64_t now);

    ~CertificationAuthority() override;

private:
    struct State;
    explicit CertificationAuthority(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace cmpkit::ca

// Trust: anchors, CRLs, and whether a path leads from a certificate to an anchor at a given time. Paths are judged by OpenSSL's verifier;
// purpose and extended key usage are judged by the caller, who knows what the certificate is used for.
#pragma once
#include "crypto/status.hpp"

namespace cmpkit::crypto {

enum class Revocation : std::uint8_t {
    none,  // not asked
    soft,  // a CRL that is at hand is obeyed, a stale one for what it lists, and so is an OCSP answer; what is missing is not missed
    hard,  // every certificate but the anchor needs a current CRL, or an OCSP answer
};

/// "none", "soft", "hard"; nothing for another word.
std::optional<Revocation> revocation_named(std::string_view word);

/// Anchors, helpers, CRLs and OCSP answers, immutable once shared with a Verifier. One thread until then.
struct Trust {
    std::vector<Cert>   anchors{};        // trusted as they are, self-signed or not
    std::vector<Cert>   intermediates{};  // helpers to find paths, not trusted
    std::vector<Octets> crls{};           // DER
    std::vector<Octets> ocsp{};           // DER of OCSPResponses
    Revocation          revocation = Revocation::soft;
    StatusSources       sources{};        // where more can be asked for, by who owns the Verifier
};

/// Judges paths against one Trust; a new Trust is a new Verifier, so that what was accepted is never remembered beyond. Any thread.
///
///     while (auto query = verifier->missing(leaf, untrusted, now)) (void)verifier->learn(*query, fetch(*query), now);
///     auto path = verifier->path(leaf, untrusted, now);
class Verifier {
public:
    /// @error bad_certificate, bad_value: an anchor or CRL that OpenSSL cannot read; path "anchors[i]", "crls[i]"; bad_url  a source that cannot be asked
    static Result<std::shared_ptr<Verifier>> make(Trust trust);
    ~Verifier();

    /// The path from `leaf` to an anchor, both included. An issuer's path is judged by OpenSSL once, then remembered (by the hash of the issuer's
    /// certificate) while its certificates stay valid; the leaf's own validity and revocation are judged each time, its signature until it is known that
    /// these octets bear it. An issuer under name constraints is not remembered.
    ///
    /// @param untrusted  the peer's extraCerts, in any order; at most 20 are looked at
    /// @param now        Unix seconds
    /// @error signer_not_trusted    no path; detail: OpenSSL's words and the subject it stopped at
    /// @error certificate_expired, certificate_revoked
    /// @error status_unknown  hard revocation, and nothing at hand says that a certificate of the path is not revoked
    Result<std::vector<Cert>> path(const Cert& leaf, std::span<const Cert> untrusted, std::int64_t now) const;

    /// What to ask before path() can say all that can be known of a path that is trusted but for that; nothing: what is at hand must do.
    std::optional<StatusQuery> missing(const Cert& leaf, std::span<const Cert> untrusted, std::int64_t now) const;
    /// Whether the same was not asked a moment ago.
    bool                       is_worth_asking(const StatusQuery& query, std::int64_t now) const;
    /// CRLs of the sources whose time it is, for who asks ahead.
    std::vector<StatusQuery>   due(std::int64_t now) const;
    /// Takes what a query brought, or that it failed. Either way the same is not asked again for a minute.
    /// @error the answer's; bad_value  a CRL of nobody who was asked about, or older than the one at hand; see read_ocsp
    Result<void>               learn(const StatusQuery& query, const Result<Octets>& answer, std::int64_t now);

    bool         is_anchor(const Cert& certificate) const;
    const Trust& trust() const;

private:
    struct State;
    explicit Verifier(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// By names, key identifiers and signature (RFC 5280 6.1.3); validity and trust are not judged.
bool is_issued_by(const Cert& certificate, const Cert& issuer);

/// `leaf` and then each issuer found in `pool`, without self-signed roots: what goes into extraCerts (RFC 9483 3.3). No trust is implied.
std::vector<Cert> chain_without_root(const Cert& leaf, std::span<const Cert> pool);

}  // namespace cmpkit::crypto

// Paths under one set of CRLs: OpenSSL's verifier, and the issuers that it has judged, remembered. For crypto's own files.
#pragma once
#include "crypto/by_hash.hpp"
#include "crypto/judge.hpp"
#include "crypto/known_issuer.hpp"

#include <shared_mutex>

namespace cmpkit::crypto {

/// Any thread.
class Paths {
public:
    /// @param trust  outlives this  @error as Verifier::make
    static Result<std::shared_ptr<Paths>> make(const Trust& trust, std::vector<Octets> crls);

    /// As Judge::judge. Of a remembered issuer the leaf alone is judged anew, by the same rules; then nothing is lacking.
    Result<Judgement> judge(const Cert& leaf, std::span<const Cert> untrusted, std::int64_t now) const;

private:
    using Issuer = std::shared_ptr<const KnownIssuer>;  // shared by those who are reading it when it is dropped

    explicit Paths(const Trust& trust);
    std::optional<std::vector<Cert>> short_way(const Cert& leaf, std::span<const Cert> candidates, std::int64_t now) const;
    Issuer                           issuer(const Cert& certificate) const;
    bool                             has_signed(const Issuer& issuer, const Cert& leaf) const;
    void                             remember(const Judgement& judgement, std::int64_t now) const;

    const Trust&              trust_;
    const Revocation          revocation_;  // of remembered issuers: where more can be asked for, a lack of CRLs is to be seen
    std::vector<Octets>       octets_;
    std::vector<Crl>          crls_;
    std::unique_ptr<Judge>    judge_;
    mutable std::shared_mutex mutex_;  // guards what is below
    mutable ByHash<Issuer>    issuers_;
    mutable ByHash<Issuer>    signers_;  // of leaves: whose signature they bear
};

}  // namespace cmpkit::crypto

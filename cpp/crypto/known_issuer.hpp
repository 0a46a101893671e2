// An issuer whose path OpenSSL has judged: what of that judgement holds for the next certificate under it. For crypto's own files.
// It says yes or nothing: every doubt sends the certificate the whole way.
#pragma once
#include "crypto/chain.hpp"
#include "crypto/crl.hpp"
#include "crypto/openssl.hpp"

namespace cmpkit::crypto {

class KnownIssuer {
public:
    /// @param chain  the issuer, then its path to the anchor, as judged at `now`; not empty
    /// @param crls   of the Verifier, which outlives this
    KnownIssuer(std::vector<Cert> chain, const std::vector<Crl>& crls, Revocation revocation, std::int64_t now);

    /// Whether the same verdict would be given at this time too: no certificate of the chain and no CRL has begun or ended since.
    bool holds_at(std::int64_t now) const { return from_ <= now && now < until_; }
    /// Whether the path of `leaf` is the path of this issuer, judged now, if it has signed it.
    bool vouches_for(const Cert& leaf, std::int64_t now) const;
    bool has_signed(const Cert& leaf) const;

    const std::vector<Cert>& chain() const { return chain_; }

private:
    bool is_unrevoked(const Cert& leaf, std::int64_t now) const;
    void take_crls(const std::vector<Crl>& crls, std::int64_t now);

    std::vector<Cert>       chain_;
    Revocation              revocation_;
    std::vector<const Crl*> crls_;  // of this issuer, signed by it
    bool                    is_doubtful_ = false;
    std::int64_t            from_, until_;
};

/// Whether what an issuer may certify depends on more than its own path: then it is not remembered.
bool constrains_names(std::span<const Cert> chain);

}  // namespace cmpkit::crypto

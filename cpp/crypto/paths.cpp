#include "crypto/paths.hpp"

#include "crypto/issued.hpp"
#include "messages/names.hpp"

#include <mutex>

namespace cmpkit::crypto {
namespace {

constexpr std::size_t most_remembered = 1024, most_leaves = 4096;

Result<std::vector<Crl>> parse_crls(std::span<const Octets> octets) {
    std::vector<Crl> crls;
    for (const Octets& each : octets) {
        auto crl = Crl::parse(each);
        if (!crl) return at_element(Error{.code = Code::bad_value, .detail = "not a CRL"}.because_of(crl.error()), "crls", crls.size());
        crls.push_back(*std::move(crl));
    }
    return crls;
}

Revocation demanded_by(const Trust& trust) {
    return trust.revocation == Revocation::none || trust.sources.empty() ? trust.revocation : Revocation::hard;
}

/// Where a certificate's way ends by its names alone, without a look at keys; none: an anchor may be reached, or a self-signed certificate ends it. Whoever is
/// asked about certificates of somebody else's PKI says no without decoding them all for OpenSSL.
std::optional<Cert> end_without_anchor(const Trust& trust, const Cert& leaf, std::span<const Cert> untrusted) {
    std::vector<Cert> reached;
    reached.reserve(1 + untrusted.size() + trust.intermediates.size());
    reached.push_back(leaf);
    for (std::size_t i = 0; i < reached.size(); ++i) {
        const Cert here      = reached[i];
        const auto may_issue = [&](const Cert& candidate) { return candidate == here || may_be_issued_by(signed_thing(*here), candidate); };
        if (same_name(here->issuer, here->subject) || std::ranges::any_of(trust.anchors, may_issue)) return std::nullopt;
        for (const std::span<const Cert> each : {untrusted, std::span<const Cert>(trust.intermediates)})
            for (const Cert& candidate : each)
                if (may_issue(candidate) && std::ranges::find(reached, candidate) == reached.end()) reached.push_back(candidate);
    }
    return reached.back();
}

}  // namespace

Paths::Paths(const Trust& trust) : trust_(trust), revocation_(demanded_by(trust)), issuers_(most_remembered), signers_(most_leaves) {}

Result<std::shared_ptr<Paths>> Paths::make(const Trust& trust, std::vector<Octets> crls) {
    auto parsed = parse_crls(crls);
    if (!parsed) return parsed.error();
    auto judge = Judge::make(trust, crls);
    if (!judge) return judge.error();
    std::shared_ptr<Paths> paths(new Paths(trust));
    paths->octets_ = std::move(crls);
    paths->crls_   = *std::move(parsed);
    paths->judge_  = *std::move(judge);
    return paths;
}

Paths::Issuer Paths::issuer(const Cert& certificate) const {
    const std::shared_lock lock(mutex_);
    const Issuer* known = issuers_.find(certificate.hash());
    return known ? *known : nullptr;
}

// Whether octets bear the signature of a key is the same at all times: a device that sends several messages is verified once.
bool Paths::has_signed(const Issuer& issuer, const Cert& leaf) const {
    {
        const std::shared_lock lock(mutex_);
        const Issuer* known = signers_.find(leaf.hash());
        if (known && *known == issuer) return true;
    }
    if (!issuer->has_signed(leaf)) return false;
    const std::unique_lock lock(mutex_);
    signers_.insert(leaf.hash(), issuer);
    return true;
}

std::optional<std::vector<Cert>> Paths::short_way(const Cert& leaf, std::span<const Cert> candidates, std::int64_t now) const {
    for (const Cert& candidate : candidates) {
        if (!may_be_issued_by(signed_thing(*leaf), candidate)) continue;
        const Issuer known = issuer(candidate);
        if (!known || !known->vouches_for(leaf, now) || !has_signed(known, leaf)) continue;
        std::vector<Cert> path;
        path.reserve(1 + known->chain().size());
        path.push_back(leaf);
        path.insert(path.end(), known->chain().begin(), known->chain().end());
        return path;
    }
    return std::nullopt;
}

// An issuer of whom CRLs say too little may be asked about anew each time. The leaf bears the issuer's signature, or there would be no judgement.
void Paths::remember(const Judgement& judgement, std::int64_t now) const {
    const std::span<const Cert> chain = std::span(judgement.path).subspan(1);
    const bool is_lacking = revocation_ == Revocation::hard && !judgement.lacks.empty() && judgement.lacks.back() > 0;
    if (chain.empty() || is_lacking || constrains_names(chain)) return;
    if (const Issuer known = issuer(chain.front()); known && known->holds_at(now)) return;
    const auto fresh = std::make_shared<const KnownIssuer>(std::vector<Cert>(chain.begin(), chain.end()), crls_, revocation_, now);
    const std::unique_lock lock(mutex_);
    issuers_.insert(chain.front().hash(), fresh);
    signers_.insert(judgement.path.front().hash(), fresh);
}

Result<Judgement> Paths::judge(const Cert& leaf, std::span<const Cert> untrusted, std::int64_t now) const {
    for (const std::span<const Cert> each : {untrusted, std::span<const Cert>(trust_.intermediates), std::span<const Cert>(trust_.anchors)})
        if (auto path = short_way(leaf, each, now)) return Judgement{*std::move(path), {}};
    if (const auto end = end_without_anchor(trust_, leaf, untrusted))
        return Error{.code = Code::signer_not_trusted, .detail = "unable to get local issuer certificate: " + to_text((*end)->subject)};
    auto judgement = judge_->judge(leaf, untrusted, now);
    if (judgement) remember(*judgement, now);
    return judgement;
}

}  // namespace cmpkit::crypto

#include "crypto/chain.hpp"

#include "crypto/by_hash.hpp"
#include "crypto/issued.hpp"
#include "crypto/judge.hpp"
#include "crypto/known_issuer.hpp"

#include <mutex>
#include <shared_mutex>

namespace cmpkit::crypto {
namespace {

constexpr std::size_t most_untrusted = 20;
constexpr std::size_t most_remembered = 1024;
constexpr std::size_t longest_chain = 20;

Result<std::vector<Crl>> parse_crls(std::span<const Octets> octets) {
    std::vector<Crl> crls;
    for (const Octets& each : octets) {
        auto crl = Crl::parse(each);
        if (!crl) return at_element(Error{.code = Code::bad_value, .detail = "not a CRL"}.because_of(crl.error()), "crls", crls.size());
        crls.push_back(*std::move(crl));
    }
    return crls;
}

}  // namespace

struct Verifier::State {
    using Issuer = std::shared_ptr<const KnownIssuer>;  // shared by those who are reading it when it is dropped

    explicit State(Trust given) : trust(std::move(given)), issuers(most_remembered) {}

    std::optional<std::vector<Cert>> short_way(const Cert& leaf, std::span<const Cert> candidates, std::int64_t now) const;
    Issuer                           issuer(const Cert& certificate) const;
    void                             remember(std::span<const Cert> chain, std::int64_t now);

    const Trust               trust;
    std::vector<Crl>          crls;
    std::unique_ptr<Judge>    judge;
    mutable std::shared_mutex mutex;  // guards issuers
    ByHash<Issuer>            issuers;
};

Verifier::State::Issuer Verifier::State::issuer(const Cert& certificate) const {
    const std::shared_lock lock(mutex);
    const Issuer* known = issuers.find(certificate.hash());
    return known ? *known : nullptr;
}

std::optional<std::vector<Cert>> Verifier::State::short_way(const Cert& leaf, std::span<const Cert> candidates, std::int64_t now) const {
    for (const Cert& candidate : candidates) {
        if (!may_be_issued_by(signed_thing(*leaf), candidate)) continue;
        const Issuer known = issuer(candidate);
        if (!known || !known->vouches_for(leaf, now)) continue;
        std::vector<Cert> path{leaf};
        path.insert(path.end(), known->chain().begin(), known->chain().end());
        return path;
    }
    return std::nullopt;
}

void Verifier::State::remember(std::span<const Cert> chain, std::int64_t now) {
    if (chain.empty() || constrains_names(chain)) return;
    if (const Issuer known = issuer(chain.front()); known && known->holds_at(now)) return;
    auto fresh = std::make_shared<const KnownIssuer>(std::vector<Cert>(chain.begin(), chain.end()), crls, trust.revocation, now);
    const std::unique_lock lock(mutex);
    issuers.insert(chain.front().hash(), std::move(fresh));
}

Verifier::Verifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
Verifier::~Verifier() = default;

Result<std::shared_ptr<Verifier>> Verifier::make(Trust trust) {
    auto state = std::make_unique<State>(std::move(trust));
    auto crls  = parse_crls(state->trust.crls);
    if (!crls) return crls.error();
    auto judge = Judge::make(state->trust);
    if (!judge) return judge.error();
    state->crls  = *std::move(crls);
    state->judge = *std::move(judge);
    return std::shared_ptr<Verifier>(new Verifier(std::move(state)));
}

Result<std::vector<Cert>> Verifier::path(const Cert& leaf, std::span<const Cert> untrusted, std::int64_t now) const {
    untrusted = untrusted.first(std::min(untrusted.size(), most_untrusted));
    for (const std::span<const Cert> each : {untrusted, std::span<const Cert>(state_->trust.intermediates), std::span<const Cert>(state_->trust.anchors)})
        if (auto path = state_->short_way(leaf, each, now)) return *std::move(path);
    auto path = state_->judge->path(leaf, untrusted, now);
    if (path) state_->remember(std::span<const Cert>(*path).subspan(1), now);
    return path;
}

bool Verifier::is_anchor(const Cert& certificate) const {
    return std::ranges::any_of(state_->trust.anchors, [&](const Cert& anchor) { return anchor == certificate; });
}

const Trust& Verifier::trust() const { return state_->trust; }

bool is_issued_by(const Cert& certificate, const Cert& issuer) {
    const SignedThing thing = signed_thing(*certificate);
    return may_be_issued_by(thing, issuer) && is_signed_by(thing, issuer);
}

std::vector<Cert> chain_without_root(const Cert& leaf, std::span<const Cert> pool) {
    std::vector<Cert> chain{leaf};
    while (chain.size() < longest_chain) {
        const auto found = std::ranges::find_if(pool, [&](const Cert& each) { return is_issued_by(chain.back(), each); });
        if (found == pool.end() || is_signed_by(signed_thing(**found), *found) || std::ranges::find(chain, *found) != chain.end()) break;
        chain.push_back(*found);
    }
    return chain;
}

}  // namespace cmpkit::crypto

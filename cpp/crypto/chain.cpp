#include "crypto/chain.hpp"

#include "crypto/issued.hpp"
#include "crypto/ocsp.hpp"
#include "crypto/paths.hpp"
#include "messages/names.hpp"

#include <map>
#include <mutex>

namespace cmpkit::crypto {
namespace {

constexpr std::size_t  most_untrusted = 20;
constexpr std::size_t  longest_chain  = 20;
constexpr std::size_t  most_standings = 4096;  // of certificates
constexpr std::size_t  most_tried     = 1024;  // queries that are not asked again for a while
constexpr std::size_t  most_learned   = 64;    // CRLs
constexpr std::int64_t quiet_seconds  = 60;
constexpr std::int64_t ahead_seconds  = 3600;  // before its end a CRL is fetched anew, or in the last tenth of its time

std::span<const Cert> bounded(std::span<const Cert> untrusted) { return untrusted.first(std::min(untrusted.size(), most_untrusted)); }

struct Learned {
    std::string  url;
    Octets       crl;
    std::int64_t this_update, next_update;
    Cert         issuer;
};

// A CRL that counts now, and who of them signed it.
Result<std::pair<Crl, Cert>> read_crl(Bytes der, std::span<const Cert> issuers, std::int64_t now) {
    auto crl = Crl::parse(der);
    if (!crl) return crl.error();
    const SignedThing thing = signed_thing(**crl);
    const auto is_its = [&](const Cert& issuer) { return may_be_issued_by(thing, issuer) && issuer.allows(KeyUsageBit::cRLSign) && is_signed_by(thing, issuer); };
    const auto issuer = std::ranges::find_if(issuers, is_its);
    if (issuer == issuers.end())
        return Error{.code = Code::bad_value, .clause = "RFC 5280 6.3.3 (f)", .detail = "none of the issuers in question signed this CRL of " + to_text(thing.issuer)};
    if (!crl->is_current(now)) return Error{.code = Code::status_unknown, .clause = "RFC 5280 6.3.3 (a)", .detail = "the CRL is not for this time"};
    return std::pair(*std::move(crl), *issuer);
}

}  // namespace

std::optional<Revocation> revocation_named(std::string_view word) {
    if (word == "none") return Revocation::none;
    if (word == "soft") return Revocation::soft;
    if (word == "hard") return Revocation::hard;
    return std::nullopt;
}

struct Verifier::State {
    explicit State(Trust given) : trust(std::move(given)), standings(most_standings) {}

    std::shared_ptr<const Paths> current() const {
        const std::shared_lock lock(mutex);
        return paths;
    }
    std::optional<Standing> standing(const Cert& certificate) const;
    std::optional<Standing> find_standing(const Cert& certificate, const Cert& issuer, std::int64_t now);
    Result<void>            check_standings(const Judgement& judgement, std::int64_t now);
    bool                    is_tried(const StatusQuery& query, std::int64_t now) const;
    void                    note_tried(const StatusQuery& query, std::int64_t now);
    Result<void>            learn_crl(const StatusQuery& query, Bytes octets, std::int64_t now);
    Result<void>            learn_ocsp(const StatusQuery& query, Bytes octets, std::int64_t now);
    void                    keep(const Cert& certificate, const Standing& standing);

    const Trust                         trust;
    mutable std::shared_mutex           mutex;  // guards all below
    std::shared_ptr<const Paths>        paths;  // shared by those who judge while CRLs are learned
    std::vector<Learned>                learned;
    ByHash<Standing>                    standings;
    std::map<std::string, std::int64_t> tried;  // subject of a query, and until when it is not asked again
};

Verifier::Verifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
Verifier::~Verifier() = default;

Result<std::shared_ptr<Verifier>> Verifier::make(Trust trust) {
    if (auto good = trust.sources.check(); !good) return good.error();
    auto state = std::make_unique<State>(std::move(trust));
    auto paths = Paths::make(state->trust, state->trust.crls);
    if (!paths) return paths.error();
    state->paths = *std::move(paths);
    return std::shared_ptr<Verifier>(new Verifier(std::move(state)));
}

Result<std::vector<Cert>> Verifier::path(const Cert& leaf, std::span<const Cert> untrusted, std::int64_t now) const {
    auto judgement = state_->current()->judge(leaf, bounded(untrusted), now);
    if (!judgement) return judgement.error();
    if (auto good = state_->check_standings(*judgement, now); !good) return good.error();
    return std::move(judgement->path);
}

bool Verifier::is_anchor(const Cert& certificate) const {
    return std::ranges::any_of(state_->trust.anchors, [&](const Cert& anchor) { return anchor == certificate; });
}

const Trust& Verifier::trust() const { return state_->trust; }

// ---------------------------------------------------------------- what OCSP says

std::optional<Standing> Verifier::State::standing(const Cert& certificate) const {
    const std::shared_lock lock(mutex);
    const Standing* known = standings.find(certificate.hash());
    return known ? std::optional(*known) : std::nullopt;
}

void Verifier::State::keep(const Cert& certificate, const Standing& standing) {
    const std::unique_lock lock(mutex);
    standings.insert(certificate.hash(), standing);
}

// One that counts now; that a certificate is revoked counts for ever.
std::optional<Standing> Verifier::State::find_standing(const Cert& certificate, const Cert& issuer, std::int64_t now) {
    const auto known = standing(certificate);
    if (known && (known->is_revoked || now < known->until)) return known;
    for (const Octets& each : trust.ocsp) {
        const auto read = read_ocsp(each, certificate, issuer, now);
        if (!read) continue;
        keep(certificate, *read);
        return *read;
    }
    return std::nullopt;
}

Result<void> Verifier::State::check_standings(const Judgement& judgement, std::int64_t now) {
    if (trust.revocation == Revocation::none) return {};
    const auto& [path, lacks] = judgement;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        const bool is_lacking = std::ranges::find(lacks, i) != lacks.end();
        const auto known      = is_lacking ? find_standing(path[i], path[i + 1], now) : standing(path[i]);
        if (known && known->is_revoked) return Error{.code = Code::certificate_revoked, .clause = "RFC 6960 2.2", .detail = "its issuer's OCSP responder says so: " + to_text(path[i]->subject)};
        if (is_lacking && !known && trust.revocation == Revocation::hard)
            return Error{.code = Code::status_unknown, .clause = "RFC 5280 6.3", .detail = "neither a current CRL nor an OCSP answer is at hand for " + to_text(path[i]->subject)};
    }
    return {};
}

// ---------------------------------------------------------------- what can be asked

bool Verifier::State::is_tried(const StatusQuery& query, std::int64_t now) const {
    const std::shared_lock lock(mutex);
    const auto found = tried.find(query.subject());
    return found != tried.end() && now < found->second;
}

void Verifier::State::note_tried(const StatusQuery& query, std::int64_t now) {
    const std::unique_lock lock(mutex);
    if (tried.size() >= most_tried) std::erase_if(tried, [now](const auto& each) { return each.second <= now; });
    if (tried.size() >= most_tried) tried.clear();
    tried[query.subject()] = now + quiet_seconds;
}

std::optional<StatusQuery> Verifier::missing(const Cert& leaf, std::span<const Cert> untrusted, std::int64_t now) const {
    if (state_->trust.revocation == Revocation::none || state_->trust.sources.empty()) return std::nullopt;
    const auto judgement = state_->current()->judge(leaf, bounded(untrusted), now);
    if (!judgement) return std::nullopt;
    const auto& [path, lacks] = *judgement;
    const std::vector<Cert> issuers(path.begin() + 1, path.end());
    for (const std::size_t i : lacks) {
        if (state_->find_standing(path[i], path[i + 1], now)) continue;
        for (StatusQuery& query : queries_about(path[i], issuers, path[i + 1], state_->trust.sources))
            if (!state_->is_tried(query, now)) return std::move(query);
    }
    return std::nullopt;
}

bool Verifier::is_worth_asking(const StatusQuery& query, std::int64_t now) const { return !state_->is_tried(query, now); }

std::vector<StatusQuery> Verifier::due(std::int64_t now) const {
    std::vector<StatusQuery> queries;
    if (state_->trust.revocation == Revocation::none) return queries;
    std::vector<Cert> issuers = state_->trust.anchors;
    issuers.insert(issuers.end(), state_->trust.intermediates.begin(), state_->trust.intermediates.end());
    for (const std::string& url : state_->trust.sources.crls) {
        StatusQuery query{.kind = StatusQuery::Kind::crl, .url = url, .request = {}, .is_named_by_certificate = false, .certificate = {}, .issuers = issuers, .is_ahead = true};
        if (state_->is_tried(query, now)) continue;
        const std::shared_lock lock(state_->mutex);
        const auto held = std::ranges::find(state_->learned, url, &Learned::url);
        if (held != state_->learned.end()) query.issuers.push_back(held->issuer);
        if (held == state_->learned.end() || now >= held->next_update - std::min(ahead_seconds, (held->next_update - held->this_update) / 10)) queries.push_back(std::move(query));
    }
    return queries;
}

Result<void> Verifier::learn(const StatusQuery& query, const Result<Octets>& answer, std::int64_t now) {
    state_->note_tried(query, now);
    if (!answer) return answer.error();
    return query.kind == StatusQuery::Kind::crl ? state_->learn_crl(query, *answer, now) : state_->learn_ocsp(query, *answer, now);
}

Result<void> Verifier::State::learn_ocsp(const StatusQuery& query, Bytes octets, std::int64_t now) {
    auto standing = read_ocsp(octets, query.certificate, query.issuers.front(), now);
    if (!standing) return standing.error();
    keep(query.certificate, *standing);
    return {};
}

// What is judged meanwhile goes by the CRLs before.
Result<void> Verifier::State::learn_crl(const StatusQuery& query, Bytes octets, std::int64_t now) {
    auto der = pem_or_der(octets, {"X509 CRL"});
    if (!der) return der.error();
    const auto read = read_crl(*der, query.issuers, now);
    if (!read) return read.error();
    const auto& [crl, issuer] = *read;
    const std::unique_lock lock(mutex);
    std::vector<Learned>   all  = learned;
    const auto             held = std::ranges::find(all, query.url, &Learned::url);
    if (held != all.end() && crl.this_update() < held->this_update) return Error{.code = Code::bad_value, .detail = "an older CRL than the one at hand"};
    if (held != all.end()) all.erase(held);
    else if (all.size() == most_learned) all.erase(all.begin());
    all.push_back({query.url, std::move(*der), crl.this_update(), crl.next_update(), issuer});
    std::vector<Octets> crls = trust.crls;
    for (const Learned& each : all) crls.push_back(each.crl);
    auto fresh = Paths::make(trust, std::move(crls));
    if (!fresh) return fresh.error();
    learned = std::move(all);
    paths   = *std::move(fresh);
    return {};
}

// ---------------------------------------------------------------- without trust

bool is_issued_by(const Cert& certificate, const Cert& issuer) {
    const SignedThing thing = signed_thing(*certificate);
    return may_be_issued_by(thing, issuer) && is_signed_by(thing, issuer);
}

std::vector<Cert> chain_without_root(const Cert& leaf, std::span<const Cert> pool) {
    std::vector<Cert> chain{leaf};
    while (chain.size() < longest_chain) {
        const auto found = std::ranges::find_if(pool, [&](const Cert& each) { return is_issued_by(chain.back(), each); });
        if (found == pool.end() || is_issued_by(*found, *found) || std::ranges::find(chain, *found) != chain.end()) break;
        chain.push_back(*found);
    }
    return chain;
}

}  // namespace cmpkit::crypto

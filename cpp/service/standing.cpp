#include "service/standing.hpp"

namespace cmpkit::service {
namespace {

constexpr unsigned few_connections = 2;  // for what began under another signer

// What goes to a CA that knows PKCS#10 alone is protected by nobody but its requester.
bool needs_signer(const UpstreamConfiguration& upstream) {
    return !upstream.upstream.converts && !upstream.upstream.credentials.signer && !upstream.upstream.credentials.secret;
}

/// The upstream that a rule leads to, as long as no path names another; null: there is none of that name.
const UpstreamConfiguration* upstream_of(const ra::Rule& rule, std::span<const UpstreamConfiguration> upstreams) {
    const auto found = rule.upstream.empty() ? upstreams.begin() : std::ranges::find(upstreams, rule.upstream, [](const auto& each) { return each.upstream.name; });
    return found == upstreams.end() ? nullptr : &*found;
}

// ---------------------------------------------------------------- with a signer

std::string name_under(const std::string& upstream, const OwnSigner& signer) { return upstream + " as " + to_hex(signer.chain.front().hash()).substr(0, 8); }

/// The upstreams that need a signer, under this one.
std::vector<UpstreamConfiguration> upstreams_under(const OwnSigner& signer, std::span<const UpstreamConfiguration> upstreams) {
    std::vector<UpstreamConfiguration> all;
    for (const UpstreamConfiguration& each : upstreams) {
        if (!needs_signer(each)) continue;
        all.push_back(each);
        all.back().upstream.name               = name_under(each.upstream.name, signer);
        all.back().upstream.credentials.signer = signer.key;
        all.back().upstream.credentials.chain  = signer.chain;
    }
    return all;
}

// The first stays first: it is the default. The plain names stay for paths, and for what began before there was [ra.enroll].
std::vector<UpstreamConfiguration> all_upstreams(const RaConfiguration& ra) {
    std::vector<UpstreamConfiguration> all = upstreams_under(ra.enroll->current, ra.upstreams);
    if (!needs_signer(ra.upstreams.front())) all.insert(all.begin(), ra.upstreams.front());
    const auto add = [&](UpstreamConfiguration each) {
        if (std::ranges::find(all, each.upstream.name, [](const auto& one) { return one.upstream.name; }) != all.end()) return;
        if (needs_signer(each) || each.upstream.credentials.signer) each.connections = std::min(each.connections, few_connections);
        all.push_back(std::move(each));
    };
    for (const UpstreamConfiguration& each : ra.upstreams) add(each);
    if (!ra.enroll->before) return all;
    for (UpstreamConfiguration& each : upstreams_under(ra.enroll->before, ra.upstreams)) add(std::move(each));
    return all;
}

void lead_to_signed(std::vector<ra::Rule>& rules, const RaConfiguration& ra) {
    for (ra::Rule& rule : rules) {
        const auto* upstream = rule.upstream.empty() ? nullptr : upstream_of(rule, ra.upstreams);
        if (upstream && needs_signer(*upstream)) rule.upstream = name_under(rule.upstream, ra.enroll->current);
    }
}

// ---------------------------------------------------------------- without one

bool protects(const ra::Rule& rule) { return rule.action == ra::Action::reprotect || rule.action == ra::Action::modify || rule.action == ra::Action::nest; }

ra::Rule refusing(const ra::Rule& rule) {
    return {.name = rule.name, .reason = "this registration authority has no certificate yet", .about = rule.about};
}

/// Whether the rules would do if there were a signer.
Result<void> check_with_signer(const std::vector<ra::Rule>& rules, std::span<const UpstreamConfiguration> upstreams) {
    std::vector<ra::Reach> reach;
    for (const UpstreamConfiguration& each : upstreams)
        reach.push_back({.name = each.upstream.name, .signs = !each.upstream.credentials.secret, .protects = true, .converts = each.upstream.converts});
    const auto read = ra::Rules::read(rules, reach);
    return read ? Result<void>() : read.error();
}

void withhold(const ra::Selection& about, std::vector<BodyType>& withheld) {
    static constexpr BodyType first_bodies[] = {BodyType::ir, BodyType::cr, BodyType::p10cr, BodyType::kur, BodyType::rr, BodyType::genm};
    const std::span<const BodyType> bodies = about.bodies.empty() ? std::span<const BodyType>(first_bodies) : std::span<const BodyType>(about.bodies);
    withheld.insert(withheld.end(), bodies.begin(), bodies.end());
}

Result<Standing> without_signer(RaConfiguration ra) {
    std::vector<ra::Rule>& rules = ra.settings.rules;
    if (rules.empty()) rules = ra.upstreams.front().upstream.converts ? ra::usual_pkcs10_rules() : ra::usual_rules(true);
    if (auto good = check_with_signer(rules, ra.upstreams); !good) return good.error();
    Standing standing{std::move(ra)};
    for (ra::Rule& rule : standing.ra.settings.rules) {
        const auto* upstream = upstream_of(rule, standing.ra.upstreams);
        if (!protects(rule) || !upstream || !needs_signer(*upstream)) continue;
        withhold(rule.about, standing.withheld);
        rule = refusing(rule);
    }
    return standing;
}

}  // namespace

Result<Standing> standing_of(const RaConfiguration& ra) {
    if (!ra.enroll) return Standing{ra};
    if (!ra.enroll->current) return without_signer(ra);
    Standing standing{ra};
    lead_to_signed(standing.ra.settings.rules, ra);
    standing.ra.upstreams       = all_upstreams(ra);
    standing.ra.settings.signer = ra.enroll->current.key;
    standing.ra.settings.chain  = ra.enroll->current.chain;
    return standing;
}

}  // namespace cmpkit::service

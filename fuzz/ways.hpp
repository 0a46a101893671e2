// The ways in which an RA of the fuzz targets passes messages on: one rule or more, and an upstream whose answers are signed, or under the secret that all sides share.
#pragma once
#include "authority.hpp"
#include "ra/registration.hpp"

namespace cmpkit::fuzz {

inline ra::Rule rule_of(std::string name, std::vector<BodyType> bodies, ra::Action action) {
    ra::Rule rule{.name = std::move(name), .reason = "the fuzzer wants it", .about = {.bodies = std::move(bodies)}, .action = action};
    rule.secret_subjects = rule.secret_sans = rule.subjects = rule.sans = {"*"};
    return rule;
}
inline ra::Rule by_hand(ra::Rule rule) {
    rule.approve_by_hand = rule.archive = true;
    return rule;
}
inline ra::Rule changing(ra::Rule rule) {
    rule.keep_original  = true;
    rule.forced_subject = "O=Plant";
    return rule;
}
inline ra::Rule confirming(ra::Rule rule) {
    rule.implicit_confirm = true;
    return rule;
}
inline ra::Rule about_strangers(ra::Rule rule) {
    rule.about.unverified = true;
    return rule;
}

struct Way {
    std::vector<ra::Rule>       rules;
    std::function<void(ra::Upstream&)> bend = [](ra::Upstream&) {};
};

inline const std::vector<Way>& ways() {
    using enum ra::Action;
    static const std::vector<BodyType> most{BodyType::ir, BodyType::cr, BodyType::p10cr, BodyType::rr, BodyType::genm}, requests{BodyType::ir, BodyType::cr};
    static const auto by_secret = [](ra::Upstream& upstream) {
        upstream.credentials.secret = shared_secret(), upstream.credentials.reference = reference, upstream.credentials.iterations = 100;
    };
    static const std::vector<Way> all{
        {{rule_of("all", most, reprotect)}, by_secret},
        {{rule_of("all", {}, unchanged)}},
        {{rule_of("all", {}, nest)}},
        {{by_hand(changing(rule_of("changed", requests, modify))), rule_of("told", {BodyType::genm}, answer), by_hand(rule_of("rest", most, reprotect))}, by_secret},
        {{rule_of("all", most, reprotect)}, [](ra::Upstream& upstream) { upstream.batch = {.count = 2}; }},
        {{confirming(rule_of("all", {BodyType::p10cr}, reprotect))}, [](ra::Upstream& upstream) { upstream.converts = true; }},
        {{confirming(rule_of("all", most, reprotect))}, [](ra::Upstream& upstream) { by_secret(upstream), upstream.patience = ra::Patience::refuse; }},
        {{about_strangers(rule_of("strangers", {}, unchanged))}, [](ra::Upstream& upstream) { upstream.is_offline = true; }},
    };
    return all;
}

inline ra::Settings settings_of(const Way& way) {
    static const auto plant = [] {
        crypto::Trust trust;
        trust.anchors = {founded().root.certificate};
        return *crypto::Verifier::make(trust);
    }();
    ra::Settings settings;
    settings.signer      = founded().ra->key;
    settings.chain       = {founded().ra->certificate, founded().issuing.certificate};
    settings.pki.anchors = {founded().root.certificate};
    settings.entities    = {"*"};
    if (!way.rules[0].about.unverified) settings.secrets = {{.reference = std::string(reference), .value = shared_secret(), .uses = 0}};
    settings.rules = way.rules;
    settings.upstreams.resize(1);
    settings.upstreams[0].name          = "ca";
    settings.upstreams[0].trust.anchors = plant;
    settings.support.ca_certificates    = settings.chain;
    way.bend(settings.upstreams[0]);
    return settings;
}

}  // namespace cmpkit::fuzz

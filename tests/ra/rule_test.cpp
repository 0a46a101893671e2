#include "ra/rule.hpp"

#include "ra/registration.hpp"

#include "../forge/forge.hpp"

using namespace cmpkit;
using namespace cmpkit::ra;
using operations::RequesterKind;
using test::value_of;

namespace {

const Reach signing{.name = "ca", .signs = true, .protects = true}, by_mac{.name = "mac", .protects = true}, bare{.name = "bare"},
    legacy{.name = "legacy", .signs = true, .protects = true, .converts = true}, bundling{.name = "bundling", .signs = true, .protects = true, .bundles = true};

Rule rule_for(std::vector<BodyType> bodies, Action action, std::string upstream = {}) {
    return {.name = "it", .reason = "because", .about = {.bodies = std::move(bodies)}, .action = action, .upstream = std::move(upstream)};
}

/// What the reader says of it; empty: it is fine.
std::string fault(Rule rule) {
    const Reach all[] = {signing, by_mac, bare, legacy, bundling};
    const auto  rules = Rules::read({std::move(rule)}, all);
    return rules ? "" : rules.error().text();
}
bool names(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("what RFC 9483 5.2 forbids is refused when rules are read, with its clause", "[ra]") {
    CHECK(names(fault(rule_for({BodyType::kur}, Action::reprotect)), "5.1.2"));
    CHECK(names(fault(rule_for({}, Action::reprotect)), "oldCertID"));  // kur is among all bodies
    Rule generated                 = rule_for({BodyType::ir}, Action::reprotect);
    generated.about.key_generation = true;
    CHECK(names(fault(generated), "RFC 9483 5.2.3"));
    CHECK(names(fault(rule_for({BodyType::kur}, Action::modify)), "5.1.2"));
    CHECK(names(fault(rule_for({BodyType::p10cr}, Action::modify)), "RFC 9483 5.2.3.2"));
    CHECK(names(fault(rule_for({}, Action::modify)), "kur"));
    CHECK(names(fault(rule_for({BodyType::ir}, Action::nest, "mac")), "RFC 9483 5.2.2.1"));
    CHECK(names(fault(rule_for({BodyType::ir}, Action::reprotect, "bare")), "protect"));
    CHECK(names(fault(rule_for({BodyType::ir}, Action::reprotect, "legacy")), "PKCS#10"));
    CHECK(names(fault(rule_for({BodyType::ir}, Action::nest, "bundling")), "RFC 9483 5.2.2"));
    CHECK(names(fault(rule_for({BodyType::certConf}, Action::unchanged)), "certConf"));
    CHECK(names(fault(rule_for({BodyType::ir}, Action::reprotect, "nowhere")), "nowhere"));

    Rule stranger             = rule_for({}, Action::nest);
    stranger.about.unverified = true;
    CHECK(names(fault(stranger), "RFC 9483 5.2.1"));
    Rule promise             = rule_for({BodyType::ir}, Action::unchanged);
    promise.implicit_confirm = true;
    CHECK(names(fault(promise), "implicit"));
    Rule original          = rule_for({BodyType::ir}, Action::reprotect);
    original.keep_original = true;
    CHECK(names(fault(original), "modify"));
    Rule named = rule_for({BodyType::ir}, Action::unchanged);
    named.name.clear();
    CHECK(names(fault(named), "name"));
}

TEST_CASE("what is allowed is read", "[ra]") {
    CHECK(fault(rule_for({}, Action::unchanged)).empty());
    CHECK(fault(rule_for({}, Action::refuse)).empty());
    CHECK(fault(rule_for({BodyType::ir, BodyType::cr}, Action::modify)).empty());
    CHECK(fault(rule_for({BodyType::kur}, Action::nest)).empty());
    CHECK(fault(rule_for({BodyType::p10cr}, Action::reprotect, "legacy")).empty());
    CHECK(fault(rule_for({BodyType::ir}, Action::reprotect, "mac")).empty());
    CHECK(fault(rule_for({BodyType::ir}, Action::reprotect, "bundling")).empty());
    Rule update                   = rule_for({BodyType::kur}, Action::reprotect);
    update.about.with_old_cert_id = true;
    CHECK(fault(update).empty());
    Rule generated                 = rule_for({}, Action::nest);
    generated.about.key_generation = true;
    CHECK(fault(generated).empty());
    const Rule same = rule_for({}, Action::unchanged);
    CHECK_FALSE(Rules::read({same, same}, std::span(&signing, 1)));
}

TEST_CASE("the first rule that is about a request decides", "[ra]") {
    const auto named = [](std::string name, Selection about) { return Rule{.name = std::move(name), .reason = {}, .about = std::move(about), .action = Action::unchanged}; };
    const auto rules = value_of(Rules::read({named("profile", {.profiles = {"tls"}}), named("route", {.routes = {"west"}}), named("own", {.requesters = {RequesterKind::own}}),
                                             named("update", {.bodies = {BodyType::kur}, .with_old_cert_id = true}), named("made", {.bodies = {BodyType::ir}, .key_generation = true}),
                                             named("strangers", {.unverified = true}), named("ir", {.bodies = {BodyType::ir}})},
                                            std::span(&signing, 1)));
    const auto found = [&](const Request& request) { const auto* rule = rules.find(request); return rule ? rule->name : "none"; };
    CHECK(found({.type = BodyType::rr, .profile = "tls"}) == "profile");
    CHECK(found({.type = BodyType::rr, .route = "west"}) == "route");
    CHECK(found({.type = BodyType::rr, .requester = RequesterKind::own}) == "own");
    CHECK(found({.type = BodyType::kur, .has_old_cert_id = true}) == "update");
    CHECK(found({.type = BodyType::kur}) == "none");
    CHECK(found({.type = BodyType::ir}) == "made");
    CHECK(found({.type = BodyType::cr, .is_key_generation = true}) == "none");
    CHECK(found({.type = BodyType::rr, .is_unverified = true}) == "strangers");
    CHECK(found({.type = BodyType::cr}) == "none");
}

TEST_CASE("later messages of who is unknown here find the rule that let the first pass", "[ra]") {
    Rule       only{.name = "secrets of the CA", .reason = {}, .about = {.bodies = {BodyType::ir}, .unverified = true}, .action = Action::unchanged};
    const auto rules = value_of(Rules::read({only}, std::span(&signing, 1)));
    for (const BodyType type : {BodyType::ir, BodyType::certConf, BodyType::pollReq, BodyType::error}) CHECK(rules.find({.type = type, .is_key_generation = true, .is_unverified = true}));
    CHECK_FALSE(rules.find({.type = BodyType::cr, .is_unverified = true}));
    CHECK_FALSE(rules.find({.type = BodyType::certConf}));
}

TEST_CASE("without rules a kur and a genm go on unchanged, all else under the RA's protection", "[ra]") {
    const auto rules = value_of(Rules::read(usual_rules(true), std::span(&signing, 1)));
    for (const BodyType type : {BodyType::kur, BodyType::genm}) CHECK(rules.find({.type = type})->action == Action::unchanged);
    for (const BodyType type : {BodyType::ir, BodyType::cr, BodyType::p10cr, BodyType::rr}) CHECK(rules.find({.type = type})->action == Action::reprotect);
    CHECK_FALSE(rules.find({.type = BodyType::ir, .is_unverified = true}));
    const auto plain = value_of(Rules::read(usual_rules(false), std::span(&bare, 1)));
    CHECK(plain.find({.type = BodyType::ir, .is_key_generation = true})->action == Action::unchanged);
}

TEST_CASE("who speaks for others has id-kp-cmcRA, and the key of its certificate", "[ra]") {
    const auto  store = store::open_memory();
    const auto  root  = test::Forge::root();
    const auto  make  = [&](const test::Forge& signer, const crypto::Cert& certificate) {
        Settings settings;
        settings.signer = signer.signer();
        settings.chain  = {certificate};
        settings.upstreams.resize(1);
        settings.upstreams[0].name = "ca";
        return RegistrationAuthority::make(std::move(settings), *store);
    };
    const auto ra = root.issue({.subject = "CN=RA", .eku = {oids::id_kp_cmcRA}}), device = root.issue({.subject = "CN=dev"});
    CHECK(make(ra, ra));
    CHECK(make(device, device).error().code == Code::bad_configuration);
    CHECK(make(device, ra).error().code == Code::bad_configuration);
    Settings nobody;
    CHECK(RegistrationAuthority::make(std::move(nobody), *store).error().code == Code::bad_configuration);
}

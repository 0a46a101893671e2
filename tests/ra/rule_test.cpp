// What the rules of a registration authority may say, and which of them is about a message.
#include "ra/rule.hpp"

#include <catch2/catch.hpp>

namespace cmpkit::ra {
namespace {

const Reach signs{.name = "ca", .signs = true, .protects = true}, by_mac{.name = "old", .signs = false, .protects = true}, bare{.name = "bare"};

Rule rule_of(Action action, std::vector<BodyType> bodies) { return {.name = "tried", .reason = {}, .about = {.bodies = std::move(bodies)}, .action = action}; }

/// "" where it is taken, else what is wrong with it.
std::string trouble(Rule rule, const Reach& upstream = signs) {
    const auto read = Rules::read({std::move(rule)}, {&upstream, 1});
    if (read) return {};
    CHECK(read.error().code == Code::bad_configuration);
    return read.error().detail;
}

bool tells(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a kur goes under another protection only by its oldCertID", "[ra]") {
    Rule rule = rule_of(Action::reprotect, {BodyType::ir, BodyType::kur});
    CHECK(tells(trouble(rule), "oldCertID"));
    CHECK(tells(trouble(rule_of(Action::reprotect, {})), "oldCertID"));  // all bodies: kur is among them
    rule.about.with_old_cert_id = true;
    CHECK(trouble(rule).empty());
    CHECK(trouble(rule_of(Action::nest, {BodyType::kur})).empty());
    CHECK(trouble(rule_of(Action::unchanged, {BodyType::kur})).empty());
}

TEST_CASE("a request for a generated key keeps its protection", "[ra]") {
    for (const Action action : {Action::reprotect, Action::modify}) {
        Rule rule = rule_of(action, {BodyType::ir});
        rule.about.key_generation = true;
        CHECK(tells(trouble(rule), "generated key"));
    }
    Rule nested = rule_of(Action::nest, {BodyType::ir});
    nested.about.key_generation = true;
    CHECK(trouble(nested).empty());
}

TEST_CASE("only ir and cr are modified", "[ra]") {
    CHECK(trouble(rule_of(Action::modify, {BodyType::ir, BodyType::cr})).empty());
    for (const auto& bodies : std::vector<std::vector<BodyType>>{{BodyType::p10cr}, {BodyType::ir, BodyType::rr}, {}}) {
        Rule rule = rule_of(Action::modify, bodies);
        rule.about.with_old_cert_id = true;
        CHECK(tells(trouble(rule), "only ir and cr are modified"));
    }
    Rule unchanged = rule_of(Action::unchanged, {BodyType::ir});
    unchanged.keep_original = true;
    CHECK(tells(trouble(unchanged), "modify"));
}

TEST_CASE("a nested message needs a signature, another protection needs any", "[ra]") {
    CHECK(tells(trouble(rule_of(Action::nest, {BodyType::ir}), by_mac), "CMP signer"));
    CHECK(trouble(rule_of(Action::reprotect, {BodyType::ir}), by_mac).empty());
    CHECK(tells(trouble(rule_of(Action::reprotect, {BodyType::ir}), bare), "nothing to protect with"));
    CHECK(trouble(rule_of(Action::unchanged, {BodyType::ir}), bare).empty());
}

TEST_CASE("what cannot be verified goes on unchanged or not at all", "[ra]") {
    Rule rule = rule_of(Action::reprotect, {BodyType::ir});
    rule.about.unverified = true;
    CHECK(tells(trouble(rule), "only go on unchanged"));
    rule.action = Action::unchanged;
    CHECK(trouble(rule).empty());
    rule.approve_by_hand = true;
    CHECK(tells(trouble(rule), "only go on unchanged"));
}

TEST_CASE("who grants implicit confirmation is the one who confirms", "[ra]") {
    Rule rule = rule_of(Action::unchanged, {BodyType::ir});
    rule.implicit_confirm = true;
    CHECK(tells(trouble(rule), "implicit confirmation"));
    rule.action = Action::reprotect;
    CHECK(trouble(rule).empty());
}

TEST_CASE("a rule is about first messages and leads to an upstream that is there", "[ra]") {
    CHECK(tells(trouble(rule_of(Action::unchanged, {BodyType::certConf})), "certConf"));
    Rule rule = rule_of(Action::unchanged, {});
    rule.upstream = "elsewhere";
    CHECK(tells(trouble(rule), "elsewhere"));
    CHECK_FALSE(Rules::read({rule_of(Action::refuse, {}), rule_of(Action::refuse, {})}, {&signs, 1}));  // two of one name
}

TEST_CASE("the first rule that is about a message decides", "[ra]") {
    Rule first = rule_of(Action::unchanged, {BodyType::ir}), second = rule_of(Action::refuse, {});
    first.name             = "first";
    first.about.requesters = {operations::RequesterKind::external};
    first.about.profiles   = {"device"};
    second.name            = "rest";
    const auto rules = Rules::read({first, second}, {&signs, 1});
    REQUIRE(rules);
    Request request{.type = BodyType::ir, .requester = operations::RequesterKind::external, .profile = "device"};
    CHECK(rules->find(request)->name == "first");
    request.profile = "other";
    CHECK(rules->find(request)->name == "rest");
    request.is_key_generation = true;
    CHECK(rules->find(request) == nullptr);  // neither says that it takes those
    request = {.type = BodyType::ir, .is_unverified = true};
    CHECK(rules->find(request) == nullptr);
}

TEST_CASE("without rules kur and genm go on unchanged and all else is protected anew", "[ra]") {
    const auto rules = Rules::read(usual_rules(true), {&signs, 1});
    REQUIRE(rules);
    CHECK(rules->find({.type = BodyType::kur})->action == Action::unchanged);
    CHECK(rules->find({.type = BodyType::genm})->action == Action::unchanged);
    CHECK(rules->find({.type = BodyType::ir})->action == Action::reprotect);
    const auto bare_rules = Rules::read(usual_rules(false), {&bare, 1});
    REQUIRE(bare_rules);
    CHECK(bare_rules->find({.type = BodyType::ir})->action == Action::unchanged);
}

}  // namespace cmpkit::ra

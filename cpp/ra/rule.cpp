#include "ra/rule.hpp"

#include "admission/forced_subject.hpp"
#include "admission/refusal.hpp"

namespace cmpkit::ra {
namespace {

constexpr std::pair<Action, std::string_view> actions[] = {{Action::unchanged, "unchanged"}, {Action::reprotect, "reprotect"}, {Action::modify, "modify"},
                                                           {Action::nest, "nest"},           {Action::answer, "answer"},       {Action::refuse, "refuse"}};
constexpr BodyType first_bodies[] = {BodyType::ir, BodyType::cr, BodyType::p10cr, BodyType::kur, BodyType::rr, BodyType::genm};

Error wrong(std::string detail, const char* clause = "") { return {.code = Code::bad_value, .clause = clause, .detail = std::move(detail)}; }

template <class List, class V> bool has(const List& list, const V& value) { return std::ranges::find(list, value) != std::end(list); }
template <class T, class V> bool takes(const std::vector<T>& list, const V& value) { return list.empty() || has(list, value); }

bool replaces_protection(const Rule& rule) { return rule.action == Action::reprotect || rule.action == Action::modify; }

// RFC 9483 5.2.3: what must keep the protection of who made it.
Result<void> check_replacement(const Rule& rule) {
    if (!replaces_protection(rule)) return {};
    if (rule.about.key_generation)
        return wrong("a request for a generated key keeps its protection up to who generates it: nest it", "RFC 9483 5.2.3; draft-ietf-lamps-lightweight-cmp-profile-04 5.1.2");
    if (takes(rule.about.bodies, BodyType::kur) && !rule.about.with_old_cert_id)
        return wrong("a kur keeps its protection unless oldCertID says what it updates: nest it, or say with_old_cert_id", "draft-ietf-lamps-lightweight-cmp-profile-04 5.1.2");
    return {};
}

Result<void> check_modification(const Rule& rule) {
    const bool changes = rule.keep_original || !rule.forced_subject.empty();
    if (rule.action != Action::modify) return changes ? wrong("only «modify» changes a template and has an original to keep") : Result<void>();
    const auto is_allowed = [](BodyType type) { return type == BodyType::ir || type == BodyType::cr; };
    if (rule.about.bodies.empty() || !std::ranges::all_of(rule.about.bodies, is_allowed))
        return wrong("only ir and cr are modified: the proof of possession breaks", "RFC 9483 5.2.3.2");
    return {};
}

Result<void> check_other(const Rule& rule) {
    for (const BodyType type : rule.about.bodies)
        if (std::ranges::find(first_bodies, type) == std::end(first_bodies)) return wrong("a rule is about ir, cr, p10cr, kur, rr or genm, not " + std::string(name_of(type)));
    if (rule.about.unverified && (rule.action != Action::unchanged || rule.approve_by_hand || rule.inventory))
        return wrong("what cannot be verified here can only go on unchanged", "RFC 9483 5.2.1");
    if (!rule.about.information.empty() && rule.about.bodies != std::vector{BodyType::genm}) return wrong("only a genm asks for information");
    if (rule.action == Action::answer && rule.about.bodies != std::vector{BodyType::genm}) return wrong("only a genm is answered here");
    if (rule.action == Action::answer && !rule.upstream.empty()) return wrong("what is answered here goes to no upstream");
    // RFC 9483 5.2.1: it would be a promise in the CA's name.
    if (rule.implicit_confirm && !replaces_protection(rule)) return wrong("who grants implicit confirmation must be the one who confirms: reprotect or modify");
    if (rule.poll_seconds < 1) return wrong("poll_after is a second at least");
    return {};
}

Result<void> check_upstream(const Rule& rule, const Reach& upstream) {
    if (upstream.bundles && upstream.converts) return wrong("«" + escaped(upstream.name) + "» knows PKCS#10 alone, which is not bundled");
    if (upstream.bundles && !upstream.signs) return wrong("a batch needs a CMP signer for «" + escaped(upstream.name) + "»", "RFC 9483 5.2.2.2");
    if (rule.action == Action::nest && upstream.bundles) return wrong("a nested message is not nested again: what goes to «" + escaped(upstream.name) + "» travels in batches", "RFC 9483 5.2.2");
    if (rule.action == Action::nest && !upstream.signs) return wrong("a nested message needs a CMP signer for «" + escaped(upstream.name) + "»", "RFC 9483 5.2.2.1");
    if (replaces_protection(rule) && !upstream.protects && !upstream.converts) return wrong("there is nothing to protect with for «" + escaped(upstream.name) + "»");
    if (upstream.converts && (rule.action != Action::reprotect || rule.about.bodies != std::vector{BodyType::p10cr}))
        return wrong("«" + escaped(upstream.name) + "» knows PKCS#10 alone: only p10cr goes there, by «reprotect»", "RFC 9483 4.1.4");
    return {};
}

Result<void> check(const Rule& rule, std::span<const Reach> upstreams) {
    for (const auto each : {&check_replacement, &check_modification, &check_other})
        if (auto good = each(rule); !good) return good;
    if (rule.action == Action::refuse || rule.action == Action::answer) return {};
    if (upstreams.empty()) return wrong("there is no upstream");
    const auto found = rule.upstream.empty() ? upstreams.begin() : std::ranges::find(upstreams, rule.upstream, &Reach::name);
    return found == upstreams.end() ? wrong("no upstream is called \"" + escaped(rule.upstream) + "\"") : check_upstream(rule, *found);
}

Result<ReadRule> read_names(Rule rule) {
    auto by_certificate = NameRules::read(rule.subjects, rule.sans, Proof::certificate);
    auto by_secret      = NameRules::read(rule.secret_subjects, rule.secret_sans, Proof::secret);
    auto key            = TextPattern::parse(rule.inventory_key, Proof::certificate);
    auto forced         = read_forced_subject(rule.forced_subject);
    if (!by_certificate) return by_certificate.error();
    if (!by_secret) return by_secret.error();
    if (!key) return key.error();
    if (key->has_star()) return wrong("inventory_key: a * stands for nobody");
    if (!forced) return forced.error();
    return ReadRule{std::move(rule), std::move(*by_certificate), std::move(*by_secret), std::move(*key), std::move(*forced)};
}

bool is_about(const Selection& about, const Request& request) {
    if (about.unverified != request.is_unverified) return false;
    if (request.is_key_generation && !about.key_generation && !request.is_unverified) return false;
    if (request.type == BodyType::kur && about.with_old_cert_id && !request.has_old_cert_id) return false;
    const auto is_meant = [&about](const Octets& type) { return has(about.information, type); };
    if (!about.information.empty() && (request.information.empty() || !std::ranges::all_of(request.information, is_meant))) return false;
    if (!request.is_unverified && !takes(about.requesters, request.requester)) return false;
    // What is unknown here has no transaction here, so that its later messages find their rule by themselves.
    const bool is_later = request.is_unverified && !has(first_bodies, request.type);
    return (is_later || takes(about.bodies, request.type)) && takes(about.profiles, request.profile) && takes(about.routes, request.route);
}

}  // namespace

std::optional<Action> action_named(std::string_view word) {
    const auto found = std::ranges::find(actions, word, &std::pair<Action, std::string_view>::second);
    return found == std::end(actions) ? std::nullopt : std::optional(found->first);
}

Result<Rules> Rules::read(std::vector<Rule> rules, std::span<const Reach> upstreams) {
    Rules all;
    for (Rule& rule : rules) {
        const std::string what = "rule \"" + escaped(rule.name) + "\"";
        if (rule.name.empty()) return Error{.code = Code::bad_configuration, .detail = "a rule has no name"};
        if (all.named(rule.name)) return Error{.code = Code::bad_configuration, .detail = what + ": two are called so"};
        if (auto good = check(rule, upstreams); !good) return failure(Code::bad_configuration, what, good.error());
        auto read = read_names(std::move(rule));
        if (!read) return failure(Code::bad_configuration, what, read.error());
        all.rules_.push_back(std::move(*read));
    }
    return all;
}

const ReadRule* Rules::find(const Request& request) const {
    const auto found = std::ranges::find_if(rules_, [&](const ReadRule& rule) { return is_about(rule.about, request); });
    return found == rules_.end() ? nullptr : &*found;
}

const ReadRule* Rules::named(std::string_view name) const {
    const auto found = std::ranges::find(rules_, name, &Rule::name);
    return found == rules_.end() ? nullptr : &*found;
}

std::vector<Rule> usual_rules(bool protects) {
    const Rule unchanged{.name = "unchanged", .reason = "nothing is to be approved here", .about = {.key_generation = true}, .action = Action::unchanged};
    if (!protects) return {unchanged};
    Rule updates        = unchanged;
    updates.name        = "updates";
    updates.reason      = "a kur keeps the protection of who has the certificate";  // RFC 9483 5.2.1
    updates.about.bodies = {BodyType::kur, BodyType::genm};
    const Rule approved{.name = "approved", .reason = "requester and proof of possession were checked",
                        .about = {.bodies = {BodyType::ir, BodyType::cr, BodyType::p10cr, BodyType::rr}}, .action = Action::reprotect};
    return {updates, approved};
}

std::vector<Rule> usual_pkcs10_rules() {
    return {{.name = "approved", .reason = "requester and proof of possession were checked", .about = {.bodies = {BodyType::p10cr}}, .action = Action::reprotect}};
}

}  // namespace cmpkit::ra

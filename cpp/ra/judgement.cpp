// Whether one first message goes on: the rule that is about it, the requester's right to ask for this, its names, the officer's word.
#include "admission/forced_subject.hpp"
#include "admission/naming.hpp"
#include "admission/refusal.hpp"
#include "der/encode.hpp"
#include "operations/header_checks.hpp"
#include "ra/state.hpp"

namespace cmpkit::ra {
namespace {

using operations::Forwarding, operations::Requester, operations::RequesterKind;

constexpr BodyType with_secret[]   = {BodyType::ir, BodyType::cr, BodyType::p10cr, BodyType::genm};
constexpr BodyType with_external[] = {BodyType::ir, BodyType::p10cr, BodyType::genm};
constexpr BodyType with_own[]      = {BodyType::cr, BodyType::p10cr, BodyType::kur, BodyType::rr, BodyType::genm};

/// Which requests a kind of proof can make (RFC 9483 4.1); another RA speaks for all kinds.
bool may_ask(RequesterKind kind, BodyType type) {
    const auto has = [type](std::span<const BodyType> list) { return std::ranges::find(list, type) != list.end(); };
    switch (kind) {
    case RequesterKind::secret: return has(with_secret);
    case RequesterKind::external: return has(with_external);
    case RequesterKind::own: return has(with_own);
    case RequesterKind::ra: return true;
    }
    return false;
}

bool identifies(const Name* issuer, const der::Integer& serial, const crypto::Cert& certificate) {
    return issuer && same_name(*issuer, certificate->issuer) && serial == certificate->serialNumber;
}

const GivenNames* row_of(const ReadRule& rule, const Requester& requester) {
    if (requester.kind == RequesterKind::secret) return rule.inventory->by_reference(requester.reference);
    if (requester.kind == RequesterKind::own) return rule.inventory->by_name(requester.certificate);
    const auto device = rule.key.runs(identity_of(requester));
    return device ? rule.inventory->by_device(device->front()) : nullptr;
}

Forwarding forwarding_of(Action action, const Upstream& upstream) {
    if (upstream.converts) return Forwarding::converted;
    switch (action) {
    case Action::reprotect: return Forwarding::reprotected;
    case Action::modify: return Forwarding::modified;
    case Action::nest: return Forwarding::nested;
    default: return Forwarding::unchanged;
    }
}

/// One question on its way to a judgement. A value of one call.
class Judge {
public:
    Judge(const ReadRule& rule, const Way& way, const Question& question, const Requester& requester, Overseer::Answer overseer)
        : rule_(rule), question_(question), requester_(requester), overseer_(std::move(overseer)) {
        permission_.rule       = &rule;
        permission_.upstream   = &way.upstream;
        permission_.forwarding = forwarding_of(rule.action, way.upstream);
    }

    Result<Permission> permission() {
        using J = Judge;
        // Who can be named here needs no good name of its own; all others are heard of only when the rule lets them go on.
        const auto [last_but_one, last] = can_be_named() ? std::pair(&J::ask_overseer, &J::check_names) : std::pair(&J::check_names, &J::ask_overseer);
        for (const auto step : {&J::check_right, &J::check_revocation, &J::check_update, &J::check_listed, last_but_one, last}) {
            if (auto good = (this->*step)(); !good) return good.error();
            if (waiting_) break;
        }
        return std::move(permission_);
    }
    /// Set beside a permission: not yet.
    const std::optional<operations::Waiting>& waiting() const { return waiting_; }

private:
    bool can_be_named() const { return rule_.action == Action::modify && requester_.kind != RequesterKind::own; }

    Result<void> ask_overseer() {
        if (!overseer_) return {};
        auto word = overseer_({.requester = requester_, .question = question_, .rule = rule_.name, .upstream = permission_.upstream->name});
        if (!word) return word.error().fail_info ? word.error() : failure(Code::callback_failed, "the application", word.error());
        if (auto* waiting = std::get_if<operations::Waiting>(&*word)) waiting_ = std::move(*waiting);
        auto* names = std::get_if<GivenNames>(&*word);
        if (!names) return {};
        if (!can_be_named()) return Error{.code = Code::bad_state, .detail = "the application gave names where the rule \"" + escaped(rule_.name) + "\" does not change them"};
        given_ = std::move(*names);
        return {};
    }

    /// Whether the CA goes by our word rather than by the requester's own protection.
    bool vouches() const { return permission_.forwarding != Forwarding::unchanged; }

    Result<void> check_right() {
        if (may_ask(requester_.kind, question_.type)) return {};
        return refusal(FailInfo::notAuthorized, "this requester may not send " + std::string(name_of(question_.type)), "RFC 9483 4.1");
    }

    // Under our protection an rr could be about anybody's certificate: the CA does not see who asked.
    Result<void> check_revocation() {
        const auto* asked = question_.revocation;
        if (!asked || !vouches() || requester_.kind == RequesterKind::ra) return {};
        if (identifies(asked->issuer, asked->serialNumber, requester_.certificate)) return {};
        return refusal(FailInfo::notAuthorized, "only its own certificate is revoked at a requester's word here", "RFC 9483 4.2");
    }

    Result<void> check_update() {
        if (question_.type != BodyType::kur || requester_.kind == RequesterKind::ra) return {};
        const CertId* old = question_.enrollment->oldCertID;
        if (!old || identifies(old->issuer.get<"directoryName">(), old->serialNumber, requester_.certificate)) return {};
        return refusal(FailInfo::badCertId, "oldCertID is not the certificate that signed", "RFC 9483 4.1.3");
    }

    Result<void> check_listed() {
        if (!question_.enrollment || !rule_.inventory || requester_.kind == RequesterKind::ra) return {};
        row_ = row_of(rule_, requester_);
        if (row_) return {};
        const std::string name = requester_.certificate ? to_text(requester_.certificate->subject) : escaped(requester_.reference);
        return refusal(FailInfo::notAuthorized, "no certificate may be had here by this requester")
            .because_of({.code = Code::not_found, .detail = "the inventory has no device for \"" + name + "\""});
    }

    // RFC 9483 5.2.3: that the EE is authorised to ask for a certificate with that subject.
    Result<void> check_names() {
        const auto* asked = question_.enrollment;
        if (!asked || !vouches() || (requester_.kind == RequesterKind::ra && rule_.action != Action::modify)) return {};
        const auto* sans  = asked->extensions ? extension_value<GeneralNames>(*asked->extensions, oids::id_ce_subjectAltName) : nullptr;
        auto        names = names_for(*asked, sans);
        if (!names) return names.error();
        if (rule_.action == Action::modify) return modify(*names, asked->subject, sans);
        if (row_ && !is_as_listed(*names, asked->subject, sans))
            return refusal(FailInfo::notAuthorized, "subject, subjectAltName: they are not the ones on record here");
        return {};
    }

    Result<Names> names_for(const operations::EnrollmentRequest& asked, const GeneralNames* sans) {
        if (given_) {
            auto names = read_names(*given_, arena_);
            return names ? names : failure(Code::bad_value, "the names of the application", names.error());
        }
        if (row_ && requester_.kind != RequesterKind::own) {
            auto names = read_names(*row_, arena_);
            return names ? names : failure(Code::bad_value, "the names of the inventory", names.error());
        }
        if (requester_.kind == RequesterKind::own) return keep_names(asked.subject, sans, requester_.certificate);
        if (requester_.kind == RequesterKind::ra) return Names{asked.subject ? *asked.subject : Name(), sans ? std::vector(sans->begin(), sans->end()) : std::vector<GeneralName>(), {}};
        const NameRules& rules = requester_.kind == RequesterKind::secret ? rule_.by_secret : rule_.by_certificate;
        return grant_by_patterns(asked.subject, sans, rules.subjects, rules.sans, identity_of(requester_), arena_);
    }

    static bool is_as_listed(const Names& listed, const Name* subject, const GeneralNames* sans) {
        return same_name(listed.subject, subject ? *subject : Name()) && equal(der::encode(GeneralNames(listed.subjectAltName)), der::encode(sans ? *sans : GeneralNames()));
    }

    Result<void> modify(const Names& names, const Name* subject, const GeneralNames* sans) {
        auto forced = der::parse<Name>(rule_.forced, arena_);
        if (!forced) return forced.error();
        auto wanted = with_forced(names.subject, *forced, arena_);
        if (!wanted) return wanted.error();
        const Octets before = der::encode(subject ? *subject : Name()), after = der::encode(*wanted);
        const Octets sans_before = der::encode(sans ? *sans : GeneralNames()), sans_after = der::encode(GeneralNames(names.subjectAltName));
        if (!equal(before, after)) permission_.subject = after, permission_.changes = "subject is " + to_text(*wanted);
        if (!equal(sans_before, sans_after)) {
            permission_.subjectAltName = names.subjectAltName.empty() ? Octets() : sans_after;
            permission_.changes += permission_.changes.empty() ? "subjectAltName is the one on record here" : "; so is subjectAltName";
        }
        // RFC 9483 5.2.3.2 is for changes; without one the proof of possession stays.
        if (permission_.changes.empty()) permission_.forwarding = Forwarding::reprotected;
        return {};
    }

    const ReadRule&   rule_;
    const Question&   question_;
    const Requester&  requester_;
    Overseer::Answer  overseer_;  // may be empty
    const GivenNames* row_ = nullptr;
    der::Arena        arena_;
    Permission        permission_;
    std::optional<GivenNames>          given_;    // by the overseer
    std::optional<operations::Waiting> waiting_;  // the same
};

std::vector<Octets> types_in(const GenMsgContent& items) {
    std::vector<Octets> types;
    for (const InfoTypeAndValue& item : items) types.push_back(copy_of(item.infoType.content));
    return types;
}

Request request_of(const Question& question, const Requester& requester) {
    return {.type = question.type, .requester = requester.kind, .profile = question.profile, .route = question.route,
            .information = question.inquiry ? types_in(*question.inquiry->items) : std::vector<Octets>(),
            .has_old_cert_id = question.enrollment && question.enrollment->oldCertID, .is_key_generation = question.is_key_generation};
}

std::string subject_of(const Question& question) {
    if (question.revocation) return "serial " + der::hex_integer(question.revocation->serialNumber.content);
    return question.enrollment && question.enrollment->subject ? to_text(*question.enrollment->subject) : std::string();
}

/// What an officer reads beside type, requester and subject.
std::string details_of(const Question& question, const Requester& requester, const Permission& permission) {
    std::string text = "goes " + std::string(name_of(permission.forwarding)) + " to " + escaped(permission.upstream->name);
    if (question.enrollment && question.enrollment->key) text += "; key " + question.enrollment->key.name();
    if (!question.profile.empty()) text += "; profile " + escaped(question.profile);
    if (requester.certificate) text += "; asked by " + to_text(requester.certificate->subject);
    return permission.changes.empty() ? text : text + "; " + permission.changes;
}

Judgement refused_by(const Error& error) { return *decision_of<Permission>(error); }

}  // namespace

const Way* RegistrationAuthority::State::way_of(const ReadRule& rule, const std::string& route) const {
    if (!rule.upstream.empty()) return way(rule.upstream);
    const Way* named = route.empty() ? nullptr : way(route);
    return named ? named : &ways.front();
}

Result<Judgement> RegistrationAuthority::judge(const Question& question, const Requester& requester, std::int64_t now) {
    const ReadRule* rule = state_->rules.find(request_of(question, requester));
    if (!rule) return refused_by(refusal(FailInfo::notAuthorized, "this request does not go on from here", "RFC 9483 5.2"));
    if (rule->action == Action::refuse) return refused_by(refusal(FailInfo::notAuthorized, rule->reason.empty() ? "this request does not go on from here" : rule->reason));
    Judge judge(*rule, *state_->way_of(*rule, question.route), question, requester, state_->settings.overseer ? state_->settings.overseer->find() : Overseer::Answer());
    auto  permission = judge.permission();
    if (!permission) return state_->desk.refused<Permission>(question.id, permission.error());
    if (judge.waiting()) return Judgement{*judge.waiting(), {}};
    Judgement judgement{std::move(*permission), {}};
    if (rule->approve_by_hand) {
        const Permission& granted = std::get<Permission>(judgement.outcome);
        auto word = state_->desk.ask({.id = question.id, .type = name_of(question.type), .requester = requester.id, .subject = subject_of(question),
                                      .details = details_of(question, requester, granted)}, now);
        if (!word) return decision_of<Permission>(word.error());
        if (word->verdict != Verdict::approved) return Desk::decision_of<Permission>(*word, rule->poll_seconds);
        judgement.writes.push_back(std::move(*word->write));
    }
    if (rule->action == Action::answer) {
        auto information = answer_from(state_->settings.support, *question.inquiry);
        if (!information) return decision_of<Permission>(information.error());
        std::get<Permission>(judgement.outcome).information = std::move(*information);
    }
    auto spent = state_->spend(question, requester, now);
    if (!spent) return decision_of<Permission>(spent.error());
    if (*spent) judgement.writes.push_back(std::move(**spent));
    return judgement;
}

// A secret is good for one certificate unless its entry says otherwise.
Result<std::optional<store::Write>> RegistrationAuthority::State::spend(const Question& question, const Requester& requester, std::int64_t now) const {
    const Secrets::Entry* entry = requester.kind == RequesterKind::secret && question.enrollment ? secrets.find(bytes_of(requester.reference)) : nullptr;
    return entry ? secrets.spend(*entry, now) : std::optional<store::Write>();
}

std::optional<Permission> RegistrationAuthority::judge_unverified(const PKIMessage& message, const std::string& route) {
    const BodyType type = type_of(message.body);
    auto     profile = operations::profile_named(message.header);
    const auto* asked = message.body.get<"genm">();
    Request  request{.type = type, .profile = profile && !profile->empty() ? *profile : route, .route = route, .information = asked ? types_in(*asked) : std::vector<Octets>(),
                     .is_key_generation = true, .is_unverified = true};
    const ReadRule* rule = state_->rules.find(request);
    if (!rule) return std::nullopt;
    return Permission{.rule = rule, .upstream = &state_->way_of(*rule, route)->upstream, .forwarding = Forwarding::unchanged};
}

Result<std::vector<store::Write>> RegistrationAuthority::abandon(Bytes request_id) { return state_->desk.abandon(request_id); }

}  // namespace cmpkit::ra

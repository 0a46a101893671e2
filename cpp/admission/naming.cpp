#include "admission/naming.hpp"

#include "admission/refusal.hpp"
#include "der/encode.hpp"

namespace cmpkit::admission {
namespace {

constexpr std::string_view subject_changed = "subject is the one that was proved";

Error not_theirs(const GeneralName& name) {
    return refusal(FailInfo::notAuthorized, "subjectAltName: a " + std::string(name.name()) + " is not this requester's");
}

Result<GrantedName> grant_subject(const Name& asked, std::span<const NamePattern> patterns, const Identity& identity, der::Arena& arena) {
    std::optional<Error> first;
    for (const NamePattern& pattern : patterns) {
        if (!pattern.applies(identity)) continue;
        auto granted = pattern.grant(asked, identity, arena);
        if (granted) return granted;
        if (!first) first = granted.error();
    }
    return first.value_or(refusal(FailInfo::notAuthorized, "subject: no name may be had here by this requester"));
}

Result<std::vector<GeneralName>> grant_alternative_names(const GeneralNames* asked, std::span<const GeneralNamePattern> patterns, const Identity& identity) {
    std::vector<GeneralName> granted;
    if (!asked) return granted;
    for (const GeneralName& name : *asked) {
        const bool is_possible = is_writable(name);
        if (!is_possible) return refusal(FailInfo::badCertTemplate, "subjectAltName: a " + std::string(name.name()) + " is malformed or of a kind not issued here");
        if (std::ranges::none_of(patterns, [&](const GeneralNamePattern& pattern) { return pattern.fits(name, identity); })) return not_theirs(name);
        granted.push_back(name);
    }
    return granted;
}

/// The first attribute in which one name leaves the other.
std::string differing_attribute(const Name& asked, const Name& proved) {
    const auto one = [](const RelativeDistinguishedName& rdn) { return Name(&rdn, 1); };
    for (std::size_t i = 0; i < asked.size(); ++i)
        if (i >= proved.size() || !same_name(one(asked[i]), one(proved[i]))) return oid_text(asked[i].front().type.content);
    return oid_text(proved[asked.size()].front().type.content);
}

const GeneralNames* alternative_names(const crypto::Cert& certificate) {
    return extension_value<GeneralNames>(certificate->extensions, oids::id_ce_subjectAltName);
}

}  // namespace

Result<Names> grant_by_patterns(const Name* subject, const GeneralNames* wanted, std::span<const NamePattern> subjects, std::span<const GeneralNamePattern> sans,
                                const Identity& identity, der::Arena& arena) {
    const Name nothing;
    auto       granted = grant_subject(subject ? *subject : nothing, subjects, identity, arena);
    if (!granted) return granted.error();
    auto others = grant_alternative_names(wanted, sans, identity);
    if (!others) return others.error();
    Names names{granted->name, std::move(*others), {}};
    if (granted->is_changed) names.changes.emplace_back(subject_changed);
    return names;
}

Result<Names> keep_names(const Name* subject, const GeneralNames* wanted, const crypto::Cert& old) {
    Names      names{old->subject, {}, {}};
    const bool is_said = subject && !subject->is_null_dn();
    if (is_said && !same_name(*subject, old->subject))
        return refusal(FailInfo::notAuthorized, "subject: " + differing_attribute(*subject, old->subject) + " is not that of the certificate that signed", "RFC 9483 4.1.3");
    if (to_text(subject ? *subject : Name()) != to_text(old->subject)) names.changes.emplace_back(subject_changed);
    if (!wanted) return names;
    const GeneralNames* before = alternative_names(old);
    for (const GeneralName& name : *wanted) {
        const Octets octets  = der::encode(name);
        const bool   is_kept = before && std::ranges::any_of(*before, [&](const GeneralName& one) { return equal(der::encode(one), octets); });
        if (!is_kept) return not_theirs(name);
        names.subjectAltName.push_back(name);
    }
    return names;
}

void copy_alternative_names(const GeneralNames* wanted, const crypto::Cert& old, Names& names) {
    const GeneralNames* before = alternative_names(old);
    if (!before || wanted) return;
    names.subjectAltName.assign(before->begin(), before->end());
    names.changes.emplace_back("subjectAltName is that of the updated certificate");
}

Identity identity_of(const operations::Requester& requester) {
    if (requester.kind == operations::RequesterKind::secret) return {nullptr, requester.reference};
    return {&requester.certificate->subject, {}};
}

}  // namespace cmpkit::admission

#include "ca/request_template.hpp"

#include "ca/fixed.hpp"
#include "crypto/key_algorithm.hpp"

namespace cmpkit::ca {
namespace {

constexpr std::size_t rsa_sizes[] = {2048, 3072, 4096, 8192};  // of a range, those that are told

template <class T> Extension extension(const OidConstant& oid, bool critical, const T& value, der::Arena& arena) {
    auto* kept = arena.make<T>();
    *kept      = value;
    return {oid, critical, der::OpenOctets(der::Open::of(*kept))};
}

template <class T> auto kept_list(const std::vector<T>& values, der::Arena& arena) {
    auto* place = arena.make<T>(values.size());
    std::ranges::copy(values, place);
    return std::span<const T>(place, values.size());
}

AttributeTypeAndValue rsa_length(std::size_t bits, der::Arena& arena) {
    auto* value = arena.make<std::int64_t>();
    *value      = static_cast<std::int64_t>(bits);
    return {oids::id_regCtrl_rsaKeyLen, der::Open::of(*value)};
}

/// RFC 9483 4.3.3: one control for each algorithm or RSA length that may be chosen.
std::vector<AttributeTypeAndValue> key_controls(const Rules& rules, der::Arena& arena) {
    std::vector<AttributeTypeAndValue> controls;
    for (const KeyRule& rule : rules.keys) {
        if (const auto algorithm = rule.name.empty() ? std::nullopt : crypto::key_algorithm(rule.name)) {
            auto* value = arena.make<AlgorithmIdentifier>();
            *value      = *algorithm;
            controls.push_back({oids::id_regCtrl_algId, der::Open::of(*value)});
        }
        if (!rule.name.empty()) continue;
        const auto before = controls.size();
        for (const std::size_t bits : rsa_sizes)
            if (bits >= rule.least && bits <= rule.most) controls.push_back(rsa_length(bits, arena));
        if (controls.size() == before) controls.push_back(rsa_length(rule.least, arena));
    }
    return controls;
}

std::vector<GeneralName> alternative_names(const Callings& callings, const Identity& identity, der::Arena& arena) {
    std::vector<GeneralName> all;
    for (const GeneralNamePattern& pattern : callings.sans) {
        const auto name = pattern.with_blank(identity, arena);
        const auto same = [&](const GeneralName& other) { return equal(der::encode(other), der::encode(*name)); };
        if (name && std::ranges::none_of(all, same)) all.push_back(*name);
    }
    return all;
}

Result<Name> subject_by_patterns(const Rules& rules, const TemplateNames& names, der::Arena& arena) {
    for (const NamePattern& pattern : names.callings.subjects) {
        if (!pattern.applies(names.identity)) continue;
        const auto subject = pattern.with_blanks(names.identity, arena);
        const auto forced  = der::parse<Name>(rules.forced_subject, arena);
        if (!subject || !forced) return subject ? forced.error() : subject.error();
        return with_forced(*subject, *forced, arena);
    }
    return Name();
}

Result<Name> subject_of(const Rules& rules, const TemplateNames& names, der::Arena& arena) {
    if (names.old) return (*names.old)->subject;
    return names.given ? names.given->subject : subject_by_patterns(rules, names, arena);
}

}  // namespace

std::vector<AlgorithmIdentifier> key_algorithms(const Rules& rules) {
    std::vector<AlgorithmIdentifier> all;
    for (const KeyRule& rule : rules.keys)
        if (const auto algorithm = crypto::key_algorithm(rule.name.empty() ? "rsa" : rule.name)) all.push_back(*algorithm);
    return all;
}

Result<void> describe_request(const Core& core, const Rules& rules, const TemplateNames& names, CertReqTemplateContent& content, der::Arena& arena) {
    CertTemplate& wanted = content.certTemplate;
    wanted.issuer        = core.name();
    auto subject         = subject_of(rules, names, arena);
    if (!subject) return subject.error();
    wanted.subject = *subject;
    std::vector<Extension> extensions;
    const Extension*       before = names.old ? find_extension((*names.old)->extensions, oids::id_ce_subjectAltName) : nullptr;
    const auto             others = names.old ? std::vector<GeneralName>() : names.given ? names.given->subjectAltName : alternative_names(names.callings, names.identity, arena);
    if (before) extensions.push_back(*before);
    if (!others.empty()) extensions.push_back(extension(oids::id_ce_subjectAltName, false, GeneralNames(kept_list(others, arena)), arena));
    extensions.push_back(extension(oids::id_ce_keyUsage, true, rules.key_usage, arena));
    std::vector<der::Oid> purposes;
    for (const Octets& purpose : rules.extended_key_usage) purposes.push_back(der::Oid{purpose});
    if (!purposes.empty()) extensions.push_back(extension(oids::id_ce_extKeyUsage, false, ExtKeyUsage(kept_list(purposes, arena)), arena));
    wanted.extensions = Extensions(kept_list(extensions, arena));
    content.keySpec   = Controls(kept_list(key_controls(rules, arena), arena));
    return {};
}

}  // namespace cmpkit::ca

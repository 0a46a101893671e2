#include "ca/authority.hpp"

#include "admission/refusal.hpp"
#include "ca/roots.hpp"
#include "ca/state.hpp"

namespace cmpkit::ca {
namespace {

Error misconfigured(std::string detail) { return {.code = Code::bad_configuration, .detail = std::move(detail)}; }

Result<void> check_pair(const char* what, const crypto::Cert& certificate, const std::shared_ptr<const crypto::Signer>& key) {
    if (!certificate || !key) return misconfigured(std::string("the ") + what + " key or certificate is missing");
    const auto certified = certificate.key();
    if (!certified) return failure(Code::bad_configuration, std::string("the ") + what + " certificate", certified.error());
    if (!equal(certified->spki(), key->public_key().spki())) return misconfigured(std::string("the ") + what + " key does not fit its certificate");
    return {};
}

Result<void> check_issuing(const crypto::Cert& certificate) {
    if (!certificate.is_ca() || certificate->subject.is_null_dn()) return misconfigured("the issuing certificate is not a CA's");
    for (const KeyUsageBit bit : {KeyUsageBit::keyCertSign, KeyUsageBit::cRLSign})
        if (!certificate.allows(bit)) return misconfigured("the issuing certificate's keyUsage is without " + std::string(name_of(bit)));
    return {};
}

// RFC 9483 1.7, 3.1: who signs answers for a CA holds id-kp-cmcCA, or is that CA itself.
Result<void> check_signer(const Settings& settings) {
    const crypto::Cert& signer = settings.cmp_certificate;
    if (!signer.allows(KeyUsageBit::digitalSignature)) return misconfigured("the CMP certificate's keyUsage is without digitalSignature");
    if (!signer.has_purpose(oids::id_kp_cmcCA) && signer != settings.issuing_certificate) return misconfigured("the CMP certificate is without id-kp-cmcCA");
    return {};
}

Result<void> check_link(const crypto::Cert& child, const crypto::Cert& parent) {
    if (crypto::is_issued_by(child, parent)) return {};
    return misconfigured(to_text(child->subject) + " was not issued by " + to_text(parent->subject));
}

Result<void> check(const Settings& settings) {
    if (auto good = check_pair("issuing", settings.issuing_certificate, settings.issuing_key); !good) return good;
    if (auto good = check_pair("CMP", settings.cmp_certificate, settings.cmp_key); !good) return good;
    if (auto good = check_issuing(settings.issuing_certificate); !good) return good;
    if (auto good = check_signer(settings); !good) return good;
    const crypto::Cert* child = &settings.issuing_certificate;
    for (const crypto::Cert& parent : settings.chain) {
        if (auto good = check_link(*child, parent); !good) return good;
        child = &parent;
    }
    if (settings.crl_validity_seconds <= 0 || settings.crl_overlap_seconds < 0 || settings.crl_overlap_seconds >= settings.crl_validity_seconds)
        return misconfigured("a CRL must be valid for longer than it overlaps with the next");
    return {};
}

Result<std::vector<Rules>> read_profiles(std::span<const Profile> profiles) {
    std::vector<Rules> all;
    for (const Profile& profile : profiles) {
        auto rules = Rules::read(profile);
        if (!rules) return rules.error();
        const auto is_same = [&](const Rules& other) { return other.profile.name == profile.name; };
        if (std::ranges::any_of(all, is_same)) return misconfigured("two profiles are called \"" + escaped(profile.name) + "\"");
        all.push_back(std::move(*rules));
    }
    if (all.empty()) return misconfigured("a profile is needed");
    return all;
}

Result<void> check_profile_of(const SecretEntry& entry, std::span<const Rules> profiles) {
    const auto is_named = [&](const Rules& rules) { return rules.profile.name == entry.profile; };
    if (entry.profile.empty() || std::ranges::any_of(profiles, is_named)) return {};
    return misconfigured("secret \"" + escaped(entry.reference) + "\": there is no profile \"" + escaped(entry.profile) + "\"");
}

struct Verifiers {
    std::shared_ptr<crypto::Verifier> own, external;  // as Core has them
};
Result<Verifiers> read_trust(const Settings& settings, const crypto::Cert& root, const std::vector<crypto::Cert>& chain) {
    Verifiers verifiers;
    // Our own certificates are judged by our records, which know more than any CRL.
    auto own = crypto::Verifier::make({.anchors = {root}, .intermediates = chain, .crls = {}, .revocation = crypto::Revocation::none});
    if (!own) return failure(Code::bad_configuration, "the chain of the issuing certificate", own.error());
    verifiers.own = std::move(*own);
    if (settings.external.anchors.empty()) return verifiers;
    auto external = crypto::Verifier::make(settings.external);
    if (!external) return failure(Code::bad_configuration, "the trust for requests", external.error());
    verifiers.external = std::move(*external);
    return verifiers;
}

std::optional<std::int64_t> seconds_of(const std::optional<der::GeneralizedTime>& time) { return time ? std::optional(der::unix_seconds(*time)) : std::nullopt; }

}  // namespace

const Rules* Core::profile(std::string_view name) const {
    const auto found = std::ranges::find_if(profiles, [&](const Rules& rules) { return rules.profile.name == name; });
    return found == profiles.end() ? nullptr : &*found;
}

const Rules* Core::profile_for(const Secrets::Entry* secret, const std::string& asked) const {
    const std::string& name = secret && !secret->settings.profile.empty() ? secret->settings.profile : asked;
    return name.empty() ? &profiles.front() : profile(name);
}

Callings::Callings(const Rules& rules, operations::RequesterKind kind, const Secrets::Entry* secret) {
    const NameRules& by_profile = kind == operations::RequesterKind::ra ? rules.by_ra : secret ? rules.by_secret : rules.by_certificate;
    subjects = secret && !secret->names.subjects.empty() ? secret->names.subjects : by_profile.subjects;
    sans     = secret && !secret->names.sans.empty() ? secret->names.sans : by_profile.sans;
}

bool Core::is_reserved(const Name& subject) const {
    const auto has_it = [&](const crypto::Cert& certificate) { return same_name(certificate->subject, subject); };
    return std::ranges::any_of(chain, has_it) || has_it(root) || has_it(settings.cmp_certificate);
}

Result<std::unique_ptr<CertificationAuthority>> CertificationAuthority::make(Settings settings, store::Store& store, Random random) {
    assert(random);
    if (auto good = check(settings); !good) return good.error();
    auto profiles = read_profiles(settings.profiles);
    if (!profiles) return profiles.error();
    for (const SecretEntry& entry : settings.secrets)
        if (auto good = check_profile_of(entry, *profiles); !good) return good.error();
    auto secrets = Secrets::read(std::move(settings.secrets), store);
    if (!secrets) return secrets.error();
    Records records(store, settings.issuing_key->public_key().key_identifier());
    auto    link = follow_rollovers(settings, store, records.issuer_id());
    if (!link) return link.error();
    std::vector<crypto::Cert> chain{settings.issuing_certificate};
    chain.insert(chain.end(), settings.chain.begin(), settings.chain.end());
    const crypto::Cert root = chain.back();
    if (root.is_self_issued()) chain.pop_back();
    if (*link) chain.push_back(*link);
    auto verifiers = read_trust(settings, root, chain);
    if (!verifiers) return verifiers.error();
    Desk    desk(store, settings.name, settings.is_first);
    auto    protector = protection::Protector::by_signature(settings.cmp_key, crypto::chain_without_root(settings.cmp_certificate, chain));
    return std::unique_ptr<CertificationAuthority>(new CertificationAuthority(std::make_unique<State>(
        State{{std::move(settings), store, std::move(random), std::move(*profiles), std::move(*secrets), std::move(records), std::move(desk), std::move(chain), root,
               std::move(verifiers->own), std::move(verifiers->external), std::move(protector)}})));
}

CertificationAuthority::CertificationAuthority(std::unique_ptr<State> state) : state_(std::move(state)) {}
CertificationAuthority::~CertificationAuthority() = default;

const Desk& CertificationAuthority::desk() const { return state_->desk; }
Result<std::vector<store::Write>> CertificationAuthority::abandon(Bytes request_id) { return state_->desk.abandon(request_id); }

const protection::Protector& CertificationAuthority::protector() const { return state_->protector; }
const Name&                  CertificationAuthority::name() const { return state_->name(); }

Result<crypto::Cert> CertificationAuthority::certificate(Bytes key) {
    auto stored = state_->records.find(key);
    if (!stored) return stored.error();
    if (!*stored) return Error{.code = Code::not_found, .detail = "no certificate has this key"};
    return (*stored)->certificate();
}

Result<void> CertificationAuthority::adopt(const crypto::Cert& certificate) {
    if (auto good = check_link(certificate, state_->settings.issuing_certificate); !good)
        return Error{.code = Code::bad_certificate, .detail = good.error().detail};
    const CertificateRecord record{.certificate = der::octet_string(certificate.der()), .state = CertificateState::valid,
                                   .requester = der::utf8_string("operator"), .profile = der::utf8_string(""),
                                   .updates = {}, .revokedAt = {}, .reason = {}, .updatedBy = {}, .invalidSince = {}};
    return state_->store.commit({{{store::Table::certificates, state_->records.key(certificate.serial()), 0, der::encode(record)}}});
}

Result<std::vector<CertificationAuthority::Listed>> CertificationAuthority::list(Bytes after_serial, std::size_t limit) {
    const auto stored = state_->records.after(after_serial, limit);
    if (!stored) return stored.error();
    std::vector<Listed> listed;
    for (const Stored& one : *stored) {
        auto certificate = one.certificate();
        if (!certificate) return certificate.error();
        const CertificateRecord& record = *one.record;
        listed.push_back({std::move(*certificate), record.state, std::string(text_of(record.requester.content)), std::string(text_of(record.profile.content)),
                          seconds_of(record.revokedAt), record.reason, seconds_of(record.invalidSince)});
    }
    return listed;
}

}  // namespace cmpkit::ca

#include "ra/registration.hpp"

#include "admission/recognition.hpp"
#include "crypto/digest.hpp"
#include "ra/state.hpp"

namespace cmpkit::ra {
namespace {

using operations::Requester, operations::RequesterKind;

Result<std::shared_ptr<crypto::Verifier>> verifier_of(const crypto::Trust& trust) {
    if (trust.anchors.empty()) return std::shared_ptr<crypto::Verifier>();
    return crypto::Verifier::make(trust);
}

// A salt for the life of this object: whoever verifies derives its key once.
Result<std::optional<protection::Protector>> protector_of(const operations::Credentials& credentials) {
    using Protector = std::optional<protection::Protector>;
    if (credentials.signer) {
        if (credentials.chain.empty()) return Error{.code = Code::bad_configuration, .detail = "a key for signatures is without its certificate"};
        return Protector(protection::Protector::by_signature(credentials.signer, credentials.chain));
    }
    if (!credentials.secret) return Protector();
    Octets salt(16);
    if (auto filled = crypto::random_octets(salt); !filled) return filled.error();
    der::Arena arena;
    const auto algorithm = protection::mac_algorithm(credentials.mac, salt, credentials.iterations, arena);
    auto       key       = protection::MacKey::derive(algorithm, credentials.secret->view(), {.max_iterations = 10'000'000});
    if (!key) return key.error();
    return Protector(protection::Protector::by_mac(*key, credentials.reference));
}

// RFC 9810 4.5: whoever speaks for others has id-kp-cmcRA, so that a CA can tell it from a device.
Result<void> check_signer(const Settings& settings) {
    if (!settings.signer) return {};
    const auto wrong = [](const char* detail) { return Error{.code = Code::bad_configuration, .clause = "RFC 9810 4.5", .detail = detail}; };
    if (settings.chain.empty()) return wrong("the key of the RA is without its certificate");
    auto key = settings.chain.front().key();
    if (!key) return key.error();
    if (!equal(key->spki(), settings.signer->public_key().spki())) return wrong("the key of the RA is not that of its certificate");
    if (!settings.chain.front().has_purpose(oids::id_kp_cmcRA)) return wrong("the certificate of an RA has id-kp-cmcRA");
    return {};
}

Result<std::vector<NamePattern>> patterns_of(std::span<const std::string> texts) {
    std::vector<NamePattern> all;
    for (const std::string& text : texts) {
        auto pattern = NamePattern::parse(text, Proof::certificate);
        if (!pattern) return failure(Code::bad_configuration, "entities", pattern.error());
        all.push_back(std::move(*pattern));
    }
    return all;
}

Result<std::vector<Way>> ways_to(std::span<const Upstream> upstreams, const std::optional<protection::Protector>& own) {
    std::vector<Way> ways;
    for (const Upstream& upstream : upstreams) {
        if (upstream.converts && !upstream.trust.anchors)
            return Error{.code = Code::bad_configuration, .clause = "RFC 9483 4.1.4", .detail = "upstream \"" + escaped(upstream.name) + "\": trust is needed to judge the certificates that come back"};
        auto protector = protector_of(upstream.credentials);
        if (!protector) return failure(Code::bad_configuration, "upstream \"" + escaped(upstream.name) + "\"", protector.error());
        if (std::ranges::find(ways, upstream.name, [](const Way& way) { return way.upstream.name; }) != ways.end())
            return Error{.code = Code::bad_configuration, .detail = "two upstreams are called \"" + escaped(upstream.name) + "\""};
        ways.push_back({upstream, *protector ? *protector : own});
    }
    return ways;
}

std::vector<Reach> reach_of(std::span<const Way> ways) {
    std::vector<Reach> all;
    for (const Way& way : ways)
        all.push_back({.name = way.upstream.name, .signs = way.protector && !way.protector->is_mac(), .protects = way.protector.has_value(), .converts = way.upstream.converts, .bundles = way.upstream.batch.has_value()});
    return all;
}

}  // namespace

Result<std::unique_ptr<RegistrationAuthority>> RegistrationAuthority::make(Settings settings, store::Store& store) {
    if (settings.upstreams.empty()) return Error{.code = Code::bad_configuration, .detail = "an RA needs an upstream"};
    if (auto good = check_signer(settings); !good) return good.error();
    std::optional<protection::Protector> own;
    if (settings.signer) own = protection::Protector::by_signature(settings.signer, settings.chain);
    auto ways = ways_to(settings.upstreams, own);
    if (!ways) return ways.error();
    const auto reach = reach_of(*ways);
    if (settings.rules.empty()) settings.rules = reach.front().converts ? usual_pkcs10_rules() : usual_rules(reach.front().protects);
    auto rules       = Rules::read(settings.rules, reach);
    if (!rules) return rules.error();
    auto secrets  = Secrets::read(settings.secrets, store);
    if (!secrets) return secrets.error();
    if (auto good = check(settings.support); !good) return failure(Code::bad_configuration, "support", good.error());
    auto external = verifier_of(settings.external);
    if (!external) return failure(Code::bad_configuration, "external", external.error());
    auto pki = verifier_of(settings.pki);
    if (!pki) return failure(Code::bad_configuration, "pki", pki.error());
    auto entities = patterns_of(settings.entities);
    if (!entities) return entities.error();
    Desk desk(store, {}, true);
    return std::unique_ptr<RegistrationAuthority>(new RegistrationAuthority(std::make_unique<State>(
        State{std::move(settings), std::move(*rules), std::move(*secrets), std::move(desk), std::move(*ways), std::move(own), *std::move(external), *std::move(pki), std::move(*entities)})));
}

RegistrationAuthority::RegistrationAuthority(std::unique_ptr<State> state) : state_(std::move(state)) {}
RegistrationAuthority::~RegistrationAuthority() = default;

// ---------------------------------------------------------------- who asks

Result<operations::SharedSecret> RegistrationAuthority::secret(Bytes reference, std::int64_t now) {
    const Secrets::Entry* entry = state_->secrets.find(reference);
    if (!entry) return operations::SharedSecret{};
    const auto is_open = state_->secrets.is_open(*entry, now);
    if (!is_open) return is_open.error();
    return operations::SharedSecret{entry->settings.value, *is_open};
}

Result<std::vector<store::Write>> RegistrationAuthority::failed_try(Bytes reference, std::int64_t) {
    std::vector<store::Write> writes;
    const Secrets::Entry*     entry = state_->secrets.find(reference);
    if (!entry) return writes;
    auto counted = state_->secrets.count_failed_try(*entry);
    if (!counted) return counted.error();
    if (*counted) writes.push_back(std::move(**counted));
    return writes;
}

Result<std::vector<store::Write>> RegistrationAuthority::give_back(Bytes reference) {
    std::vector<store::Write> writes;
    const Secrets::Entry*     entry = state_->secrets.find(reference);
    if (!entry) return writes;
    auto given = state_->secrets.give_back(*entry);
    if (!given) return given.error();
    if (*given) writes.push_back(std::move(**given));
    return writes;
}

bool RegistrationAuthority::State::is_entity(const crypto::Cert& signer) const {
    der::Arena arena;
    return std::ranges::any_of(entities, [&](const NamePattern& pattern) { return static_cast<bool>(pattern.grant(signer->subject, {&signer->subject, {}}, arena)); });
}

Result<Requester> RegistrationAuthority::recognise(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) {
    if (!signer.allows(KeyUsageBit::digitalSignature)) return not_trusted("its keyUsage is without digitalSignature");
    std::optional<Error> first;
    if (state_->pki) {
        const auto path = state_->pki->path(signer, extra, now);
        // RFC 9483 5.2.3: whether another management entity may forward requests is checked.
        if (path && !signer.has_purpose(oids::id_kp_cmcRA)) return requester_of(RequesterKind::own, signer);
        if (path) return state_->is_entity(signer) ? Result<Requester>(requester_of(RequesterKind::ra, signer)) : not_trusted("this RA is not one whose word counts here");
        if (path.error().code != Code::signer_not_trusted) return judged(path.error());
        first = path.error();
    }
    if (!state_->external) return judged(first.value_or(not_trusted("nobody's certificates are trusted here")));
    const auto path = state_->external->path(signer, extra, now);
    return path ? Result<Requester>(requester_of(RequesterKind::external, signer)) : judged(path.error());
}

std::optional<operations::MissingStatus> RegistrationAuthority::missing_status(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) {
    for (const auto& verifier : {state_->pki, state_->external})
        if (verifier)
            if (auto query = verifier->missing(signer, extra, now)) return operations::MissingStatus{*std::move(query), verifier};
    return std::nullopt;
}

const protection::Protector& RegistrationAuthority::protector() const {
    static const protection::Protector none;
    return state_->own ? *state_->own : none;
}

bool                         RegistrationAuthority::has_protector() const { return state_->own.has_value(); }

const Name& RegistrationAuthority::name() const {
    static const Name nobody;
    return state_->settings.chain.empty() ? nobody : state_->settings.chain.front()->subject;
}

// ---------------------------------------------------------------- what there is

const Way* RegistrationAuthority::State::way(std::string_view name) const {
    const auto found = std::ranges::find(ways, name, [](const Way& each) { return std::string_view(each.upstream.name); });
    return found == ways.end() ? nullptr : &*found;
}

const Upstream* RegistrationAuthority::upstream(std::string_view name) const {
    const Way* way = state_->way(name);
    return way ? &way->upstream : nullptr;
}

const ReadRule* RegistrationAuthority::rule(std::string_view name) const { return state_->rules.named(name); }

const protection::Protector* RegistrationAuthority::protector_for(const Upstream& upstream) const {
    const Way* way = state_->way(upstream.name);
    return way && way->protector ? &*way->protector : nullptr;
}

const Settings& RegistrationAuthority::settings() const { return state_->settings; }
const Desk&     RegistrationAuthority::desk() const { return state_->desk; }

std::vector<std::shared_ptr<crypto::Verifier>> RegistrationAuthority::verifiers() const {
    std::vector<std::shared_ptr<crypto::Verifier>> all;
    for (const auto& verifier : {state_->pki, state_->external})
        if (verifier) all.push_back(verifier);
    for (const Way& way : state_->ways)
        if (way.upstream.trust.anchors) all.push_back(way.upstream.trust.anchors);
    return all;
}

}  // namespace cmpkit::ra

#include "admission/refusal.hpp"
#include "ca/fixed.hpp"
#include "ca/issuer.hpp"
#include "ca/rules.hpp"

#include <charconv>

namespace cmpkit::ca {
namespace {

std::optional<std::size_t> number(std::string_view digits) {
    std::size_t value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return problem == std::errc() && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

Error wrong(std::string detail) { return {.code = Code::bad_value, .detail = std::move(detail)}; }

Result<void> check_numbers(const Profile& profile) {
    if (profile.validity_seconds <= 0 || profile.validity_seconds > longest_validity) return wrong("validity_seconds is outside 1 second to 200 years");
    if (profile.backdate_seconds < 0 || profile.backdate_seconds > longest_validity) return wrong("backdate_seconds is outside 0 to 200 years");
    if (profile.confirm_wait_seconds <= 0 || profile.confirm_wait_seconds > longest_validity)
        return wrong("confirm_wait_seconds is outside 1 second to 200 years");
    return {};
}

Result<void> check_points(const Profile& profile) {
    der::Arena arena;
    for (const std::string& uri : profile.crl_distribution_points)
        if (auto name = general_name_from_text("uri:" + uri, arena); !name) return name.error();
    return {};
}

Result<KeyUsage> usage_of(std::span<const KeyUsageBit> bits) {
    KeyUsage usage;
    for (const KeyUsageBit bit : bits) {
        // design: a CA's rights come from founding a CA, never from a request, whatever its profile.
        if (bit == KeyUsageBit::keyCertSign || bit == KeyUsageBit::cRLSign) return wrong(std::string(name_of(bit)) + " is for CA certificates only");
        usage.bits |= KeyUsage::of({bit}).bits;
    }
    if (usage.bits == 0) return wrong("key_usage is empty");
    return usage;
}

Result<Rules> read_rules(Profile profile) {
    if (auto good = check_numbers(profile); !good) return good.error();
    if (auto good = check_points(profile); !good) return good.error();
    if (!der::valid_utf8(bytes_of(profile.name))) return wrong("the name is not UTF-8");
    if (profile.keys.empty()) return wrong("no kind of key is allowed");
    Rules rules;
    for (const std::string& text : profile.keys) {
        auto key = KeyRule::read(text);
        if (!key) return key.error();
        rules.keys.push_back(std::move(*key));
    }
    for (const std::string& text : profile.extended_key_usage) {
        auto oid = oid_from_text(text);
        if (!oid) return oid.error();
        rules.extended_key_usage.push_back(std::move(*oid));
    }
    auto usage          = usage_of(profile.key_usage);
    auto by_certificate = NameRules::read(profile.subjects, profile.sans, Proof::certificate);
    auto by_secret      = NameRules::read(profile.secret_subjects, profile.secret_sans, Proof::secret);
    auto by_ra          = NameRules::read(profile.ra_subjects, profile.ra_sans, Proof::word_of_ra);
    if (!usage) return usage.error();
    if (!by_certificate) return by_certificate.error();
    if (!by_secret) return by_secret.error();
    if (!by_ra) return by_ra.error();
    auto key = TextPattern::parse(profile.inventory_key, Proof::certificate);
    if (!key) return key.error();
    if (key->has_star()) return wrong("inventory_key: a * stands for nobody");
    auto where      = read_forced_subject(profile.forced_subject);
    auto extensions = read_fixed_extensions(profile);
    if (!where) return where.error();
    if (!extensions) return extensions.error();
    rules.inventory_key  = std::move(*key);
    rules.forced_subject = std::move(*where);
    rules.extensions     = std::move(*extensions);
    rules.key_usage      = *usage;
    rules.by_certificate = std::move(*by_certificate);
    rules.by_secret      = std::move(*by_secret);
    rules.by_ra          = std::move(*by_ra);
    rules.profile        = std::move(profile);
    return rules;
}

}  // namespace

Result<KeyRule> KeyRule::read(std::string_view text) {
    constexpr std::string_view names[] = {"ec:P-256", "ec:P-384", "ec:P-521", "ec:brainpoolP256r1", "ec:brainpoolP384r1", "ec:brainpoolP512r1", "ed25519", "ed448"};
    if (std::ranges::find(names, text) != std::end(names)) return KeyRule{std::string(text)};
    const Error unknown = wrong("unknown kind of key \"" + escaped(text) + "\"; there are ec:P-256, ec:P-384, ec:P-521, ec:brainpoolP256r1, ec:brainpoolP384r1, "
                                "ec:brainpoolP512r1, rsa:BITS, rsa:BITS-BITS, ed25519, ed448");
    if (!text.starts_with("rsa:")) return unknown;
    const std::string_view sizes = text.substr(4);
    const std::size_t      dash  = std::min(sizes.find('-'), sizes.size());
    const auto least = number(sizes.substr(0, dash)), most = dash == sizes.size() ? least : number(sizes.substr(dash + 1));
    if (!least || !most || *least > *most) return unknown;
    return KeyRule{{}, *least, *most};
}

bool KeyRule::allows(const crypto::PublicKey& key) const {
    if (!name.empty()) return key.name() == name;
    return key.kind() == crypto::KeyKind::rsa && key.bits() >= least && key.bits() <= most;
}

Result<Rules> Rules::read(Profile profile) {
    const std::string name  = escaped(profile.name);
    auto              rules = read_rules(std::move(profile));
    if (!rules) return failure(Code::bad_configuration, "profile \"" + name + "\"", rules.error());
    return rules;
}

bool Rules::allows(operations::RequesterKind kind) const { return std::ranges::find(profile.requesters, kind) != profile.requesters.end(); }

bool Rules::allows(const crypto::PublicKey& key) const {
    return std::ranges::any_of(keys, [&](const KeyRule& rule) { return rule.allows(key); });
}

bool Rules::has_purpose(Bytes oid) const {
    return std::ranges::any_of(extended_key_usage, [&](const Octets& purpose) { return equal(purpose, oid); });
}

}  // namespace cmpkit::ca

#include "ca/founding.hpp"

#include "admission/refusal.hpp"
#include "ca/issuer.hpp"
#include "messages/names.hpp"

namespace cmpkit::ca {
namespace {

constexpr std::size_t  longest_common_name = 64;   // characters, RFC 5280 App. A ub-common-name

KeyUsage authority_usage() { return KeyUsage::of({KeyUsageBit::keyCertSign, KeyUsageBit::cRLSign}); }
KeyUsage signer_usage() { return KeyUsage::of({KeyUsageBit::digitalSignature}); }

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0) != 0x80; }));
}

class Founder {
public:
    Founder(const Founding& founding, const Random& random, std::int64_t now) : founding_(founding), random_(random), now_(now) {}

    Result<Founded> found() {
        auto name = name_from_text(founding_.subject, arena_);
        if (!name) return name.error();
        root_name_ = *name;
        root_cn_   = attribute_text(root_name_, oids::id_at_commonName);
        if (root_cn_.empty()) return Error{.code = Code::bad_value, .path = "subject", .detail = "it needs a commonName (CN)"};
        Founded founded;
        if (founding_.ra_signer) founded.ra.emplace();
        if (founding_.kga_signer) founded.kga.emplace();
        const std::int64_t signer_validity = founding_.signer_validity_seconds;
        const Plan plans[] = {
            {&founded.root, nullptr, "", founding_.root_validity_seconds, {true, 1}, authority_usage(), nullptr},
            {&founded.issuing, &founded.root, " Issuing CA", founding_.issuing_validity_seconds, {true, 0}, authority_usage(), nullptr},
            {&founded.cmp, &founded.issuing, " CMP Signer", signer_validity, {}, signer_usage(), &oids::id_kp_cmcCA},
            {founded.ra ? &*founded.ra : nullptr, &founded.issuing, " RA Signer", signer_validity, {}, signer_usage(), &oids::id_kp_cmcRA},
            {founded.kga ? &*founded.kga : nullptr, &founded.issuing, " KGA Signer", signer_validity, {}, signer_usage(), &oids::id_kp_cmKGA},
        };
        for (const Plan& plan : plans)
            if (auto done = carry_out(plan); !done) return done.error();
        return founded;
    }

private:
    /// One key and certificate that is to be.
    struct Plan {
        Founded::Pair*       pair;    // null: not wanted
        const Founded::Pair* issuer;  // null: itself
        std::string_view     suffix;  // of the root's commonName
        std::int64_t         validity_seconds;
        BasicConstraints     constraints;
        KeyUsage             usage;
        const OidConstant*   purpose;
    };

    Result<void> carry_out(const Plan& plan) {
        if (!plan.pair) return {};
        auto key = crypto::generate_key(founding_.key);
        if (!key) return key.error();
        const auto name = name_with(plan.suffix);
        if (!name) return name.error();
        plan.pair->key = std::move(*key);
        auto certificate = certificate_of(plan, *name);
        if (!certificate) return certificate.error();
        plan.pair->certificate = std::move(*certificate);
        return {};
    }

    Result<crypto::Cert> certificate_of(const Plan& plan, const Name& name) {
        auto serial = fresh_serial(random_);
        if (!serial) return serial.error();
        Statement statement;
        statement.subject          = name;
        statement.key              = plan.pair->key->public_key();
        statement.not_before       = now_ - own_backdate_seconds;
        statement.not_after        = now_ + plan.validity_seconds;
        statement.basicConstraints = plan.constraints;
        statement.keyUsage         = plan.usage;
        if (plan.purpose) statement.extKeyUsage = {*plan.purpose};
        if (!plan.issuer) return certify(statement, {name, statement.key.key_identifier(), *plan.pair->key}, *serial);
        statement.not_after = std::min(statement.not_after, plan.issuer->certificate.not_after());  // nothing outlives its issuer
        return certify(statement, Issuer::of(plan.issuer->certificate, *plan.issuer->key), *serial);
    }

    /// The root's name, its commonName longer by the suffix.
    Result<Name> name_with(std::string_view suffix) {
        const std::string cn = root_cn_ + std::string(suffix);
        if (characters(cn) > longest_common_name)
            return Error{.code = Code::bad_value, .path = "subject", .clause = "RFC 5280 App. A", .detail = "\"" + escaped(cn) + "\" is longer than 64 characters"};
        if (suffix.empty()) return root_name_;
        auto* rdns = arena_.make<RelativeDistinguishedName>(root_name_.size());
        std::ranges::copy(root_name_, rdns);
        const auto has_cn = [](const RelativeDistinguishedName& rdn) {
            return std::ranges::any_of(rdn, [](const AttributeTypeAndValue& attribute) { return attribute.type == oids::id_at_commonName; });
        };
        for (std::size_t i = root_name_.size(); i--;)
            if (has_cn(rdns[i])) {
                rdns[i] = common_name(cn, arena_).front();
                break;
            }
        return Name(rdns, root_name_.size());
    }

    const Founding& founding_;
    const Random&   random_;
    std::int64_t    now_;
    der::Arena      arena_;
    Name            root_name_;
    std::string     root_cn_;
};

}  // namespace

Result<Founded> found(const Founding& founding, const Random& random, std::int64_t now) {
    for (const std::int64_t seconds : {founding.root_validity_seconds, founding.issuing_validity_seconds, founding.signer_validity_seconds})
        if (seconds <= 0 || seconds > longest_validity) return Error{.code = Code::bad_argument, .detail = "a validity is outside 1 second to 200 years"};
    return Founder(founding, random, now).found();
}

}  // namespace cmpkit::ca

#include "ca/fixed.hpp"

#include "admission/refusal.hpp"
#include "der/encode.hpp"

namespace cmpkit::ca {
namespace {

constexpr std::size_t longest_extension = 16384;

Error wrong(std::string detail) { return {.code = Code::bad_value, .detail = std::move(detail)}; }

bool is_the_cas(Bytes oid) {
    using namespace oids;
    for (const OidConstant* one : {&id_ce_basicConstraints, &id_ce_keyUsage, &id_ce_extKeyUsage, &id_ce_subjectAltName, &id_ce_subjectKeyIdentifier,
                                   &id_ce_authorityKeyIdentifier, &id_ce_cRLDistributionPoints, &id_ce_nameConstraints})
        if (equal(one->content(), oid)) return true;
    return false;
}

/// Whether the value is DER, and of the type that its OID chooses.
bool has_good_value(const FixedExtension& extension) {
    der::Arena arena;
    if (extension.value.empty() || !der::parse<der::Any>(extension.value, arena)) return false;
    const Octets octets = der::encode(Extension{der::Oid{extension.oid}, extension.critical, der::Open::raw(extension.value)});
    const auto   read   = der::parse<Extension>(octets, arena);
    return read && (!extension_values().find(extension.oid) || read->extnValue.type);
}

Result<void> check(const FixedExtension& extension, std::span<const FixedExtension> before) {
    const std::string name = "extension " + oid_text(extension.oid);
    if (is_the_cas(extension.oid)) return wrong(name + " is not for a profile to fix");
    if (std::ranges::any_of(before, [&](const FixedExtension& other) { return other.oid == extension.oid; })) return wrong(name + " is there twice");
    if (extension.value.size() > longest_extension) return wrong(name + " is too long");
    return has_good_value(extension) ? Result<void>() : wrong(name + ": its value is not the DER of one");
}

// RFC 5280 4.2.1.4: not critical, so that whoever knows no policies takes the certificate too.
Result<FixedExtension> policies_of(const Profile& profile) {
    std::vector<Octets>            oids;
    std::vector<PolicyInformation> policies;
    for (const std::string& text : profile.policies) {
        auto oid = oid_from_text(text);
        if (!oid) return oid.error();
        if (std::ranges::find(oids, *oid) != oids.end()) return wrong("policy " + oid_text(*oid) + " is there twice");
        oids.push_back(std::move(*oid));
    }
    for (const Octets& oid : oids) policies.push_back({der::Oid{oid}, {}});
    return FixedExtension{copy_of(oids::id_ce_certificatePolicies.content()), false, der::encode(CertificatePolicies(policies))};
}

}  // namespace

Result<std::vector<FixedExtension>> read_fixed_extensions(const Profile& profile) {
    std::vector<FixedExtension> all = profile.extensions;
    if (!profile.policies.empty()) {
        auto policies = policies_of(profile);
        if (!policies) return policies.error();
        all.push_back(std::move(*policies));
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        if (auto good = check(all[i], std::span(all).first(i)); !good) return good.error();
    return all;
}

}  // namespace cmpkit::ca

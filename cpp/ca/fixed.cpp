#include "ca/fixed.hpp"

#include "ca/refusal.hpp"
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

const RelativeDistinguishedName* of_type(const Name& name, Bytes type) {
    const auto found = std::ranges::find_if(name, [&](const RelativeDistinguishedName& rdn) { return equal(rdn.front().type.content, type); });
    return found == name.end() ? nullptr : &*found;
}

}  // namespace

Result<Octets> read_forced_subject(const std::string& text) {
    der::Arena arena;
    const auto name = name_from_text(text, arena);
    if (!name) return name.error();
    for (const RelativeDistinguishedName& rdn : *name) {
        const Bytes type = rdn.front().type.content;
        if (rdn.size() != 1 || !says_where(type)) return wrong("forced_subject: only O, OU, C, L, ST and DC, one an RDN, are the same for all devices");
        if (of_type(*name, type) != &rdn) return wrong("forced_subject: " + oid_text(type) + " is there twice");
    }
    return is_text(*name) ? Result(der::encode(*name)) : wrong("forced_subject: a value cannot stand in a certificate");
}

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

Result<Name> with_forced(const Name& name, const Name& forced, der::Arena& arena) {
    // By attributes of place alone all devices would have the same name, and each could have another's certificate revoked.
    if (name.is_null_dn()) return name;
    std::vector<RelativeDistinguishedName> rdns;
    for (const RelativeDistinguishedName& rdn : forced)
        if (!of_type(name, rdn.front().type.content)) rdns.push_back(rdn);
    for (const RelativeDistinguishedName& rdn : name) {
        const Bytes type  = rdn.front().type.content;
        const auto* fixed = of_type(forced, type);
        const auto  is_fixed = [&](const AttributeTypeAndValue& attribute) { return of_type(forced, attribute.type.content) != nullptr; };
        if (rdn.size() > 1 && std::ranges::any_of(rdn, is_fixed)) return refusal(FailInfo::badCertTemplate, "subject: " + oid_text(type) + " shares its RDN with another attribute");
        if (!fixed) rdns.push_back(rdn);
        else if (of_type(name, type) == &rdn) rdns.push_back(*fixed);  // those that follow of the type are left out
    }
    auto* place = arena.make<RelativeDistinguishedName>(rdns.size());
    std::ranges::copy(rdns, place);
    return Name(place, rdns.size());
}

}  // namespace cmpkit::ca

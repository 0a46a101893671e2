#include "admission/forced_subject.hpp"

#include "admission/refusal.hpp"
#include "der/encode.hpp"

namespace cmpkit::admission {
namespace {

Error wrong(std::string detail) { return {.code = Code::bad_value, .detail = std::move(detail)}; }

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

Result<Name> with_forced(const Name& name, const Name& forced, der::Arena& arena) {
    // By attributes of place alone all devices would have the same name, and each could have another's certificate revoked.
    if (name.is_null_dn() || forced.empty()) return name;
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

}  // namespace cmpkit::admission

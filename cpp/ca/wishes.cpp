#include "ca/wishes.hpp"

#include "admission/refusal.hpp"

namespace cmpkit::ca {
namespace {

// More than any honest request has; what is compared in pairs stays cheap.
constexpr std::size_t most_extensions = 32, most_purposes = 32, most_alternative_names = 100;

Error bad_template(std::string text, const char* clause = "RFC 9810 5.3.4") { return refusal(FailInfo::badCertTemplate, std::move(text), clause); }

/// The value of an extension that must be of its type.
template <class T> Result<const T*> value_of(const Extension& extension) {
    const T* value = extension.extnValue.get<T>();
    if (!value) return bad_template(oid_text(extension.extnID.content) + ": its value cannot be read");
    return value;
}

Result<void> read_alternative_names(const Extension& extension, Wishes& wishes) {
    const auto names = value_of<GeneralNames>(extension);
    if (!names) return names.error();
    if ((*names)->size() > most_alternative_names) return bad_template("subjectAltName: there are too many");
    wishes.subjectAltName = *names;
    return {};
}

Result<void> read_usage(const Extension& extension, Wishes& wishes) {
    const auto usage = value_of<KeyUsage>(extension);
    if (!usage) return usage.error();
    for (const KeyUsageBit bit : {KeyUsageBit::keyCertSign, KeyUsageBit::cRLSign})
        if ((*usage)->has(bit)) return bad_template("keyUsage: " + std::string(name_of(bit)) + " never comes from a template");
    wishes.keyUsage = **usage;
    return {};
}

Result<void> read_purposes(const Extension& extension, Wishes& wishes) {
    const auto purposes = value_of<ExtKeyUsage>(extension);
    if (!purposes) return purposes.error();
    if ((*purposes)->size() > most_purposes) return bad_template("extKeyUsage: there are too many");
    wishes.extKeyUsage = (*purposes)->empty() ? nullptr : *purposes;
    return {};
}

Result<void> read_constraints(const Extension& extension, Wishes&) {
    const auto constraints = value_of<BasicConstraints>(extension);
    if (!constraints) return constraints.error();
    if ((*constraints)->cA) return bad_template("basicConstraints: CA:TRUE never comes from a template");
    return {};
}

Result<void> ignore(const Extension&, Wishes&) { return {}; }

struct Reader {
    const OidConstant* oid;
    Result<void> (*read)(const Extension&, Wishes&);
};
constexpr Reader readers[] = {
    {&oids::id_ce_subjectAltName, read_alternative_names}, {&oids::id_ce_keyUsage, read_usage},          {&oids::id_ce_extKeyUsage, read_purposes},
    {&oids::id_ce_basicConstraints, read_constraints},     {&oids::id_ce_subjectKeyIdentifier, ignore}, {&oids::id_ce_authorityKeyIdentifier, ignore},
};

Result<void> read(const Extension& extension, Wishes& wishes) {
    for (const Reader& reader : readers)
        if (extension.extnID == *reader.oid) return reader.read(extension, wishes);
    const std::string name = oid_text(extension.extnID.content);
    // RFC 5280 4.2: whoever cannot do what a critical extension says must not act as if it were not there.
    if (extension.critical) return bad_template("extension " + name + " is critical and not granted here", "RFC 5280 4.2");
    wishes.dropped.push_back(name);
    return {};
}

/// What a key of that kind is able to do, and what may be asked for beyond the profile.
KeyUsage unable(crypto::KeyKind kind) {
    using enum KeyUsageBit;
    if (kind == crypto::KeyKind::rsa) return KeyUsage::of({keyAgreement, encipherOnly, decipherOnly});
    if (kind == crypto::KeyKind::ec) return KeyUsage::of({keyEncipherment, dataEncipherment});
    return KeyUsage::of({keyEncipherment, dataEncipherment, keyAgreement, encipherOnly, decipherOnly});
}
KeyUsage extra(crypto::KeyKind kind) {
    if (kind == crypto::KeyKind::rsa) return KeyUsage::of({KeyUsageBit::keyEncipherment});
    return kind == crypto::KeyKind::ec ? KeyUsage::of({KeyUsageBit::keyAgreement}) : KeyUsage();
}

std::string names_of(KeyUsage usage) { return der::Leaf<KeyUsage>::show(usage); }

bool is_authority(Bytes purpose) {
    using namespace oids;
    for (const OidConstant* oid : {&id_kp_cmcCA, &id_kp_cmcRA, &id_kp_cmKGA, &anyExtendedKeyUsage})
        if (equal(oid->content(), purpose)) return true;
    return false;
}

}  // namespace

Result<Wishes> read_wishes(const Extensions* extensions) {
    Wishes wishes;
    if (!extensions) return wishes;
    if (extensions->size() > most_extensions) return bad_template("extensions: there are too many");
    for (auto extension = extensions->begin(); extension != extensions->end(); ++extension) {
        const auto is_same = [&](const Extension& other) { return other.extnID == extension->extnID; };
        if (std::any_of(extensions->begin(), extension, is_same)) return bad_template("extension " + oid_text(extension->extnID.content) + " is there twice", "RFC 5280 4.2");
        if (auto done = read(*extension, wishes); !done) return done.error();
    }
    return wishes;
}

Result<GrantedUsage> grant_usage(KeyUsage wished, const Rules& rules, const crypto::PublicKey& key) {
    GrantedUsage        granted;
    const std::uint32_t able    = rules.key_usage.bits & ~unable(key.kind()).bits;
    const std::uint32_t allowed = able | extra(key.kind()).bits;
    granted.usage.bits          = wished.bits ? wished.bits & allowed : able;
    if (granted.usage.bits == 0) return bad_template("keyUsage: nothing of it is granted to this key");
    if (const KeyUsage rest{wished.bits & ~allowed}; rest.bits) granted.left_out = "keyUsage without " + names_of(rest);
    return granted;
}

Result<GrantedPurposes> grant_purposes(const ExtKeyUsage* wished, const Rules& rules) {
    GrantedPurposes granted;
    granted.purposes.reserve(wished ? wished->size() : rules.extended_key_usage.size());
    if (!wished) {
        for (const Octets& purpose : rules.extended_key_usage) granted.purposes.push_back({purpose});
        return granted;
    }
    for (const der::Oid& purpose : *wished) {
        const std::string name = oid_text(purpose.content);
        if (rules.has_purpose(purpose.content)) granted.purposes.push_back(purpose);
        else if (is_authority(purpose.content)) return bad_template("extKeyUsage: " + name + " never comes from a template");
        else granted.left_out += (granted.left_out.empty() ? "extKeyUsage without " : ", ") + name;
    }
    if (granted.purposes.empty()) return bad_template("extKeyUsage: nothing of it is granted here");
    return granted;
}

}  // namespace cmpkit::ca

#include "crypto/known_issuer.hpp"

#include "crypto/issued.hpp"
#include "messages/names.hpp"

namespace cmpkit::crypto {
namespace {

// Extensions of a leaf that change nothing about its path, critical or not.
constexpr OidConstant harmless[] = {oids::id_ce_subjectKeyIdentifier, oids::id_ce_authorityKeyIdentifier, oids::id_ce_keyUsage,
                                    oids::id_ce_basicConstraints,     oids::id_ce_extKeyUsage,            oids::id_ce_subjectAltName,
                                    oids::id_ce_certificatePolicies,  oids::id_ce_cRLDistributionPoints};

/// id-ce or id-pe: extensions of paths stand there; elsewhere they are private, but for Netscape's, which OpenSSL reads too.
bool is_standard(Bytes oid) {
    static constexpr OidConstant id_ce{"2.5.29"}, id_pe{"1.3.6.1.5.5.7.1"}, netscape{"2.16.840.1.113730.1"};
    const auto starts_with = [&](Bytes arc) { return oid.size() > arc.size() && equal(oid.first(arc.size()), arc); };
    return starts_with(id_ce.content()) || starts_with(id_pe.content()) || starts_with(netscape.content());
}

/// Text that has one meaning. OpenSSL makes UTF-8 of all names, and refuses the certificate where it cannot.
struct PlainText : Choice<der::Untagged<"utf8String", der::Utf8String>, der::Untagged<"printableString", der::PrintableString>, der::Untagged<"ia5String", der::IA5String>> {};

bool is_plain(const AttributeTypeAndValue& attribute) {
    der::Arena arena;
    return bool(der::parse<PlainText>(attribute.value.tlv, arena));
}

bool is_plain(const Name& name) {
    return std::ranges::all_of(name, [](const RelativeDistinguishedName& rdn) { return std::ranges::all_of(rdn, [](const AttributeTypeAndValue& each) { return is_plain(each); }); });
}

/// Of the kinds that are octets or plain names; what is within the others OpenSSL reads more closely.
bool is_plain(const GeneralNames& names) {
    return std::ranges::all_of(names, [](const GeneralName& name) {
        const auto* directory = name.get<"directoryName">();
        return directory ? is_plain(*directory) : !name.is<"otherName">() && !name.is<"x400Address">() && !name.is<"ediPartyName">();
    });
}

/// Distribution points that name another CRL issuer or only some reasons need more than the issuer's own CRL.
bool is_simple(const CRLDistributionPoints& points) {
    return std::ranges::all_of(points, [](const DistributionPoint& point) {
        const auto* place = point.distributionPoint ? point.distributionPoint->get<"fullName">() : nullptr;
        return place && is_plain(*place) && !point.reasons && !point.cRLIssuer;
    });
}

/// A value that its standard allows; OpenSSL refuses others.
bool is_sound(const der::OpenOctets& value) {
    if (const auto* points = value.get<CRLDistributionPoints>()) return is_simple(*points);
    if (const auto* names = value.get<GeneralNames>()) return is_plain(*names);
    if (const auto* authority = value.get<AuthorityKeyIdentifier>()) return !authority->authorityCertIssuer || is_plain(*authority->authorityCertIssuer);
    if (const auto* usage = value.get<KeyUsage>()) return usage->bits != 0;
    if (const auto* constraints = value.get<BasicConstraints>()) return !constraints->pathLenConstraint;
    return value.type != nullptr;
}

bool is_harmless(const Extension& extension) {
    if (std::ranges::any_of(harmless, [&](const OidConstant& oid) { return extension.extnID == oid; })) return is_sound(extension.extnValue);
    return !extension.critical && (extension.extnID == oids::id_pe_authorityInfoAccess || !is_standard(extension.extnID.content));
}

/// A key that OpenSSL's level of security lets pass in any case; whether others do is for it to say.
bool is_strong(const Cert& leaf) {
    const auto key = leaf.key();
    return key && (key->kind() != KeyKind::rsa || key->bits() >= 2048);
}

bool is_harmless(const Cert& leaf) {
    if (!is_strong(leaf) || !is_plain(leaf->subject)) return false;
    return !leaf->extensions || std::ranges::all_of(*leaf->extensions, [](const Extension& each) { return is_harmless(each); });
}

/// Octet for octet: between types of strings OpenSSL compares characters.
bool is_named(const Name& name, const Cert& issuer) { return equal(name.received, issuer->subject.received); }

}  // namespace

bool constrains_names(std::span<const Cert> chain) {
    return std::ranges::any_of(chain, [](const Cert& cert) { return find_extension(cert->extensions, oids::id_ce_nameConstraints) != nullptr; });
}

KnownIssuer::KnownIssuer(std::vector<Cert> chain, const std::vector<Crl>& crls, Revocation revocation, std::int64_t now)
    : chain_(std::move(chain)), revocation_(revocation), from_(INT64_MIN), until_(INT64_MAX) {
    for (const Cert& cert : chain_) {
        from_  = std::max(from_, cert.not_before());
        until_ = std::min(until_, cert.not_after());
    }
    if (revocation_ != Revocation::none) take_crls(crls, now);
}

void KnownIssuer::take_crls(const std::vector<Crl>& crls, std::int64_t now) {
    const Cert& issuer = chain_.front();
    for (const Crl& crl : crls) {
        for (const std::int64_t change : {crl.this_update(), crl.next_update()}) {
            if (change <= now) from_ = std::max(from_, change);
            else until_ = std::min(until_, change);
        }
        const SignedThing thing = signed_thing(*crl);
        if (!same_name(thing.issuer, issuer->subject)) continue;
        // Of a key that the issuer's name had before, or has elsewhere: OpenSSL does not look at it either.
        if (std::ranges::none_of(chain_, [&](const Cert& cert) { return may_be_issued_by(thing, cert); })) continue;
        if (crl.is_plain() && is_named(thing.issuer, issuer) && issuer.allows(KeyUsageBit::cRLSign) && is_signed_by(thing, issuer)) crls_.push_back(&crl);
        else is_doubtful_ = true;
    }
}

bool KnownIssuer::is_unrevoked(const Cert& leaf, std::int64_t now) const {
    if (std::ranges::any_of(crls_, [&](const Crl* crl) { return crl->lists(leaf.serial()); })) return false;
    return revocation_ != Revocation::hard || std::ranges::any_of(crls_, [now](const Crl* crl) { return crl->is_current(now); });
}

bool KnownIssuer::vouches_for(const Cert& leaf, std::int64_t now) const {
    const SignedThing thing = signed_thing(*leaf);
    return !is_doubtful_ && holds_at(now) && leaf.not_before() <= now && now < leaf.not_after() && is_named(thing.issuer, chain_.front()) &&
           may_be_issued_by(thing, chain_.front()) && is_harmless(leaf) && is_unrevoked(leaf, now);
}

bool KnownIssuer::has_signed(const Cert& leaf) const { return is_signed_by(signed_thing(*leaf), chain_.front()); }

}  // namespace cmpkit::crypto

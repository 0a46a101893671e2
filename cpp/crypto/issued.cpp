#include "crypto/issued.hpp"

#include "der/compare.hpp"
#include "messages/names.hpp"

namespace cmpkit::crypto {
namespace {

bool names_certificate(const AuthorityKeyIdentifier& authority, const Cert& issuer) {
    if (authority.authorityCertSerialNumber && !equal(authority.authorityCertSerialNumber->content, issuer.serial())) return false;
    if (!authority.authorityCertIssuer) return true;
    return std::ranges::any_of(*authority.authorityCertIssuer, [&](const GeneralName& name) {
        const auto* directory = name.get<"directoryName">();
        return directory && same_name(*directory, issuer->issuer);
    });
}

}  // namespace

SignedThing signed_thing(const Certificate& certificate) {
    const TBSCertificate& fields = certificate.tbsCertificate;
    return {fields.issuer, fields.extensions, fields.signature, certificate.signatureAlgorithm, fields.received, certificate.signatureValue};
}

SignedThing signed_thing(const CertificateList& list) {
    const TBSCertList& fields = list.tbsCertList;
    return {fields.issuer, fields.crlExtensions, fields.signature, list.signatureAlgorithm, fields.received, list.signatureValue};
}

bool may_be_issued_by(const SignedThing& thing, const Cert& issuer) {
    if (!same_name(thing.issuer, issuer->subject)) return false;
    const auto* authority = extension_value<AuthorityKeyIdentifier>(thing.extensions, oids::id_ce_authorityKeyIdentifier);
    if (!authority) return true;
    const Octets* identifier = issuer.subject_key_identifier();
    if (identifier && authority->keyIdentifier && !equal(authority->keyIdentifier->content, *identifier)) return false;
    return names_certificate(*authority, issuer);
}

bool is_signed_by(const SignedThing& thing, const Cert& issuer) {
    if (der::first_difference(thing.inner_algorithm, thing.outer_algorithm) || thing.signature.unused != 0) return false;
    const auto key = issuer.key();
    return key && key->verify(thing.outer_algorithm, thing.to_be_signed, thing.signature.bytes);
}

}  // namespace cmpkit::crypto

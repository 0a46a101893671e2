// A root and an issuing CA below it. Names and key identifiers are the same in every process, though the keys are not: inputs that name them stay good.
#pragma once
#include "ca/issuer.hpp"
#include "known_peer.hpp"
#include "messages/names.hpp"

namespace cmpkit::fuzz {

struct Issuing {
    std::shared_ptr<crypto::PrivateKey> root_key = *crypto::generate_key("ec:P-256"), key = *crypto::generate_key("ec:P-256");
    crypto::Cert root, certificate, other;  // `other` is a leaf without anything unusual
    Octets       root_crl;
};

/// A Certificate or CertificateList around what is to be signed, whatever that says.
template <class Signed, class Part> Octets signed_octets(const crypto::Signer& key, Bytes to_be_signed, Part Signed::*place) {
    const auto signature = key.sign(key.algorithm(), to_be_signed);
    hold(bool(signature));
    Signed whole;
    (whole.*place).received  = to_be_signed;
    whole.signatureAlgorithm = key.algorithm();
    whole.signatureValue     = {0, *signature};
    return der::encode(whole);
}
inline Octets certified(const crypto::Signer& issuer, Bytes tbs) { return signed_octets(issuer, tbs, &Certificate::tbsCertificate); }
inline Octets listed(const crypto::Signer& issuer, Bytes tbs) { return signed_octets(issuer, tbs, &CertificateList::tbsCertList); }

class Foundry {
public:
    Foundry() {
        made_.root        = certificate(made_.root_key->public_key(), "CN=Known Root", "CN=Known Root", *made_.root_key, {true, {}}, 1);
        made_.certificate = certificate(made_.key->public_key(), "CN=Known Issuer", "CN=Known Root", *made_.root_key, {true, {}}, 2);
        made_.other       = certificate(made_.key->public_key(), "CN=Other", "CN=Known Issuer", *made_.key, {}, 3);
        made_.root_crl    = crl();
    }
    Issuing made() const { return made_; }

private:
    static constexpr std::int64_t from = now - 3650LL * 86400, until = now + 3650LL * 86400;

    template <class T> Extension extension(const OidConstant& oid, const T& value) {
        T* kept = arena_.make<T>();
        *kept   = value;
        return {oid, false, der::OpenOctets(der::Open::of(*kept))};
    }
    crypto::Cert certificate(const crypto::PublicKey& key, std::string_view subject, std::string_view issuer, const crypto::Signer& signer, const BasicConstraints& constraints, std::uint8_t number) {
        const Octets                 identifier(20, number), serial{number};
        const KeyUsage               usage = constraints.cA ? KeyUsage::of({KeyUsageBit::keyCertSign, KeyUsageBit::cRLSign}) : KeyUsage::of({KeyUsageBit::digitalSignature});
        const std::vector<Extension> extensions{extension(oids::id_ce_subjectKeyIdentifier, der::octet_string(identifier)), extension(oids::id_ce_keyUsage, usage),
                                                extension(oids::id_ce_basicConstraints, constraints)};
        TBSCertificate               fields;
        fields.version              = CertificateVersion::v3;
        fields.serialNumber         = der::integer_view(serial);
        fields.signature            = signer.algorithm();
        fields.issuer               = *name_from_text(issuer, arena_);
        fields.validity             = {time_of(from, arena_), time_of(until, arena_)};
        fields.subject              = *name_from_text(subject, arena_);
        fields.subjectPublicKeyInfo = *der::parse<SubjectPublicKeyInfo>(key.spki(), arena_);
        fields.extensions           = Extensions(extensions);
        return *crypto::Cert::parse(certified(signer, der::encode(fields)));
    }
    Octets crl() {
        TBSCertList fields;
        fields.version    = CertificateVersion::v2;
        fields.signature  = made_.root_key->algorithm();
        fields.issuer     = made_.root->subject;
        fields.thisUpdate = time_of(from, arena_);
        fields.nextUpdate = time_of(until, arena_);
        return listed(*made_.root_key, der::encode(fields));
    }

    der::Arena arena_;
    Issuing    made_;
};

/// Made once for the process.
inline const Issuing& issuing() {
    static const Issuing one = Foundry().made();
    return one;
}

}  // namespace cmpkit::fuzz

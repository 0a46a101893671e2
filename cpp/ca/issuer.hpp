// Certificates are written here: what is to be said, by whom, as octets. It decides nothing; every extension that it writes was granted elsewhere.
//
//     auto certificate = certify(statement, issuer, *fresh_serial(random));
#pragma once
#include "ca/authority.hpp"
#include "der/encode.hpp"

namespace cmpkit::ca {

/// Of certificates of a CA itself: notBefore lies that far back, for those whose clocks are slow.
inline constexpr std::int64_t own_backdate_seconds = 300;
/// Far beyond every CA, and no sum of times can overflow.
inline constexpr std::int64_t longest_validity = 200LL * 366 * 86400;

/// What a certificate will say. Views, needed until it is made.
struct Statement {
    Name                         subject;
    crypto::PublicKey            key;
    std::int64_t                 not_before = 0, not_after = 0;
    BasicConstraints             basicConstraints;
    KeyUsage                     keyUsage;
    std::vector<der::Oid>        extKeyUsage;     // empty: no extension
    std::vector<GeneralName>     subjectAltName;  // empty: no extension; critical if the subject is a NULL-DN
    std::span<const std::string> crl_uris;
    std::span<const FixedExtension> further{};
};

/// Who says it.
struct Issuer {
    const Name&           name;
    Octets                key_identifier;
    const crypto::Signer& signer;

    /// The key identifier is the certificate's own, else the one that RFC 5280 4.2.1.2 makes of the key.
    static Issuer of(const crypto::Cert& certificate, const crypto::Signer& signer);
};

/// Content octets of a serial number: positive, at most 20 octets, 159 random bits. @error crypto_failed, or what `random` says
Result<Octets> fresh_serial(const Random& random);

/// @error signing_failed, algorithm_refused
Result<crypto::Cert> certify(const Statement& statement, const Issuer& issuer, Bytes serial);

/// The DER of `Signed`, a Certificate or CertificateList, around its part to be signed.
template <class Signed, class Part> Result<Octets> signed_with(const crypto::Signer& signer, const Part& part, Part Signed::*place) {
    const AlgorithmIdentifier algorithm = signer.algorithm();
    der::Writer               to_be_signed;
    der::encode(der::describe<Part>(), &part, to_be_signed);
    const auto signature = signer.sign(algorithm, to_be_signed.written());
    if (!signature) return signature.error();
    Signed whole;
    (whole.*place).received  = to_be_signed.written();
    whole.signatureAlgorithm = algorithm;
    whole.signatureValue     = {0, *signature};
    return der::encode(whole);
}

}  // namespace cmpkit::ca

// Which type each OID chooses, for every open type of the protocol. OIDs that are not here stay as received.
#include "messages/general.hpp"

namespace cmpkit {
namespace {

template <class T> constexpr der::OpenEntry holds(const OidConstant& oid) { return {oid.content(), &der::describe<T>()}; }

using namespace oids;

constexpr der::OpenEntry algorithm_parameter_types[] = {
    holds<der::Oid>(id_ecPublicKey),
    holds<der::Null>(rsaEncryption),
    holds<der::Null>(sha256WithRSAEncryption),
    holds<der::Null>(sha384WithRSAEncryption),
    holds<der::Null>(sha512WithRSAEncryption),
    holds<der::Null>(sha224WithRSAEncryption),
    holds<der::Null>(sha1WithRSAEncryption),
    holds<RSASSA_PSS_params>(id_RSASSA_PSS),
    holds<AlgorithmIdentifier>(id_mgf1),
    holds<PBMParameter>(id_PasswordBasedMac),
    holds<PBMAC1_params>(id_PBMAC1),
    holds<PBKDF2_params>(id_PBKDF2),
    holds<DHBMParameter>(id_DHBasedMac),
    holds<KemBMParameter>(id_KemBasedMac),
    holds<der::Null>(hmacWithSHA1),
    holds<der::Null>(hmacWithSHA224),
    holds<der::Null>(hmacWithSHA256),
    holds<der::Null>(hmacWithSHA384),
    holds<der::Null>(hmacWithSHA512),
    holds<der::Null>(id_sha1),
    holds<der::Null>(id_sha224),
    holds<der::Null>(id_sha256),
    holds<der::Null>(id_sha384),
    holds<der::Null>(id_sha512),
    holds<GcmParameters>(id_aes128_GMAC),
    holds<GcmParameters>(id_aes192_GMAC),
    holds<GcmParameters>(id_aes256_GMAC),
    holds<der::OctetString>(id_aes128_CBC),
    holds<der::OctetString>(id_aes192_CBC),
    holds<der::OctetString>(id_aes256_CBC),
    holds<AlgorithmIdentifier>(dhSinglePass_stdDH_sha224kdf),
    holds<AlgorithmIdentifier>(dhSinglePass_stdDH_sha256kdf),
    holds<AlgorithmIdentifier>(dhSinglePass_stdDH_sha384kdf),
    holds<AlgorithmIdentifier>(dhSinglePass_stdDH_sha512kdf),
    holds<AlgorithmIdentifier>(id_kdf_kdf2),
    holds<AlgorithmIdentifier>(id_kdf_kdf3),
};

constexpr der::OpenEntry extension_types[] = {
    holds<SubjectKeyIdentifier>(id_ce_subjectKeyIdentifier),
    holds<AuthorityKeyIdentifier>(id_ce_authorityKeyIdentifier),
    holds<KeyUsage>(id_ce_keyUsage),
    holds<BasicConstraints>(id_ce_basicConstraints),
    holds<ExtKeyUsage>(id_ce_extKeyUsage),
    holds<GeneralNames>(id_ce_subjectAltName),
    holds<GeneralNames>(id_ce_issuerAltName),
    holds<CRLDistributionPoints>(id_ce_cRLDistributionPoints),
    holds<AuthorityInfoAccess>(id_pe_authorityInfoAccess),
    holds<CertificatePolicies>(id_ce_certificatePolicies),
    holds<NameConstraints>(id_ce_nameConstraints),
    holds<der::Integer>(id_ce_cRLNumber),
    holds<der::Integer>(id_ce_deltaCRLIndicator),
    holds<CRLReason>(id_ce_cRLReasons),
    holds<der::GeneralizedTime>(id_ce_invalidityDate),
    holds<IssuingDistributionPoint>(id_ce_issuingDistributionPoint),
    holds<GeneralNames>(id_ce_certificateIssuer),
};

constexpr der::OpenEntry attribute_types[] = {
    holds<CertId>(id_regCtrl_oldCertID),
    holds<der::Utf8String>(id_regCtrl_regToken),
    holds<der::Utf8String>(id_regCtrl_authenticator),
    holds<PKIPublicationInfo>(id_regCtrl_pkiPublicationInfo),
    holds<PKIArchiveOptions>(id_regCtrl_pkiArchiveOptions),
    holds<SubjectPublicKeyInfo>(id_regCtrl_protocolEncrKey),
    holds<AttributeTypeAndValue>(id_regCtrl_altCertTemplate),
    holds<AlgorithmIdentifier>(id_regCtrl_algId),
    holds<std::int64_t>(id_regCtrl_rsaKeyLen),
    holds<der::Utf8String>(id_regInfo_utf8Pairs),
    holds<CertRequest>(id_regInfo_certReq),
    holds<Extensions>(id_extensionRequest),
    holds<der::Oid>(id_contentType),
    holds<der::OctetString>(id_messageDigest),
    holds<Time>(id_signingTime),
    holds<der::OctetString>(id_localKeyId),
};

constexpr der::OpenEntry information_types[] = {
    holds<der::Null>(id_it_implicitConfirm),
    holds<der::GeneralizedTime>(id_it_confirmWaitTime),
    holds<CertProfileValue>(id_it_certProfile),
    holds<PKIMessages>(id_it_origPKIMessage),
    holds<CMPCertificate>(id_it_caProtEncCert),
    holds<AlgorithmList>(id_it_signKeyPairTypes),
    holds<AlgorithmList>(id_it_encKeyPairTypes),
    holds<AlgorithmIdentifier>(id_it_preferredSymmAlg),
    holds<CAKeyUpdAnnContent>(id_it_caKeyUpdateInfo),
    holds<CertificateList>(id_it_currentCRL),
    holds<OidList>(id_it_unsupportedOIDs),
    holds<der::Oid>(id_it_keyPairParamReq),
    holds<AlgorithmIdentifier>(id_it_keyPairParamRep),
    holds<EncryptedKey>(id_it_revPassphrase),
    holds<LanguageTags>(id_it_suppLangTags),
    holds<CaCertsValue>(id_it_caCerts),
    holds<RootCaKeyUpdateContent>(id_it_rootCaKeyUpdate),
    holds<CertReqTemplateContent>(id_it_certReqTemplate),
    holds<CMPCertificate>(id_it_rootCaCert),
    holds<CRLStatusList>(id_it_crlStatusList),
    holds<CRLs>(id_it_crls),
    holds<KemCiphertextInfo>(id_it_KemCiphertextInfo),
};

constexpr der::OpenEntry recipient_types[] = {holds<KEMRecipientInfo>(id_ori_kem)};
constexpr der::OpenEntry content_kinds[]   = {holds<SignedData>(id_signedData), holds<EnvelopedData>(id_envelopedData), holds<der::OctetString>(id_data)};

template <const auto& Entries> const der::OpenTable& table() {
    static constexpr der::OpenTable made{Entries};
    return made;
}

}  // namespace

const der::OpenTable& algorithm_parameters() { return table<algorithm_parameter_types>(); }
const der::OpenTable& extension_values() { return table<extension_types>(); }
const der::OpenTable& attribute_values() { return table<attribute_types>(); }
const der::OpenTable& information_values() { return table<information_types>(); }
const der::OpenTable& other_recipients() { return table<recipient_types>(); }
const der::OpenTable& content_types() { return table<content_kinds>(); }
const der::OpenTable& other_names() {
    static constexpr der::OpenTable none;
    return none;
}

}  // namespace cmpkit

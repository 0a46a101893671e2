// The CMS containers that CMP carries (RFC 5652, RFC 5753, RFC 9629) and the asymmetric key package (RFC 5958).
#pragma once
#include "messages/x509.hpp"

namespace cmpkit {

struct Attribute {  // RFC 5652 5.3, RFC 2986 4.1
    der::Oid             type;
    SetOf<der::Open, der::Size::any> values;
    static constexpr auto schema() {
        return sequence(field<&Attribute::type>(), field<&Attribute::values>(chosen_by<&Attribute::type>(attribute_values)));
    }
};

struct IssuerAndSerialNumber {  // RFC 5652 10.2.4
    Name         issuer;
    der::Integer serialNumber;
    static constexpr auto schema() { return sequence(field<&IssuerAndSerialNumber::issuer>(), field<&IssuerAndSerialNumber::serialNumber>()); }
};

struct RecipientIdentifier : Choice<  // 6.2.1; the same CHOICE as SignerIdentifier, 5.3
    der::Untagged<"issuerAndSerialNumber", IssuerAndSerialNumber>,
    der::Implicit<"subjectKeyIdentifier", 0, der::OctetString>> {};
using SignerIdentifier = RecipientIdentifier;

struct KeyTransRecipientInfo {  // 6.2.1
    std::int64_t        version;
    RecipientIdentifier rid;
    AlgorithmIdentifier keyEncryptionAlgorithm;
    der::OctetString    encryptedKey;
    static constexpr auto schema() {
        return sequence(field<&KeyTransRecipientInfo::version>(), field<&KeyTransRecipientInfo::rid>(), field<&KeyTransRecipientInfo::keyEncryptionAlgorithm>(),
                        field<&KeyTransRecipientInfo::encryptedKey>());
    }
};

struct OriginatorPublicKey {  // 6.2.2
    AlgorithmIdentifier algorithm;
    der::BitString      publicKey;
    static constexpr auto schema() { return sequence(field<&OriginatorPublicKey::algorithm>(), field<&OriginatorPublicKey::publicKey>()); }
};
struct OriginatorIdentifierOrKey : Choice<
    der::Untagged<"issuerAndSerialNumber", IssuerAndSerialNumber>,
    der::Implicit<"subjectKeyIdentifier", 0, der::OctetString>,
    der::Implicit<"originatorKey", 1, OriginatorPublicKey>> {};

struct OtherKeyAttribute {  // 10.2.7
    der::Oid                 keyAttrId;
    std::optional<der::Open> keyAttr;
    static constexpr auto schema() { return sequence(field<&OtherKeyAttribute::keyAttrId>(), field<&OtherKeyAttribute::keyAttr>()); }
};
struct RecipientKeyIdentifier {  // 6.2.2
    der::OctetString                    subjectKeyIdentifier;
    std::optional<der::GeneralizedTime> date;
    std::optional<OtherKeyAttribute>    other;
    static constexpr auto schema() {
        return sequence(field<&RecipientKeyIdentifier::subjectKeyIdentifier>(), field<&RecipientKeyIdentifier::date>(), field<&RecipientKeyIdentifier::other>());
    }
};
struct KeyAgreeRecipientIdentifier : Choice<
    der::Untagged<"issuerAndSerialNumber", IssuerAndSerialNumber>,
    der::Implicit<"rKeyId", 0, RecipientKeyIdentifier>> {};
struct RecipientEncryptedKey {
    KeyAgreeRecipientIdentifier rid;
    der::OctetString            encryptedKey;
    static constexpr auto schema() { return sequence(field<&RecipientEncryptedKey::rid>(), field<&RecipientEncryptedKey::encryptedKey>()); }
};
struct KeyAgreeRecipientInfo {
    std::int64_t                    version;
    OriginatorIdentifierOrKey       originator;
    std::optional<der::OctetString> ukm;
    AlgorithmIdentifier             keyEncryptionAlgorithm;
    List<RecipientEncryptedKey>     recipientEncryptedKeys;
    static constexpr auto schema() {
        return sequence(field<&KeyAgreeRecipientInfo::version>(), field<&KeyAgreeRecipientInfo::originator>(explicit_tag(0)),
                        field<&KeyAgreeRecipientInfo::ukm>(explicit_tag(1)), field<&KeyAgreeRecipientInfo::keyEncryptionAlgorithm>(),
                        field<&KeyAgreeRecipientInfo::recipientEncryptedKeys>());
    }
};

struct KEKIdentifier {  // 6.2.3
    der::OctetString                    keyIdentifier;
    std::optional<der::GeneralizedTime> date;
    std::optional<OtherKeyAttribute>    other;
    static constexpr auto schema() {
        return sequence(field<&KEKIdentifier::keyIdentifier>(), field<&KEKIdentifier::date>(), field<&KEKIdentifier::other>());
    }
};
struct KEKRecipientInfo {
    std::int64_t        version;
    KEKIdentifier       kekid;
    AlgorithmIdentifier keyEncryptionAlgorithm;
    der::OctetString    encryptedKey;
    static constexpr auto schema() {
        return sequence(field<&KEKRecipientInfo::version>(), field<&KEKRecipientInfo::kekid>(), field<&KEKRecipientInfo::keyEncryptionAlgorithm>(),
                        field<&KEKRecipientInfo::encryptedKey>());
    }
};

struct PasswordRecipientInfo {  // 6.2.4
    std::int64_t                       version;
    std::optional<AlgorithmIdentifier> keyDerivationAlgorithm;
    AlgorithmIdentifier                keyEncryptionAlgorithm;
    der::OctetString                   encryptedKey;
    static constexpr auto schema() {
        return sequence(field<&PasswordRecipientInfo::version>(), field<&PasswordRecipientInfo::keyDerivationAlgorithm>(implicit_tag(0)),
                        field<&PasswordRecipientInfo::keyEncryptionAlgorithm>(), field<&PasswordRecipientInfo::encryptedKey>());
    }
};

struct KEMRecipientInfo {  // RFC 9629 3
    std::int64_t                    version;
    RecipientIdentifier             rid;
    AlgorithmIdentifier             kem;
    der::OctetString                kemct;
    AlgorithmIdentifier             kdf;
    std::int64_t                    kekLength;
    std::optional<der::OctetString> ukm;
    AlgorithmIdentifier             wrap;
    der::OctetString                encryptedKey;
    static constexpr auto schema() {
        return sequence(field<&KEMRecipientInfo::version>(), field<&KEMRecipientInfo::rid>(), field<&KEMRecipientInfo::kem>(), field<&KEMRecipientInfo::kemct>(),
                        field<&KEMRecipientInfo::kdf>(), field<&KEMRecipientInfo::kekLength>(), field<&KEMRecipientInfo::ukm>(explicit_tag(0)),
                        field<&KEMRecipientInfo::wrap>(), field<&KEMRecipientInfo::encryptedKey>());
    }
};
const der::OpenTable& other_recipients();
struct OtherRecipientInfo {  // RFC 5652 6.2.5
    der::Oid  oriType;
    der::Open oriValue;
    static constexpr auto schema() {
        return sequence(field<&OtherRecipientInfo::oriType>(), field<&OtherRecipientInfo::oriValue>(chosen_by<&OtherRecipientInfo::oriType>(other_recipients)));
    }
};

struct RecipientInfo : Choice<  // 6.2
    der::Untagged<"ktri", KeyTransRecipientInfo>,
    der::Implicit<"kari", 1, KeyAgreeRecipientInfo>,
    der::Implicit<"kekri", 2, KEKRecipientInfo>,
    der::Implicit<"pwri", 3, PasswordRecipientInfo>,
    der::Implicit<"ori", 4, OtherRecipientInfo>> {};

struct EncryptedContentInfo {  // 6.1
    der::Oid                        contentType;
    AlgorithmIdentifier             contentEncryptionAlgorithm;
    std::optional<der::OctetString> encryptedContent;
    static constexpr auto schema() {
        return sequence(field<&EncryptedContentInfo::contentType>(), field<&EncryptedContentInfo::contentEncryptionAlgorithm>(),
                        field<&EncryptedContentInfo::encryptedContent>(implicit_tag(0)));
    }
};

using CertificateSet         = SetOf<der::Any, der::Size::any>;  // a CHOICE that also names obsolete kinds; ours are plain certificates
using RevocationInfoChoices  = SetOf<der::Any, der::Size::any>;

struct OriginatorInfo {  // 6.1
    std::optional<CertificateSet>        certs;
    std::optional<RevocationInfoChoices> crls;
    static constexpr auto schema() { return sequence(field<&OriginatorInfo::certs>(implicit_tag(0)), field<&OriginatorInfo::crls>(implicit_tag(1))); }
};

struct EnvelopedData {  // 6.1
    std::int64_t                     version;
    std::optional<OriginatorInfo>    originatorInfo;
    SetOf<RecipientInfo>             recipientInfos;
    EncryptedContentInfo             encryptedContentInfo;
    std::optional<SetOf<Attribute>>  unprotectedAttrs;
    static constexpr auto schema() {
        return sequence(field<&EnvelopedData::version>(), field<&EnvelopedData::originatorInfo>(implicit_tag(0)), field<&EnvelopedData::recipientInfos>(),
                        field<&EnvelopedData::encryptedContentInfo>(), field<&EnvelopedData::unprotectedAttrs>(implicit_tag(1)));
    }
};

struct EncapsulatedContentInfo {  // 5.2
    der::Oid                        eContentType;
    std::optional<der::OctetString> eContent;
    static constexpr auto schema() {
        return sequence(field<&EncapsulatedContentInfo::eContentType>(), field<&EncapsulatedContentInfo::eContent>(explicit_tag(0)));
    }
};

struct SignedAttributes : SetOf<Attribute> {  // 5.4: signed under the tag SET OF, whatever tag it stands under
    using SetOf::SetOf;
    Bytes received;
};

struct SignerInfo {  // 5.3
    std::int64_t                    version;
    SignerIdentifier                sid;
    AlgorithmIdentifier             digestAlgorithm;
    std::optional<SignedAttributes> signedAttrs;
    AlgorithmIdentifier             signatureAlgorithm;
    der::OctetString                signature;
    std::optional<SetOf<Attribute>> unsignedAttrs;
    static constexpr auto schema() {
        return sequence(field<&SignerInfo::version>(), field<&SignerInfo::sid>(), field<&SignerInfo::digestAlgorithm>(),
                        field<&SignerInfo::signedAttrs>(implicit_tag(0)), field<&SignerInfo::signatureAlgorithm>(), field<&SignerInfo::signature>(),
                        field<&SignerInfo::unsignedAttrs>(implicit_tag(1)));
    }
};

struct SignedData {  // 5.1
    std::int64_t                                version;
    SetOf<AlgorithmIdentifier, der::Size::any>  digestAlgorithms;
    EncapsulatedContentInfo                     encapContentInfo;
    std::optional<CertificateSet>               certificates;
    std::optional<RevocationInfoChoices>        crls;
    SetOf<SignerInfo, der::Size::any>           signerInfos;
    static constexpr auto schema() {
        return sequence(field<&SignedData::version>(), field<&SignedData::digestAlgorithms>(), field<&SignedData::encapContentInfo>(),
                        field<&SignedData::certificates>(implicit_tag(0)), field<&SignedData::crls>(implicit_tag(1)), field<&SignedData::signerInfos>());
    }
};

const der::OpenTable& content_types();
struct ContentInfo {  // 3
    der::Oid  contentType;
    der::Open content;
    static constexpr auto schema() {
        return sequence(field<&ContentInfo::contentType>(), field<&ContentInfo::content>(explicit_tag(0), chosen_by<&ContentInfo::contentType>(content_types)));
    }
};

struct OneAsymmetricKey {  // RFC 5958 2; version 0 is PKCS#8's PrivateKeyInfo
    std::int64_t                    version;
    AlgorithmIdentifier             privateKeyAlgorithm;
    der::OctetString                privateKey;
    std::optional<SetOf<Attribute, der::Size::any>> attributes;
    std::optional<der::BitString>   publicKey;
    static constexpr auto schema() {
        return sequence(field<&OneAsymmetricKey::version>(), field<&OneAsymmetricKey::privateKeyAlgorithm>(), field<&OneAsymmetricKey::privateKey>(),
                        field<&OneAsymmetricKey::attributes>(implicit_tag(0)), field<&OneAsymmetricKey::publicKey>(implicit_tag(1)));
    }
};
using AsymmetricKeyPackage = List<OneAsymmetricKey, non_empty>;
using PrivateKeyInfo       = OneAsymmetricKey;

struct EccCmsSharedInfo {  // RFC 5753 7.2
    AlgorithmIdentifier             keyInfo;
    std::optional<der::OctetString> entityUInfo;
    der::OctetString                suppPubInfo;
    static constexpr auto schema() {
        return sequence(field<&EccCmsSharedInfo::keyInfo>(), field<&EccCmsSharedInfo::entityUInfo>(explicit_tag(0)),
                        field<&EccCmsSharedInfo::suppPubInfo>(explicit_tag(2)));
    }
};
struct CMSORIforKEMOtherInfo {  // RFC 9629 5
    AlgorithmIdentifier             wrap;
    std::int64_t                    kekLength;
    std::optional<der::OctetString> ukm;
    static constexpr auto schema() {
        return sequence(field<&CMSORIforKEMOtherInfo::wrap>(), field<&CMSORIforKEMOtherInfo::kekLength>(), field<&CMSORIforKEMOtherInfo::ukm>(explicit_tag(0)));
    }
};

}  // namespace cmpkit

extern template struct cmpkit::der::Described<cmpkit::EnvelopedData>;
extern template struct cmpkit::der::Described<cmpkit::SignedData>;
extern template struct cmpkit::der::Described<cmpkit::ContentInfo>;
extern template struct cmpkit::der::Described<cmpkit::AsymmetricKeyPackage>;
extern template struct cmpkit::der::Described<cmpkit::OneAsymmetricKey>;
extern template struct cmpkit::der::Described<cmpkit::EccCmsSharedInfo>;
extern template struct cmpkit::der::Described<cmpkit::CMSORIforKEMOtherInfo>;

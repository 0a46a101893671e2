// Certificate request messages (RFC 4211; an IMPLICIT TAGS module) and the MAC parameters that CMP shares with them.
#pragma once
#include "messages/cms.hpp"

namespace cmpkit {

struct OptionalValidity {  // 5; Time is a CHOICE, so its tags are explicit
    std::optional<Time> notBefore;
    std::optional<Time> notAfter;
    static constexpr auto schema() { return sequence(field<&OptionalValidity::notBefore>(explicit_tag(0)), field<&OptionalValidity::notAfter>(explicit_tag(1))); }
};

struct CertTemplate {  // 5
    std::optional<CertificateVersion>   version;
    std::optional<der::Integer>         serialNumber;
    std::optional<AlgorithmIdentifier>  signingAlg;
    std::optional<Name>                 issuer;
    std::optional<OptionalValidity>     validity;
    std::optional<Name>                 subject;
    std::optional<SubjectPublicKeyInfo> publicKey;
    std::optional<der::BitString>       issuerUID;
    std::optional<der::BitString>       subjectUID;
    std::optional<Extensions>           extensions;
    static constexpr auto schema() {
        return sequence(field<&CertTemplate::version>(implicit_tag(0)),
                        field<&CertTemplate::serialNumber>(implicit_tag(1)),
                        field<&CertTemplate::signingAlg>(implicit_tag(2)),
                        field<&CertTemplate::issuer>(explicit_tag(3)),  // Name is a CHOICE
                        field<&CertTemplate::validity>(implicit_tag(4)),
                        field<&CertTemplate::subject>(explicit_tag(5)),
                        field<&CertTemplate::publicKey>(implicit_tag(6)),
                        field<&CertTemplate::issuerUID>(implicit_tag(7)),
                        field<&CertTemplate::subjectUID>(implicit_tag(8)),
                        field<&CertTemplate::extensions>(implicit_tag(9)));
    }
};

using Controls = List<AttributeTypeAndValue, non_empty>;

struct CertRequest {  // 5
    std::int64_t            certReqId = 0;
    CertTemplate            certTemplate;
    std::optional<Controls> controls;
    Bytes                   received;  // what the proof of possession covers
    static constexpr auto schema() {
        return sequence(field<&CertRequest::certReqId>(), field<&CertRequest::certTemplate>(), field<&CertRequest::controls>());
    }
};

struct PKMACValue {  // 4.1
    AlgorithmIdentifier algId;
    der::BitString      value;
    static constexpr auto schema() { return sequence(field<&PKMACValue::algId>(), field<&PKMACValue::value>()); }
};
struct AuthInfo : Choice<der::Explicit<"sender", 0, GeneralName>, der::Untagged<"publicKeyMAC", PKMACValue>> {};
struct POPOSigningKeyInput {
    AuthInfo             authInfo;
    SubjectPublicKeyInfo publicKey;
    static constexpr auto schema() { return sequence(field<&POPOSigningKeyInput::authInfo>(), field<&POPOSigningKeyInput::publicKey>()); }
};
struct POPOSigningKey {  // 4.1
    std::optional<POPOSigningKeyInput> poposkInput;
    AlgorithmIdentifier                algorithmIdentifier;
    der::BitString                     signature;
    static constexpr auto schema() {
        return sequence(field<&POPOSigningKey::poposkInput>(implicit_tag(0)), field<&POPOSigningKey::algorithmIdentifier>(), field<&POPOSigningKey::signature>());
    }
};

enum class SubsequentMessage : std::int64_t { encrCert, challengeResp };
std::string_view name_of(SubsequentMessage message);
struct POPOPrivKey : Choice<  // 4.2; RFC 9810 5.2.8
    der::Implicit<"thisMessage", 0, der::BitString>,
    der::Implicit<"subsequentMessage", 1, SubsequentMessage>,
    der::Implicit<"dhMAC", 2, der::BitString>,
    der::Implicit<"agreeMAC", 3, PKMACValue>,
    der::Implicit<"encryptedKey", 4, EnvelopedData>> {};

struct ProofOfPossession : Choice<  // 4
    der::Implicit<"raVerified", 0, der::Null>,
    der::Implicit<"signature", 1, POPOSigningKey>,
    der::Explicit<"keyEncipherment", 2, POPOPrivKey>,
    der::Explicit<"keyAgreement", 3, POPOPrivKey>> {};

struct CertReqMsg {  // 3
    CertRequest                      certReq;
    std::optional<ProofOfPossession> popo;
    std::optional<Controls>          regInfo;  // SEQUENCE SIZE (1..MAX) OF AttributeTypeAndValue, like Controls
    static constexpr auto schema() { return sequence(field<&CertReqMsg::certReq>(), field<&CertReqMsg::popo>(), field<&CertReqMsg::regInfo>()); }
};
using CertReqMessages = List<CertReqMsg, non_empty>;

struct EncryptedValue {  // 2.1; deprecated by EnvelopedData
    std::optional<AlgorithmIdentifier> intendedAlg;
    std::optional<AlgorithmIdentifier> symmAlg;
    std::optional<der::BitString>      encSymmKey;
    std::optional<AlgorithmIdentifier> keyAlg;
    std::optional<der::OctetString>    valueHint;
    der::BitString                     encValue;
    static constexpr auto schema() {
        return sequence(field<&EncryptedValue::intendedAlg>(implicit_tag(0)), field<&EncryptedValue::symmAlg>(implicit_tag(1)),
                        field<&EncryptedValue::encSymmKey>(implicit_tag(2)), field<&EncryptedValue::keyAlg>(implicit_tag(3)),
                        field<&EncryptedValue::valueHint>(implicit_tag(4)), field<&EncryptedValue::encValue>());
    }
};
struct EncryptedKey : Choice<der::Untagged<"encryptedValue", EncryptedValue>, der::Implicit<"envelopedData", 0, EnvelopedData>> {};

// controls (6)
struct CertId {  // 6.5
    GeneralName  issuer;
    der::Integer serialNumber;
    static constexpr auto schema() { return sequence(field<&CertId::issuer>(), field<&CertId::serialNumber>()); }
};
using OldCertId = CertId;

enum class PublicationAction : std::int64_t { dontPublish, pleasePublish };
enum class PublicationMethod : std::int64_t { dontCare, x500, web, ldap };
std::string_view name_of(PublicationAction action);
std::string_view name_of(PublicationMethod method);
struct SinglePubInfo {  // 6.3
    PublicationMethod          pubMethod;
    std::optional<GeneralName> pubLocation;
    static constexpr auto schema() { return sequence(field<&SinglePubInfo::pubMethod>(), field<&SinglePubInfo::pubLocation>()); }
};
struct PKIPublicationInfo {
    PublicationAction                             action;
    std::optional<List<SinglePubInfo, non_empty>> pubInfos;
    static constexpr auto schema() { return sequence(field<&PKIPublicationInfo::action>(), field<&PKIPublicationInfo::pubInfos>()); }
};
struct PKIArchiveOptions : Choice<  // 6.4
    der::Explicit<"encryptedPrivKey", 0, EncryptedKey>,
    der::Implicit<"keyGenParameters", 1, der::OctetString>,
    der::Implicit<"archiveRemGenPrivKey", 2, bool>> {};

struct EncKeyIdentifier : Choice<der::Untagged<"string", der::Utf8String>, der::Untagged<"generalName", GeneralName>> {};
struct EncKeyWithID {  // 6.4
    PrivateKeyInfo                  privateKey;
    std::optional<EncKeyIdentifier> identifier;
    static constexpr auto schema() { return sequence(field<&EncKeyWithID::privateKey>(), field<&EncKeyWithID::identifier>()); }
};

// MAC parameters
struct PBMParameter {  // 4.4
    der::OctetString    salt;
    AlgorithmIdentifier owf;
    std::int64_t        iterationCount;
    AlgorithmIdentifier mac;
    static constexpr auto schema() {
        return sequence(field<&PBMParameter::salt>(), field<&PBMParameter::owf>(), field<&PBMParameter::iterationCount>(), field<&PBMParameter::mac>());
    }
};
struct DHBMParameter {
    AlgorithmIdentifier owf;
    AlgorithmIdentifier mac;
    static constexpr auto schema() { return sequence(field<&DHBMParameter::owf>(), field<&DHBMParameter::mac>()); }
};
struct PBKDF2Salt : Choice<der::Untagged<"specified", der::OctetString>, der::Untagged<"otherSource", AlgorithmIdentifier>> {};
struct PBKDF2_params {  // RFC 8018 A.2; an absent prf is hmacWithSHA1
    PBKDF2Salt                         salt;
    std::int64_t                       iterationCount;
    std::optional<std::int64_t>        keyLength;
    std::optional<AlgorithmIdentifier> prf;
    static constexpr auto schema() {
        return sequence(field<&PBKDF2_params::salt>(), field<&PBKDF2_params::iterationCount>(), field<&PBKDF2_params::keyLength>(), field<&PBKDF2_params::prf>());
    }
};
struct PBMAC1_params {  // RFC 8018 A.5
    AlgorithmIdentifier keyDerivationFunc;
    AlgorithmIdentifier messageAuthScheme;
    static constexpr auto schema() { return sequence(field<&PBMAC1_params::keyDerivationFunc>(), field<&PBMAC1_params::messageAuthScheme>()); }
};
struct RSASSA_PSS_params {  // RFC 4055 3.1; absent members are the SHA-1 defaults
    std::optional<AlgorithmIdentifier> hashAlgorithm;
    std::optional<AlgorithmIdentifier> maskGenAlgorithm;
    std::int64_t                       saltLength   = 20;
    std::int64_t                       trailerField = 1;
    static constexpr auto schema() {
        return sequence(field<&RSASSA_PSS_params::hashAlgorithm>(explicit_tag(0)), field<&RSASSA_PSS_params::maskGenAlgorithm>(explicit_tag(1)),
                        field<&RSASSA_PSS_params::saltLength, with_default>(explicit_tag(2)),
                        field<&RSASSA_PSS_params::trailerField, with_default>(explicit_tag(3)));
    }
};
struct GcmParameters {  // GMAC, RFC 9044; the same shape as RFC 5084's
    der::OctetString nonce;
    std::int64_t     length = 12;
    static constexpr auto schema() { return sequence(field<&GcmParameters::nonce>(), field<&GcmParameters::length, with_default>()); }
};

}  // namespace cmpkit

extern template struct cmpkit::der::Described<cmpkit::CertTemplate>;
extern template struct cmpkit::der::Described<cmpkit::CertRequest>;
extern template struct cmpkit::der::Described<cmpkit::CertReqMessages>;
extern template struct cmpkit::der::Described<cmpkit::POPOSigningKeyInput>;
extern template struct cmpkit::der::Described<cmpkit::EncryptedKey>;
extern template struct cmpkit::der::Described<cmpkit::CertId>;
extern template struct cmpkit::der::Described<cmpkit::PBMParameter>;
extern template struct cmpkit::der::Described<cmpkit::PBKDF2_params>;
extern template struct cmpkit::der::Described<cmpkit::PBMAC1_params>;
extern template struct cmpkit::der::Described<cmpkit::RSASSA_PSS_params>;

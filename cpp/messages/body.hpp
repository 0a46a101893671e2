// PKIBody and PKIMessage: the 27 bodies and what they contain (RFC 9810 5.1, 5.3).
#pragma once
#include "messages/crmf.hpp"
#include "messages/header.hpp"
#include "messages/pkcs10.hpp"

namespace cmpkit {

using CMPCertificates = List<CMPCertificate, non_empty>;

struct CertOrEncCert : Choice<der::Explicit<"certificate", 0, CMPCertificate>, der::Explicit<"encryptedCert", 1, EncryptedKey>> {};

struct CertifiedKeyPair {  // 5.3.4
    CertOrEncCert                     certOrEncCert;
    std::optional<EncryptedKey>       privateKey;
    std::optional<PKIPublicationInfo> publicationInfo;
    static constexpr auto schema() {
        return sequence(field<&CertifiedKeyPair::certOrEncCert>(), field<&CertifiedKeyPair::privateKey>(explicit_tag(0)),
                        field<&CertifiedKeyPair::publicationInfo>(explicit_tag(1)));
    }
};

struct CertResponse {  // 5.3.4
    std::int64_t                    certReqId = 0;
    PKIStatusInfo                   status;
    std::optional<CertifiedKeyPair> certifiedKeyPair;
    std::optional<der::OctetString> rspInfo;
    static constexpr auto schema() {
        return sequence(field<&CertResponse::certReqId>(), field<&CertResponse::status>(), field<&CertResponse::certifiedKeyPair>(),
                        field<&CertResponse::rspInfo>());
    }
};

struct CertRepMessage {  // 5.3.4; there is no [0]
    std::optional<CMPCertificates> caPubs;
    List<CertResponse>             response;
    static constexpr auto schema() { return sequence(field<&CertRepMessage::caPubs>(explicit_tag(1)), field<&CertRepMessage::response>()); }
};

struct Challenge {  // 5.2.8.3
    std::optional<AlgorithmIdentifier> owf;
    der::OctetString                   witness;
    der::OctetString                   challenge;
    std::optional<EnvelopedData>       encryptedRand;
    static constexpr auto schema() {
        return sequence(field<&Challenge::owf>(), field<&Challenge::witness>(), field<&Challenge::challenge>(), field<&Challenge::encryptedRand>(explicit_tag(0)));
    }
};
struct Rand {
    der::Integer integer;  // «int» in the RFC, a word that C++ keeps to itself
    GeneralName  sender;
    static constexpr auto schema() { return sequence(field<&Rand::integer>(), field<&Rand::sender>()); }
};
using POPODecKeyChallContent = List<Challenge>;
using POPODecKeyRespContent  = List<der::Integer>;

struct KeyRecRepContent {  // 5.3.8
    PKIStatusInfo                                      status;
    std::optional<CMPCertificate>                      newSigCert;
    std::optional<CMPCertificates>                     caCerts;
    std::optional<List<CertifiedKeyPair, non_empty>>   keyPairHist;
    static constexpr auto schema() {
        return sequence(field<&KeyRecRepContent::status>(), field<&KeyRecRepContent::newSigCert>(explicit_tag(0)),
                        field<&KeyRecRepContent::caCerts>(explicit_tag(1)), field<&KeyRecRepContent::keyPairHist>(explicit_tag(2)));
    }
};

struct RevDetails {  // 5.3.9
    CertTemplate              certDetails;
    std::optional<Extensions> crlEntryDetails;
    static constexpr auto schema() { return sequence(field<&RevDetails::certDetails>(), field<&RevDetails::crlEntryDetails>()); }
};
using RevReqContent = List<RevDetails>;

struct RevRepContent {  // 5.3.10
    List<PKIStatusInfo, non_empty>                   status;
    std::optional<List<CertId, non_empty>>           revCerts;
    std::optional<List<CertificateList, non_empty>>  crls;
    static constexpr auto schema() {
        return sequence(field<&RevRepContent::status>(), field<&RevRepContent::revCerts>(explicit_tag(0)), field<&RevRepContent::crls>(explicit_tag(1)));
    }
};

struct CAKeyUpdAnnContent {  // 5.3.13
    CMPCertificate oldWithNew;
    CMPCertificate newWithOld;
    CMPCertificate newWithNew;
    static constexpr auto schema() {
        return sequence(field<&CAKeyUpdAnnContent::oldWithNew>(), field<&CAKeyUpdAnnContent::newWithOld>(), field<&CAKeyUpdAnnContent::newWithNew>());
    }
};
struct RootCaKeyUpdateContent {  // 5.3.19.15
    CMPCertificate                newWithNew;
    std::optional<CMPCertificate> newWithOld;
    std::optional<CMPCertificate> oldWithNew;
    static constexpr auto schema() {
        return sequence(field<&RootCaKeyUpdateContent::newWithNew>(), field<&RootCaKeyUpdateContent::newWithOld>(explicit_tag(0)),
                        field<&RootCaKeyUpdateContent::oldWithNew>(explicit_tag(1)));
    }
};
struct CAKeyUpdContent : Choice<der::Untagged<"cAKeyUpdAnnV2", CAKeyUpdAnnContent>, der::Explicit<"cAKeyUpdAnnV3", 0, RootCaKeyUpdateContent>> {};

struct RevAnnContent {  // 5.3.15
    PKIStatus                 status;
    CertId                    certId;
    der::GeneralizedTime      willBeRevokedAt;
    der::GeneralizedTime      badSinceDate;
    std::optional<Extensions> crlDetails;
    static constexpr auto schema() {
        return sequence(field<&RevAnnContent::status>(), field<&RevAnnContent::certId>(), field<&RevAnnContent::willBeRevokedAt>(),
                        field<&RevAnnContent::badSinceDate>(), field<&RevAnnContent::crlDetails>());
    }
};
using CRLAnnContent = List<CertificateList>;

struct CertStatus {  // 5.3.18
    der::OctetString                   certHash;       // of the DER certificate; algorithm in hashAlg, else the certificate's own
    std::int64_t                       certReqId = 0;
    std::optional<PKIStatusInfo>       statusInfo;     // absent: accepted
    std::optional<AlgorithmIdentifier> hashAlg;        // pvno cmp2021 only
    static constexpr auto schema() {
        return sequence(field<&CertStatus::certHash>(), field<&CertStatus::certReqId>(), field<&CertStatus::statusInfo>(),
                        field<&CertStatus::hashAlg>(explicit_tag(0)));
    }
};
using CertConfirmContent = List<CertStatus>;

struct ErrorMsgContent {  // 5.3.21
    PKIStatusInfo               pKIStatusInfo;
    std::optional<der::Integer> errorCode;
    std::optional<PKIFreeText>  errorDetails;
    static constexpr auto schema() {
        return sequence(field<&ErrorMsgContent::pKIStatusInfo>(), field<&ErrorMsgContent::errorCode>(), field<&ErrorMsgContent::errorDetails>());
    }
};

struct PollReq {  // 5.3.22
    std::int64_t certReqId = 0;
    static constexpr auto schema() { return sequence(field<&PollReq::certReqId>()); }
};
struct PollRep {
    std::int64_t               certReqId  = 0;
    std::int64_t               checkAfter = 0;  // seconds
    std::optional<PKIFreeText> reason;
    static constexpr auto schema() { return sequence(field<&PollRep::certReqId>(), field<&PollRep::checkAfter>(), field<&PollRep::reason>()); }
};
using PollReqContent = List<PollReq>;
using PollRepContent = List<PollRep>;

struct PKIMessage;
extern template struct der::Described<PKIMessage>;  // before PKIBody, whose table refers to it
using PKIMessages   = List<PKIMessage, non_empty>;
using GenMsgContent = List<InfoTypeAndValue>;

struct PKIBody : Choice<  // 5.1.2
    der::Explicit<"ir", 0, CertReqMessages>,
    der::Explicit<"ip", 1, CertRepMessage>,
    der::Explicit<"cr", 2, CertReqMessages>,
    der::Explicit<"cp", 3, CertRepMessage>,
    der::Explicit<"p10cr", 4, CertificationRequest>,
    der::Explicit<"popdecc", 5, POPODecKeyChallContent>,
    der::Explicit<"popdecr", 6, POPODecKeyRespContent>,
    der::Explicit<"kur", 7, CertReqMessages>,
    der::Explicit<"kup", 8, CertRepMessage>,
    der::Explicit<"krr", 9, CertReqMessages>,
    der::Explicit<"krp", 10, KeyRecRepContent>,
    der::Explicit<"rr", 11, RevReqContent>,
    der::Explicit<"rp", 12, RevRepContent>,
    der::Explicit<"ccr", 13, CertReqMessages>,
    der::Explicit<"ccp", 14, CertRepMessage>,
    der::Explicit<"ckuann", 15, CAKeyUpdContent>,
    der::Explicit<"cann", 16, CMPCertificate>,
    der::Explicit<"rann", 17, RevAnnContent>,
    der::Explicit<"crlann", 18, CRLAnnContent>,
    der::Explicit<"pkiconf", 19, der::Null>,
    der::Explicit<"nested", 20, PKIMessages>,
    der::Explicit<"genm", 21, GenMsgContent>,
    der::Explicit<"genp", 22, GenMsgContent>,
    der::Explicit<"error", 23, ErrorMsgContent>,
    der::Explicit<"certConf", 24, CertConfirmContent>,
    der::Explicit<"pollReq", 25, PollReqContent>,
    der::Explicit<"pollRep", 26, PollRepContent>> {
    Bytes received;  // protection covers these octets
};

/// The alternatives of PKIBody by number: what a state machine's tables speak of.
enum class BodyType : std::uint8_t {
    ir, ip, cr, cp, p10cr, popdecc, popdecr, kur, kup, krr, krp, rr, rp, ccr, ccp, ckuann, cann, rann, crlann, pkiconf, nested, genm, genp, error, certConf,
    pollReq, pollRep
};
inline BodyType  type_of(const PKIBody& body) { return static_cast<BodyType>(body.value.index()); }
std::string_view name_of(BodyType type);

struct PKIMessage {  // 5.1
    PKIHeader                      header;
    PKIBody                        body;
    std::optional<der::BitString>  protection;
    std::optional<CMPCertificates> extraCerts;
    Bytes                          received;
    static constexpr auto schema() {
        return sequence(field<&PKIMessage::header>(), field<&PKIMessage::body>(), field<&PKIMessage::protection>(explicit_tag(0)),
                        field<&PKIMessage::extraCerts>(explicit_tag(1)));
    }
};

/// The requests of an ir, cr, kur, krr or ccr; null for other bodies.
const CertReqMessages* cert_requests(const PKIBody& body);
/// The content of an ip, cp, kup or ccp; null for other bodies.
const CertRepMessage* cert_responses(const PKIBody& body);

}  // namespace cmpkit

extern template struct cmpkit::der::Described<cmpkit::PKIBody>;
extern template struct cmpkit::der::Described<cmpkit::Rand>;

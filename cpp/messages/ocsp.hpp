// What is asked of an OCSP responder, and what it answers (RFC 6960). Plain data: no behaviour, no policy.
#pragma once
#include "messages/extensions.hpp"

namespace cmpkit::ocsp {

enum class Version : std::int64_t { v1 };
std::string_view name_of(Version version);  // "unknown" for a number no RFC names
enum class ResponseStatus : std::int64_t { successful, malformedRequest, internalError, tryLater, sigRequired = 5, unauthorized };
std::string_view name_of(ResponseStatus status);

struct CertID {  // 4.1.1
    AlgorithmIdentifier hashAlgorithm;
    der::OctetString    issuerNameHash;
    der::OctetString    issuerKeyHash;
    der::Integer        serialNumber;
    static constexpr auto schema() {
        return sequence(field<&CertID::hashAlgorithm>(), field<&CertID::issuerNameHash>(), field<&CertID::issuerKeyHash>(), field<&CertID::serialNumber>());
    }
};

struct Request {  // 4.1.1
    CertID                    reqCert;
    std::optional<Extensions> singleRequestExtensions;
    static constexpr auto schema() { return sequence(field<&Request::reqCert>(), field<&Request::singleRequestExtensions>(explicit_tag(0))); }
};

struct TBSRequest {  // 4.1.1
    Version                    version = Version::v1;
    std::optional<GeneralName> requestorName;
    List<Request>              requestList;
    std::optional<Extensions>  requestExtensions;
    static constexpr auto schema() {
        return sequence(field<&TBSRequest::version, with_default>(explicit_tag(0)), field<&TBSRequest::requestorName>(explicit_tag(1)), field<&TBSRequest::requestList>(),
                        field<&TBSRequest::requestExtensions>(explicit_tag(2)));
    }
};

struct Signature {  // 4.1.1
    AlgorithmIdentifier              signatureAlgorithm;
    der::BitString                   signature;
    std::optional<List<Certificate>> certs;
    static constexpr auto schema() {
        return sequence(field<&Signature::signatureAlgorithm>(), field<&Signature::signature>(), field<&Signature::certs>(explicit_tag(0)));
    }
};

struct OCSPRequest {  // 4.1.1
    TBSRequest               tbsRequest;
    std::optional<Signature> optionalSignature;
    static constexpr auto schema() { return sequence(field<&OCSPRequest::tbsRequest>(), field<&OCSPRequest::optionalSignature>(explicit_tag(0))); }
};

struct ResponseBytes {  // 4.2.1
    der::Oid         responseType;
    der::OctetString response;
    static constexpr auto schema() { return sequence(field<&ResponseBytes::responseType>(), field<&ResponseBytes::response>()); }
};

struct OCSPResponse {  // 4.2.1
    der::Enumerated<ResponseStatus> responseStatus;
    std::optional<ResponseBytes>    responseBytes;
    static constexpr auto schema() { return sequence(field<&OCSPResponse::responseStatus>(), field<&OCSPResponse::responseBytes>(explicit_tag(0))); }
};

struct RevokedInfo {  // 4.2.1
    der::GeneralizedTime     revocationTime;
    std::optional<CRLReason> revocationReason;
    static constexpr auto schema() { return sequence(field<&RevokedInfo::revocationTime>(), field<&RevokedInfo::revocationReason>(explicit_tag(0))); }
};
struct CertStatus : Choice<der::Implicit<"good", 0, der::Null>, der::Implicit<"revoked", 1, RevokedInfo>, der::Implicit<"unknown", 2, der::Null>> {};

struct SingleResponse {  // 4.2.1
    CertID                              certID;
    CertStatus                          certStatus;
    der::GeneralizedTime                thisUpdate;
    std::optional<der::GeneralizedTime> nextUpdate;
    std::optional<Extensions>           singleExtensions;
    static constexpr auto schema() {
        return sequence(field<&SingleResponse::certID>(), field<&SingleResponse::certStatus>(), field<&SingleResponse::thisUpdate>(),
                        field<&SingleResponse::nextUpdate>(explicit_tag(0)), field<&SingleResponse::singleExtensions>(explicit_tag(1)));
    }
};

struct ResponderID : Choice<der::Explicit<"byName", 1, Name>, der::Explicit<"byKey", 2, der::OctetString>> {};  // 4.2.1

struct ResponseData {  // 4.2.1
    Version                   version = Version::v1;
    ResponderID               responderID;
    der::GeneralizedTime      producedAt;
    List<SingleResponse>      responses;
    std::optional<Extensions> responseExtensions;
    Bytes                     received;  // what the signature covers
    static constexpr auto schema() {
        return sequence(field<&ResponseData::version, with_default>(explicit_tag(0)), field<&ResponseData::responderID>(), field<&ResponseData::producedAt>(),
                        field<&ResponseData::responses>(), field<&ResponseData::responseExtensions>(explicit_tag(1)));
    }
};

struct BasicOCSPResponse {  // 4.2.1
    ResponseData                     tbsResponseData;
    AlgorithmIdentifier              signatureAlgorithm;
    der::BitString                   signature;
    std::optional<List<Certificate>> certs;
    static constexpr auto schema() {
        return sequence(field<&BasicOCSPResponse::tbsResponseData>(), field<&BasicOCSPResponse::signatureAlgorithm>(), field<&BasicOCSPResponse::signature>(),
                        field<&BasicOCSPResponse::certs>(explicit_tag(0)));
    }
};

}  // namespace cmpkit::ocsp

extern template struct cmpkit::der::Described<cmpkit::ocsp::OCSPRequest>;
extern template struct cmpkit::der::Described<cmpkit::ocsp::OCSPResponse>;
extern template struct cmpkit::der::Described<cmpkit::ocsp::BasicOCSPResponse>;

// PKCS#10 certification requests (RFC 2986).
#pragma once
#include "messages/cms.hpp"

namespace cmpkit {

struct CertificationRequestInfo {  // 4.1
    std::int64_t                     version = 0;
    Name                             subject;
    SubjectPublicKeyInfo             subjectPKInfo;
    SetOf<Attribute, der::Size::any> attributes;
    Bytes                            received;  // what the signature covers
    static constexpr auto schema() {
        return sequence(field<&CertificationRequestInfo::version>(), field<&CertificationRequestInfo::subject>(),
                        field<&CertificationRequestInfo::subjectPKInfo>(), field<&CertificationRequestInfo::attributes>(implicit_tag(0)));
    }
};

struct CertificationRequest {  // 4.2
    CertificationRequestInfo certificationRequestInfo;
    AlgorithmIdentifier      signatureAlgorithm;
    der::BitString           signature;
    Bytes                    received;
    static constexpr auto schema() {
        return sequence(field<&CertificationRequest::certificationRequestInfo>(), field<&CertificationRequest::signatureAlgorithm>(),
                        field<&CertificationRequest::signature>());
    }
};
/// The extensions of the extensionRequest attribute (RFC 2985 5.4.2), or null.
const Extensions* requested_extensions(const CertificationRequestInfo& info);

}  // namespace cmpkit

extern template struct cmpkit::der::Described<cmpkit::CertificationRequestInfo>;
extern template struct cmpkit::der::Described<cmpkit::CertificationRequest>;

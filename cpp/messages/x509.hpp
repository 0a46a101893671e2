// Certificates, CRLs and what they are made of (RFC 5280). Plain data: no behaviour, no policy.
#pragma once
#include "messages/oids.hpp"

namespace cmpkit {

using der::Choice, der::chosen_by, der::explicit_tag, der::field, der::implicit_tag, der::List, der::non_empty, der::sequence, der::SetOf, der::with_default;

// What each OID chooses; defined in open_types.cpp, where all types are known.
const der::OpenTable& algorithm_parameters();
const der::OpenTable& extension_values();
const der::OpenTable& attribute_values();  // of names, controls, regInfo, PKCS#10 and CMS attributes
const der::OpenTable& other_names();

struct AlgorithmIdentifier {  // 4.1.1.2
    der::Oid                 algorithm;
    std::optional<der::Open> parameters;
    static constexpr auto schema() {
        return sequence(field<&AlgorithmIdentifier::algorithm>(),
                        field<&AlgorithmIdentifier::parameters>(chosen_by<&AlgorithmIdentifier::algorithm>(algorithm_parameters)));
    }
};

struct AttributeTypeAndValue {  // 4.1.2.4; the same in RFC 4211 3
    der::Oid  type;
    der::Open value;
    static constexpr auto schema() {
        return sequence(field<&AttributeTypeAndValue::type>(), field<&AttributeTypeAndValue::value>(chosen_by<&AttributeTypeAndValue::type>(attribute_values)));
    }
};
using RelativeDistinguishedName = SetOf<AttributeTypeAndValue>;

struct Name : List<RelativeDistinguishedName> {  // a CHOICE of one untagged alternative, so tags on it are explicit
    using List::List;
    Bytes received;
    bool  is_null_dn() const { return empty(); }
};
std::string summary(const Name& name);  // RFC 4514, escaped; "NULL-DN" if empty

struct OtherName {
    der::Oid  type_id;
    der::Open value;
    static constexpr auto schema() {
        return sequence(field<&OtherName::type_id>(), field<&OtherName::value>(explicit_tag(0), chosen_by<&OtherName::type_id>(other_names)));
    }
};
bool well_formed_content(Bytes content);  // a row of DER elements
using RawSequence = der::View<der::tag::sequence, well_formed_content>;

struct GeneralName : Choice<  // 4.2.1.6
    der::Implicit<"otherName", 0, OtherName>,
    der::Implicit<"rfc822Name", 1, der::IA5String>,
    der::Implicit<"dNSName", 2, der::IA5String>,
    der::Implicit<"x400Address", 3, RawSequence>,
    der::Explicit<"directoryName", 4, Name>,
    der::Implicit<"ediPartyName", 5, RawSequence>,
    der::Implicit<"uniformResourceIdentifier", 6, der::IA5String>,
    der::Implicit<"iPAddress", 7, der::OctetString>,
    der::Implicit<"registeredID", 8, der::Oid>> {};
using GeneralNames = List<GeneralName, non_empty>;
std::string summary(const GeneralName& name);  // "dns:dev1.plant", "ip:192.0.2.1", "CN=…"

struct Time : Choice<der::Untagged<"utcTime", der::UTCTime>, der::Untagged<"generalTime", der::GeneralizedTime>> {};
std::int64_t unix_seconds(const Time& time);
/// UTCTime until 2049, GeneralizedTime after; what is beyond the year 9999 is 99991231235959Z, «no end» (4.1.2.5).
Time time_of(std::int64_t seconds, der::Arena& arena);

struct Validity {
    Time notBefore;
    Time notAfter;
    static constexpr auto schema() { return sequence(field<&Validity::notBefore>(), field<&Validity::notAfter>()); }
};

struct SubjectPublicKeyInfo {  // 4.1.2.7
    AlgorithmIdentifier algorithm;
    der::BitString      subjectPublicKey;
    Bytes               received;  // its first octet is the tag it stood under, [6] in a CertTemplate
    static constexpr auto schema() { return sequence(field<&SubjectPublicKeyInfo::algorithm>(), field<&SubjectPublicKeyInfo::subjectPublicKey>()); }
};

struct Extension {  // 4.1
    der::Oid        extnID;
    bool            critical = false;
    der::OpenOctets extnValue;
    static constexpr auto schema() {
        return sequence(field<&Extension::extnID>(), field<&Extension::critical, with_default>(),
                        field<&Extension::extnValue>(chosen_by<&Extension::extnID>(extension_values)));
    }
};
using Extensions = List<Extension, non_empty>;

enum class CertificateVersion : std::int64_t { v1, v2, v3 };
std::string_view name_of(CertificateVersion version);  // "unknown" for a number no RFC names

struct TBSCertificate {  // 4.1
    CertificateVersion            version = CertificateVersion::v1;
    der::Integer                  serialNumber;
    AlgorithmIdentifier           signature;
    Name                          issuer;
    Validity                      validity;
    Name                          subject;
    SubjectPublicKeyInfo          subjectPublicKeyInfo;
    std::optional<der::BitString> issuerUniqueID;
    std::optional<der::BitString> subjectUniqueID;
    std::optional<Extensions>     extensions;
    Bytes                         received;  // what the signature covers

    static constexpr auto schema() {
        return sequence(field<&TBSCertificate::version, with_default>(explicit_tag(0)),
                        field<&TBSCertificate::serialNumber>(),
                        field<&TBSCertificate::signature>(),
                        field<&TBSCertificate::issuer>(),
                        field<&TBSCertificate::validity>(),
                        field<&TBSCertificate::subject>(),
                        field<&TBSCertificate::subjectPublicKeyInfo>(),
                        field<&TBSCertificate::issuerUniqueID>(implicit_tag(1)),
                        field<&TBSCertificate::subjectUniqueID>(implicit_tag(2)),
                        field<&TBSCertificate::extensions>(explicit_tag(3)));
    }
};

struct Certificate {  // 4.1
    TBSCertificate      tbsCertificate;
    AlgorithmIdentifier signatureAlgorithm;
    der::BitString      signatureValue;
    Bytes               received;
    static constexpr auto schema() {
        return sequence(field<&Certificate::tbsCertificate>(), field<&Certificate::signatureAlgorithm>(), field<&Certificate::signatureValue>());
    }
};
using CMPCertificate = Certificate;  // RFC 9810 5.1: an extensible CHOICE of one untagged alternative

struct RevokedCertificate {  // 5.1.2.6
    der::Integer              userCertificate;
    Time                      revocationDate;
    std::optional<Extensions> crlEntryExtensions;
    static constexpr auto schema() {
        return sequence(field<&RevokedCertificate::userCertificate>(), field<&RevokedCertificate::revocationDate>(),
                        field<&RevokedCertificate::crlEntryExtensions>());
    }
};

struct TBSCertList {  // 5.1.2
    std::optional<CertificateVersion>                   version;
    AlgorithmIdentifier                                 signature;
    Name                                                issuer;
    Time                                                thisUpdate;
    std::optional<Time>                                 nextUpdate;
    std::optional<List<RevokedCertificate>>             revokedCertificates;
    std::optional<Extensions>                           crlExtensions;
    Bytes                                               received;
    static constexpr auto schema() {
        return sequence(field<&TBSCertList::version>(), field<&TBSCertList::signature>(), field<&TBSCertList::issuer>(),
                        field<&TBSCertList::thisUpdate>(), field<&TBSCertList::nextUpdate>(), field<&TBSCertList::revokedCertificates>(),
                        field<&TBSCertList::crlExtensions>(explicit_tag(0)));
    }
};

struct CertificateList {  // 5.1
    TBSCertList         tbsCertList;
    AlgorithmIdentifier signatureAlgorithm;
    der::BitString      signatureValue;
    Bytes               received;
    static constexpr auto schema() {
        return sequence(field<&CertificateList::tbsCertList>(), field<&CertificateList::signatureAlgorithm>(), field<&CertificateList::signatureValue>());
    }
};

}  // namespace cmpkit

extern template struct cmpkit::der::Described<cmpkit::AlgorithmIdentifier>;
extern template struct cmpkit::der::Described<cmpkit::Name>;
extern template struct cmpkit::der::Described<cmpkit::GeneralNames>;
extern template struct cmpkit::der::Described<cmpkit::SubjectPublicKeyInfo>;
extern template struct cmpkit::der::Described<cmpkit::Extensions>;
extern template struct cmpkit::der::Described<cmpkit::TBSCertificate>;
extern template struct cmpkit::der::Described<cmpkit::Certificate>;
extern template struct cmpkit::der::Described<cmpkit::TBSCertList>;
extern template struct cmpkit::der::Described<cmpkit::CertificateList>;

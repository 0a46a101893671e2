// What stands inside certificate and CRL extensions (RFC 5280 4.2, 5.2, 5.3).
#pragma once
#include "messages/x509.hpp"

namespace cmpkit {

enum class KeyUsageBit : std::uint8_t {  // 4.2.1.3
    digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment, keyAgreement, keyCertSign, cRLSign, encipherOnly, decipherOnly
};
std::string_view name_of(KeyUsageBit bit);
using KeyUsage = der::NamedBits<KeyUsageBit>;

enum class ReasonFlag : std::uint8_t {  // 4.2.1.13
    unused, keyCompromise, cACompromise, affiliationChanged, superseded, cessationOfOperation, certificateHold, privilegeWithdrawn, aACompromise
};
std::string_view name_of(ReasonFlag flag);
using ReasonFlags = der::NamedBits<ReasonFlag>;

enum class Reason : std::int64_t {  // 5.3.1
    unspecified = 0, keyCompromise = 1, cACompromise = 2, affiliationChanged = 3, superseded = 4, cessationOfOperation = 5, certificateHold = 6,
    removeFromCRL = 8, privilegeWithdrawn = 9, aACompromise = 10
};
std::string_view      name_of(Reason reason);  // "unknown" for a number no RFC names
std::optional<Reason> reason_from_name(std::string_view name);
using CRLReason = der::Enumerated<Reason>;

using ExtKeyUsage          = List<der::Oid>;  // may be empty in a certReqTemplate, RFC 9483 4.3.3
using SubjectKeyIdentifier = der::OctetString;

struct BasicConstraints {  // 4.2.1.9
    bool                        cA = false;
    std::optional<std::int64_t> pathLenConstraint;
    static constexpr auto schema() { return sequence(field<&BasicConstraints::cA, with_default>(), field<&BasicConstraints::pathLenConstraint>()); }
};

struct AuthorityKeyIdentifier {  // 4.2.1.1
    std::optional<der::OctetString> keyIdentifier;
    std::optional<GeneralNames>     authorityCertIssuer;
    std::optional<der::Integer>     authorityCertSerialNumber;
    static constexpr auto schema() {
        return sequence(field<&AuthorityKeyIdentifier::keyIdentifier>(implicit_tag(0)), field<&AuthorityKeyIdentifier::authorityCertIssuer>(implicit_tag(1)),
                        field<&AuthorityKeyIdentifier::authorityCertSerialNumber>(implicit_tag(2)));
    }
};

struct DistributionPointName : Choice<  // 4.2.1.13
    der::Implicit<"fullName", 0, GeneralNames>,
    der::Implicit<"nameRelativeToCRLIssuer", 1, RelativeDistinguishedName>> {};

struct DistributionPoint {
    std::optional<DistributionPointName> distributionPoint;
    std::optional<ReasonFlags>           reasons;
    std::optional<GeneralNames>          cRLIssuer;
    static constexpr auto schema() {
        return sequence(field<&DistributionPoint::distributionPoint>(explicit_tag(0)), field<&DistributionPoint::reasons>(implicit_tag(1)),
                        field<&DistributionPoint::cRLIssuer>(implicit_tag(2)));
    }
};
using CRLDistributionPoints = List<DistributionPoint, non_empty>;

struct IssuingDistributionPoint {  // 5.2.5
    std::optional<DistributionPointName> distributionPoint;
    bool                                 onlyContainsUserCerts = false;
    bool                                 onlyContainsCACerts   = false;
    std::optional<ReasonFlags>           onlySomeReasons;
    bool                                 indirectCRL                = false;
    bool                                 onlyContainsAttributeCerts = false;
    static constexpr auto schema() {
        return sequence(field<&IssuingDistributionPoint::distributionPoint>(explicit_tag(0)),
                        field<&IssuingDistributionPoint::onlyContainsUserCerts, with_default>(implicit_tag(1)),
                        field<&IssuingDistributionPoint::onlyContainsCACerts, with_default>(implicit_tag(2)),
                        field<&IssuingDistributionPoint::onlySomeReasons>(implicit_tag(3)),
                        field<&IssuingDistributionPoint::indirectCRL, with_default>(implicit_tag(4)),
                        field<&IssuingDistributionPoint::onlyContainsAttributeCerts, with_default>(implicit_tag(5)));
    }
};

struct AccessDescription {  // 4.2.2.1
    der::Oid    accessMethod;
    GeneralName accessLocation;
    static constexpr auto schema() { return sequence(field<&AccessDescription::accessMethod>(), field<&AccessDescription::accessLocation>()); }
};
using AuthorityInfoAccess = List<AccessDescription, non_empty>;

struct PolicyQualifierInfo {  // 4.2.1.4
    der::Oid  policyQualifierId;
    der::Open qualifier;
    static constexpr auto schema() { return sequence(field<&PolicyQualifierInfo::policyQualifierId>(), field<&PolicyQualifierInfo::qualifier>()); }
};
struct PolicyInformation {
    der::Oid                                            policyIdentifier;
    std::optional<List<PolicyQualifierInfo, non_empty>> policyQualifiers;
    static constexpr auto schema() { return sequence(field<&PolicyInformation::policyIdentifier>(), field<&PolicyInformation::policyQualifiers>()); }
};
using CertificatePolicies = List<PolicyInformation, non_empty>;

struct GeneralSubtree {  // 4.2.1.10
    GeneralName                 base;
    std::int64_t                minimum = 0;
    std::optional<std::int64_t> maximum;
    static constexpr auto schema() {
        return sequence(field<&GeneralSubtree::base>(), field<&GeneralSubtree::minimum, with_default>(implicit_tag(0)),
                        field<&GeneralSubtree::maximum>(implicit_tag(1)));
    }
};
struct NameConstraints {
    std::optional<List<GeneralSubtree, non_empty>> permittedSubtrees;
    std::optional<List<GeneralSubtree, non_empty>> excludedSubtrees;
    static constexpr auto schema() {
        return sequence(field<&NameConstraints::permittedSubtrees>(implicit_tag(0)), field<&NameConstraints::excludedSubtrees>(implicit_tag(1)));
    }
};

/// The extension of that OID, or null. The list has at most one of each (RFC 5280 4.2); the first is taken.
const Extension* find_extension(const std::optional<Extensions>& extensions, const OidConstant& oid);

/// The decoded value of that extension, or null: absent, or its octets are not of the type.
template <class T> const T* extension_value(const std::optional<Extensions>& extensions, const OidConstant& oid) {
    const Extension* extension = find_extension(extensions, oid);
    return extension ? extension->extnValue.get<T>() : nullptr;
}

}  // namespace cmpkit

extern template struct cmpkit::der::Described<cmpkit::KeyUsage>;
extern template struct cmpkit::der::Described<cmpkit::ExtKeyUsage>;
extern template struct cmpkit::der::Described<cmpkit::BasicConstraints>;
extern template struct cmpkit::der::Described<cmpkit::AuthorityKeyIdentifier>;
extern template struct cmpkit::der::Described<cmpkit::CRLDistributionPoints>;
extern template struct cmpkit::der::Described<cmpkit::IssuingDistributionPoint>;
extern template struct cmpkit::der::Described<cmpkit::CRLReason>;

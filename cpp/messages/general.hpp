// What stands inside generalInfo, genm and genp items (RFC 9810 5.1.1, 5.3.19) and in the KEM-based MAC.
#pragma once
#include "messages/body.hpp"
#include "messages/extensions.hpp"

namespace cmpkit {

using CertProfileValue = List<der::Utf8String, non_empty>;   // 5.1.1.4
using CaCertsValue     = CMPCertificates;                    // 5.3.19.14
using AlgorithmList    = List<AlgorithmIdentifier, non_empty>;
using OidList          = List<der::Oid, non_empty>;
using LanguageTags     = List<der::Utf8String, non_empty>;
using CRLs             = List<CertificateList, non_empty>;   // 5.3.19.17

struct CertReqTemplateContent {  // 5.3.19.16
    CertTemplate            certTemplate;
    std::optional<Controls> keySpec;
    std::optional<std::int64_t> rsaKeyLen;  // of the draft's Appendix A alone, read where a peer still follows it
    static constexpr auto schema() {
        return sequence(field<&CertReqTemplateContent::certTemplate>(), field<&CertReqTemplateContent::keySpec>(), field<&CertReqTemplateContent::rsaKeyLen>());
    }
};

struct CRLSource : Choice<der::Explicit<"dpn", 0, DistributionPointName>, der::Explicit<"issuer", 1, GeneralNames>> {};
struct CRLStatus {  // 5.3.19.17
    CRLSource           source;
    std::optional<Time> thisUpdate;
    static constexpr auto schema() { return sequence(field<&CRLStatus::source>(), field<&CRLStatus::thisUpdate>()); }
};
using CRLStatusList = List<CRLStatus, non_empty>;

struct KemCiphertextInfo {  // 5.1.1.5
    AlgorithmIdentifier kem;
    der::OctetString    ct;
    static constexpr auto schema() { return sequence(field<&KemCiphertextInfo::kem>(), field<&KemCiphertextInfo::ct>()); }
};
struct KemBMParameter {  // 5.1.3.4
    AlgorithmIdentifier             kdf;
    std::optional<der::OctetString> kemContext;
    std::int64_t                    len;
    AlgorithmIdentifier             mac;
    static constexpr auto schema() {
        return sequence(field<&KemBMParameter::kdf>(), field<&KemBMParameter::kemContext>(explicit_tag(0)), field<&KemBMParameter::len>(),
                        field<&KemBMParameter::mac>());
    }
};
struct KemOtherInfo {
    PKIFreeText                     staticString;
    der::OctetString                transactionID;
    std::optional<der::OctetString> kemContext;
    static constexpr auto schema() {
        return sequence(field<&KemOtherInfo::staticString>(), field<&KemOtherInfo::transactionID>(), field<&KemOtherInfo::kemContext>(explicit_tag(0)));
    }
};
struct OOBCertHash {  // 5.2.5
    std::optional<AlgorithmIdentifier> hashAlg;
    std::optional<CertId>              certId;
    der::BitString                     hashVal;
    static constexpr auto schema() {
        return sequence(field<&OOBCertHash::hashAlg>(explicit_tag(0)), field<&OOBCertHash::certId>(explicit_tag(1)), field<&OOBCertHash::hashVal>());
    }
};

}  // namespace cmpkit

extern template struct cmpkit::der::Described<cmpkit::CertProfileValue>;
extern template struct cmpkit::der::Described<cmpkit::CertReqTemplateContent>;
extern template struct cmpkit::der::Described<cmpkit::CRLStatusList>;
extern template struct cmpkit::der::Described<cmpkit::KemCiphertextInfo>;
extern template struct cmpkit::der::Described<cmpkit::KemBMParameter>;
extern template struct cmpkit::der::Described<cmpkit::KemOtherInfo>;
extern template struct cmpkit::der::Described<cmpkit::OOBCertHash>;

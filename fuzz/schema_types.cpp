// Every root of the schemas that no other target begins with: the first octet chooses the type.
#include "messages/body.hpp"
#include "messages/cms.hpp"
#include "messages/extensions.hpp"
#include "messages/general.hpp"
#include "schema.hpp"

namespace {

using namespace cmpkit;
using Hold = bool (*)(Bytes);
template <class... T> constexpr std::array<Hold, sizeof...(T)> holds{fuzz::hold_schema<T>...};

constexpr auto types = holds<
    AlgorithmIdentifier, Name, GeneralName, GeneralNames, RelativeDistinguishedName, SubjectPublicKeyInfo, Extensions, TBSCertificate, TBSCertList, KeyUsage, ReasonFlags, CRLReason,
    ExtKeyUsage, BasicConstraints, AuthorityKeyIdentifier, CRLDistributionPoints, IssuingDistributionPoint, AuthorityInfoAccess, CertificatePolicies, NameConstraints, CertTemplate,
    CertRequest, POPOSigningKeyInput, ProofOfPossession, EncryptedValue, EncryptedKey, CertId, PKIPublicationInfo, PKIArchiveOptions, EncKeyWithID, PBMParameter, DHBMParameter,
    PBKDF2_params, PBMAC1_params, RSASSA_PSS_params, GcmParameters, CertReqTemplateContent, CRLSource, CRLStatusList, KemCiphertextInfo, KemBMParameter, KemOtherInfo, OOBCertHash,
    CertProfileValue, AlgorithmList, OidList, LanguageTags, CRLs, InfoTypeAndValue, PKIHeader, PKIStatusInfo, PKIBody, CertRepMessage, KeyRecRepContent, RevReqContent, RevRepContent,
    RootCaKeyUpdateContent, CAKeyUpdContent, RevAnnContent, CertConfirmContent, ErrorMsgContent, PollReqContent, PollRepContent, POPODecKeyChallContent, Rand, SignerInfo, RecipientInfo,
    SignedAttributes, OneAsymmetricKey, EccCmsSharedInfo, CMSORIforKEMOtherInfo, OriginatorInfo, EncapsulatedContentInfo>;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size) types[data[0] % types.size()]({data + 1, size - 1});
    return 0;
}

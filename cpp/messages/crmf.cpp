#include "messages/crmf.hpp"

template struct cmpkit::der::Described<cmpkit::CertTemplate>;
template struct cmpkit::der::Described<cmpkit::CertRequest>;
template struct cmpkit::der::Described<cmpkit::CertReqMessages>;
template struct cmpkit::der::Described<cmpkit::POPOSigningKeyInput>;
template struct cmpkit::der::Described<cmpkit::EncryptedKey>;
template struct cmpkit::der::Described<cmpkit::CertId>;
template struct cmpkit::der::Described<cmpkit::PBMParameter>;
template struct cmpkit::der::Described<cmpkit::PBKDF2_params>;
template struct cmpkit::der::Described<cmpkit::PBMAC1_params>;
template struct cmpkit::der::Described<cmpkit::RSASSA_PSS_params>;

namespace cmpkit {

std::string_view name_of(SubsequentMessage message) {
    return message == SubsequentMessage::encrCert ? "encrCert" : message == SubsequentMessage::challengeResp ? "challengeResp" : "unknown";
}
std::string_view name_of(PublicationAction action) {
    return action == PublicationAction::dontPublish ? "dontPublish" : action == PublicationAction::pleasePublish ? "pleasePublish" : "unknown";
}
std::string_view name_of(PublicationMethod method) {
    static constexpr std::string_view names[] = {"dontCare", "x500", "web", "ldap"};
    const auto i = static_cast<std::size_t>(method);
    return i < std::size(names) ? names[i] : "unknown";
}

}  // namespace cmpkit

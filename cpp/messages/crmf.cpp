#include "messages/crmf.hpp"

template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::CertTemplate>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::CertRequest>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::CertReqMessages>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::POPOSigningKeyInput>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::EncryptedKey>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::CertId>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::PBMParameter>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::PBKDF2_params>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::PBMAC1_params>();
template const cmpkit::der::Type& cmpkit::der::describe<cmpkit::RSASSA_PSS_params>();

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

#include "messages/pkcs10.hpp"

template struct cmpkit::der::Described<cmpkit::CertificationRequestInfo>;
template struct cmpkit::der::Described<cmpkit::CertificationRequest>;

namespace cmpkit {

const Extensions* requested_extensions(const CertificationRequestInfo& info) {
    for (const Attribute& attribute : info.attributes)
        if (attribute.type == oids::id_extensionRequest && attribute.values.size() == 1) return attribute.values.front().get<Extensions>();
    return nullptr;
}

}  // namespace cmpkit

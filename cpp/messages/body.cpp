#include "messages/body.hpp"

template struct cmpkit::der::Described<cmpkit::PKIBody>;
template struct cmpkit::der::Described<cmpkit::PKIMessage>;
template struct cmpkit::der::Described<cmpkit::Rand>;

namespace cmpkit {

std::string_view name_of(BodyType type) {
    const auto fields = der::describe<PKIBody>().fields;
    const auto i      = static_cast<std::size_t>(type);
    return i < fields.size() ? fields[i].name : "unknown";
}

const CertReqMessages* cert_requests(const PKIBody& body) {
    if (const auto* ir = body.get<"ir">()) return ir;
    if (const auto* cr = body.get<"cr">()) return cr;
    if (const auto* kur = body.get<"kur">()) return kur;
    if (const auto* krr = body.get<"krr">()) return krr;
    return body.get<"ccr">();
}

const CertRepMessage* cert_responses(const PKIBody& body) {
    if (const auto* ip = body.get<"ip">()) return ip;
    if (const auto* cp = body.get<"cp">()) return cp;
    if (const auto* kup = body.get<"kup">()) return kup;
    return body.get<"ccp">();
}

}  // namespace cmpkit

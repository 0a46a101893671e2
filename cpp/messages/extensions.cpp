#include "messages/extensions.hpp"

template struct cmpkit::der::Described<cmpkit::KeyUsage>;
template struct cmpkit::der::Described<cmpkit::ExtKeyUsage>;
template struct cmpkit::der::Described<cmpkit::BasicConstraints>;
template struct cmpkit::der::Described<cmpkit::AuthorityKeyIdentifier>;
template struct cmpkit::der::Described<cmpkit::CRLDistributionPoints>;
template struct cmpkit::der::Described<cmpkit::IssuingDistributionPoint>;
template struct cmpkit::der::Described<cmpkit::CRLReason>;

namespace cmpkit {

std::string_view name_of(KeyUsageBit bit) {
    static constexpr std::string_view names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
                                                 "keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly"};
    const auto i = static_cast<std::size_t>(bit);
    return i < std::size(names) ? names[i] : "unknown";
}

std::string_view name_of(ReasonFlag flag) {
    static constexpr std::string_view names[] = {"unused",     "keyCompromise",        "cACompromise",    "affiliationChanged",
                                                 "superseded", "cessationOfOperation", "certificateHold", "privilegeWithdrawn", "aACompromise"};
    const auto i = static_cast<std::size_t>(flag);
    return i < std::size(names) ? names[i] : "unknown";
}

namespace {
constexpr std::string_view reason_names[] = {"unspecified", "keyCompromise",        "cACompromise",    "affiliationChanged",
                                             "superseded",  "cessationOfOperation", "certificateHold", "",
                                             "removeFromCRL", "privilegeWithdrawn", "aACompromise"};
}

std::string_view name_of(Reason reason) {
    const auto i = static_cast<std::size_t>(reason);
    return i < std::size(reason_names) && !reason_names[i].empty() ? reason_names[i] : "unknown";
}

std::optional<Reason> reason_from_name(std::string_view name) {
    for (std::size_t i = 0; i < std::size(reason_names); ++i)
        if (!name.empty() && reason_names[i] == name) return static_cast<Reason>(i);
    return std::nullopt;
}

const Extension* find_extension(const std::optional<Extensions>& extensions, const OidConstant& oid) {
    if (!extensions) return nullptr;
    const auto found = std::ranges::find_if(*extensions, [&](const Extension& e) { return e.extnID == oid; });
    return found == extensions->end() ? nullptr : found;
}

}  // namespace cmpkit

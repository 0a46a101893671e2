#include "messages/header.hpp"

template struct cmpkit::der::Described<cmpkit::PKIHeader>;

namespace cmpkit {

std::string_view name_of(Pvno pvno) {
    switch (pvno) {
    case Pvno::cmp1999: return "cmp1999";
    case Pvno::cmp2000: return "cmp2000";
    case Pvno::cmp2021: return "cmp2021";
    }
    return "unknown";
}

const InfoTypeAndValue* find_info(const std::optional<GeneralInfo>& info, const OidConstant& type) {
    if (!info) return nullptr;
    const auto found = std::ranges::find_if(*info, [&](const InfoTypeAndValue& item) { return item.infoType == type; });
    return found == info->end() ? nullptr : found;
}

}  // namespace cmpkit

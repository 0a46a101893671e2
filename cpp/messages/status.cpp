#include "messages/status.hpp"

template struct cmpkit::der::Described<cmpkit::PKIStatusInfo>;

namespace cmpkit {

std::string_view name_of(PKIStatus status) {
    static constexpr std::string_view names[] = {"accepted",          "grantedWithMods",        "rejection",       "waiting",
                                                 "revocationWarning", "revocationNotification", "keyUpdateWarning"};
    const auto i = static_cast<std::size_t>(status);
    return i < std::size(names) ? names[i] : "unknown";
}

std::optional<FailInfo> first_fail_info(const PKIStatusInfo& status) {
    for (unsigned bit = 0; status.failInfo && bit < 32; ++bit)
        if (status.failInfo->has(static_cast<FailInfo>(bit))) return static_cast<FailInfo>(bit);
    return std::nullopt;
}

std::string joined(const std::optional<PKIFreeText>& text) {
    std::string line;
    if (!text) return line;
    for (const der::Utf8String& part : *text) line.append(line.empty() ? "" : "; ").append(text_of(part.content));
    return line;
}

PKIStatusInfo rejection(FailInfo info, std::string_view text, der::Arena& arena) {
    PKIStatusInfo status{.status = PKIStatus::rejection, .statusString = {}, .failInfo = PKIFailureInfo::of({info})};
    if (text.empty()) return status;
    auto* line     = arena.make<der::Utf8String>();
    line->content  = arena.keep(text);
    status.statusString = PKIFreeText(line, 1);
    return status;
}

}  // namespace cmpkit

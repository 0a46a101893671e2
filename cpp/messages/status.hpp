// PKIStatusInfo: how a request ended (RFC 9810 5.2.3).
#pragma once
#include "messages/x509.hpp"

namespace cmpkit {

enum class PKIStatus : std::int64_t { accepted, grantedWithMods, rejection, waiting, revocationWarning, revocationNotification, keyUpdateWarning };
std::string_view name_of(PKIStatus status);  // "unknown" for a number no RFC names

using PKIFreeText    = List<der::Utf8String, non_empty>;
using PKIFailureInfo = der::NamedBits<FailInfo>;

struct PKIStatusInfo {
    PKIStatus                     status = PKIStatus::accepted;
    std::optional<PKIFreeText>    statusString;
    std::optional<PKIFailureInfo> failInfo;
    static constexpr auto schema() {
        return sequence(field<&PKIStatusInfo::status>(), field<&PKIStatusInfo::statusString>(), field<&PKIStatusInfo::failInfo>());
    }
};
/// What a peer's refusal says: its first failInfo bit, its text joined with "; " and not yet escaped.
std::optional<FailInfo> first_fail_info(const PKIStatusInfo& status);
std::string             joined(const std::optional<PKIFreeText>& text);
/// rejection with one bit and, unless empty, one line of text (5.2.3: emit exactly one). The text lives in the arena.
PKIStatusInfo rejection(FailInfo info, std::string_view text, der::Arena& arena);
inline bool   is_granted(const PKIStatusInfo& s) { return s.status == PKIStatus::accepted || s.status == PKIStatus::grantedWithMods; }

}  // namespace cmpkit

extern template struct cmpkit::der::Described<cmpkit::PKIStatusInfo>;

#include "operations/status_answers.hpp"

namespace cmpkit::operations {
namespace {

std::optional<PKIFreeText> one_line(std::string_view text, der::Arena& arena) {
    if (text.empty()) return std::nullopt;
    auto* line    = arena.make<der::Utf8String>();
    line->content = arena.keep(text);
    return PKIFreeText(line, 1);
}

}  // namespace

PKIStatusInfo waiting_status(std::string_view reason, der::Arena& arena) { return {.status = PKIStatus::waiting, .statusString = one_line(reason, arena), .failInfo = {}}; }

void put_error(const PKIStatusInfo& status, PKIBody& answer) { answer.emplace<"error">().pKIStatusInfo = status; }

void put_status(const PKIBody& asked, const PKIStatusInfo& status, PKIBody& answer, der::Arena& arena) {
    const bool waits = status.status == PKIStatus::waiting;
    if (asked.is<"rr">() && !waits) {
        auto* one  = arena.make<PKIStatusInfo>();
        *one       = status;
        answer.emplace<"rp">().status = List<PKIStatusInfo, non_empty>(one, 1);
        return;
    }
    if (!asked.is<"ir">() && !asked.is<"cr">() && !asked.is<"kur">() && !asked.is<"p10cr">()) return put_error(status, answer);
    auto* response      = arena.make<CertResponse>();
    response->certReqId = asked.is<"p10cr">() ? -1 : 0;  // RFC 9810 5.3.4
    response->status    = status;
    const CertRepMessage content{{}, List<CertResponse>(response, 1)};
    if (asked.is<"ir">()) answer.emplace<"ip">() = content;
    else if (asked.is<"kur">()) answer.emplace<"kup">() = content;
    else answer.emplace<"cp">() = content;
}

void put_poll_response(std::int64_t cert_req_id, std::int64_t check_after, std::string_view reason, PKIBody& answer, der::Arena& arena) {
    auto* again = arena.make<PollRep>();
    *again      = {cert_req_id, check_after, one_line(reason, arena)};
    answer.emplace<"pollRep">() = PollRepContent(again, 1);
}

}  // namespace cmpkit::operations

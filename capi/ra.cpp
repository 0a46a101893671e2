// The registration officer's desk: requests that an RA holds until somebody has looked at them.
#include "der/print.hpp"
#include "desk.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

std::string request_json(const admission::Desk::Listed& listed) {
    const admission::PendingRequest& request = *listed.request;
    const auto member = [](const char* name, std::string_view value) { return std::string(",\"") + name + "\":" + der::json_string(value); };
    return "{\"id\":\"" + to_hex(listed.id) + '"' + member("type", text_of(request.type.content)) + member("subject", text_of(request.subject.content)) +
           member("details", text_of(request.details.content)) + member("requester", escaped(text_of(request.requester.content))) +
           member("verdict", name_of(request.verdict)) + member("askedAt", der::shown_time(request.askedAt.content)) + "}";
}

cmpkit_rc decide(cmpkit_responder* responder, const char* id, admission::Verdict verdict, const char* reason, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!responder || !id) return Error{.code = Code::bad_argument, .detail = "responder and id are needed"};
        const auto at = AtCounter::of(*responder);
        return at ? decide(*at, id, verdict, reason ? reason : "") : at.error();
    });
}

}  // namespace

Result<std::string> capi::pending_json(const admission::Desk& desk) {
    auto waiting = desk.list();
    if (!waiting) return waiting.error();
    std::string json;
    for (const auto& listed : *waiting) json += (json.empty() ? "" : ",\n ") + request_json(listed);
    return "[" + json + "]";
}

Result<responder::Incident> capi::decision_on(const admission::Desk& desk, Bytes id, admission::Verdict verdict, std::string_view reason) {
    responder::Incident incident{.transaction_id = {}, .requester = {}, .address = {}, .body = "decide " + to_hex(id), .outcome = std::string(name_of(verdict)), .problem = {}};
    auto waiting = desk.list();
    if (!waiting) return waiting.error();
    const auto found = std::ranges::find_if(*waiting, [&](const auto& listed) { return equal(listed.id, id); });
    if (found == waiting->end()) return incident;
    const admission::PendingRequest& request = *found->request;
    incident.on_behalf_of   = text_of(request.requester.content);
    incident.deed.asked     = text_of(request.type.content);
    incident.deed.subject   = text_of(request.subject.content);
    incident.deed.rejection = reason;
    return incident;
}

extern "C" {

cmpkit_rc cmpkit_ra_pending(cmpkit_responder* responder, cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!responder) return no_handle;
        const auto at = AtCounter::of(*responder);
        if (!at) return at.error();
        auto text = pending_json(at->desk());
        if (!text) return text.error();
        return buf_of(*text);
    });
}
cmpkit_rc cmpkit_ra_approve(cmpkit_responder* responder, const char* id, cmpkit_error** error) { return decide(responder, id, admission::Verdict::approved, nullptr, error); }
cmpkit_rc cmpkit_ra_reject(cmpkit_responder* responder, const char* id, const char* reason, cmpkit_error** error) {
    return decide(responder, id, admission::Verdict::rejected, reason, error);
}

}  // extern "C"

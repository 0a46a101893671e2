#include "service/events.hpp"

#include "der/print.hpp"

namespace cmpkit::service {
namespace {

using responder::Incident;

bool is_trouble_of_ours(const Error& problem) { return problem.fail_info == FailInfo::systemFailure || problem.fail_info == FailInfo::systemUnavail; }

std::string_view word_for_grant(std::string_view asked) {
    if (asked == "rr") return "revoked";
    if (asked == "kur") return "updated";
    return asked == "genm" ? "" : "enrolled";
}

/// What an operator did by hand.
std::string_view word_for_deed(std::string_view outcome) {
    for (const std::string_view word : {"approved", "rejected", "revoked"})
        if (outcome == word) return word;
    return {};
}

std::string_view word_for(const Incident& incident) {
    if (incident.kind == "operator") return word_for_deed(incident.outcome);
    // A requester that polls an RA fetches what was told when it came.
    if (!incident.deed.upstream.empty() && incident.body == "pollReq" && !incident.problem) return {};
    if (incident.deed.status == PKIStatus::waiting) return incident.outcome.starts_with("ready") ? "" : "waiting";  // it polls already
    if (incident.deed.status == PKIStatus::rejection) return incident.deed.is_trouble ? "failed" : "refused";
    if (incident.deed.status) return word_for_grant(incident.deed.asked);
    if (incident.outcome == "expired" || incident.outcome == "given up") return "failed";
    if (incident.outcome != "error" || !incident.problem) return {};
    return is_trouble_of_ours(*incident.problem) ? "failed" : "refused";
}

std::string reason_of(const Incident& incident, std::string_view word) {
    if (word == "revoked" || word == "enrolled" || word == "updated") return word == "revoked" ? incident.deed.reason : std::string();
    if (incident.problem) return incident.problem->text();
    return incident.deed.rejection.empty() ? incident.deed.reason : incident.deed.rejection;
}

}  // namespace

std::string event_line(const Incident& incident, std::int64_t now) {
    const std::string_view word = word_for(incident);
    if (word.empty()) return {};
    std::string line   = "{\"time\":" + der::json_string(der::shown_time(now));
    const auto  member = [&](const char* name, std::string_view value) {
        if (!value.empty()) line += std::string(",\"") + name + "\":" + der::json_string(escaped(value));
    };
    const bool is_for_another = !incident.on_behalf_of.empty(), is_by_another = is_for_another || incident.kind == "operator";
    const responder::Deed& deed = incident.deed;
    member("event", word);
    member("ca", incident.authority);
    member("transactionID", incident.transaction_id);
    member("requester", is_by_another ? incident.on_behalf_of : incident.requester);
    member("by", is_by_another ? incident.requester : std::string());
    member("device", deed.device);
    member("deviceSerial", deed.device_serial);
    member("asked", deed.asked.empty() && incident.kind != "operator" ? incident.body : deed.asked);
    member("profile", deed.profile);
    member("subject", deed.subject);
    member("serial", deed.serial);
    member("notAfter", deed.not_after);
    member("rule", deed.rule);
    member("upstream", deed.upstream);
    member("reason", reason_of(incident, word));
    return line + "}";
}

void Audience::set(Hear hear) {
    const std::lock_guard lock(mutex_);
    hear_ = std::move(hear);
}

Audience::Hear Audience::find() const {
    const std::lock_guard lock(mutex_);
    return hear_;
}

Result<void> Events::tell(const Incident& incident, std::int64_t now) const {
    const auto hear = audience_ ? audience_->find() : Audience::Hear();
    if (!file_ && !hear) return {};
    const std::string line = event_line(incident, now);
    if (line.empty()) return {};
    if (hear) hear(line);
    return file_ ? file_->write(line) : Result<void>();
}

}  // namespace cmpkit::service

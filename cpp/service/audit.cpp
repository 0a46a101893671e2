#include "service/audit.hpp"

#include "der/print.hpp"

namespace cmpkit::service {

std::string audit_line(const responder::Incident& incident, std::int64_t now) {
    std::string line   = "{\"time\":" + der::json_string(der::shown_time(now));
    const auto  member = [&](const char* name, std::string_view value) {
        if (!value.empty()) line += std::string(",\"") + name + "\":" + der::json_string(escaped(value));
    };
    member("ca", incident.authority);
    member("transactionID", incident.transaction_id);
    member("requester", incident.requester);
    member("kind", incident.kind);
    member("onBehalfOf", incident.on_behalf_of);
    member("through", incident.through);
    member("address", incident.address);
    member("body", incident.body);
    member("profile", incident.deed.profile);
    member("outcome", incident.outcome);
    member("serial", incident.deed.serial);
    member("subject", incident.deed.subject);
    member("reason", incident.deed.reason);
    member("invalidSince", incident.deed.since);
    member("approvedBy", incident.deed.approved_by);
    member("vouched", incident.deed.vouched);
    if (incident.problem) member("problem", incident.problem->text());
    return line + "}";
}

}  // namespace cmpkit::service

#include "service/audit.hpp"

#include "der/print.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cmpkit::service {
namespace {

Error failed(const std::string& path) { return {.code = Code::io, .detail = path + ": " + std::strerror(errno)}; }

}  // namespace

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

Result<std::shared_ptr<AuditLog>> AuditLog::open(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (file < 0) return failed(path);
    return std::shared_ptr<AuditLog>(new AuditLog(file, path));
}

AuditLog::~AuditLog() { ::close(file_); }

// One write a line, so that lines of several processes do not mix; what was cut short is ended by the next line.
Result<void> AuditLog::write(const responder::Incident& incident, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    const std::string     line = (is_cut_ ? "\n" : "") + audit_line(incident, now) + "\n";
    ssize_t               done;
    do done = ::write(file_, line.data(), line.size());
    while (done < 0 && errno == EINTR);
    if (done < 0) return failed(path_);
    is_cut_ = static_cast<std::size_t>(done) < line.size();
    return is_cut_ ? Error{.code = Code::io, .detail = path_ + ": the disk is full"} : Result<void>();
}

}  // namespace cmpkit::service

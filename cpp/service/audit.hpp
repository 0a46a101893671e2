// The audit log: one line of JSON for each message that was answered and each decision of an operator or of time, in a file that only grows.
// It is for reading afterwards: nothing is decided by it, and what is true of a certificate is in the store.
#pragma once
#include "responder/responder.hpp"

#include <mutex>

namespace cmpkit::service {

/// Several processes may write to the same file. Threads: any.
class AuditLog {
public:
    /// Appends to the file; makes it with mode 0600. @error io
    static Result<std::shared_ptr<AuditLog>> open(const std::string& path);
    ~AuditLog();
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;

    /// Handed to the system when it returns; not synced to the disk. @error io  the line is not in the file, or not whole
    Result<void> write(const responder::Incident& incident, std::int64_t now);

private:
    AuditLog(int file, std::string path) : file_(file), path_(std::move(path)) {}

    int         file_;
    std::string path_;
    std::mutex  mutex_;            // guards what is below
    bool        is_cut_ = false;   // the last line has no end
};

/// One line of it, without its end.
std::string audit_line(const responder::Incident& incident, std::int64_t now);

}  // namespace cmpkit::service

// The audit log: one line of JSON for each message that was answered and each decision of an operator or of time, in a file that only grows.
// It is for reading afterwards: nothing is decided by it, and what is true of a certificate is in the store.
#pragma once
#include "responder/responder.hpp"

namespace cmpkit::service {

/// One line of it, without its end.
std::string audit_line(const responder::Incident& incident, std::int64_t now);

}  // namespace cmpkit::service

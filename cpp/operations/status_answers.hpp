// Answers that say no, or not yet: by the body that answers the request where that carries a status, else by an error message (RFC 9483 3.6.2, 4.4).
#pragma once
#include "messages/body.hpp"

namespace cmpkit::operations {

/// Refuses a first message, or tells that it waits. Values of the answer live in the arena and in `status`.
void put_status(const PKIBody& asked, const PKIStatusInfo& status, PKIBody& answer, der::Arena& arena);

/// An error message.
void put_error(const PKIStatusInfo& status, PKIBody& answer);

/// Ask again after that time. @param reason  for the requester; empty: none
void put_poll_response(std::int64_t cert_req_id, std::int64_t check_after, std::string_view reason, PKIBody& answer, der::Arena& arena);

/// The status «waiting» with words.
PKIStatusInfo waiting_status(std::string_view reason, der::Arena& arena);

}  // namespace cmpkit::operations

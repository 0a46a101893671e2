// Delayed delivery (RFC 9483 4.4): how a server tells a client to wait, and what it reads of a pollReq.
#include "operations/server.hpp"
#include "operations/status_answers.hpp"

namespace cmpkit::operations {

// RFC 9810 5.3.22: −1 asks for the whole answer, as after an error or a p10cr; the other values are those of the response that said «waiting».
Result<void> ServerOperation::read_poll(const PollReqContent& content) const {
    if (content.size() == 1 && (content.front().certReqId == 0 || content.front().certReqId == -1)) return {};
    return Error{.code = Code::bad_request, .path = "body.pollReq", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.4", .detail = "exactly one certReqId, that of the response"};
}

ServerAction ServerOperation::tell_to_wait() {
    const PKIStatusInfo status = waiting_status(waiting_.reason, arena_);
    // RFC 9483 4.4: what has no status of its own in its answer waits by an error message.
    const bool is_enrollment = !first_message().body.is<"rr">() && !first_message().body.is<"genm">();
    if (!is_enrollment) put_error(status, body_);
    Answer told      = is_enrollment ? certificate_answer(status) : answer();
    told.state       = TransactionState::waiting;
    told.check_after = waiting_.check_after;
    return told;
}

ServerAction ServerOperation::tell_to_poll_again() {
    put_poll_response(message_.body.get<"pollReq">()->front().certReqId, waiting_.check_after, waiting_.reason, body_, arena_);
    Answer told      = answer();
    told.state       = TransactionState::waiting;
    told.check_after = waiting_.check_after;
    return told;
}

}  // namespace cmpkit::operations

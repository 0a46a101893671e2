// Delayed delivery on the side of the end entity (RFC 9483 4.4, RFC 9810 5.3.22): told to wait, it polls until the answer comes.
#include "operations/end_entity.hpp"
#include "operations/header_checks.hpp"

namespace cmpkit::operations {
namespace {

Error bad_wait(const char* path, const char* detail) {
    return {.code = Code::bad_request, .path = path, .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.4", .detail = detail};
}

}  // namespace

// RFC 9483 3.5: an answer carries our nonce. The final one after polling may be that of an upstream CA, who knows the first nonce only (RFC 9483 4.4).
Result<void> EndEntity::check_place(const PKIMessage& message) const {
    auto good = check_answer(message.header, transaction_id_, our_nonce_);
    if (!good && trust_.peer.recip_nonce_of_request && !request_nonce_.empty()) good = check_answer(message.header, transaction_id_, request_nonce_);
    if (good || state_ != State::polling || message.body.is<"pollRep">()) return good;
    return check_answer(message.header, transaction_id_, first_nonce_) ? Result<void>() : good;
}

Result<EndEntity::Happening> EndEntity::read_waiting(std::int64_t cert_req_id, const PKIStatusInfo& status) {
    if (state_ == State::polling) return bad_wait("body", "a pollReq is answered by a pollRep or by what was waited for");
    first_nonce_ = our_nonce_;
    poll_id_     = cert_req_id;
    peer_text_   = joined(status.statusString);
    return Happening::waiting;
}

Result<EndEntity::Happening> EndEntity::read_poll_response(const PollRepContent& content) {
    if (content.size() != 1 || content.front().certReqId != poll_id_) return bad_wait("body.pollRep", "exactly one element, with the certReqId of the pollReq");
    if (content.front().checkAfter < 0) return bad_wait("body.pollRep[0].checkAfter", "it is negative");
    check_after_ = std::min(content.front().checkAfter, longest_wait);
    peer_text_   = joined(content.front().reason);
    return Happening::postponed;
}

Action EndEntity::send_poll() {
    PollReq request{poll_id_};
    PKIBody body;
    body.emplace<"pollReq">() = PollReqContent(&request, 1);
    return send(message(body, Pvno::cmp2000, {}));
}

Action EndEntity::pause() {
    wake_at_ = now_ ? std::optional(now_ + check_after_) : std::nullopt;
    return Wait{check_after_, peer_text_};
}

// By the clock the time went on while nobody ran; a clock that was set back makes no wait longer than the peer asked for.
Action EndEntity::wait_on() {
    const bool has_clock = now_ > 0 && wake_at_;
    return Wait{has_clock ? std::clamp(*wake_at_ - now_, std::int64_t{0}, check_after_) : check_after_, peer_text_};
}

}  // namespace cmpkit::operations

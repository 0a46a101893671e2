// The table of the relay, and its own answers.
#include "operations/relay.hpp"

#include "operations/header_checks.hpp"
#include "operations/requests.hpp"
#include "operations/status_answers.hpp"

namespace cmpkit::operations {
namespace {

Error problem_of(Code code, FailInfo info, const char* clause, const char* detail) {
    return {.code = code, .path = "body", .fail_info = info, .clause = clause, .detail = detail};
}

RelayOperation::State state_of(const RelayedTransaction& transaction) {
    switch (transaction.state) {
    case RelayState::fresh: return RelayOperation::State::fresh;
    case RelayState::undecided: return RelayOperation::State::undecided;
    case RelayState::asked: return RelayOperation::State::asked;
    case RelayState::told: return RelayOperation::State::told;
    case RelayState::ready: return RelayOperation::State::ready;
    case RelayState::open: return RelayOperation::State::open;
    case RelayState::ended: break;
    }
    return RelayOperation::State::ended;
}

}  // namespace

RelayOperation::RelayOperation(const PKIMessage& message, const Requester& requester, const RelayedTransaction& transaction, const PKIMessage* first, std::string label, Waiting usual)
    : message_(message), requester_(requester), transaction_(transaction), first_(first), label_(std::move(label)), usual_(std::move(usual)), state_(state_of(transaction)) {
    enrollment_.id = revocation_.id = inquiry_.id = request_id(transaction_key(requester.id, message.header.transactionID->content));
}

const std::span<const RelayOperation::Row>& RelayOperation::table() {
    using S = State;
    using H = Happening;
    using O = RelayOperation;
    static constexpr Row rows[] = {
        // RFC 9483 3.6.2, seed 5.3: faults of the header are told by an error message, those of a request by its own answer.
        {S::fresh, H::request, &O::has_bad_header, &O::tell_problem, S::answered},
        {S::fresh, H::request, &O::is_malformed, &O::refuse, S::answered},
        {S::fresh, H::request, nullptr, &O::ask_permission, S::deciding},
        {S::fresh, H::confirmation, nullptr, &O::tell_unexpected, S::answered},
        {S::fresh, H::poll, nullptr, &O::tell_unexpected, S::answered},
        {S::fresh, H::error, nullptr, &O::tell_unexpected, S::answered},
        {S::fresh, H::other, nullptr, &O::tell_unexpected, S::answered},
        {S::deciding, H::permitted, nullptr, &O::forward, S::answered},
        {S::deciding, H::refused, nullptr, &O::refuse, S::answered},
        {S::deciding, H::informed, nullptr, &O::tell_information, S::answered},
        {S::deciding, H::postponed, &O::is_polled, &O::tell_undecided, S::answered},
        {S::deciding, H::postponed, nullptr, &O::tell_to_wait, S::answered},
        {S::undecided, H::request, nullptr, &O::tell_in_use, S::answered},
        {S::undecided, H::confirmation, nullptr, &O::tell_unexpected, S::answered},
        {S::undecided, H::poll, &O::is_malformed, &O::tell_problem, S::answered},
        {S::undecided, H::poll, nullptr, &O::ask_permission, S::deciding},
        {S::undecided, H::error, &O::is_malformed, &O::tell_problem, S::answered},
        {S::undecided, H::error, nullptr, &O::ask_to_forget, S::forgetting},
        {S::undecided, H::other, nullptr, &O::tell_unexpected, S::answered},
        {S::forgetting, H::forgotten, nullptr, &O::acknowledge, S::answered},
        {S::asked, H::request, nullptr, &O::tell_in_use, S::answered},
        {S::asked, H::confirmation, nullptr, &O::tell_unexpected, S::answered},
        {S::asked, H::poll, nullptr, &O::tell_unexpected, S::answered},
        {S::asked, H::error, nullptr, &O::tell_unexpected, S::answered},
        {S::asked, H::other, nullptr, &O::tell_unexpected, S::answered},
        {S::told, H::request, nullptr, &O::tell_in_use, S::answered},
        {S::told, H::confirmation, nullptr, &O::tell_unexpected, S::answered},
        {S::told, H::poll, &O::is_malformed, &O::tell_problem, S::answered},
        {S::told, H::poll, nullptr, &O::tell_to_poll_again, S::answered},
        // What is on its way is not called back: a certificate that nobody confirms is withdrawn by its CA.
        {S::told, H::error, &O::is_malformed, &O::tell_problem, S::answered},
        {S::told, H::error, nullptr, &O::acknowledge, S::answered},
        {S::told, H::other, nullptr, &O::tell_unexpected, S::answered},
        {S::ready, H::request, nullptr, &O::tell_in_use, S::answered},
        {S::ready, H::confirmation, nullptr, &O::tell_unexpected, S::answered},
        {S::ready, H::poll, &O::is_malformed, &O::tell_problem, S::answered},
        {S::ready, H::poll, nullptr, &O::deliver, S::answered},
        {S::ready, H::error, &O::is_malformed, &O::tell_problem, S::answered},
        {S::ready, H::error, nullptr, &O::acknowledge, S::answered},
        {S::ready, H::other, nullptr, &O::tell_unexpected, S::answered},
        {S::open, H::request, nullptr, &O::tell_in_use, S::answered},
        {S::open, H::confirmation, &O::is_malformed, &O::tell_problem, S::answered},
        {S::open, H::confirmation, nullptr, &O::forward, S::answered},
        {S::open, H::poll, &O::is_malformed, &O::tell_problem, S::answered},
        {S::open, H::poll, nullptr, &O::forward, S::answered},
        {S::open, H::error, &O::is_malformed, &O::tell_problem, S::answered},
        {S::open, H::error, nullptr, &O::forward, S::answered},
        {S::open, H::other, nullptr, &O::tell_unexpected, S::answered},
        {S::ended, H::request, nullptr, &O::tell_in_use, S::answered},
        {S::ended, H::confirmation, nullptr, &O::tell_unexpected, S::answered},
        {S::ended, H::poll, nullptr, &O::tell_unexpected, S::answered},
        // RFC 9483 3.6.2: the error message of an end entity is acknowledged.
        {S::ended, H::error, &O::is_malformed, &O::tell_problem, S::answered},
        {S::ended, H::error, nullptr, &O::acknowledge, S::answered},
        {S::ended, H::other, nullptr, &O::tell_unexpected, S::answered},
    };
    static constexpr std::span<const Row> all = rows;
    return all;
}

RelayAction RelayOperation::step(Happening happening) {
    const Row* row = find_transition(table(), state_, happening, *this);
    assert(row);  // the responder answers what was asked
    state_ = row->to;
    return (this->*row->action)();
}

RelayAction RelayOperation::begin() { return step(read()); }
RelayAction RelayOperation::permitted() { return step(Happening::permitted); }
RelayAction RelayOperation::forgotten() { return step(Happening::forgotten); }

RelayAction RelayOperation::refused(const Refusal& refusal) {
    problem_            = refusal.for_operator;
    problem_->fail_info = refusal.fail_info;
    problem_->detail    = refusal.text;
    return step(Happening::refused);
}

RelayAction RelayOperation::postponed(Waiting waiting) {
    waiting_ = std::move(waiting);
    return step(Happening::postponed);
}

RelayAction RelayOperation::informed(Information information) {
    information_ = std::move(information);
    return step(Happening::informed);
}

// ---------------------------------------------------------------- what came

RelayOperation::Happening RelayOperation::read() {
    if (auto good = check_place(); !good) problem_ = good.error();
    if (message_.body.is<"certConf">()) return Happening::confirmation;
    if (message_.body.is<"error">()) return Happening::error;
    if (message_.body.is<"pollReq">()) {
        if (auto good = check_poll(); !good && !problem_) problem_ = good.error();
        if (transaction_.state == RelayState::undecided) read_first();
        return Happening::poll;
    }
    const auto& body = message_.body;
    if (!asks_for_certificate(body) && !body.is<"rr">() && !body.is<"genm">()) return Happening::other;
    has_bad_header_ = problem_.has_value();
    read_first();
    return Happening::request;
}

// First messages answer nothing, later ones the last answer that the requester got.
Result<void> RelayOperation::check_place() const {
    if (transaction_.state == RelayState::fresh) return check_first(message_.header);
    if (!is_later(message_.body)) return {};
    return check_answer(message_.header, message_.header.transactionID->content, transaction_.senderNonce.content);
}

// RFC 9810 5.3.22: −1 asks for the whole answer.
Result<void> RelayOperation::check_poll() const {
    const auto& polls = *message_.body.get<"pollReq">();
    if (polls.size() == 1 && (polls.front().certReqId == 0 || polls.front().certReqId == -1)) return {};
    return Error{.code = Code::bad_request, .path = "body.pollReq", .fail_info = FailInfo::badRequest, .clause = "RFC 9483 4.4", .detail = "exactly one certReqId, that of the response"};
}

void RelayOperation::read_first() {
    const PKIBody& body = first().body;
    const auto     note = [this](const Result<void>& result) {
        if (!result && !problem_) problem_ = result.error();
    };
    if (const auto* content = body.get<"rr">()) {
        is_revocation_ = true;
        return note(read_revocation(*content, revocation_));
    }
    if (const auto* content = body.get<"genm">()) {
        is_inquiry_ = true;
        return note(read_inquiry(*content, first().header, label_, inquiry_));
    }
    is_enrollment_     = true;
    is_key_generation_ = asks_key_generation(body);
    note(read_wishes(first().header, label_, enrollment_));
    has_bad_header_ = problem_.has_value();
    // RFC 9483 4.1.6: who generates the key judges such a request; there is no possession to prove.
    note(is_key_generation_ ? read_names(body, enrollment_) : read_enrollment(body, requester_.kind, enrollment_));
}

// ---------------------------------------------------------------- what is answered

RelayAction RelayOperation::answer(std::optional<RelayState> state) { return RelayAnswer{.body = &body_, .state = state}; }

RelayAction RelayOperation::error_answer(const Error& error) {
    put_error(rejection(error.fail_info.value_or(FailInfo::badRequest), error.detail, arena_), body_);
    return RelayAnswer{.body = &body_, .refusal = error};
}

RelayAction RelayOperation::refuse() {
    put_status(first().body, rejection(problem_->fail_info.value_or(FailInfo::badRequest), problem_->detail, arena_), body_, arena_);
    return RelayAnswer{.body = &body_, .state = RelayState::ended, .refusal = problem_};
}

RelayAction RelayOperation::tell_to_wait() {
    put_status(message_.body, waiting_status(waiting_.reason, arena_), body_, arena_);
    return RelayAnswer{.body = &body_, .state = RelayState::undecided, .check_after = waiting_.check_after};
}

RelayAction RelayOperation::tell_undecided() {
    put_poll_response(message_.body.get<"pollReq">()->front().certReqId, waiting_.check_after, waiting_.reason, body_, arena_);
    return RelayAnswer{.body = &body_, .state = transaction_.state, .check_after = waiting_.check_after};
}

RelayAction RelayOperation::tell_to_poll_again() {
    waiting_ = usual_;
    return tell_undecided();
}

RelayAction RelayOperation::tell_information() {
    auto items = der::parse<GenMsgContent>(information_.items, arena_);
    if (!items) {
        problem_            = items.error();
        problem_->fail_info = FailInfo::systemFailure;
        return refuse();
    }
    body_.emplace<"genp">() = *items;
    return answer(RelayState::ended);
}

RelayAction RelayOperation::acknowledge() {
    body_.emplace<"pkiconf">();
    return answer(RelayState::ended);
}

RelayAction RelayOperation::tell_in_use() {
    return error_answer(problem_of(Code::transaction_mismatch, FailInfo::transactionIdInUse, "RFC 9483 3.5", "this transactionID is in use"));
}
RelayAction RelayOperation::tell_unexpected() {
    return error_answer(problem_of(Code::unexpected_body, FailInfo::badRequest, "RFC 9483 3.5", "this message does not belong here"));
}
RelayAction RelayOperation::tell_problem() { return error_answer(*problem_); }

// ---------------------------------------------------------------- what upstreams say

AnswerKind kind_of(const PKIMessage& answer, const PKIMessage& first) {
    if (answer.body.is<"pollRep">()) return AnswerKind::waiting;
    if (const auto* error = answer.body.get<"error">()) return error->pKIStatusInfo.status == PKIStatus::waiting ? AnswerKind::waiting : AnswerKind::final;
    const auto* responses = cert_responses(answer.body);
    if (!responses) return AnswerKind::final;
    const auto has = [&](PKIStatus status) { return std::ranges::any_of(responses->response, [&](const CertResponse& each) { return each.status.status == status; }); };
    if (has(PKIStatus::waiting)) return AnswerKind::waiting;
    const bool is_granted = has(PKIStatus::accepted) || has(PKIStatus::grantedWithMods);
    const auto is_confirmed = [](const PKIMessage& message) { return find_info(message.header.generalInfo, oids::id_it_implicitConfirm) != nullptr; };
    return is_granted && !(is_confirmed(answer) && is_confirmed(first)) ? AnswerKind::granted : AnswerKind::final;
}

PollRep wait_of(const PKIBody& answer) {
    constexpr std::int64_t usual = 10;  // seconds; a message that says «waiting» names no time
    if (const auto* again = answer.get<"pollRep">(); again && !again->empty()) return again->front();
    const auto* responses = cert_responses(answer);
    return {responses && !responses->response.empty() ? responses->response.front().certReqId : -1, usual, {}};
}

}  // namespace cmpkit::operations

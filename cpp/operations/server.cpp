// The table of the server, and its answers. What it reads is in server_requests.cpp.
#include "operations/server.hpp"

#include "operations/header_checks.hpp"

namespace cmpkit::operations {

std::string_view name_of(RequesterKind kind) {
    switch (kind) {
    case RequesterKind::secret: return "secret";
    case RequesterKind::external: return "external";
    case RequesterKind::own: return "own";
    case RequesterKind::ra: return "ra";
    }
    return "unknown";
}

namespace {

ServerOperation::State state_of(const Transaction& transaction) {
    switch (transaction.state) {
    case TransactionState::issued: return ServerOperation::State::issued;
    case TransactionState::ended: return ServerOperation::State::ended;
    case TransactionState::waiting: return ServerOperation::State::waiting;
    default: return ServerOperation::State::fresh;
    }
}

Error problem_of(Code code, FailInfo info, const char* clause, const char* detail) {
    return {.code = code, .path = "body", .fail_info = info, .clause = clause, .detail = detail};
}

}  // namespace

ServerOperation::ServerOperation(const PKIMessage& message, const Requester& requester, const Transaction& transaction, const PKIMessage* pending, std::string profile_hint,
                                 std::string approved_by)
    : message_(message), requester_(requester), transaction_(transaction), pending_(pending), profile_hint_(std::move(profile_hint)), state_(state_of(transaction)) {
    enrollment_.approved_by = revocation_.approved_by = std::move(approved_by);
}

const std::span<const ServerOperation::Row>& ServerOperation::table() {
    using S = State;
    using H = Happening;
    using O = ServerOperation;
    static constexpr Row rows[] = {
        // RFC 9483 3.6.2: faults of the header are told by an error message, those of a request by its own answer.
        {S::fresh, H::enrollment, &O::has_bad_header, &O::tell_problem, S::answered},
        {S::fresh, H::enrollment, &O::is_malformed, &O::refuse_enrollment, S::answered},
        {S::fresh, H::enrollment, nullptr, &O::ask_enrollment, S::enrolling},
        {S::fresh, H::revocation, &O::has_bad_header, &O::tell_problem, S::answered},
        {S::fresh, H::revocation, &O::is_malformed, &O::refuse_revocation, S::answered},
        {S::fresh, H::revocation, nullptr, &O::ask_revocation, S::revoking},
        {S::fresh, H::inquiry, &O::is_malformed, &O::tell_problem_and_end, S::answered},
        {S::fresh, H::inquiry, nullptr, &O::ask_information, S::informing},
        {S::fresh, H::confirmation, nullptr, &O::tell_unexpected, S::answered},
        {S::fresh, H::poll, nullptr, &O::tell_unexpected, S::answered},
        {S::fresh, H::error, nullptr, &O::tell_unexpected, S::answered},
        {S::fresh, H::other, nullptr, &O::tell_unexpected, S::answered},
        {S::enrolling, H::granted, nullptr, &O::grant, S::answered},
        {S::enrolling, H::refused, nullptr, &O::refuse_enrollment, S::answered},
        {S::enrolling, H::undecided, &O::is_polled, &O::tell_to_poll_again, S::answered},
        {S::enrolling, H::undecided, nullptr, &O::tell_to_wait, S::answered},
        {S::revoking, H::granted, nullptr, &O::grant_revocation, S::answered},
        {S::revoking, H::refused, nullptr, &O::refuse_revocation, S::answered},
        {S::revoking, H::undecided, &O::is_polled, &O::tell_to_poll_again, S::answered},
        {S::revoking, H::undecided, nullptr, &O::tell_to_wait, S::answered},
        {S::informing, H::granted, nullptr, &O::grant_information, S::answered},
        {S::informing, H::refused, nullptr, &O::tell_problem_and_end, S::answered},
        {S::informing, H::undecided, &O::is_polled, &O::tell_to_poll_again, S::answered},
        {S::informing, H::undecided, nullptr, &O::tell_to_wait, S::answered},
        {S::waiting, H::enrollment, nullptr, &O::tell_in_use, S::answered},
        {S::waiting, H::revocation, nullptr, &O::tell_in_use, S::answered},
        {S::waiting, H::inquiry, nullptr, &O::tell_in_use, S::answered},
        {S::waiting, H::confirmation, nullptr, &O::tell_unexpected, S::answered},
        {S::waiting, H::poll, &O::is_malformed, &O::tell_problem, S::answered},
        {S::waiting, H::poll, &O::waits_for_revocation, &O::ask_revocation, S::revoking},
        {S::waiting, H::poll, &O::waits_for_information, &O::ask_information, S::informing},
        {S::waiting, H::poll, nullptr, &O::ask_enrollment, S::enrolling},
        {S::waiting, H::error, &O::is_malformed, &O::tell_problem, S::answered},
        {S::waiting, H::error, nullptr, &O::ask_abandon, S::abandoning},
        {S::waiting, H::other, nullptr, &O::tell_unexpected, S::answered},
        {S::abandoning, H::abandoned, nullptr, &O::acknowledge, S::answered},
        {S::issued, H::enrollment, nullptr, &O::tell_in_use, S::answered},
        {S::issued, H::revocation, nullptr, &O::tell_in_use, S::answered},
        {S::issued, H::inquiry, nullptr, &O::tell_in_use, S::answered},
        {S::issued, H::confirmation, &O::is_malformed, &O::tell_problem, S::answered},
        {S::issued, H::confirmation, &O::is_accepted_by_client, &O::ask_certificate, S::comparing},
        {S::issued, H::confirmation, nullptr, &O::ask_withdraw, S::withdrawing},
        {S::issued, H::poll, nullptr, &O::tell_unexpected, S::answered},
        {S::issued, H::error, &O::is_malformed, &O::tell_problem, S::answered},
        {S::issued, H::error, nullptr, &O::ask_withdraw, S::withdrawing},
        {S::issued, H::other, nullptr, &O::tell_unexpected, S::answered},
        {S::comparing, H::found, &O::is_malformed, &O::ask_withdraw, S::withdrawing},
        {S::comparing, H::found, nullptr, &O::ask_confirm, S::confirming},
        {S::confirming, H::confirmed, nullptr, &O::acknowledge, S::answered},
        {S::withdrawing, H::withdrawn, &O::is_malformed, &O::tell_problem_and_end, S::answered},
        {S::withdrawing, H::withdrawn, nullptr, &O::acknowledge, S::answered},
        {S::ended, H::enrollment, nullptr, &O::tell_in_use, S::answered},
        {S::ended, H::revocation, nullptr, &O::tell_in_use, S::answered},
        {S::ended, H::inquiry, nullptr, &O::tell_in_use, S::answered},
        {S::ended, H::confirmation, &O::is_malformed, &O::tell_problem, S::answered},
        {S::ended, H::confirmation, nullptr, &O::tell_confirmed_already, S::answered},
        {S::ended, H::poll, nullptr, &O::tell_unexpected, S::answered},
        {S::ended, H::error, &O::is_malformed, &O::tell_problem, S::answered},
        {S::ended, H::error, &O::is_confirmed_implicitly, &O::ask_withdraw, S::withdrawing},
        {S::ended, H::error, nullptr, &O::acknowledge, S::answered},
        {S::ended, H::other, nullptr, &O::tell_unexpected, S::answered},
    };
    static constexpr std::span<const Row> all = rows;
    return all;
}

ServerAction ServerOperation::step(Happening happening) {
    const Row* row = find_transition(table(), state_, happening, *this);
    assert(row);  // the responder answers what was asked
    state_ = row->to;
    return (this->*row->action)();
}

ServerAction ServerOperation::begin() { return step(read()); }

/// What the authority said, where it did not grant.
template <class T> ServerAction ServerOperation::decided(Decision<T>& decision) {
    if (auto* waiting = std::get_if<Waiting>(&decision.outcome)) {
        waiting_ = std::move(*waiting);
        return step(Happening::undecided);
    }
    auto& refusal       = std::get<Refusal>(decision.outcome);
    problem_            = std::move(refusal.for_operator);
    problem_->fail_info = refusal.fail_info;
    problem_->detail    = std::move(refusal.text);
    return step(Happening::refused);
}

ServerAction ServerOperation::issued(Decision<Issued> decision) {
    auto* issued = std::get_if<Issued>(&decision.outcome);
    if (!issued) return decided(decision);
    issued_ = std::move(*issued);
    return step(Happening::granted);
}

ServerAction ServerOperation::revoked(Decision<Nothing> decision) {
    return std::holds_alternative<Nothing>(decision.outcome) ? step(Happening::granted) : decided(decision);
}

ServerAction ServerOperation::informed(Decision<Information> decision) {
    auto* information = std::get_if<Information>(&decision.outcome);
    if (!information) return decided(decision);
    information_ = std::move(*information);
    return step(Happening::granted);
}

ServerAction ServerOperation::certificate(Result<crypto::Cert> certificate) {
    auto same = certificate ? compare_hash(*certificate) : Result<void>(certificate.error());
    if (!same) problem_ = same.error();
    return step(Happening::found);
}

ServerAction ServerOperation::confirmed() { return step(Happening::confirmed); }
ServerAction ServerOperation::withdrawn() { return step(Happening::withdrawn); }
ServerAction ServerOperation::abandoned() { return step(Happening::abandoned); }

// ---------------------------------------------------------------- what is asked

ServerAction ServerOperation::ask_enrollment() { return Ask(AskEnrollment{enrollment_}); }
ServerAction ServerOperation::ask_revocation() { return Ask(AskRevocation{revocation_}); }
ServerAction ServerOperation::ask_information() { return Ask(AskInformation{inquiry_}); }
ServerAction ServerOperation::ask_certificate() { return Ask(AskCertificate{copy_of(transaction_.certificate->content)}); }
ServerAction ServerOperation::ask_confirm() { return Ask(AskConfirm{copy_of(transaction_.certificate->content)}); }
ServerAction ServerOperation::ask_withdraw() { return Ask(AskWithdraw{copy_of(transaction_.certificate->content)}); }

ServerAction ServerOperation::ask_abandon() { return Ask(AskAbandon{enrollment_.id}); }

// ---------------------------------------------------------------- what is answered

Answer ServerOperation::answer() const {
    Answer answer;
    answer.body = &body_;
    // RFC 9810 7: the answer has the version of the request.
    answer.pvno        = message_.header.pvno == Pvno::cmp2021 ? Pvno::cmp2021 : Pvno::cmp2000;
    answer.cert_req_id = response_.certReqId;
    return answer;
}

Answer ServerOperation::error_answer(const Error& error) {
    body_.emplace<"error">().pKIStatusInfo = rejection(error.fail_info.value_or(FailInfo::badRequest), error.detail, arena_);
    Answer told  = answer();
    told.refusal = error;
    return told;
}

Answer ServerOperation::certificate_answer(const PKIStatusInfo& status) {
    // RFC 9810 5.3.4: −1 in the answer to a p10cr.
    const PKIBody& asked = first_message().body;
    response_.certReqId  = asked.is<"p10cr">() ? -1 : 0;
    response_.status     = status;
    CertRepMessage content{{}, List<CertResponse>(&response_, 1)};
    if (issued_ && issued_->root && asked.is<"ir">() && requester_.kind == RequesterKind::secret) {
        // caPubs only where the MAC vouches for it (RFC 9483 4.1.1, 4.1.5).
        auto* root     = arena_.make<CMPCertificate>();
        *root          = **issued_->root;
        content.caPubs = CMPCertificates(root, 1);
    }
    if (asked.is<"ir">()) body_.emplace<"ip">() = content;
    else if (asked.is<"kur">()) body_.emplace<"kup">() = content;
    else body_.emplace<"cp">() = content;
    return answer();
}

ServerAction ServerOperation::grant() {
    PKIStatusInfo status{.status = issued_->with_mods ? PKIStatus::grantedWithMods : PKIStatus::accepted, .statusString = {}, .failInfo = {}};
    if (!issued_->mods.empty()) {
        auto* line          = arena_.make<der::Utf8String>();
        line->content       = arena_.keep(issued_->mods);
        status.statusString = PKIFreeText(line, 1);
    }
    response_.certifiedKeyPair.emplace().certOrEncCert.emplace<"certificate">() = *issued_->certificate;
    Answer granted       = certificate_answer(status);
    granted.extra_certs  = std::move(issued_->chain);
    granted.certificate  = std::move(issued_->key);
    if (issued_->confirmed_implicitly) {
        granted.general_info.push_back(implicit_confirm());
        granted.state = TransactionState::ended;
    } else {
        granted.general_info.push_back(confirm_wait_time(issued_->confirm_by, arena_));
        granted.state = TransactionState::issued;
        granted.due   = issued_->confirm_by;
    }
    return granted;
}

ServerAction ServerOperation::refuse_enrollment() {
    Answer refused  = certificate_answer(rejection(problem_->fail_info.value_or(FailInfo::badRequest), problem_->detail, arena_));
    refused.state   = TransactionState::ended;
    refused.refusal = problem_;
    return refused;
}

ServerAction ServerOperation::grant_revocation() {
    body_.emplace<"rp">().status = List<PKIStatusInfo, non_empty>(&revocation_status_, 1);
    Answer granted               = answer();
    granted.state                = TransactionState::ended;
    return granted;
}

ServerAction ServerOperation::grant_information() {
    auto items = der::parse<GenMsgContent>(information_.items, arena_);
    if (!items) {
        problem_            = items.error();
        problem_->fail_info = FailInfo::systemFailure;
        return tell_problem_and_end();
    }
    body_.emplace<"genp">() = *items;
    Answer told             = answer();
    told.state              = TransactionState::ended;
    return told;
}

ServerAction ServerOperation::refuse_revocation() {
    revocation_status_           = rejection(problem_->fail_info.value_or(FailInfo::badRequest), problem_->detail, arena_);
    body_.emplace<"rp">().status = List<PKIStatusInfo, non_empty>(&revocation_status_, 1);
    Answer refused               = answer();
    refused.state                = TransactionState::ended;
    refused.refusal              = problem_;
    return refused;
}

ServerAction ServerOperation::acknowledge() {
    body_.emplace<"pkiconf">();
    Answer acknowledged = answer();
    acknowledged.state  = TransactionState::ended;
    return acknowledged;
}

ServerAction ServerOperation::tell_in_use() {
    return error_answer(problem_of(Code::transaction_mismatch, FailInfo::transactionIdInUse, "RFC 9483 3.5", "this transactionID is in use"));
}
ServerAction ServerOperation::tell_confirmed_already() {
    return error_answer(problem_of(Code::unexpected_body, FailInfo::certConfirmed, "RFC 9810 5.3.18", "nothing is left to be confirmed"));
}
ServerAction ServerOperation::tell_unexpected() {
    return error_answer(problem_of(Code::unexpected_body, FailInfo::badRequest, "RFC 9483 3.5", "this message does not belong here"));
}
ServerAction ServerOperation::tell_problem() { return error_answer(*problem_); }

ServerAction ServerOperation::tell_problem_and_end() {
    Answer told = error_answer(*problem_);
    told.state  = TransactionState::ended;
    return told;
}

// RFC 9483 3.6.4: faults of the header or the protection are told by an error message.
ServerAction ServerOperation::refused(const Error& error) { return error_answer(error); }

}  // namespace cmpkit::operations

// A transaction as its requester sees it: what its messages do.
#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"
#include "operations/status_answers.hpp"
#include "responder/passage.hpp"

namespace cmpkit::responder {

using operations::AnswerKind;
using operations::Errand;
using operations::RelayAction;
using operations::RelayOperation;
using operations::RelayState;

namespace {

Error spent_secret() {
    return {.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .clause = "RFC 9483 3.5", .detail = "this secret is spent, expired or locked"};
}

Error without_protection() {
    return {.code = Code::bad_state, .fail_info = FailInfo::systemUnavail, .detail = "there is nothing to protect an answer to this requester with"};
}

/// Octets that no other archived request of that transaction's name has: the ID may be used again when the transaction is forgotten.
Octets archive_key(Bytes transaction, std::int64_t now) {
    Octets key = copy_of(transaction);
    key.push_back(0);
    for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(now) >> shift));
    return key;
}

}  // namespace

Result<Passed> Passage::visit(const Visit& visit) {
    auto found = load();
    if (!found) return found.error();
    // The very same octets again: the very same answer, also to a requester that slept longer than messageTime allows; or it is still being asked for.
    const auto before = std::ranges::find_if(record().exchanges, [&](const auto& each) { return equal(each.request.content, visit.hash); });
    if (before != record().exchanges.end()) return Passed{.step = {.reply = Reply{copy_of(before->reply.content)}, .key = key_}, .word = "repeated"};
    if (record().state == RelayState::asked && equal(asked().received, visit.message.received))
        return Passed{.step = {.key = key_, .patience = upstream() ? upstream()->answer_seconds : 1}, .word = "repeated"};
    if (auto good = operations::check_time(visit.message.header, now_, doorway_.time_window); !good) return Passed{.word = "error", .refusal = good.error()};
    if (visit.sender.unrecognised) return Passed{.word = "error", .refusal = visit.sender.unrecognised};
    if (!*found && !visit.sender.for_new) return Passed{.word = "error", .refusal = spent_secret()};
    const std::string label = record().profile ? std::string(text_of(record().profile->content)) : visit.label;
    RelayOperation    operation(visit.message, visit.sender.requester, record(), first_ ? &first() : nullptr, label, {doorway_.poll_seconds, "the CA has not answered yet"});
    return decide(operation, visit);
}

Result<Passed> Passage::decide(RelayOperation& operation, const Visit& visit) {
    RelayAction next = operation.begin();
    for (;;) {
        if (std::holds_alternative<operations::Forward>(next)) return forward(visit);
        if (std::holds_alternative<operations::Deliver>(next)) return deliver(visit);
        if (const auto* answer = std::get_if<operations::RelayAnswer>(&next)) return reply(*answer, visit);
        if (std::holds_alternative<operations::AskToForget>(next)) {
            auto forgotten = authority_.abandon(operations::request_id(key_));
            if (!forgotten) return forgotten.error();
            std::ranges::move(*forgotten, std::back_inserter(writes_));
            next = operation.forgotten();
            continue;
        }
        auto asked = ask(operation, visit);
        if (!asked) return asked.error();
        next = std::move(*asked);
    }
}

ra::Question Passage::question_of(const RelayOperation& operation, const Visit& visit) {
    const auto*  enrollment = operation.enrollment();
    ra::Question question{.type = type_of(operation.first().body), .profile = {}, .route = record().profile ? std::string(text_of(record().profile->content)) : visit.label,
                          .enrollment = enrollment, .revocation = operation.revocation(), .inquiry = operation.inquiry(), .is_key_generation = operation.is_key_generation(),
                          .id = operations::request_id(key_)};
    question.profile = enrollment ? enrollment->profile : operation.inquiry() ? operation.inquiry()->profile : question.route;
    note_request(deed_, operation.first(), question.type);
    deed_.profile    = question.profile;
    return question;
}

Result<RelayAction> Passage::ask(RelayOperation& operation, const Visit& visit) {
    auto judgement = authority_.judge(question_of(operation, visit), visit.sender.requester, now_);
    if (!judgement) return judgement.error();
    std::ranges::move(judgement->writes, std::back_inserter(writes_));
    if (const auto* refusal = std::get_if<operations::Refusal>(&judgement->outcome)) return operation.refused(*refusal);
    if (auto* waiting = std::get_if<operations::Waiting>(&judgement->outcome)) return operation.postponed(std::move(*waiting));
    permission_ = std::get<ra::Permission>(std::move(judgement->outcome));
    if (permission_->information) return operation.informed(std::move(*permission_->information));
    return operation.permitted();
}

// ---------------------------------------------------------------- what goes on

// The first message, now or when an officer has allowed it.
Result<Octets> Passage::permit(Record& record, const Visit& visit) {
    const PKIMessage& first = first_ ? this->first() : visit.message;
    const auto        asks  = operations::asks_implicit_confirm(first.header);
    record.confirms   = permission_->rule->implicit_confirm && asks && *asks;
    record.rule       = der::utf8_string(permission_->rule->name);
    record.upstream   = der::utf8_string(permission_->upstream->name);
    record.forwarding = permission_->forwarding;
    record.request    = static_cast<std::int64_t>(type_of(first.body));
    record.first      = der::octet_string(first.received);
    if (!record.profile) record.profile = der::utf8_string(visit.label);
    if (first_) record.poll = der::octet_string(visit.message.received);
    auto outgoing = first_onward(first, *permission_, upward(*permission_->upstream, record));
    if (outgoing && permission_->rule->archive) writes_.push_back(archived(first, *outgoing));
    return outgoing;
}

// A later message.
Result<Octets> Passage::continue_with(Record& record, const Visit& visit) {
    (visit.message.body.is<"pollReq">() ? record.poll : record.current) = der::octet_string(visit.message.received);
    return later_onward(visit.message, upward(*upstream(), record));
}

Result<Passed> Passage::forward(const Visit& visit) {
    if (!permission_ && record().forwarding == operations::Forwarding::converted) return answer_here(visit);
    const ra::Upstream* upstream = permission_ ? permission_->upstream : this->upstream();
    if (!upstream)
        return Passed{.word = "error", .refusal = Error{.code = Code::not_found, .fail_info = FailInfo::systemUnavail, .detail = "the upstream of this transaction is not configured any more"}};
    // What travels for days is promised at once: the requester is told to wait, and the message is taken up when it is due.
    const bool is_told = visit.is_batched || upstream->is_offline || upstream->batch;
    // Nor is a CA asked for a certificate that could not be handed over.
    if ((is_told || upstream->converts) && !visit.protector) return Passed{.word = "error", .refusal = without_protection()};
    Record record   = next(RelayState::asked);
    auto   outgoing = permission_ ? permit(record, visit) : continue_with(record, visit);
    if (!outgoing) return outgoing.error();
    const std::int64_t due = is_told ? departure(*upstream) : now_ + upstream->retry_seconds;
    depart(record, std::move(*outgoing), Errand::message, due, now_ + upstream->patience_in_all());
    note_route(record);
    if (is_told) {
        auto told = tell_late(std::move(record), visit.message, visit.protector);
        if (told && upstream->batch) told->queue = upstream->name;
        return told;
    }
    record.outgoing->tries = 1;
    if (auto done = commit(record); !done) return done.error();
    return Passed{.step = {.parcel = parcel_of(record, *upstream), .key = key_, .patience = upstream->answer_seconds}, .word = "forwarded", .deed = deed_};
}

void Passage::note_route(const Record& record) {
    deed_.rule     = text_of(record.rule.content);
    deed_.upstream = text_of(record.upstream.content);
    deed_.route = std::string(name_of(record.forwarding)) + " to " + std::string(text_of(record.upstream.content)) + " by rule " + std::string(text_of(record.rule.content));
    if (permission_ && !permission_->rule->reason.empty()) deed_.route += ": " + permission_->rule->reason;
    if (permission_ && !permission_->changes.empty()) deed_.route += "; " + permission_->changes;
}

store::Write Passage::archived(const PKIMessage& first, Bytes sent) const {
    const operations::ArchivedRequest request{.request = der::octet_string(first.received), .sent = der::octet_string(sent), .rule = der::utf8_string(permission_->rule->name),
                                              .reason = der::utf8_string(permission_->rule->reason), .changes = der::utf8_string(permission_->changes),
                                              .upstream = der::utf8_string(permission_->upstream->name), .at = now_};
    return {.table = store::Table::archive, .key = archive_key(key_, now_), .read_version = 0, .value = der::encode(request), .index = {}, .due = 0};
}

// ---------------------------------------------------------------- what is answered

Result<Passed> Passage::deliver(const Visit& visit) {
    auto answer = der::parse<PKIMessage>(copy_of(record().answer->content));
    if (!answer) return Error{.code = Code::store_failed, .detail = "an upstream's answer cannot be read"}.because_of(answer.error());
    const AnswerKind kind = operations::kind_of(**answer, first());
    if (kind == AnswerKind::waiting) return hand_over(**answer, visit.message, visit.protector);
    const bool confirms = this->confirms(**answer, kind);
    auto reply = onto_requester(**answer, downward(visit.message, visit.protector, confirms));
    if (!reply) return reply.error();
    note_answer(**answer);
    const bool is_over = kind != AnswerKind::granted || confirms;
    Record record      = next(is_over ? RelayState::ended : RelayState::open);
    record.senderNonce = der::octet_string((*answer)->header.senderNonce->content);
    record.until       = is_over ? now_ + doorway_.keep_seconds : end_of_wait(**answer);
    record.answer.reset();
    record.current.reset();
    keep_exchange(record, visit.hash, *reply);
    if (auto done = commit(record); !done) return done.error();
    return Passed{.step = {.reply = Reply{std::move(*reply)}, .key = key_}, .word = std::string(name_of(type_of((*answer)->body))), .deed = deed_};
}

// An upstream that waits itself, and knows the requester alone, is to be polled by that. A pollRep of ours under the upstream's nonce lets the requester's
// next pollReq answer the upstream's last message, so that it can go on as it is.
Result<Passed> Passage::hand_over(const PKIMessage& answer, const PKIMessage& asked, const Protector* protector) {
    der::Arena arena;
    PKIBody    body;
    const auto check_after = std::max<std::int64_t>(operations::wait_of(answer.body).checkAfter, 1);
    operations::put_poll_response(asked.body.get<"pollReq">()->front().certReqId, check_after, "the CA has not decided yet", body, arena);
    auto reply = seal_own(body, asked, protector, answer.header.senderNonce->content);
    if (!reply) return reply.error();
    Record record      = next(RelayState::open);
    record.senderNonce = der::octet_string(nonce_);
    record.until       = end_of_wait(answer);
    record.answer.reset();
    record.poll.reset();
    record.outgoing.reset();
    keep_exchange(record, crypto::sha256(asked.received), *reply);
    if (auto done = commit(record); !done) return done.error();
    return Passed{.step = {.reply = Reply{std::move(*reply)}, .key = key_}, .word = "pollRep", .deed = deed_};
}

Result<Passed> Passage::reply(const operations::RelayAnswer& answer, const Visit& visit) {
    const PKIBody& body = *answer.body;
    note_status(deed_, body);
    // Nobody believes an answer of another kind without protection (RFC 9483 3.6.4).
    if (!visit.protector) return Passed{.word = "error", .refusal = answer.refusal ? *answer.refusal : without_protection(), .deed = deed_};
    auto octets = seal_own(body, visit.message, visit.protector);
    if (!octets) return octets.error();
    Passed passed{.step = {.reply = Reply{*octets}, .key = key_}, .word = std::string(name_of(type_of(body))), .refusal = answer.refusal, .deed = deed_};
    if (!answer.state) return passed;
    Record record      = next(*answer.state);
    record.senderNonce = der::octet_string(nonce_);
    if (record.state == RelayState::undecided && !first_) {
        record.first   = der::octet_string(visit.message.received);
        record.request = static_cast<std::int64_t>(type_of(visit.message.body));
        record.profile = der::utf8_string(visit.label);
    }
    if (record.state == RelayState::undecided) record.until = now_ + answer.check_after + doorway_.undecided_seconds;
    if (record.state == RelayState::ended) {
        record.until = now_ + doorway_.keep_seconds;
        // What the requester does not want any more is not called back, but neither sent again. A promise to the CA is kept.
        if (record.outgoing && record.outgoing->errand != Errand::confirmation) record.outgoing.reset();
    }
    keep_exchange(record, visit.hash, *octets);
    if (auto done = commit(record); !done) return done.error();
    return passed;
}

}  // namespace cmpkit::responder

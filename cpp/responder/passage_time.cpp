// A transaction whose answers do not come: what its requester is told, how often its message is carried, when it is over.
#include "crypto/digest.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"
#include "operations/status_answers.hpp"
#include "responder/passage.hpp"

namespace cmpkit::responder {

using operations::Errand;
using operations::RelayState;

namespace {

constexpr std::string_view no_answer_yet = "the CA has not answered yet";

// Seed 5.3: a first message is refused by its own answer, a later one by an error message.
void put_refusal(const PKIMessage& asked, FailInfo info, std::string_view text, PKIBody& body, der::Arena& arena) {
    if (operations::is_later(asked.body)) operations::put_error(rejection(info, text, arena), body);
    else operations::put_status(asked.body, rejection(info, text, arena), body, arena);
}

// RFC 9483 4.4: a pollReq gets a pollRep; a request waits by its own answer if that has a status, all else by an error message.
void put_delay(const PKIMessage& asked, std::int64_t poll_seconds, PKIBody& body, der::Arena& arena) {
    if (const auto* poll = asked.body.get<"pollReq">()) return operations::put_poll_response(poll->front().certReqId, poll_seconds, no_answer_yet, body, arena);
    operations::put_status(asked.body, operations::waiting_status(no_answer_yet, arena), body, arena);
}

Error not_answered(const char* text) { return {.code = Code::deadline, .fail_info = FailInfo::systemFailure, .detail = text}; }

}  // namespace

// ---------------------------------------------------------------- the requester is told

Result<Passed> Passage::tell_late(Record record, const PKIMessage& asked, const Protector* protector) {
    der::Arena arena;
    PKIBody    body;
    // RFC 9483 3.6.2: an error message is over when it is acknowledged, which needs no CA.
    const bool is_over = asked.body.is<"error">();
    if (is_over) body.emplace<"pkiconf">();
    else put_delay(asked, doorway_.poll_seconds, body, arena);
    auto reply = seal_own(body, asked, protector);
    if (!reply) return reply.error();
    note_status(deed_, body);
    record.state       = is_over ? RelayState::ended : RelayState::told;
    record.senderNonce = der::octet_string(nonce_);
    record.until       = now_ + doorway_.keep_seconds;
    record.poll.reset();
    keep_exchange(record, crypto::sha256(asked.received), *reply);
    if (auto done = commit(record); !done) return done.error();
    return Passed{.step = {.reply = Reply{std::move(*reply)}, .key = key_}, .word = std::string(name_of(type_of(body))), .deed = deed_};
}

Result<Passed> Passage::tell_late() {
    if (is_unverified(key_)) return tell_unverified();
    const Error unavailable{.code = Code::deadline, .fail_info = FailInfo::systemUnavail, .detail = "\"" + escaped(text_of(record().upstream.content)) + "\" does not answer"};
    if (upstream() && upstream()->patience == ra::Patience::refuse) return tell_unavailable(unavailable);
    auto protector = protector_towards(asked());
    return protector ? tell_late(next(RelayState::told), asked(), &*protector) : tell_unavailable(unavailable.because_of(protector.error()));
}

Result<Passed> Passage::tell_unavailable(const Error& why) {
    auto         protector = protector_towards(asked());
    der::Arena   arena;
    PKIBody      body;
    operations::put_error(rejection(FailInfo::systemUnavail, "try again later", arena), body);
    auto reply = seal_own(body, asked(), protector ? &*protector : nullptr);
    if (!reply) return reply.error();
    Passed passed{.step = {.reply = Reply{*reply}, .key = key_}, .word = "error", .refusal = why, .deed = deed_};
    // A first message is over with that: whoever comes again begins anew. A later one stays on its way, and the same again gets its answer.
    if (operations::is_later(asked().body)) return passed;
    Record record = next(RelayState::ended);
    record.until  = now_ + doorway_.keep_seconds;
    record.outgoing.reset();
    keep_exchange(record, crypto::sha256(asked().received), *reply);
    if (auto done = commit(record); !done) return done.error();
    return passed;
}

Result<Passed> Passage::lapse() {
    auto found = load();
    if (!found) return found.error();
    return *found && record().state == RelayState::asked ? tell_late() : Passed{.word = "answered already"};
}

Result<Passed> Passage::failure(Bytes sent, const Error& why) {
    auto found = load();
    if (!found) return found.error();
    if (!*found || !is_on_its_way(sent)) return Passed{.word = "answered already"};
    if (record().state != RelayState::asked) return Passed{.word = "not answered", .refusal = why};
    auto passed = tell_late();
    if (passed) passed->refusal = why;
    return passed;
}

Result<Passed> Passage::fail(Bytes sent, const Error& why) {
    auto found = load();
    if (!found) return found.error();
    return *found && is_on_its_way(sent) ? give_up(why) : Passed{.word = "answered already"};
}

// ---------------------------------------------------------------- time

Result<Passed> Passage::take_up() {
    auto found = load();
    if (!found) return found.error();
    if (!*found || due_before_ == 0 || due_before_ > now_) return Passed{};
    if (!record().outgoing) return end_overdue();
    if (now_ >= record().outgoing->until) return give_up(not_answered("the CA did not answer in all that time"));
    const ra::Upstream* upstream = this->upstream();
    if (!upstream) return Error{.code = Code::not_found, .detail = "the upstream of a transaction is not configured any more"};
    if (upstream->batch) return Passed{.queue = upstream->name};
    Record record = next(this->record().state);
    record.outgoing->due = now_ + upstream->retry_seconds;
    ++record.outgoing->tries;
    if (auto done = commit(record); !done) return done.error();
    return Passed{.step = {.parcel = parcel_of(record, *upstream), .key = key_}, .word = record.outgoing->tries > 1 ? "sent again" : "sent"};
}

// Nothing came within all measure: a requester that waits is told that it failed (seed 5.1.3.2: lost messages are replaced by an error).
Result<Passed> Passage::give_up(const Error& why) {
    if (is_unverified(key_)) return erase();
    const bool is_asked = record().state == RelayState::asked, is_told = record().state == RelayState::told;
    Passed     passed{.word = "given up", .refusal = why, .deed = deed_};
    if (record().outgoing->errand == Errand::confirmation || !(is_asked || is_told)) return drop_outgoing(std::move(passed));
    const PKIMessage& asked = is_asked ? this->asked() : current();
    auto protector = protector_towards(asked);
    if (!protector) return protector.error();
    der::Arena arena;
    PKIBody    body;
    put_refusal(asked, why.fail_info.value_or(FailInfo::systemFailure), why.detail, body, arena);
    auto answer = seal_own(body, asked, &*protector);
    if (!answer) return answer.error();
    Record record = next(is_asked ? RelayState::ended : RelayState::ready);
    record.until  = now_ + (is_asked ? doorway_.keep_seconds : doorway_.undecided_seconds);
    record.outgoing.reset();
    if (is_asked) keep_exchange(record, crypto::sha256(asked.received), *answer);
    else record.answer = der::octet_string(*answer);
    if (auto done = commit(record); !done) return done.error();
    return passed;
}

Result<Passed> Passage::end_overdue() {
    if (record().state == RelayState::ended || is_unverified(key_)) return erase();
    auto forgotten = authority_.abandon(operations::request_id(key_));
    if (!forgotten) return forgotten.error();
    std::ranges::move(*forgotten, std::back_inserter(writes_));
    note_unconfirmed();
    Record record = next(RelayState::ended);
    record.until  = now_ + doorway_.keep_seconds;
    if (auto done = commit(record); !done) return done.error();
    return Passed{.word = "expired", .refusal = Error{.code = Code::deadline, .clause = "RFC 9483 4.4", .detail = "the requester did not go on in time"}, .deed = deed_};
}

Result<Passed> Passage::erase() {
    writes_.push_back({.table = store::Table::relayed, .key = key_, .read_version = version_, .value = {}, .index = {}, .due = 0});
    if (auto done = store_.commit({std::move(writes_)}); !done) return done.error();
    return Passed{};
}

}  // namespace cmpkit::responder

// A transaction as its upstream sees it: what answers, failures and time do.
#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/status_answers.hpp"
#include "responder/attempt.hpp"
#include "responder/passage.hpp"

namespace cmpkit::responder {

using operations::AnswerKind;
using operations::Errand;
using operations::RelayState;

namespace {

constexpr std::int64_t longest_wait = 366 * 86400;  // seconds; what an upstream says beyond is taken for this

/// The certificate that an answer brings; none: it brings none that can be read.
crypto::Cert certificate_in(const PKIMessage& answer) {
    const auto* responses = cert_responses(answer.body);
    if (!responses || responses->response.empty() || !is_granted(responses->response.front().status)) return {};
    const auto& pair  = responses->response.front().certifiedKeyPair;
    const auto* plain = pair ? pair->certOrEncCert.get<"certificate">() : nullptr;
    auto        cert  = plain ? crypto::Cert::parse(plain->received) : Result<crypto::Cert>(Error{});
    return cert ? *cert : crypto::Cert();
}

// The header by which an upstream knows what it answers: a nested message with one inside has the nonce of that.
Octets nonce_of(Bytes sent) {
    const auto message = der::parse<PKIMessage>(copy_of(sent));
    return message && (*message)->header.senderNonce ? copy_of((*message)->header.senderNonce->content) : Octets();
}

}  // namespace

void Passage::note_answer(const PKIMessage& answer) {
    if (const auto certificate = certificate_in(answer)) note(deed_, certificate);
}

/// Whether the message on its way is the requester's last one, so that the upstream's answer answers that.
bool Passage::is_passed_through(Bytes sent) const {
    return record().errand == Errand::message && equal(nonce_of(sent), current().header.senderNonce->content);
}

Result<protection::Protector> Passage::protector_towards(const PKIMessage& asked) {
    if (!asked.header.protectionAlg || !protection::is_mac(*asked.header.protectionAlg)) {
        if (authority_.has_protector()) return authority_.protector();
        return Error{.code = Code::bad_state, .fail_info = FailInfo::systemUnavail, .detail = "this RA has no CMP signer to answer with"};
    }
    const std::string reference = reference_of(asked.header);
    auto secret = authority_.secret(bytes_of(reference), now_);
    if (!secret) return secret.error();
    if (!secret->value) return Error{.code = Code::not_found, .detail = "the secret of this transaction is not configured any more"};
    auto key = protection::MacKey::derive(*asked.header.protectionAlg, secret->value->view(), doorway_.mac_limits);
    if (!key) return key.error();
    return protection::Protector::by_mac(*key, reference, der::encode(authority_.name()));
}

// ---------------------------------------------------------------- an answer

Result<Passed> Passage::answer(const PKIMessage& answer, Bytes sent) {
    auto found = load();
    if (!found) return found.error();
    if (!*found || !record().outgoing || !equal(record().outgoing->content, sent)) return Passed{.word = "answered already"};
    const AnswerKind kind = operations::kind_of(answer.body, answer.header);
    note_answer(answer);
    if (record().errand == Errand::confirmation || record().state == RelayState::ended) {
        Record record = next(this->record().state);
        record.outgoing.reset();
        if (auto done = commit(record, due_of(record)); !done) return done.error();
        return Passed{.word = std::string(name_of(type_of(answer.body))), .deed = deed_};
    }
    if (is_unverified(key_)) return pass_on_unverified(answer);
    const bool is_asked = record().state == RelayState::asked;
    if (kind == AnswerKind::waiting && !(is_asked && is_passed_through(sent))) return wait_on(answer);
    return is_asked ? pass_on(answer, kind) : make_ready(answer, kind);
}

Result<void> Passage::set_confirmation(Record& record, const PKIMessage& answer, AnswerKind kind) {
    record.outgoing.reset();
    if (!record.confirms || kind != AnswerKind::granted) return {};
    auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    auto octets = confirmation_onward(answer, upward(*upstream(), record.forwarding, false), *nonce);
    if (!octets) return octets.error();
    kept_.push_back(std::move(*octets));
    record.outgoing = der::octet_string(kept_.back());
    record.errand   = Errand::confirmation;
    record.tries    = 0;
    record.until    = now_ + upstream()->give_up_seconds;
    return {};
}

Result<Passed> Passage::pass_on(const PKIMessage& answer, AnswerKind kind) {
    auto protector = protector_towards(current());
    Record record  = next(RelayState::ended);
    const bool confirms = record.confirms && kind == AnswerKind::granted;
    if (kind != AnswerKind::final && !confirms) record.state = RelayState::open;
    const Downward downward{.asked = current(), .first = first(), .protector = protector ? &*protector : nullptr,
                            .always_ours = authority_.settings().answers_protected_here, .confirms = confirms, .now = now_};
    auto reply = onto_requester(answer, downward);
    if (!reply) return reply.error();
    const Octets hash  = crypto::sha256(current().received);
    record.senderNonce = der::octet_string(answer.header.senderNonce->content);
    if (auto good = set_confirmation(record, answer, kind); !good) return good.error();
    keep_exchange(record, hash, *reply);
    record.current.reset();
    if (auto done = commit(record, due_of(record)); !done) return done.error();
    return Passed{.step = {.reply = Reply{std::move(*reply)}, .key = key_}, .word = std::string(name_of(type_of(answer.body))), .deed = deed_};
}

Result<Passed> Passage::pass_on_unverified(const PKIMessage& answer) {
    Record record = next(RelayState::ended);
    record.outgoing.reset();
    keep_exchange(record, crypto::sha256(current().received), answer.received);
    if (auto done = commit(record, due_of(record)); !done) return done.error();
    return Passed{.step = {.reply = Reply{copy_of(answer.received)}, .key = key_}, .word = std::string(name_of(type_of(answer.body))), .deed = deed_};
}

// The requester polls us, so the upstream's final answer waits here for its next pollReq.
Result<Passed> Passage::make_ready(const PKIMessage& answer, AnswerKind kind) {
    Record record = next(RelayState::ready);
    record.answer = der::octet_string(answer.received);
    record.until  = now_ + doorway_.undecided_seconds;
    if (auto good = set_confirmation(record, answer, kind); !good) return good.error();
    if (auto done = commit(record, record.outgoing ? now_ : record.until); !done) return done.error();
    return Passed{.word = "ready: " + std::string(name_of(type_of(answer.body))), .deed = deed_};
}

// An upstream that has not decided is polled by us, for a requester that polls us.
Result<Passed> Passage::wait_on(const PKIMessage& answer) {
    auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    auto poll = poll_onward(answer, upward(*upstream(), record().forwarding, false), *nonce);
    if (!poll) return poll.error();
    Record record   = next(this->record().state);
    record.outgoing = der::octet_string(*poll);
    record.errand   = Errand::poll;
    record.tries    = 0;
    const std::int64_t due = now_ + std::clamp<std::int64_t>(operations::wait_of(answer.body).checkAfter, 1, longest_wait);
    if (record.state != RelayState::asked) {
        if (auto done = commit(record, due); !done) return done.error();
        return Passed{.word = std::string(name_of(type_of(answer.body))), .deed = deed_};
    }
    auto protector = protector_towards(current());
    if (!protector) return protector.error();
    return tell_late(std::move(record), current(), first(), &*protector, due);
}

// ---------------------------------------------------------------- no answer

Result<Passed> Passage::tell_late(Record record, const PKIMessage& asked, const PKIMessage& first, const protection::Protector* protector, std::int64_t due) {
    constexpr std::string_view reason = "the CA has not answered yet";
    der::Arena arena;
    PKIBody    body;
    // RFC 9483 4.4: what is polled for gets pollRep; a request waits by its own answer if that has a status, all else by an error message.
    const auto* poll = asked.body.get<"pollReq">();
    if (poll) operations::put_poll_response(poll->front().certReqId, doorway_.poll_seconds, reason, body, arena);
    else if (&asked == &first) operations::put_status(asked.body, operations::waiting_status(reason, arena), body, arena);
    else operations::put_error(operations::waiting_status(reason, arena), body);
    auto reply = seal_own(body, asked, protector);
    if (!reply) return reply.error();
    const Octets hash  = crypto::sha256(asked.received);
    record.state       = RelayState::told;
    record.senderNonce = der::octet_string(nonce_);
    record.current.reset();
    keep_exchange(record, hash, *reply);
    if (auto done = commit(record, due); !done) return done.error();
    return Passed{.step = {.reply = Reply{std::move(*reply)}, .key = key_}, .word = std::string(name_of(type_of(body))), .deed = deed_};
}

Result<Passed> Passage::tell_unavailable(const ra::Upstream& upstream) {
    auto protector = protector_towards(current());
    der::Arena   arena;
    PKIBody      body;
    const Error  unavailable{.code = Code::deadline, .fail_info = FailInfo::systemUnavail, .detail = "\"" + escaped(upstream.name) + "\" does not answer"};
    operations::put_error(rejection(FailInfo::systemUnavail, "try again later", arena), body);
    auto reply = seal_own(body, current(), protector ? &*protector : nullptr);
    if (!reply) return reply.error();
    Passed passed{.step = {.reply = Reply{*reply}, .key = key_}, .word = "error", .refusal = unavailable, .deed = deed_};
    // A first message is over with that: whoever comes again begins anew. A later one stays on its way, and the same again gets its answer.
    if (!equal(current().received, first().received)) return passed;
    const Octets hash = crypto::sha256(current().received);
    Record record     = next(RelayState::ended);
    record.outgoing.reset();
    keep_exchange(record, hash, *reply);
    if (auto done = commit(record, due_of(record)); !done) return done.error();
    return passed;
}

Result<Passed> Passage::tell_late() {
    if (is_unverified(key_)) return tell_unverified();
    if (upstream() && upstream()->patience == ra::Patience::refuse) return tell_unavailable(*upstream());
    auto protector = protector_towards(current());
    if (!protector) return upstream() ? tell_unavailable(*upstream()) : Result<Passed>(protector.error());
    return tell_late(next(RelayState::told), current(), first(), &*protector, due_before_);
}

// Who is unknown here gets no word of ours that it could believe; the same octets again go on waiting.
Result<Passed> Passage::tell_unverified() {
    der::Arena arena;
    PKIBody    body;
    operations::put_error(rejection(FailInfo::systemUnavail, "try again later", arena), body);
    auto reply = seal_own(body, current(), nullptr);
    if (!reply) return reply.error();
    return Passed{.step = {.reply = Reply{std::move(*reply)}, .key = key_}, .word = "error", .refusal = Error{.code = Code::deadline, .fail_info = FailInfo::systemUnavail}};
}

Result<Passed> Passage::lapse() {
    auto found = load();
    if (!found) return found.error();
    return *found && record().state == RelayState::asked ? tell_late() : Passed{.word = "answered already"};
}

Result<Passed> Passage::failure(Bytes sent, const Error& why) {
    auto found = load();
    if (!found) return found.error();
    if (!*found || !record().outgoing || !equal(record().outgoing->content, sent)) return Passed{.word = "answered already"};
    if (record().state != RelayState::asked) return Passed{.word = "not answered", .refusal = why};
    auto passed = tell_late();
    if (passed && !passed->refusal) passed->refusal = why;
    return passed;
}

// ---------------------------------------------------------------- time

Result<Passed> Passage::take_up() {
    auto found = load();
    if (!found) return found.error();
    if (!*found || due_before_ == 0 || due_before_ > now_) return Passed{};
    if (!record().outgoing) return end_overdue();
    const ra::Upstream* upstream = this->upstream();
    if (now_ >= record().until) return give_up();
    Record record = next(this->record().state);
    ++record.tries;
    const std::int64_t claimed_until = now_ + (upstream ? upstream->retry_seconds : 3600);
    if (auto done = commit(record, claimed_until); !done) return done.error();
    if (!upstream) return Passed{.word = "postponed", .refusal = Error{.code = Code::not_found, .detail = "the upstream of a transaction is not configured any more"}};
    Parcel parcel = parcel_of(record, record.outgoing->content, *upstream, first());
    parcel.claimed_until = claimed_until;
    return Passed{.step = {.parcel = std::move(parcel), .key = key_}, .word = "sent again"};
}

// Nothing came within all measure: a requester that polls is told that it failed (seed 5.1.3.2: lost messages are replaced by an error).
Result<Passed> Passage::give_up() {
    if (is_unverified(key_)) return end_overdue();
    const Error why{.code = Code::deadline, .fail_info = FailInfo::systemFailure, .detail = "the CA did not answer in all that time"};
    if (record().errand == Errand::confirmation || (record().state != RelayState::told && record().state != RelayState::asked)) {
        Record record = next(this->record().state);
        record.outgoing.reset();
        if (auto done = commit(record, due_of(record)); !done) return done.error();
        return Passed{.word = "given up", .refusal = why};
    }
    auto protector = protector_towards(first());
    if (!protector) return protector.error();
    der::Arena arena;
    PKIBody    body;
    operations::put_status(first().body, rejection(FailInfo::systemFailure, why.detail, arena), body, arena);
    auto answer = seal_own(body, first(), &*protector);
    if (!answer) return answer.error();
    Record record = next(RelayState::ready);
    record.outgoing.reset();
    record.answer = der::octet_string(*answer);
    if (auto done = commit(record, now_ + doorway_.undecided_seconds); !done) return done.error();
    return Passed{.word = "given up", .refusal = why};
}

Result<Passed> Passage::end_overdue() {
    if (record().state == RelayState::ended) {
        writes_.push_back({.table = store::Table::relayed, .key = key_, .read_version = version_, .value = {}, .index = {}, .due = 0});
        if (auto done = store_.commit({std::move(writes_)}); !done) return done.error();
        return Passed{};
    }
    auto forgotten = authority_.abandon(operations::request_id(key_));
    if (!forgotten) return forgotten.error();
    std::ranges::move(*forgotten, std::back_inserter(writes_));
    Record record = next(RelayState::ended);
    record.outgoing.reset();
    if (auto done = commit(record, now_ + doorway_.keep_seconds); !done) return done.error();
    return Passed{.word = "expired", .refusal = Error{.code = Code::deadline, .clause = "RFC 9483 4.4", .detail = "the requester did not go on in time"}};
}

}  // namespace cmpkit::responder

// A transaction as its upstream sees it: what answers do.
#include "crypto/digest.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"
#include "responder/passage.hpp"

namespace cmpkit::responder {

using operations::AnswerKind;
using operations::Errand;
using operations::RelayState;

namespace {

constexpr std::int64_t longest_wait = 366 * 86400;  // seconds; what an upstream says beyond is taken for this

std::int64_t wait_named_in(const PKIMessage& answer) { return std::clamp<std::int64_t>(operations::wait_of(answer.body).checkAfter, 1, longest_wait); }

std::optional<std::int64_t> confirm_wait_time(const PKIHeader& header) {
    const auto* item = find_info(header.generalInfo, oids::id_it_confirmWaitTime);
    const auto* time = item && item->infoValue ? item->infoValue->get<der::GeneralizedTime>() : nullptr;
    return time ? std::optional(der::unix_seconds(*time)) : std::nullopt;
}

// The header by which an upstream knows what it answers: a nested message with one inside has the nonce of that.
Octets nonce_of(Bytes sent) {
    const auto message = der::parse<PKIMessage>(copy_of(sent));
    return message && (*message)->header.senderNonce ? copy_of((*message)->header.senderNonce->content) : Octets();
}

Passed named_after(const PKIMessage& answer, Deed deed) { return {.word = std::string(name_of(type_of(answer.body))), .deed = std::move(deed)}; }

}  // namespace

void Passage::note_answer(const PKIMessage& answer) {
    if (!is_unverified(key_)) note_status(deed_, answer.body);
    if (const auto certificate = certificate_in(answer)) note(deed_, certificate);
}

// How long the requester has for its next message.
std::int64_t Passage::end_of_wait(const PKIMessage& answer) const {
    if (operations::kind_of(answer, first()) == AnswerKind::waiting) return now_ + wait_named_in(answer) + doorway_.undecided_seconds;
    const std::int64_t named = confirm_wait_time(answer.header).value_or(0);
    return std::max(now_ + doorway_.answer_wait, std::min(named, now_ + longest_wait));
}

Result<Passed> Passage::answer(const PKIMessage& answer, Bytes sent) {
    auto found = load();
    if (!found) return found.error();
    if (!*found || !is_on_its_way(sent)) return Passed{.word = "answered already"};
    note_answer(answer);
    if (is_unverified(key_)) return pass_on_unverified(answer);
    if (auto given = give_back(answer); !given) return given.error();
    const AnswerKind kind     = operations::kind_of(answer, first());
    const bool       is_asked = record().state == RelayState::asked;
    if (record().outgoing->errand == Errand::confirmation) return kind == AnswerKind::waiting ? wait_on(answer) : end_confirmation(answer);
    if (record().state == RelayState::ended) return drop_outgoing(named_after(answer, deed_));
    if (kind == AnswerKind::waiting && !(is_asked && passes_through(sent))) return wait_on(answer);
    return is_asked ? pass_on(answer, kind) : make_ready(answer, kind);
}

// A secret that was spent for a request is not spent if the CA refuses that. Only a word that nobody else can have said counts; a CA without CMP said it
// to the adapter.
Result<void> Passage::give_back(const PKIMessage& answer) {
    const bool is_spent = (cert_requests(first().body) || first().body.is<"p10cr">()) && is_under_mac(first()) && !current_ && record().state != RelayState::ended;
    const bool is_sure  = answer.protection || record().forwarding == operations::Forwarding::converted;
    if (!is_spent || !is_sure || deed_.status != PKIStatus::rejection) return {};
    auto given = authority_.give_back(bytes_of(reference_of(first().header)));
    if (!given) return given.error();
    std::ranges::move(*given, std::back_inserter(writes_));
    return {};
}

/// Whether the message on its way is the one that the requester wants answered next.
bool Passage::passes_through(Bytes sent) const {
    return record().outgoing->errand == Errand::message && equal(nonce_of(sent), asked().header.senderNonce->content);
}

Result<Passed> Passage::drop_outgoing(Passed passed) {
    Record record = next(this->record().state);
    record.outgoing.reset();
    if (auto done = commit(record); !done) return done.error();
    return passed;
}

// ---------------------------------------------------------------- confirmation in the requester's stead

// Without the certificate in clear there is no hash to confirm it by: then that is left to the requester.
bool Passage::confirms(const PKIMessage& answer, AnswerKind kind) const { return record().confirms && kind == AnswerKind::granted && certificate_in(answer); }

Result<void> Passage::set_confirmation(Record& record, const PKIMessage& answer) {
    const ra::Upstream* upstream = this->upstream();
    if (!upstream) return Error{.code = Code::not_found, .detail = "the upstream of a transaction is not configured any more"};
    auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    auto octets = confirmation_onward(answer, upward(*upstream, record), *nonce);
    if (!octets) return octets.error();
    depart(record, std::move(*octets), Errand::confirmation, departure(*upstream), now_ + upstream->patience_in_all());
    return {};
}

Result<Passed> Passage::end_confirmation(const PKIMessage& answer) {
    Passed passed = named_after(answer, deed_);
    if (answer.body.is<"pkiconf">()) return drop_outgoing(std::move(passed));
    note_withdrawal(passed.deed);
    passed.refusal = Error{.code = Code::rejected, .path = "body", .clause = "RFC 9483 4.1.1", .detail = "the upstream refused the confirmation that was sent in the requester's stead"};
    return drop_outgoing(std::move(passed));
}

// ---------------------------------------------------------------- an answer for the requester

Result<Passed> Passage::pass_on(const PKIMessage& answer, AnswerKind kind) {
    const bool confirms  = this->confirms(answer, kind);
    const bool is_over   = kind == AnswerKind::final || confirms;
    auto       protector = protector_towards(asked());
    auto       reply     = onto_requester(answer, downward(asked(), protector ? &*protector : nullptr, confirms));
    if (!reply) return reply.error();
    Record record      = next(is_over ? RelayState::ended : RelayState::open);
    record.senderNonce = der::octet_string(answer.header.senderNonce->content);
    record.until       = is_over ? now_ + doorway_.keep_seconds : end_of_wait(answer);
    record.poll.reset();
    if (kind != AnswerKind::waiting) record.current.reset();
    record.outgoing.reset();
    if (confirms)
        if (auto good = set_confirmation(record, answer); !good) return good.error();
    keep_exchange(record, crypto::sha256(asked().received), *reply);
    if (auto done = commit(record); !done) return done.error();
    Passed passed = named_after(answer, deed_);
    passed.step   = {.reply = Reply{std::move(*reply)}, .key = key_};
    return passed;
}

// The requester polls us, so the upstream's answer waits here for its next pollReq.
Result<Passed> Passage::make_ready(const PKIMessage& answer, AnswerKind kind) {
    Record record = next(RelayState::ready);
    record.answer = der::octet_string(answer.received);
    record.until  = now_ + doorway_.undecided_seconds;
    record.outgoing.reset();
    if (confirms(answer, kind))
        if (auto good = set_confirmation(record, answer); !good) return good.error();
    if (auto done = commit(record); !done) return done.error();
    Passed passed = named_after(answer, deed_);
    passed.word   = "ready: " + passed.word;
    return passed;
}

// An upstream that has not decided is polled by us, for a requester that polls us, where we are the one whom it knows; else by the requester through us.
Result<Passed> Passage::wait_on(const PKIMessage& answer) {
    const ra::Upstream* upstream = this->upstream();
    if (!upstream) return Error{.code = Code::not_found, .detail = "the upstream of a transaction is not configured any more"};
    const bool is_asked = record().state == RelayState::asked;
    if (!operations::is_ours(record().forwarding)) {
        if (!is_asked) return make_ready(answer, AnswerKind::waiting);
        auto protector = protector_towards(asked());
        return protector ? hand_over(answer, asked(), &*protector) : Result<Passed>(protector.error());
    }
    auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    Record record = next(this->record().state);
    auto   poll   = poll_onward(answer, upward(*upstream, record), *nonce);
    if (!poll) return poll.error();
    const Errand errand = record.outgoing->errand == Errand::confirmation ? Errand::confirmation : Errand::poll;
    // It is there and remembers: however often it says so, that is no reason to give up.
    const std::int64_t due = now_ + wait_named_in(answer);
    depart(record, std::move(*poll), errand, due, due + upstream->patience_in_all());
    if (is_asked) {
        auto protector = protector_towards(asked());
        return protector ? tell_late(std::move(record), asked(), &*protector) : Result<Passed>(protector.error());
    }
    if (auto done = commit(record); !done) return done.error();
    return named_after(answer, deed_);
}

}  // namespace cmpkit::responder

// Messages whose senders only the upstream can know (RFC 9483 5.2.1). Each stands for itself, under its own octets.
#include "crypto/digest.hpp"
#include "messages/names.hpp"
#include "operations/status_answers.hpp"
#include "responder/passage.hpp"

namespace cmpkit::responder {

using operations::Errand;
using operations::RelayState;

Octets unverified_key(Bytes hash) { return operations::transaction_key("message", hash); }
bool   is_unverified(Bytes key) { return text_of(key).starts_with(std::string_view("message\0", 8)); }

Result<Passed> Passage::pass_unverified(const PKIMessage& message, Bytes whole, const std::string& label) {
    auto found = load();
    if (!found) return found.error();
    if (!record().exchanges.empty()) return Passed{.step = {.reply = Reply{copy_of(record().exchanges.front().reply.content)}, .key = key_}, .word = "repeated"};
    permission_ = authority_.judge_unverified(message, label);
    if (!permission_) return Error{.code = Code::not_found, .detail = "the rule that let it pass is gone"};
    const ra::Upstream& upstream = *permission_->upstream;
    if (*found && due_before_ > now_) return Passed{.step = {.key = key_, .patience = upstream.answer_seconds}, .word = "repeated"};
    Record record   = next(RelayState::asked);
    record.rule     = der::utf8_string(permission_->rule->name);
    record.upstream = der::utf8_string(upstream.name);
    record.request  = static_cast<std::int64_t>(type_of(message.body));
    record.first    = der::octet_string(whole);
    record.profile  = der::utf8_string(label);
    // Whoever sent it proved nothing: it is not remembered longer than what is over.
    depart(record, copy_of(whole), Errand::message, now_ + upstream.retry_seconds, now_ + doorway_.keep_seconds);
    if (auto done = commit(record); !done) return done.error();
    deed_.route = "unverified to " + upstream.name + " by rule " + permission_->rule->name;
    return Passed{.step = {.parcel = parcel_of(record, upstream), .key = key_, .patience = upstream.answer_seconds}, .word = "forwarded", .deed = deed_};
}

Result<Passed> Passage::pass_on_unverified(const PKIMessage& answer) {
    Record record = next(RelayState::ended);
    record.until  = now_ + doorway_.keep_seconds;
    record.outgoing.reset();
    keep_exchange(record, crypto::sha256(first().received), answer.received);
    if (auto done = commit(record); !done) return done.error();
    return Passed{.step = {.reply = Reply{copy_of(answer.received)}, .key = key_}, .word = std::string(name_of(type_of(answer.body))), .deed = deed_};
}

// Who is unknown here gets no word of ours that it could believe; the same octets again go on waiting.
Result<Passed> Passage::tell_unverified() {
    der::Arena arena;
    PKIBody    body;
    operations::put_error(rejection(FailInfo::systemUnavail, "try again later", arena), body);
    auto reply = seal_own(body, first(), nullptr);
    if (!reply) return reply.error();
    return Passed{.step = {.reply = Reply{std::move(*reply)}, .key = key_}, .word = "error", .refusal = Error{.code = Code::deadline, .fail_info = FailInfo::systemUnavail}};
}

}  // namespace cmpkit::responder

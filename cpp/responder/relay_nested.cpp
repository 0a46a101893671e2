// Messages within a message that an RA below sends (RFC 9483 5.2.2): one that it approves is relayed as if it had come by itself; a batch is answered by a
// batch. What a batch waits for waits with the requesters: whoever cannot be answered at once is told to wait, and polls.
#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "operations/header_checks.hpp"
#include "operations/nested.hpp"
#include "responder/refusal.hpp"
#include "responder/visitor.hpp"

namespace cmpkit::responder {

using operations::Nesting;
using operations::RelayedTransaction;

namespace {

Error without_signer() { return {.code = Code::bad_state, .fail_info = FailInfo::systemUnavail, .detail = "this RA has no CMP signer to answer a batch with"}; }

}  // namespace

// An approval says that its sender verified what is in it. Here that is verified again; where only the upstream can, the approval goes there as it is.
Step Relay::unwrap(Visitor& outer, std::int64_t now) {
    if (auto good = operations::check_nesting_is_signed(outer.message); !good) return refuse(outer, good.error(), now);
    if (!outer.sender) return refuse(outer, outer.sender.error(), now);
    if (outer.sender->missing) return {.missing = std::move(outer.sender->missing)};
    if (outer.sender->unrecognised) return refuse(outer, *outer.sender->unrecognised, now);
    if (auto good = operations::check_nester(outer.sender->requester); !good) return refuse(outer, good.error(), now);
    if (operations::nesting_of(outer.message) == Nesting::batch) return receive_batch(outer, now);
    if (auto good = operations::check_nesting(outer.message); !good) return refuse(outer, good.error(), now);
    Visitor inner = introduce(operations::nested_messages(outer.message).front(), outer.origin, now);
    inner.incident.through = outer.sender->requester.id;
    inner.whole            = outer.whole;
    return receive(inner, now);
}

// ---------------------------------------------------------------- a batch

Step Relay::receive_batch(Visitor& outer, std::int64_t now) {
    const auto failed = [&](const Error& error) { return refuse(outer, error.fail_info ? error : server_failure(error), now); };
    const auto reply  = [&](Octets answer) { return tell(outer.incident, now) ? Step{.reply = Reply{std::move(answer)}} : failed({.code = Code::io}); };
    if (!outer.own) return failed(without_signer());
    auto told = told_before(outer);
    if (!told) return failed(told.error());
    outer.incident.outcome = "repeated";
    if (*told) return reply(std::move(**told));
    if (auto good = operations::check_time(outer.message.header, now, doorway_.time_window); !good) return failed(good.error());
    if (auto good = operations::check_nesting(outer.message); !good) return failed(good.error());
    std::vector<Octets> replies;
    if (auto missing = receive_all(outer, replies, now)) return {.missing = std::move(missing)};
    auto answer = seal_batch(outer, replies, now);
    if (!answer) return failed(answer.error());
    outer.incident.outcome = "nested";
    return reply(std::move(*answer));
}

// The answers in the order of the messages. What was answered before something must be asked is answered the same again.
std::optional<operations::MissingStatus> Relay::receive_all(const Visitor& outer, std::vector<Octets>& replies, std::int64_t now) {
    const PKIMessages& messages = operations::nested_messages(outer.message);
    const auto         faults   = operations::faults_of_batch(outer.message);
    replies.resize(messages.size());
    // Wrong MACs are counted, so they come when nothing is left to be asked about signers.
    for (const bool under_mac : {false, true})
        for (std::size_t i = 0; i < messages.size(); ++i) {
            if (is_under_mac(messages[i]) != under_mac) continue;
            Step step = receive_one(outer, messages[i], faults[i], now);
            if (step.missing) return std::move(step.missing);
            replies[i] = std::move(step.reply->message);
        }
    return std::nullopt;
}

Step Relay::receive_one(const Visitor& outer, const PKIMessage& message, const std::optional<Error>& fault, std::int64_t now) {
    Visitor inner = introduce(message, outer.origin, now);
    inner.incident.through = outer.sender->requester.id;
    inner.is_batched       = true;
    if (fault) return refuse(inner, *fault, now);
    const auto is_open = [](const Step& step) { return !step.reply && !step.missing; };
    Step       step    = receive(inner, now);
    // It is on its way since it came by itself: its requester is told to wait, unless the answer comes in this moment.
    if (is_open(step)) step = lapsed(step.key, now);
    if (is_open(step)) step = receive(inner, now);
    return is_open(step) ? refuse(inner, server_failure({.code = Code::conflict}), now) : std::move(step);
}

// Sealed as one message and kept: the same batch again gets the same answer, another under its ID none. What another thread was faster with counts.
Result<Octets> Relay::seal_batch(const Visitor& outer, std::span<const Octets> replies, std::int64_t now) {
    const auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    auto sealed = operations::answer_to_batch(outer.message, replies, *nonce, *outer.own, now);
    if (!sealed) return sealed;
    const Octets               hash = crypto::sha256(outer.whole);
    const operations::Exchange exchange{der::octet_string(hash), der::octet_string(*sealed)};
    RelayedTransaction record{.state = operations::RelayState::ended, .request = static_cast<std::int64_t>(BodyType::nested), .rule = {}, .upstream = {}, .senderNonce = der::octet_string(*nonce),
                              .exchanges = List<operations::Exchange>(&exchange, 1), .until = now + doorway_.keep_seconds, .first = {}, .current = {}, .poll = {}, .answer = {}, .outgoing = {}, .profile = {}};
    auto kept = store_.commit({{{.table = store::Table::relayed, .key = key_of(outer), .read_version = 0, .value = der::encode(record), .index = {}, .due = record.until}}});
    if (kept) return sealed;
    if (kept.error().code != Code::conflict) return kept.error();
    auto told = told_before(outer);
    if (!told) return told.error();
    return *told ? Result<Octets>(std::move(**told)) : kept.error();
}

/// The answer that is stored; nothing: the batch is new. @error transaction_mismatch  another message has its ID
Result<std::optional<Octets>> Relay::told_before(const Visitor& outer) {
    const auto record = store_.get(store::Table::relayed, key_of(outer));
    if (!record) return record.error();
    if (!*record) return std::optional<Octets>();
    const auto transaction = der::parse<RelayedTransaction>((*record)->value);
    if (!transaction) return Error{.code = Code::store_failed, .detail = "a relayed transaction's record cannot be read"}.because_of(transaction.error());
    const Octets hash = crypto::sha256(outer.whole);
    for (const operations::Exchange& exchange : (*transaction)->exchanges)
        if (equal(exchange.request.content, hash)) return std::optional(copy_of(exchange.reply.content));
    return operations::batch_id_in_use();
}

}  // namespace cmpkit::responder

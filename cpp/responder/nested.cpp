// Messages within a message (RFC 9483 5.2.2): one that an RA approves is answered as if it had come by itself; a batch is answered by a batch, each
// message in it by itself.
#include "operations/nested.hpp"

#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "operations/header_checks.hpp"
#include "responder/attempt.hpp"
#include "responder/caller.hpp"

namespace cmpkit::responder {

using operations::Nesting;
using operations::Transaction;

namespace {

Octets key_of(const Caller& outer) { return operations::transaction_key(outer.sender->requester.id, outer.message.header.transactionID->content); }

/// Of an ended transaction: the same batch again gets the same answer, another under its ID none.
store::Write record_of(const Caller& outer, Bytes nonce, Bytes reply, std::int64_t now) {
    const Octets               hash = crypto::sha256(outer.message.received);
    const operations::Exchange exchange{der::octet_string(hash), der::octet_string(reply)};
    const Member&              ca = *outer.destination.member;
    Transaction transaction{.state = operations::TransactionState::ended, .request = static_cast<std::int64_t>(BodyType::nested), .certReqId = 0, .senderNonce = der::octet_string(nonce),
                            .certificate = {}, .exchanges = List<operations::Exchange>(&exchange, 1), .pending = {}, .profile = {}, .authority = {}, .approvedBy = {}};
    if (!ca.name.empty()) transaction.authority = der::utf8_string(ca.name);
    return {.table = store::Table::transactions, .key = key_of(outer), .read_version = 0, .value = der::encode(transaction), .index = {}, .due = now + ca.policy.keep_seconds};
}

}  // namespace

// An approval counts at the CA whose transaction it is about, a batch at the one whose RA signed it.
Reply Responder::answer_nested(const PKIMessage& outer, const Origin& origin, std::int64_t now) {
    const bool approves    = operations::nesting_of(outer) == Nesting::approval;
    auto       destination = approves ? find_destination(operations::nested_messages(outer).front(), origin.profile) : Result(directory_.destination_of_batch(outer, origin.profile));
    Caller     caller      = introduce(outer, origin, std::move(destination), now);
    if (auto good = operations::check_nesting_is_signed(outer); !good && !caller.refusal) caller.refusal = good.error();
    authenticate(caller, now);
    if (caller.refusal || caller.is_missing_status()) return reply_to(caller, {}, now);
    caller.protector = &caller.sender->protector;
    if (caller.sender->unrecognised) return refuse(caller, *caller.sender->unrecognised, now);
    if (auto good = operations::check_nester(caller.sender->requester); !good) return refuse(caller, good.error(), now);
    if (!approves) return answer_batch(caller, origin, now);
    if (auto good = operations::check_nesting(outer); !good) return refuse(caller, good.error(), now);
    return answer_approved(caller, origin, now);
}

Reply Responder::answer_approved(const Caller& outer, const Origin& origin, std::int64_t now) {
    Caller caller = introduce(operations::nested_messages(outer.message).front(), origin, outer.destination, now);
    caller.incident.through = outer.sender->requester.id;
    authenticate(caller, now);
    return reply_to(caller, {.header = &outer.message.header, .approved_by = outer.sender->requester.id}, now);
}

// ---------------------------------------------------------------- a batch

Reply Responder::answer_batch(Caller& outer, const Origin& origin, std::int64_t now) {
    const auto failed = [&](const Error& error) { return refuse(outer, error.fail_info ? error : server_failure(error), now); };
    const auto told   = told_before(outer);
    if (!told) return failed(told.error());
    outer.incident.outcome = "repeated";
    if (*told) return tell(outer.incident, now) ? Reply{**told} : failed({.code = Code::io});
    if (auto good = operations::check_time(outer.message.header, now, outer.destination.member->policy.time_window); !good) return failed(good.error());
    if (auto good = operations::check_nesting(outer.message); !good) return failed(good.error());
    std::vector<Octets> replies;
    if (auto unknown = answer_all(outer, origin, now, replies)) return std::move(*unknown);
    auto bundled = bundle(outer, std::move(replies), now);
    if (!bundled) return failed(bundled.error());
    outer.incident.outcome = "nested";
    return tell(outer.incident, now) ? Reply{std::move(*bundled)} : failed({.code = Code::io});
}

/// The answers in the order of the messages. @return set: this must be asked first; what was answered already is answered the same again
std::optional<Reply> Responder::answer_all(const Caller& outer, const Origin& origin, std::int64_t now, std::vector<Octets>& replies) {
    const PKIMessages&  messages = operations::nested_messages(outer.message);
    const auto          faults   = operations::faults_of_batch(outer.message);
    std::vector<Caller> callers;
    callers.reserve(messages.size());
    for (const PKIMessage& message : messages) callers.push_back(introduce(message, origin, find_destination(message, origin.profile), now));
    // Wrong MACs are counted, so they come when nothing is left to be asked about signers.
    for (const bool under_mac : {false, true})
        for (std::size_t i = 0; i < callers.size(); ++i) {
            if (is_under_mac(messages[i]) != under_mac) continue;
            callers[i].incident.through = outer.sender->requester.id;
            if (faults[i] && !callers[i].refusal) callers[i].refusal = faults[i];
            authenticate(callers[i], now);
            if (callers[i].is_missing_status()) return reply_to(callers[i], {}, now);
        }
    for (Caller& caller : callers) {
        auto reply = reply_to(caller, {}, now);
        if (reply.missing) return reply;
        replies.push_back(std::move(reply.message));
    }
    return std::nullopt;
}

/// Seals them as one message and keeps it. What another thread was faster with counts.
Result<Octets> Responder::bundle(const Caller& outer, std::vector<Octets> replies, std::int64_t now) {
    const auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    auto sealed = operations::answer_to_batch(outer.message, replies, *nonce, outer.sender->protector, now);
    if (!sealed) return sealed;
    auto kept = store_.commit({{record_of(outer, *nonce, *sealed, now)}});
    if (kept) return sealed;
    if (kept.error().code != Code::conflict) return kept.error();
    auto told = told_before(outer);
    if (!told) return told.error();
    return *told ? Result<Octets>(std::move(**told)) : kept.error();
}

/// The answer that is stored; nothing: it is new. @error transaction_mismatch  another message has its ID
Result<std::optional<Octets>> Responder::told_before(const Caller& outer) const {
    const auto record = store_.get(store::Table::transactions, key_of(outer));
    if (!record) return record.error();
    if (!*record) return std::optional<Octets>();
    const auto transaction = der::parse<Transaction>((*record)->value);
    if (!transaction) return Error{.code = Code::store_failed, .detail = "a transaction's record cannot be read"}.because_of(transaction.error());
    const Octets hash = crypto::sha256(outer.message.received);
    for (const operations::Exchange& exchange : (*transaction)->exchanges)
        if (equal(exchange.request.content, hash)) return std::optional(copy_of(exchange.reply.content));
    return operations::batch_id_in_use();
}

}  // namespace cmpkit::responder

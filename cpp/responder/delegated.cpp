// Polling in the place of another (RFC 9483 4.4 through an RA): an RA that knows the answer that said «waiting» asks for the final one.
#include "crypto/digest.hpp"
#include "operations/header_checks.hpp"
#include "responder/attempt.hpp"
#include "responder/caller.hpp"

namespace cmpkit::responder {

using operations::Transaction;

namespace {

constexpr std::size_t most_of_one_id = 64;  // transactions of different owners with one transactionID that are looked at

// The poll answers the last reply of a transaction that waits, or has its answer already.
bool is_polled(const Transaction& transaction, const PKIMessage& poll, Bytes hash) {
    const auto is_same = [&](const operations::Exchange& exchange) { return equal(exchange.request.content, hash); };
    if (std::ranges::any_of(transaction.exchanges, is_same)) return true;
    return transaction.state == operations::TransactionState::waiting && poll.header.recipNonce && equal(poll.header.recipNonce->content, transaction.senderNonce.content);
}

Error unread(const Error& cause) { return Error{.code = Code::store_failed, .detail = "a transaction's record cannot be read"}.because_of(cause); }

}  // namespace

/// The transaction of somebody else that a pollReq is about, if there is one.
Result<std::optional<store::Record>> Responder::find_polled(const PKIMessage& message) {
    std::optional<store::Record> none;
    if (!message.body.is<"pollReq">() || !operations::has_usable_id(message.header)) return none;
    auto records = store_.find(store::Table::transactions, message.header.transactionID->content, most_of_one_id);
    if (!records) return records.error();
    const Octets hash = crypto::sha256(message.received);
    for (store::Record& record : *records) {
        const auto transaction = der::parse<Transaction>(record.value);
        if (!transaction) return unread(transaction.error());
        if (is_polled(**transaction, message, hash)) return std::optional(std::move(record));
    }
    return none;
}

/// Whom the caller polls for, if it is an RA and the transaction is not its own.
Result<std::optional<Delegation>> Responder::find_delegation(const Caller& caller, std::int64_t now) {
    std::optional<Delegation> none;
    const PKIHeader& header = caller.message.header;
    if (!caller.message.body.is<"pollReq">() || caller.sender->requester.kind != operations::RequesterKind::ra) return none;
    const auto own = store_.get(store::Table::transactions, operations::transaction_key(caller.sender->requester.id, header.transactionID->content));
    if (!own) return own.error();
    auto record = *own ? Result(std::optional<store::Record>()) : find_polled(caller.message);
    if (!record) return record.error();
    if (!*record) return none;
    const auto transaction = der::parse<Transaction>((*record)->value);
    if (!transaction) return unread(transaction.error());
    const Member& ca = *caller.destination.member;
    if (directory_.owner_of(**transaction) != &ca) return none;
    Delegation delegation{.key = std::move((*record)->key)};
    if (!(*transaction)->pending) return std::optional(std::move(delegation));
    auto first = der::parse<PKIMessage>(copy_of((*transaction)->pending->content));
    if (!first) return unread(first.error());
    delegation.first = std::move(*first);
    // Who the owner is, and what its answer is protected with, its first message says again.
    auto owner = authenticator_.authenticate(**delegation.first, *ca.authority, ca.policy.mac_limits, now);
    if (!owner) return owner.error();
    delegation.owner = std::move(*owner);
    return std::optional(std::move(delegation));
}

}  // namespace cmpkit::responder

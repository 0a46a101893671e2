// What a server keeps of one transaction: a record in Table::transactions, its value this schema as DER.
#pragma once
#include "messages/body.hpp"

namespace cmpkit::operations {

enum class TransactionState : std::int64_t {
    fresh,   // nothing is stored yet
    issued,  // a certificate was sent, its confirmation is due
    ended,   // nothing more is expected; kept so that repeated messages get the same answer and the ID is not used again
    waiting, // the authority has not decided; pollReq is due
};
std::string_view name_of(TransactionState state);

struct Exchange {  // a message that came and the reply that went
    der::OctetString request;  // SHA-256 of the octets as received
    der::OctetString reply;    // the octets sent
    static constexpr auto schema() { return sequence(field<&Exchange::request>(), field<&Exchange::reply>()); }
};

struct Transaction {
    TransactionState                state = TransactionState::fresh;
    std::int64_t                    request = 0;      // BodyType of the first message
    std::int64_t                    certReqId = 0;
    der::OctetString                senderNonce;      // ours, of the last reply
    std::optional<der::OctetString> certificate;      // key of its record; of an issued one
    List<Exchange>                  exchanges;        // of one that was polled for: the first and the last
    std::optional<der::OctetString> pending;          // waiting: the first message as received
    std::optional<der::Utf8String>  profile;          // waiting: what its path said
    std::optional<der::Utf8String>  authority;        // name of the CA that has it; absent: the first of the server
    std::optional<der::Utf8String>  approvedBy;       // waiting: id of the RA that approved the first message by a nested one
    static constexpr auto schema() {
        return sequence(field<&Transaction::state>(), field<&Transaction::request>(), field<&Transaction::certReqId>(), field<&Transaction::senderNonce>(),
                        field<&Transaction::certificate>(implicit_tag(0)), field<&Transaction::exchanges>(),
                        field<&Transaction::pending>(implicit_tag(1)), field<&Transaction::profile>(implicit_tag(2)),
                        field<&Transaction::authority>(implicit_tag(3)), field<&Transaction::approvedBy>(implicit_tag(4)));
    }
};

/// What an authority calls the request of a transaction: 16 octets of the hash of its key.
Octets request_id(Bytes transaction_key);

/// The key of its record: the owner, whose octets hold no NUL, and the transactionID.
Octets transaction_key(std::string_view requester_id, Bytes transaction_id);
/// The owner in such a key.
std::string owner_in(Bytes transaction_key);

}  // namespace cmpkit::operations

extern template struct cmpkit::der::Described<cmpkit::operations::Transaction>;

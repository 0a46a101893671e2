// What a registration authority keeps of one transaction that it relays: a record in Table::relayed, its value this schema as DER.
//
// Downstream it knows what it owes the requester; upstream, the one message that is on its way. A record is due when that message is to be carried
// (again), or else when the transaction is over. It refuses to know who may ask, and what is done with it when.
#pragma once
#include "operations/transaction.hpp"

namespace cmpkit::operations {

enum class RelayState : std::int64_t {
    fresh,      // nothing is stored yet
    undecided,  // an officer decides; the requester polls
    asked,      // its last message has no answer yet
    told,       // the same, but it was told to wait: it polls
    ready,      // it polls, and the answer is here
    open,       // it has its answer and is to send another message
    ended,      // nothing more is expected; kept so that repeated messages get the same answer and the ID is not used again
};
std::string_view name_of(RelayState state);

/// How its messages go on (RFC 9483 5.2).
enum class Forwarding : std::int64_t {
    unchanged,    // octet for octet (5.2.1)
    reprotected,  // under the RA's protection, proof of possession as it was (5.2.3.1)
    modified,     // with another certTemplate and raVerified (5.2.3.2)
    nested,       // inside a message of the RA's that approves it (5.2.2.1)
    converted,    // as a PKCS#10 request to a CA that knows no CMP (RFC 9483 4.1.4)
};
std::string_view name_of(Forwarding forwarding);
/// Whether the upstream knows us as the one who opened the transaction, so that we can speak for the requester there.
bool             is_ours(Forwarding forwarding);

/// What the message on its way upstream is for.
enum class Errand : std::int64_t {
    message,       // the requester's
    poll,          // our pollReq, for a requester that we told to wait
    confirmation,  // our certConf for a requester that we confirmed implicitly, and what follows that
};
std::string_view name_of(Errand errand);

/// A message for the upstream, from the commit that decides on it until its answer is stored.
struct Departure {
    der::OctetString message;
    Errand           errand = Errand::message;
    std::int64_t     due    = 0;  // Unix seconds: nobody carries it before
    std::int64_t     until  = 0;  // Unix seconds after which it is given up
    std::int64_t     tries  = 0;
    std::optional<der::OctetString> batch{};  // key of the batch that carries it; due is then the end of its time
    static constexpr auto schema() {
        using D = Departure;
        return sequence(field<&D::message>(), field<&D::errand>(), field<&D::due>(), field<&D::until>(), field<&D::tries>(),
                        field<&D::batch>(implicit_tag(0)));
    }
};

struct RelayedTransaction {
    RelayState                      state   = RelayState::fresh;
    std::int64_t                    request = 0;  // BodyType of the first message
    Forwarding                      forwarding = Forwarding::unchanged;
    der::Utf8String                 rule, upstream;  // their names
    der::OctetString                senderNonce;     // of the last answer that the requester got
    List<Exchange>                  exchanges;
    std::int64_t                    until    = 0;      // Unix seconds after which it is over, or forgotten; not judged while a message is on its way
    bool                            confirms = false;  // we confirm in the requester's stead
    std::optional<der::OctetString> first;       // first message as received; until the transaction is over
    std::optional<der::OctetString> current;     // the later one whose final answer the requester waits for, as received; absent: the first
    std::optional<der::OctetString> poll;        // the pollReq that has no answer yet, as received
    std::optional<der::OctetString> answer;      // ready: the upstream's, as received
    std::optional<Departure>        outgoing;
    std::optional<der::Utf8String>  profile;     // what the path of the first message said
    static constexpr auto schema() {
        using T = RelayedTransaction;
        return sequence(field<&T::state>(), field<&T::request>(), field<&T::forwarding>(), field<&T::rule>(), field<&T::upstream>(), field<&T::senderNonce>(),
                        field<&T::exchanges>(), field<&T::until>(), field<&T::confirms>(), field<&T::first>(implicit_tag(0)), field<&T::current>(implicit_tag(1)),
                        field<&T::poll>(implicit_tag(2)), field<&T::answer>(implicit_tag(3)), field<&T::outgoing>(implicit_tag(4)), field<&T::profile>(implicit_tag(5)));
    }
};

/// A record of Table::relayed, too: messages of several transactions that go to one upstream together (RFC 9483 5.2.2.2).
struct BatchMember {
    der::OctetString key;            // of its record
    der::OctetString transactionID;  // by which its answer is known; no two in a batch have the same
    static constexpr auto schema() { return sequence(field<&BatchMember::key>(), field<&BatchMember::transactionID>()); }
};
struct RelayedBatch {
    der::Utf8String              upstream;
    der::OctetString             message;  // nested: always these octets
    List<BatchMember, non_empty> members;
    std::int64_t                 until = 0;  // Unix seconds after which nobody waits for its answer
    std::int64_t                 tries = 0;
    static constexpr auto schema() {
        using B = RelayedBatch;
        return sequence(field<&B::upstream>(), field<&B::message>(), field<&B::members>(), field<&B::until>(), field<&B::tries>());
    }
};

/// A record of Table::archive: a request as it came, and what became of it here.
struct ArchivedRequest {
    der::OctetString request, sent;   // as received; as it went upstream
    der::Utf8String  rule, reason, changes, upstream;
    std::int64_t     at = 0;          // Unix seconds
    static constexpr auto schema() {
        using A = ArchivedRequest;
        return sequence(field<&A::request>(), field<&A::sent>(), field<&A::rule>(), field<&A::reason>(), field<&A::changes>(), field<&A::upstream>(), field<&A::at>());
    }
};

}  // namespace cmpkit::operations

extern template struct cmpkit::der::Described<cmpkit::operations::RelayedTransaction>;
extern template struct cmpkit::der::Described<cmpkit::operations::RelayedBatch>;
extern template struct cmpkit::der::Described<cmpkit::operations::ArchivedRequest>;

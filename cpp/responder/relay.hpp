// A registration authority between requesters and CAs: octets in from either side, octets out to either. Parses, checks, authenticates, asks the authority,
// commits, and only then lets a message go on; what an upstream answers is checked and stored before the requester gets it. It carries nothing itself and
// keeps nothing that the store does not hold: a message that is on its way upstream is a record, carried by whoever claims it, always as the same octets.
//
//     Step step = relay.arrived(request, {.address = "127.0.0.1:50412"}, now);
//     while (step.parcel) step = relay.returned(*step.parcel, carry(*step.parcel), now);      // or somebody else carries it, later
//     respond(*step.reply);
#pragma once
#include "ra/registration.hpp"
#include "responder/responder.hpp"

namespace cmpkit::responder {

/// A message on its way to an upstream, for who has claimed it: nobody else carries it before `claimed_until`.
struct Parcel {
    Octets       key;            // of its record in Table::relayed
    std::string  upstream;
    Octets       message;        // a PKIMessage; a PKCS#10 request where the upstream knows nothing else
    std::string  operation{};    // path label (RFC 9483 6.1)
    std::string  profile{};      // the same
    std::int64_t claimed_until = 0;  // Unix seconds
    bool         is_converted  = false;  // `message` is a PKCS#10 request; its answer is a certificate, see Passage::convert
};

/// What comes of one event. Neither reply nor parcel: the requester's message is on its way, and its answer is not here yet.
struct Step {
    std::optional<Reply>  reply{};   // to the requester of `key`
    std::optional<Parcel> parcel{};  // to be carried now by the caller
    Octets                key{};     // of the transaction; empty: there is none
    std::int64_t          patience = 0;  // seconds that a requester is kept waiting for its answer, then lapsed() is due
    std::optional<operations::MissingStatus> missing{};  // set: nothing has happened yet; ask this, let its verifier learn the answer, and come again
};

struct Passed;

/// How messages are treated at the door.
struct Doorway {
    std::int64_t          time_window  = 300;  // seconds that messageTime may be off; 0: not judged
    std::int64_t          keep_seconds = 900;  // an ended transaction is kept that long
    std::int64_t          poll_seconds = 60;   // a requester that waits for an upstream is to ask again after that
    std::int64_t          undecided_seconds = 7 * 86400;  // how long after its time to ask again a requester that waits for an officer may stay away
    std::int64_t          answer_wait  = 3600;  // an answered transaction whose next message does not come is over after that
    protection::MacLimits mac_limits{.max_iterations = 10'000};
};

/// Threads: any number at once.
class Relay {
public:
    /// Borrows authority and store, which must outlive it.
    Relay(ra::RegistrationAuthority& authority, Doorway doorway, store::Store& store, operations::Random random, Log log, Audit audit = {});

    /// A message of a requester. Never fails: what goes wrong becomes an error message to it and an incident in the log. @param now  Unix seconds
    Step arrived(Bytes request, const Origin& origin, std::int64_t now);

    /// What carrying a parcel brought: the upstream's octets, or why there are none, which the requester is told at once. An answer that cannot be
    /// believed changes nothing: who waits goes on waiting until lapsed(). Of an upstream that knows PKCS#10 alone: the certificate and its issuers as
    /// PEM, or DER one behind the other; the error `rejected`, with what the requester is told, if it refused; a certificate that is not the one asked for refuses, too.
    Step returned(const Parcel& parcel, const Result<Octets>& answer, std::int64_t now);

    /// Whether nothing new is there for the requester of that transaction, who is kept waiting. A look at its record, and no more.
    bool still_waits(Bytes key) const;

    /// The requester of that transaction has been kept waiting long enough: it is told to wait, or that the system is unavailable.
    Step lapsed(Bytes key, std::int64_t now);

    /// Claims messages whose time it is to be carried, and ends what is overdue.
    /// @return at most `limit`; fewer: nothing else is due  @error store_failed
    Result<std::vector<Parcel>> due(std::int64_t now, std::size_t limit);

    /// An unprotected error systemUnavail to `request`, for a server that has no room to look at it; empty if it cannot be read.
    Octets unavailable(Bytes request, std::int64_t now);

private:
    struct Visitor;
    bool             tell(const Incident& incident, std::int64_t now);
    Reply            refuse(const PKIMessage* message, const Error& error, const protection::Protector* protector, std::int64_t now);
    Step             refuse(Visitor& visitor, const Error& error, std::int64_t now);
    static Octets    key_of(const Visitor& visitor);
    bool             is_unknown(const Visitor& visitor, std::int64_t now);
    Visitor          introduce(const PKIMessage& message, const Origin& origin, std::int64_t now);
    Step             receive(Visitor& visitor, std::int64_t now);
    Step             conclude(Result<Passed> passed, Visitor& visitor, std::int64_t now);
    Step             pass_unverified(Visitor& visitor, std::int64_t now);
    // relay_nested.cpp: messages within messages
    Step             unwrap(Visitor& outer, std::int64_t now);
    Step             receive_batch(Visitor& outer, std::int64_t now);
    std::optional<operations::MissingStatus> receive_all(const Visitor& outer, std::vector<Octets>& replies, std::int64_t now);
    Step             receive_one(const Visitor& outer, const PKIMessage& message, const std::optional<Error>& fault, std::int64_t now);
    Result<Octets>   seal_batch(const Visitor& outer, std::span<const Octets> replies, std::int64_t now);
    Result<std::optional<Octets>> told_before(const Visitor& outer);
    Result<Passed>   take(const Parcel& parcel, Bytes octets, std::int64_t now);
    Step             take_batch(const Parcel& parcel, const Result<Octets>& octets, std::int64_t now);
    Step             tell_of(Result<Passed> passed, Bytes key, const std::string& upstream, const char* what, std::int64_t now);
    Result<std::optional<Parcel>> take_up(const store::Record& record, std::int64_t now);

    ra::RegistrationAuthority& authority_;
    Doorway            doorway_;
    store::Store&      store_;
    operations::Random random_;
    Log                log_;
    Audit              audit_;
    Authenticator      authenticator_;
};

}  // namespace cmpkit::responder

// Drives an end entity's operation over a transport, in the caller's thread: sends, waits, sends again, asks, keeps, until it is over.
#pragma once
#include "operations/end_entity.hpp"
#include "transport/registry.hpp"

namespace cmpkit::service {

/// What the application has a say in. Called from the thread that drives; may be empty.
struct Application {
    std::function<operations::Decided(const operations::Decide&)> decide;    // empty: accepted
    std::function<Result<void>(const operations::Keep&)>          keep;      // empty: the application keeps it when the operation is done
    /// Whether a signer is revoked; empty: nobody is asked.
    std::function<Result<Octets>(const crypto::StatusQuery&, std::chrono::milliseconds timeout)> fetch;
    std::function<void(const operations::Wait&)>                  waiting;   // the CA has not decided; called before each pause
    std::function<void(bool sent, Bytes message)>                 trace;
    std::function<Result<void>(const operations::EndEntity&)>     save;      // after each step, before what it asks for is done; a failure ends the run
    std::function<std::int64_t()>                                 clock;     // Unix seconds; 0: there is none
};

/// Carries one message and brings the answer; a Channel's exchange, or the application's own.
using Carry = std::function<Result<Octets>(const operations::Send&, std::chrono::milliseconds timeout)>;

struct Limits {
    std::chrono::milliseconds exchange{60'000};
    std::chrono::milliseconds total{300'000};
};

/// How messages are carried: at once, or stored and forwarded, where an answer has all the time there is and its loss is told to the peer.
enum class Way { online, offline };

/// A message that did not reach the peer, or brought no answer, is sent again as the same octets (the server answers those as before) after a
/// growing pause, until the total is over; offline it is sent once, and what does not come in the total is reported to the peer by an error message
/// (draft-ietf-lamps-lightweight-cmp-profile-04 6.4). A first message that is refused because its transactionID is in use, or because the peer is out of
/// order for the moment, begins anew as another transaction, a few times. An operation that was restored goes on where it was; the limits begin anew.
///
/// @error what the operation failed with; what save failed with; cancelled; deadline, with the last failure of the transport as cause
Result<operations::Done> drive(operations::EndEntity& operation, const Carry& carry, Way way, const Application& application, const Limits& limits,
                               const operations::Random& random, transport::Cancel& cancel);

}  // namespace cmpkit::service

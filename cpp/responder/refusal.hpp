// How a server says no to a message that came no further: an error message (RFC 9483 3.6.4).
#pragma once
#include "responder/responder.hpp"

namespace cmpkit::responder {

/// @param message    null: it could not be read
/// @param sender     of the refusal, where nothing protects it
/// @param protector  null: without protection, and with few words
Reply refusal_of(const PKIMessage* message, const Error& error, const Name& sender, const protection::Protector* protector, const operations::Random& random, std::int64_t now);

/// What a failure of our own is for the peer: systemUnavail after conflicts, else systemFailure.
Error server_failure(const Error& cause);

/// transactionID as logs have it; empty: there is none that can be used.
std::string transaction_text(const PKIMessage& message);

}  // namespace cmpkit::responder

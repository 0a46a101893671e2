// Messages within a message (RFC 9810 5.1.3.5): what an RA puts its signature around, to approve one request or to carry many at once. These are the
// rules of the outer message and of those within it against each other; each inner message is then judged as if it had come by itself. They know
// neither store nor authority, and the caller has verified who signed.
//
//     if (auto good = check_nesting(outer); !good) …
//     if (nesting_of(outer) == Nesting::approval) …     // one message, approved (RFC 9483 5.2.2.1)
//     else for (const auto& fault : faults_of_batch(outer)) …     // one for each message (RFC 9483 5.2.2.2)
#pragma once
#include "operations/authority.hpp"

namespace cmpkit::operations {

inline constexpr std::size_t most_nested = 1000;  // messages of one batch

enum class Nesting : std::uint8_t {
    approval,  // the signature says that the message was verified and is approved
    batch,     // the signature is for the way alone
};

/// The messages within. @pre the body is nested
const PKIMessages& nested_messages(const PKIMessage& outer);

/// One message whose transactionID the outer one repeats is approved; all else is a batch.
Nesting nesting_of(const PKIMessage& outer);

/// Whether who signed may nest. @error wrong_protection  by a MAC  @error not_authorized  by nobody who speaks for others
Result<void> check_nesting_is_signed(const PKIMessage& outer);
Result<void> check_nester(const Requester& requester);

/// The outer message, by what it is for. An approval has the ID and nonces of what is in it, which is protected and not nested itself; a batch has
/// fresh ones, and not more than most_nested messages.
/// @error nonce_mismatch (badSenderNonce, badRecipientNonce), protection_missing, bad_request
Result<void> check_nesting(const PKIMessage& outer);

/// What is wrong with each message of a batch, in their order, as far as it can be told without its sender; nothing: it can be judged by itself.
/// A transactionID of the batch itself or of a message before is transactionIdInUse, such a nonce badSenderNonce.
std::vector<std::optional<Error>> faults_of_batch(const PKIMessage& outer);

/// The answer to a batch: a nested message with its transactionID, answering its nonce, signed. @param replies  DER, one to each message in their order
Result<Octets> answer_to_batch(const PKIMessage& outer, std::span<const Octets> replies, Bytes nonce, const protection::Protector& protector, std::int64_t now);

/// Why another message under the ID of a batch that was answered gets no answer.
Error batch_id_in_use();

}  // namespace cmpkit::operations

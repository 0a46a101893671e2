#include "responder/refusal.hpp"

#include "messages/names.hpp"
#include "operations/header_checks.hpp"

namespace cmpkit::responder {

std::string transaction_text(const PKIMessage& message) {
    return operations::has_usable_id(message.header) ? to_hex(message.header.transactionID->content) : std::string();
}

Error server_failure(const Error& cause) {
    const bool busy = cause.code == Code::conflict;
    return Error{.code = cause.code, .fail_info = busy ? FailInfo::systemUnavail : FailInfo::systemFailure, .detail = busy ? "try again" : "the server failed"}.because_of(cause);
}

namespace {

constexpr std::size_t longest_name = 2048;  // octets of a sender's name that a refusal repeats: whoever is not authenticated gets little back

const PKIHeader& header_of(const PKIMessage* message) {
    static const PKIHeader unread;
    return message ? message->header : unread;
}

// Little to the peer, everything to the operator: who is not authenticated learns which rule it broke, and of our own troubles nothing.
std::string words_for_peer(const Error& error, bool is_authenticated) {
    if (is_authenticated) return error.detail;
    const bool is_ours = !error.fail_info || error.fail_info == FailInfo::systemFailure || error.fail_info == FailInfo::systemUnavail;
    return is_ours ? "try again later" : std::string(text_of(error.code));
}

// What a refusal says of the message that it answers, as far as that could be read.
operations::HeaderFields fields_of_refusal(const PKIHeader& asked, Bytes fresh, std::int64_t now) {
    // RFC 9810 7: the version of the request, or the nearest one that we know.
    const Pvno pvno = asked.pvno >= Pvno::cmp2021 ? Pvno::cmp2021 : Pvno::cmp2000;
    // RFC 9810 5.1.1: a message whose header cannot be read is answered under a new transactionID.
    const Bytes id    = operations::has_usable_id(asked) ? asked.transactionID->content : fresh;
    const Bytes nonce = asked.senderNonce && asked.senderNonce->content.size() <= operations::longest_id ? asked.senderNonce->content : Bytes();
    const Name* name  = asked.sender.get<"directoryName">();
    if (name && name->received.size() > longest_name) name = nullptr;
    return {.pvno = pvno, .recipient = name, .transaction_id = id, .sender_nonce = fresh, .recip_nonce = nonce, .now = now, .general_info = {}};
}

}  // namespace

// RFC 9483 3.6.4. What could not be authenticated is answered without protection where we cannot sign for the same kind of message.
Reply refusal_of(const PKIMessage* message, const Error& error, const Name& sender, const protection::Protector* protector, const operations::Random& random, std::int64_t now) {
    auto fresh = operations::random_octets(random, 16);
    if (!fresh) fresh = Octets(16);
    der::Arena arena;
    PKIHeader  header = operations::header_of(fields_of_refusal(header_of(message), *fresh, now), arena);
    header.sender     = directory_name(sender);
    PKIBody body;
    body.emplace<"error">().pKIStatusInfo = rejection(error.fail_info.value_or(FailInfo::systemFailure), words_for_peer(error, protector), arena);
    auto octets = protection::seal(header, body, protector, {});
    if (!octets) octets = protection::seal(header, body, nullptr, {});
    return {octets ? std::move(*octets) : Octets(), message ? Reply::Status::answered : Reply::Status::not_a_message};
}

}  // namespace cmpkit::responder

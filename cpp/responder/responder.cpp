#include "responder/responder.hpp"

#include "crypto/digest.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"
#include "responder/attempt.hpp"
#include "responder/refusal.hpp"

namespace cmpkit::responder {
namespace {

constexpr int max_conflicts = 16;  // other writers may win that often before we say systemUnavail

}  // namespace

Responder::Responder(std::vector<Member> members, std::size_t standard, store::Store& store, operations::Random random, Log log, Audit audit)
    : directory_(std::move(members), standard), store_(store), random_(std::move(random)), log_(std::move(log)), audit_(std::move(audit)), authenticator_(store) {}

Responder::Responder(Member member, store::Store& store, operations::Random random, Log log, Audit audit)
    : Responder(std::vector<Member>{std::move(member)}, 0, store, std::move(random), std::move(log), std::move(audit)) {}

// A transaction is the CA's that its first message was for, whatever its later messages say.
Result<Destination> Responder::find_destination(const PKIMessage& message, const std::string& label) {
    auto destination = directory_.destination_of(message, label);
    if (!directory_.has_choice() || !operations::is_later(message.body) || !message.header.transactionID) return destination;
    const std::string owner = claimed_owner(message);
    if (owner.empty()) return destination;
    auto record = store_.get(store::Table::transactions, operations::transaction_key(owner, message.header.transactionID->content));
    if (!record) return record.error();
    if (!*record) return destination;
    const auto transaction = der::parse<operations::Transaction>(std::move((*record)->value));
    if (!transaction) return Error{.code = Code::store_failed, .detail = "a transaction's record cannot be read"}.because_of(transaction.error());
    const Member* owner_of_it = directory_.owner_of(**transaction);
    return owner_of_it ? Destination{owner_of_it} : destination;
}

Reply Responder::answer(Bytes request, const Origin& origin, std::int64_t now) {
    Incident incident{.transaction_id = {}, .requester = {}, .address = origin.address, .body = {}, .outcome = "error", .problem = {}};
    const Member* ca      = &directory_.standard();
    const auto    refused = [&](const PKIMessage* message, const Error& error, const protection::Protector* protector) {
        incident.problem = error;
        tell(incident, now);  // a refusal promises nothing
        return refuse(message, error, ca->authority->name(), protector, now);
    };
    auto parsed = der::parse<PKIMessage>(copy_of(request));
    if (!parsed) return refused(nullptr, parsed.error(), nullptr);
    const PKIMessage& message = **parsed;
    incident.transaction_id   = transaction_text(message);
    incident.body             = name_of(type_of(message.body));
    auto destination          = find_destination(message, origin.profile);
    if (!destination) return refused(&message, server_failure(destination.error()), nullptr);
    ca                 = destination->member;
    incident.authority = ca->name;
    // messageTime is judged once it is known that the message is not the repetition of an older one.
    if (auto good = operations::check_header(message, now, 0); !good) return refused(&message, good.error(), nullptr);
    // A signed request gets a signed refusal. One under a MAC that did not verify gets none under the secret: it would let anybody guess at it.
    const bool signed_request = message.header.protectionAlg && !protection::is_mac(*message.header.protectionAlg);
    auto sender = authenticator_.authenticate(message, *ca->authority, ca->policy.mac_limits, now);
    if (!sender) return refused(&message, sender.error(), signed_request ? &ca->authority->protector() : nullptr);
    if (sender->missing) return {.message = {}, .status = Reply::Status::answered, .missing = std::move(sender->missing)};
    incident.requester = sender->requester.id;
    incident.kind      = name_of(sender->requester.kind);
    const Arrival arrival{message, *sender, directory_, *destination, now, operations::transaction_key(sender->requester.id, message.header.transactionID->content), crypto::sha256(request)};
    auto reply = run(arrival, incident);
    if (!reply) return refused(&message, server_failure(reply.error()), &sender->protector);
    if (tell(incident, now)) return std::move(*reply);
    return refuse(&message, Error{.code = Code::io, .fail_info = FailInfo::systemFailure, .detail = "the server failed"}, ca->authority->name(), &sender->protector, now);
}

/// Logs it and keeps it. @return false: it cannot be kept, which is logged too
bool Responder::tell(const Incident& incident, std::int64_t now) {
    if (log_) log_(incident);
    auto kept = audit_ ? audit_(incident, now) : Result<void>();
    if (!kept && log_) log_({.transaction_id = incident.transaction_id, .requester = {}, .address = {}, .body = {}, .outcome = "audit failed", .problem = kept.error()});
    return static_cast<bool>(kept);
}

Octets Responder::unavailable(Bytes request, std::int64_t now) {
    auto parsed = der::parse<PKIMessage>(copy_of(request));
    if (!parsed) return {};
    const Member& ca = *directory_.destination_of(**parsed, {}).member;
    const Error   busy{.code = Code::conflict, .fail_info = FailInfo::systemUnavail};
    return refuse(&**parsed, busy, ca.authority->name(), nullptr, now).message;
}

Result<Reply> Responder::run(const Arrival& arrival, Incident& incident) {
    std::optional<Error> conflict;
    for (int tries = 0; tries < max_conflicts; ++tries) {
        auto outcome = Attempt(arrival, store_, random_).run();
        if (outcome) {
            incident.outcome = outcome->word;
            incident.deed    = std::move(outcome->deed);
            incident.problem = outcome->refusal;
            if (outcome->reply.empty()) return refuse(&arrival.message, *outcome->refusal, arrival.destination.member->authority->name(), &arrival.sender.protector, arrival.now);
            return Reply{std::move(outcome->reply)};
        }
        if (outcome.error().code != Code::conflict) return outcome.error();
        conflict = outcome.error();
    }
    return *conflict;
}

Reply Responder::refuse(const PKIMessage* message, const Error& error, const Name& sender, const protection::Protector* protector, std::int64_t now) {
    return refusal_of(message, error, sender, protector, random_, now);
}

}  // namespace cmpkit::responder

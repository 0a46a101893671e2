#include "responder/responder.hpp"

#include "crypto/digest.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"
#include "operations/nested.hpp"
#include "responder/attempt.hpp"
#include "responder/caller.hpp"
#include "responder/notes.hpp"
#include "responder/refusal.hpp"

namespace cmpkit::responder {
namespace {

constexpr int max_conflicts = 16;  // other writers may win that often before we say systemUnavail

bool is_signed(const PKIMessage& message) { return message.header.protectionAlg && !protection::is_mac(*message.header.protectionAlg); }

}  // namespace

Responder::Responder(std::vector<Member> members, std::size_t standard, store::Store& store, operations::Random random, Log log, Audit audit)
    : directory_(std::move(members), standard), store_(store), random_(std::move(random)), log_(std::move(log)), audit_(std::move(audit)), authenticator_(store) {}

Responder::Responder(Member member, store::Store& store, operations::Random random, Log log, Audit audit)
    : Responder(std::vector<Member>{std::move(member)}, 0, store, std::move(random), std::move(log), std::move(audit)) {}

// A transaction is the CA's that its first message was for, whatever its later messages say.
Result<Destination> Responder::find_destination(const PKIMessage& message, const std::string& label) {
    auto destination = directory_.destination_of(message, label);
    if (!directory_.has_choice() || !operations::is_later(message.body) || !message.header.transactionID) return destination;
    auto record = find_transaction(message);
    if (!record) return record.error();
    if (!*record) return destination;
    const auto transaction = der::parse<operations::Transaction>(std::move((*record)->value));
    if (!transaction) return Error{.code = Code::store_failed, .detail = "a transaction's record cannot be read"}.because_of(transaction.error());
    const Member* owner_of_it = directory_.owner_of(**transaction);
    return owner_of_it ? Destination{owner_of_it} : destination;
}

// As the message itself says whose it is, unverified.
Result<std::optional<store::Record>> Responder::find_transaction(const PKIMessage& message) {
    const std::string owner = claimed_owner(message);
    if (owner.empty()) return std::optional<store::Record>();
    auto record = store_.get(store::Table::transactions, operations::transaction_key(owner, message.header.transactionID->content));
    return record && !*record ? find_polled(message) : record;
}

Reply Responder::answer(Bytes request, const Origin& origin, std::int64_t now) {
    auto parsed = der::parse<PKIMessage>(copy_of(request));
    if (!parsed) {
        tell({.transaction_id = {}, .requester = {}, .address = origin.address, .body = {}, .outcome = "error", .problem = parsed.error()}, now);
        return refuse(nullptr, parsed.error(), directory_.standard().authority->name(), nullptr, now);
    }
    if ((*parsed)->body.is<"nested">()) return answer_nested(**parsed, origin, now);
    Caller caller = introduce(**parsed, origin, find_destination(**parsed, origin.profile), now);
    authenticate(caller, now);
    return reply_to(caller, {}, now);
}

/// The CA that it is for, and what can be checked without a look at its protection.
Caller Responder::introduce(const PKIMessage& message, const Origin& origin, Result<Destination> destination, std::int64_t now) {
    Caller caller{.message = message, .incident = {.transaction_id = transaction_text(message), .requester = {}, .address = origin.address, .body = std::string(name_of(type_of(message.body))),
                                                   .outcome = "error", .problem = {}}, .destination = {&directory_.standard()}};
    if (!destination) {
        caller.refusal = server_failure(destination.error());
        return caller;
    }
    caller.destination        = std::move(*destination);
    caller.incident.authority = caller.destination.member->name;
    // messageTime is judged once it is known that the message is not the repetition of an older one.
    if (auto good = operations::check_header(message, now, 0); !good) caller.refusal = good.error();
    return caller;
}

void Responder::authenticate(Caller& caller, std::int64_t now) {
    if (caller.refusal) return;
    const Member& ca     = *caller.destination.member;
    auto          sender = authenticator_.authenticate(caller.message, *ca.authority, ca.policy.mac_limits, now);
    if (!sender) {
        caller.refusal = sender.error();
        // A signed request gets a signed refusal. One under a MAC that did not verify gets none under the secret: it would let anybody guess at it.
        if (is_signed(caller.message)) caller.protector = &ca.authority->protector();
        return;
    }
    caller.sender = std::move(*sender);
    if (caller.is_missing_status()) return;
    caller.incident.requester = caller.sender->requester.id;
    caller.incident.kind      = name_of(caller.sender->requester.kind);
}

Reply Responder::reply_to(Caller& caller, const Escort& escort, std::int64_t now) {
    if (caller.refusal) return refuse(caller, *caller.refusal, now);
    if (caller.is_missing_status()) return {.message = {}, .status = Reply::Status::answered, .missing = std::move(caller.sender->missing)};
    caller.protector        = &caller.sender->protector;
    const PKIHeader& header = caller.message.header;
    auto delegation = find_delegation(caller, now);
    if (!delegation) return refuse(caller, delegation.error().fail_info ? delegation.error() : server_failure(delegation.error()), now);
    if (*delegation) caller.incident.on_behalf_of = operations::owner_in((*delegation)->key);
    const bool is_delegated = *delegation && (*delegation)->owner;
    if (is_delegated && (*delegation)->owner->missing) return {.message = {}, .status = Reply::Status::answered, .missing = std::move((*delegation)->owner->missing)};
    const Arrival arrival{caller.message, is_delegated ? *(*delegation)->owner : *caller.sender, directory_, caller.destination, now,
                          *delegation ? (*delegation)->key : operations::transaction_key(caller.sender->requester.id, header.transactionID->content),
                          crypto::sha256(caller.message.received), escort, is_delegated ? &*caller.sender : nullptr};
    auto reply = run(arrival, caller.incident);
    if (!reply) return refuse(caller, server_failure(reply.error()), now);
    if (tell(caller.incident, now)) return std::move(*reply);
    return refuse(&caller.message, Error{.code = Code::io, .fail_info = FailInfo::systemFailure, .detail = "the server failed"}, caller.destination.member->authority->name(),
                  caller.protector, now);
}

/// Tells the log, too.
Reply Responder::refuse(Caller& caller, const Error& error, std::int64_t now) {
    caller.incident.problem = error;
    caller.incident.outcome = "error";
    tell(caller.incident, now);  // a refusal promises nothing
    return refuse(&caller.message, error, caller.destination.member->authority->name(), caller.protector, now);
}

/// Logs it and keeps it. @return false: it cannot be kept, which is logged too
bool Responder::tell(const Incident& incident, std::int64_t now) { return responder::tell(log_, audit_, incident, now); }

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
            const Sender& asker = arrival.poller ? *arrival.poller : arrival.sender;
            if (outcome->reply.empty()) return refuse(&arrival.message, *outcome->refusal, arrival.destination.member->authority->name(), &asker.protector, arrival.now);
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

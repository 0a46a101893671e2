#include "responder/relay.hpp"

#include "crypto/digest.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"
#include "responder/passage.hpp"
#include "responder/refusal.hpp"
#include "responder/upstream_answer.hpp"

namespace cmpkit::responder {
namespace {

constexpr int max_conflicts = 16;  // other writers may win that often before we say systemUnavail

/// What `event` comes to, tried again as long as other writers are faster. @error conflict  they always were
template <class Event> Result<Passed> settle(const Event& event) {
    Result<Passed> outcome = Error{.code = Code::conflict};
    for (int tries = 0; tries < max_conflicts; ++tries) {
        outcome = event();
        if (outcome || outcome.error().code != Code::conflict) return outcome;
    }
    return outcome;
}

/// transactionID and owner, as a record's key has them.
Incident incident_of(Bytes key) {
    const auto  end = std::ranges::find(key, 0);
    const Bytes id  = end == key.end() ? Bytes() : Bytes(end + 1, key.end());
    return {.transaction_id = to_hex(id), .requester = std::string(key.begin(), end), .address = {}, .body = {}, .outcome = {}, .problem = {}};
}

}  // namespace

Relay::Relay(ra::RegistrationAuthority& authority, Doorway doorway, store::Store& store, operations::Random random, Log log, Audit audit)
    : authority_(authority), doorway_(doorway), store_(store), random_(std::move(random)), log_(std::move(log)), audit_(std::move(audit)), authenticator_(store) {}

bool Relay::tell(const Incident& incident, std::int64_t now) {
    if (log_) log_(incident);
    auto kept = audit_ ? audit_(incident, now) : Result<void>();
    if (!kept && log_) log_({.transaction_id = incident.transaction_id, .requester = {}, .address = {}, .body = {}, .outcome = "audit failed", .problem = kept.error()});
    return static_cast<bool>(kept);
}

Reply Relay::refuse(const PKIMessage* message, const Error& error, const protection::Protector* protector, std::int64_t now) {
    return refusal_of(message, error, authority_.name(), protector, random_, now);
}

Octets Relay::unavailable(Bytes request, std::int64_t now) {
    auto parsed = der::parse<PKIMessage>(copy_of(request));
    if (!parsed) return {};
    return refuse(&**parsed, Error{.code = Code::conflict, .fail_info = FailInfo::systemUnavail}, nullptr, now).message;
}

// ---------------------------------------------------------------- from the requester

Step Relay::arrived(Bytes request, const Origin& origin, std::int64_t now) {
    Incident incident{.transaction_id = {}, .requester = {}, .address = origin.address, .body = {}, .outcome = "error", .problem = {}};
    const auto refused = [&](const PKIMessage* message, const Error& error, const protection::Protector* protector) {
        incident.problem = error;
        tell(incident, now);  // a refusal promises nothing
        return Step{.reply = refuse(message, error, protector, now)};
    };
    auto parsed = der::parse<PKIMessage>(copy_of(request));
    if (!parsed) return refused(nullptr, parsed.error(), nullptr);
    const PKIMessage& message = **parsed;
    incident.transaction_id   = transaction_text(message);
    incident.body             = name_of(type_of(message.body));
    if (auto good = operations::check_header(message, now, 0); !good) return refused(&message, good.error(), nullptr);
    const bool is_signed = message.header.protectionAlg && !protection::is_mac(*message.header.protectionAlg);
    auto       sender    = authenticator_.authenticate(message, authority_, doorway_.mac_limits, now);
    if (sender && sender->missing) return {.missing = std::move(sender->missing)};
    const Error* stranger = !sender ? &sender.error() : sender->unrecognised ? &*sender->unrecognised : nullptr;
    if (stranger && authority_.judge_unverified(message, origin.profile)) return pass_unverified(message, origin, now, incident);
    if (!sender) return refused(&message, sender.error(), is_signed && authority_.has_protector() ? &authority_.protector() : nullptr);
    incident.requester = sender->requester.id;
    incident.kind      = name_of(sender->requester.kind);
    const Octets key   = operations::transaction_key(sender->requester.id, message.header.transactionID->content);
    const Visit  visit{message, *sender, origin.profile, crypto::sha256(request)};
    auto passed = settle([&] { return Passage(authority_, doorway_, store_, random_, key, now).visit(visit); });
    return conclude(std::move(passed), message, &sender->protector, incident, now);
}

// What it comes to for the requester: an answer, or a message on its way.
Step Relay::conclude(Result<Passed> passed, const PKIMessage& message, const protection::Protector* protector, Incident& incident, std::int64_t now) {
    if (!passed) {
        incident.problem = server_failure(passed.error());
        tell(incident, now);
        return {.reply = refuse(&message, *incident.problem, protector, now)};
    }
    incident.outcome = passed->word;
    incident.problem = passed->refusal;
    incident.deed    = std::move(passed->deed);
    if (!tell(incident, now)) return {.reply = refuse(&message, Error{.code = Code::io, .fail_info = FailInfo::systemFailure, .detail = "the server failed"}, protector, now)};
    Step step = std::move(passed->step);
    if (!step.reply && step.key.empty()) step.reply = refuse(&message, passed->refusal.value_or(Error{.code = Code::internal}), protector, now);
    return step;
}

// RFC 9483 5.2.1: what only its CA can verify goes through as it is. Each message stands for itself, under its own octets.
Step Relay::pass_unverified(const PKIMessage& message, const Origin& origin, std::int64_t now, Incident& incident) {
    const Octets hash = crypto::sha256(message.received);
    auto passed = settle([&] { return Passage(authority_, doorway_, store_, random_, unverified_key(hash), now).pass_unverified(message, origin.profile, hash); });
    return conclude(std::move(passed), message, nullptr, incident, now);
}

// ---------------------------------------------------------------- from the upstream

Step Relay::returned(const Parcel& parcel, const Result<Octets>& octets, std::int64_t now) {
    Incident incident = incident_of(parcel.key);
    incident.address  = parcel.upstream;
    auto       believed = octets ? read_answer(parcel, *octets, now) : Result<Answered>(octets.error());
    if (believed && believed->missing) return {.key = parcel.key, .missing = std::move(believed->missing)};
    auto passed = settle([&] {
        Passage passage(authority_, doorway_, store_, random_, parcel.key, now);
        return believed ? passage.answer(**believed->message, parcel.message) : passage.failure(parcel.message, believed.error());
    });
    if (passed) {
        incident.outcome = passed->word;
        incident.problem = passed->refusal;
        incident.deed    = std::move(passed->deed);
    } else incident.problem = passed.error(), incident.outcome = "failed";
    incident.body = "answer";
    tell(incident, now);
    return passed ? std::move(passed->step) : Step{};
}

Result<Relay::Answered> Relay::read_answer(const Parcel& parcel, Bytes octets, std::int64_t now) {
    Passage passage(authority_, doorway_, store_, random_, parcel.key, now);
    auto    found = passage.load();
    if (!found) return found.error();
    const ra::Upstream* upstream = *found ? passage.upstream() : nullptr;
    if (!upstream) return Error{.code = Code::not_found, .detail = "the transaction or its upstream is gone"};
    auto answer = der::parse<PKIMessage>(copy_of(operations::without_prefix(octets, upstream->trust.peer.octets_before_message)));
    if (!answer) return answer.error();
    auto sent = der::parse<PKIMessage>(copy_of(parcel.message));
    if (!sent) return sent.error();
    if (is_unverified(parcel.key)) {
        auto good = operations::check_answer((*answer)->header, (*sent)->header.transactionID->content, (*sent)->header.senderNonce->content);
        return good ? Result<Answered>(Answered{std::move(*answer), {}}) : good.error();
    }
    auto secret = upstream->credentials.secret;
    const auto& asked = passage.first().header;
    if (!secret && asked.protectionAlg && protection::is_mac(*asked.protectionAlg)) {
        auto of_requester = authority_.secret(bytes_of(reference_of(asked)), now);
        if (of_requester) secret = of_requester->value;
    }
    auto missing = believe(**answer, {.sent = answered_one(**sent), .first = passage.first(), .upstream = *upstream, .secret = std::move(secret), .time_window = doorway_.time_window, .now = now});
    if (!missing) return missing.error();
    return Answered{std::move(*answer), std::move(*missing)};
}

Step Relay::lapsed(Bytes key, std::int64_t now) {
    auto passed = settle([&] { return Passage(authority_, doorway_, store_, random_, copy_of(key), now).lapse(); });
    Incident incident = incident_of(key);
    incident.body     = "patience";
    incident.outcome  = passed ? passed->word : "failed";
    incident.problem  = passed ? passed->refusal : std::optional(passed.error());
    tell(incident, now);
    return passed ? std::move(passed->step) : Step{};
}

// ---------------------------------------------------------------- time

Result<std::vector<Parcel>> Relay::due(std::int64_t now, std::size_t limit) {
    auto records = store_.due(store::Table::relayed, now, limit);
    if (!records) return records.error();
    std::vector<Parcel> parcels;
    for (const store::Record& record : *records) {
        auto passed = Passage(authority_, doorway_, store_, random_, record.key, now).take_up();
        // A conflict means that the requester, its answer or another node was faster: the record is looked at again when it is next due.
        if (!passed && passed.error().code != Code::conflict) return passed.error();
        if (!passed || passed->word.empty()) continue;
        Incident incident = incident_of(record.key);
        incident.body     = "time";
        incident.outcome  = passed->word;
        incident.problem  = passed->refusal;
        tell(incident, now);
        if (passed->step.parcel) parcels.push_back(std::move(*passed->step.parcel));
    }
    return parcels;
}

}  // namespace cmpkit::responder

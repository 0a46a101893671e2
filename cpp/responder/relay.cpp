#include "responder/relay.hpp"

#include "crypto/digest.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"
#include "responder/bundle.hpp"
#include "responder/notes.hpp"
#include "responder/refusal.hpp"
#include "responder/visitor.hpp"

namespace cmpkit::responder {
namespace {

constexpr int max_conflicts = 16;  // other writers may win that often before we say systemUnavail

/// What `event` comes to, tried again as long as other writers are faster. @error conflict  they always were
template <class Outcome = Passed, class Event> Result<Outcome> settle(const Event& event) {
    Result<Outcome> outcome = Error{.code = Code::conflict};
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

bool Relay::tell(const Incident& incident, std::int64_t now) { return responder::tell(log_, audit_, incident, now); }

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
    auto parsed = der::parse<PKIMessage>(copy_of(request));
    if (!parsed) {
        tell({.transaction_id = {}, .requester = {}, .address = origin.address, .body = {}, .outcome = "error", .problem = parsed.error()}, now);
        return {.reply = refuse(nullptr, parsed.error(), nullptr, now)};
    }
    Visitor visitor = introduce(**parsed, origin, now);
    return visitor.message.body.is<"nested">() ? unwrap(visitor, now) : receive(visitor, now);
}

Relay::Visitor Relay::introduce(const PKIMessage& message, const Origin& origin, std::int64_t now) {
    Visitor visitor{.message = message, .origin = origin,
                    .incident = {.transaction_id = transaction_text(message), .requester = {}, .address = origin.address, .body = std::string(name_of(type_of(message.body))), .outcome = "error", .problem = {}},
                    .sender = Error{}, .own = nullptr, .whole = message.received, .is_batched = false};
    if (auto good = operations::check_header(message, now, 0); !good) {
        visitor.sender = good.error();
        return visitor;
    }
    visitor.sender = authenticator_.authenticate(message, authority_, doorway_.mac_limits, now);
    if (message.protection && authority_.has_protector()) visitor.own = &authority_.protector();
    if (visitor.sender) {
        visitor.incident.requester = visitor.sender->requester.id;
        visitor.incident.kind      = name_of(visitor.sender->requester.kind);
    }
    return visitor;
}

// A refusal promises nothing.
Step Relay::refuse(Visitor& visitor, const Error& error, std::int64_t now) {
    visitor.incident.problem = error;
    tell(visitor.incident, now);
    return {.reply = refuse(&visitor.message, error, visitor.protector(), now)};
}

Step Relay::receive(Visitor& visitor, std::int64_t now) {
    const PKIMessage& message = visitor.message;
    if (visitor.sender && visitor.sender->missing) return {.missing = std::move(visitor.sender->missing)};
    if (!visitor.is_batched && is_unknown(visitor, now) && authority_.judge_unverified(message, visitor.origin.profile)) return pass_unverified(visitor, now);
    if (!visitor.sender) return refuse(visitor, visitor.sender.error(), now);
    const Octets key = key_of(visitor);
    const Visit  visit{message, *visitor.sender, visitor.protector(), visitor.origin.profile, crypto::sha256(message.received), visitor.is_batched};
    auto passed = settle([&] { return Passage(authority_, doorway_, store_, random_, key, now).visit(visit); });
    return conclude(std::move(passed), visitor, now);
}

Octets Relay::key_of(const Visitor& visitor) { return operations::transaction_key(visitor.sender->requester.id, visitor.message.header.transactionID->content); }

// Whether only an upstream can say who sent it: its certificate or its secret's reference is nobody's here. What is wrong by what is known here is refused.
bool Relay::is_unknown(const Visitor& visitor, std::int64_t now) {
    const auto& sender = visitor.sender;
    if (sender) return sender->unrecognised && sender->unrecognised->fail_info == FailInfo::signerNotTrusted;
    if (sender.error().code != Code::protection_mismatch || !is_under_mac(visitor.message)) return false;
    const auto secret = authority_.secret(bytes_of(reference_of(visitor.message.header)), now);
    return secret && !secret->value;
}

// What it comes to for the requester: an answer, or a message on its way.
Step Relay::conclude(Result<Passed> passed, Visitor& visitor, std::int64_t now) {
    if (!passed) return refuse(visitor, server_failure(passed.error()), now);
    Incident& incident = visitor.incident;
    incident.outcome   = passed->word;
    incident.problem   = passed->refusal;
    incident.deed      = std::move(passed->deed);
    const auto refused = [&](const Error& error) { return refuse(&visitor.message, error, visitor.protector(), now); };
    if (!tell(incident, now)) return {.reply = refused({.code = Code::io, .fail_info = FailInfo::systemFailure, .detail = "the server failed"})};
    // Where another node was faster, or the store fails, the batch is made when its time has come.
    if (!passed->queue.empty()) (void)Bundling(authority_, doorway_, store_, random_, now).bundle_full(passed->queue);
    Step step = std::move(passed->step);
    if (!step.reply && step.key.empty()) step.reply = refused(passed->refusal.value_or(Error{.code = Code::internal}));
    return step;
}

// RFC 9483 5.2.1: what only its CA can verify goes through as it is. Each message stands for itself, under its own octets.
Step Relay::pass_unverified(Visitor& visitor, std::int64_t now) {
    const Octets key = unverified_key(crypto::sha256(visitor.whole));
    auto passed = settle([&] { return Passage(authority_, doorway_, store_, random_, key, now).pass_unverified(visitor.message, visitor.whole, visitor.origin.profile); });
    visitor.own = nullptr;
    return conclude(std::move(passed), visitor, now);
}

// ---------------------------------------------------------------- from the upstream

Result<Passed> Relay::take(const Parcel& parcel, Bytes octets, std::int64_t now) {
    const auto passage_of = [&] { return Passage(authority_, doorway_, store_, random_, parcel.key, now); };
    auto       answered   = passage_of().read_answer(parcel.message, octets);
    // What cannot be believed changes nothing: the right answer may still come.
    if (!answered) return answered.error().code == Code::store_failed ? Result<Passed>(answered.error()) : Passed{.word = "not believed", .refusal = answered.error()};
    if (answered->missing) return Passed{.step = {.key = parcel.key, .missing = std::move(answered->missing)}};
    if (!answered->message) return Passed{.word = "answered already"};
    return settle([&] { return passage_of().answer(**answered->message, parcel.message); });
}

// The requesters of what travels in batches were told to wait: there is nobody to reply to.
Step Relay::take_batch(const Parcel& parcel, const Result<Octets>& octets, std::int64_t now) {
    auto unbundled = octets ? settle<Unbundled>([&] { return Bundling(authority_, doorway_, store_, random_, now).answer(parcel, *octets); }) : octets.error();
    if (!unbundled) return tell_of(Passed{.word = octets ? "not believed" : "not answered", .refusal = unbundled.error()}, parcel.key, parcel.upstream, "batch", now);
    for (BundleEvent& event : unbundled->events) tell_of(std::move(event.passed), event.key, parcel.upstream, "answer", now);
    if (unbundled->missing) return {.key = parcel.key, .missing = std::move(unbundled->missing)};
    return {};
}

Step Relay::returned(const Parcel& parcel, const Result<Octets>& octets, std::int64_t now) {
    if (is_batch(parcel.key)) return take_batch(parcel, octets, now);
    auto passed = parcel.is_converted ? settle([&] { return Passage(authority_, doorway_, store_, random_, parcel.key, now).convert(parcel.message, octets); })
                  : octets ? take(parcel, *octets, now)
                           : settle([&] { return Passage(authority_, doorway_, store_, random_, parcel.key, now).failure(parcel.message, octets.error()); });
    if (passed && passed->step.missing) return std::move(passed->step);
    return tell_of(std::move(passed), parcel.key, parcel.upstream, "answer", now);
}

// Of what came of something else than a requester's message.
Step Relay::tell_of(Result<Passed> passed, Bytes key, const std::string& upstream, const char* what, std::int64_t now) {
    Incident incident = incident_of(key);
    incident.address  = upstream;
    incident.body     = what;
    incident.outcome  = passed ? passed->word : "failed";
    incident.problem  = passed ? passed->refusal : std::optional(passed.error());
    if (passed) incident.deed = std::move(passed->deed);
    tell(incident, now);
    return passed ? std::move(passed->step) : Step{};
}

bool Relay::still_waits(Bytes key) const {
    const auto record = store_.get(store::Table::relayed, key);
    const auto found  = record && *record ? der::parse<operations::RelayedTransaction>((*record)->value) : Result<der::Parsed<operations::RelayedTransaction>>(Error{});
    return found && (*found)->state == operations::RelayState::asked;
}

Step Relay::lapsed(Bytes key, std::int64_t now) {
    return tell_of(settle([&] { return Passage(authority_, doorway_, store_, random_, copy_of(key), now).lapse(); }), key, {}, "patience", now);
}

// ---------------------------------------------------------------- time

// A conflict means that the requester, its answer or another node was faster: the record is looked at again when it is next due.
// One that cannot be taken up does not hold up the others.
Result<std::optional<Parcel>> Relay::take_up(const store::Record& record, std::int64_t now) {
    Passage  passage(authority_, doorway_, store_, random_, record.key, now);
    Bundling bundling(authority_, doorway_, store_, random_, now);
    auto     passed = is_batch(record.key) ? bundling.take_up(record.key) : passage.take_up();
    if (passed && !passed->queue.empty())
        if (auto bundled = bundling.bundle_due(passed->queue, record); !bundled) passed = bundled.error();
    if (!passed && passed.error().code == Code::conflict) return std::optional<Parcel>();
    if (!passed)
        if (auto later = passage.postpone(); !later && later.error().code != Code::conflict) return later.error();
    if (passed && passed->word.empty()) return std::optional<Parcel>();
    return std::move(tell_of(std::move(passed), record.key, {}, "time", now).parcel);
}

Result<std::vector<Parcel>> Relay::due(std::int64_t now, std::size_t limit) {
    std::vector<Parcel> parcels;
    Octets              first;  // of the last round: where it comes again, everybody else was faster
    while (parcels.size() < limit) {
        auto records = store_.due(store::Table::relayed, now, limit - parcels.size());
        if (!records) return records.error();
        if (records->empty() || records->front().key == first) break;
        first = records->front().key;
        for (const store::Record& record : *records) {
            auto parcel = take_up(record, now);
            if (!parcel) return parcel.error();
            if (*parcel) parcels.push_back(std::move(**parcel));
        }
    }
    return parcels;
}

}  // namespace cmpkit::responder

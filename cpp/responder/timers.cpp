// What a responder does without being asked: it ends transactions whose time is over.
#include "der/encode.hpp"
#include "responder/attempt.hpp"

namespace cmpkit::responder {

using operations::Transaction;
using operations::TransactionState;

Result<std::size_t> Responder::end_overdue(std::int64_t now) {
    auto records = store_.due(store::Table::transactions, now, 256);
    if (!records) return records.error();
    for (const store::Record& record : *records) {
        auto ended = end_one(record, now);
        // A conflict means that the client or another node was faster: the record is looked at again when it is next due.
        if (!ended && ended.error().code != Code::conflict) return ended.error();
    }
    return records->size();
}

namespace {

constexpr std::int64_t until_its_ca_is_back = 3600;

// What the client still owed, as the log tells it; none: the transaction was over and only kept.
std::optional<Incident> overdue(const store::Record& record, TransactionState state) {
    const bool was_issued = state == TransactionState::issued;
    if (!was_issued && state != TransactionState::waiting) return std::nullopt;
    const auto end_of_owner = std::ranges::find(record.key, 0);
    const Bytes id          = end_of_owner == record.key.end() ? Bytes() : Bytes(end_of_owner + 1, record.key.end());
    const char* what        = was_issued ? "the certificate was not confirmed in time and is revoked" : "the client did not ask again in time";
    return Incident{.transaction_id = to_hex(id), .requester = operations::owner_in(record.key), .address = {}, .body = was_issued ? "certConf" : "pollReq",
                    .outcome = "expired", .problem = Error{.code = Code::deadline, .clause = was_issued ? "RFC 9483 4.1.1" : "RFC 9483 4.4", .detail = what}};
}

}  // namespace

// Only its own CA can end what is open, and that one may come back with the next configuration.
Result<bool> Responder::postpone(const store::Record& record, std::int64_t now) {
    const store::Write write{.table = store::Table::transactions, .key = record.key, .read_version = record.version, .value = record.value, .index = record.index,
                             .due = now + until_its_ca_is_back};
    if (auto done = store_.commit({{write}}); !done) return done.error();
    if (log_) log_({.transaction_id = {}, .requester = {}, .address = {}, .body = {}, .outcome = "postponed",
                    .problem = Error{.code = Code::not_found, .detail = "a transaction belongs to a CA that the configuration does not have"}});
    return false;
}

// RFC 9483 4.1.1: no certConf in time is a refusal by the end entity. RFC 9483 4.4: one that does not poll waits no longer.
Result<bool> Responder::end_one(const store::Record& record, std::int64_t now) {
    auto       parsed   = der::parse<Transaction>(record.value);
    auto       incident = overdue(record, parsed ? (*parsed)->state : TransactionState::ended);
    const Member* ca    = parsed ? directory_.owner_of(**parsed) : &directory_.standard();
    if (incident && !ca) return postpone(record, now);
    store::Batch batch;
    store::Write write{.table = store::Table::transactions, .key = record.key, .read_version = record.version, .value = {}, .index = record.index, .due = 0};
    if (incident) {
        const bool was_issued = (*parsed)->state == TransactionState::issued;
        if (was_issued)
            if (auto certificate = ca->authority->certificate((*parsed)->certificate->content)) note(incident->deed, *certificate);
        auto given_up = was_issued ? ca->authority->withdraw((*parsed)->certificate->content, now) : ca->authority->abandon(operations::request_id(record.key));
        if (!given_up) return given_up.error();
        batch.writes = std::move(*given_up);
        Transaction ended = **parsed;
        ended.state       = TransactionState::ended;
        ended.certificate.reset();
        ended.pending.reset();
        write.value = der::encode(ended);
        write.due   = now + ca->policy.keep_seconds;
        incident->authority = ca->name;
    }
    batch.writes.push_back(std::move(write));
    if (auto done = store_.commit(batch); !done) return done.error();
    if (incident) tell(*incident, now);
    return incident.has_value();
}

}  // namespace cmpkit::responder

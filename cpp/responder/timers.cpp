// What a responder does without being asked: it ends transactions whose time is over.
#include "der/encode.hpp"
#include "responder/responder.hpp"

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

// RFC 9483 4.1.1: no certConf in time is a refusal by the end entity.
Result<bool> Responder::end_one(const store::Record& record, std::int64_t now) {
    auto parsed = der::parse<Transaction>(record.value);
    const bool was_issued = parsed && (*parsed)->state == TransactionState::issued;
    store::Batch batch;
    store::Write write{.table = store::Table::transactions, .key = record.key, .read_version = record.version, .value = {}, .index = {}, .due = 0};
    if (was_issued) {
        auto withdrawn = authority_.withdraw((*parsed)->certificate->content, now);
        if (!withdrawn) return withdrawn.error();
        batch.writes = std::move(*withdrawn);
        Transaction ended = **parsed;
        ended.state       = TransactionState::ended;
        ended.certificate.reset();
        write.value = der::encode(ended);
        write.due   = now + policy_.keep_seconds;
    }
    batch.writes.push_back(std::move(write));
    auto done = store_.commit(batch);
    if (!done) return done.error();
    if (was_issued && log_) {
        const auto id = std::ranges::find(record.key, 0);
        log_({.transaction_id = id == record.key.end() ? "" : to_hex({id + 1, record.key.end()}), .requester = std::string(record.key.begin(), id), .address = {},
              .body = "certConf", .outcome = "expired", .problem = Error{.code = Code::deadline, .clause = "RFC 9483 4.1.1", .detail = "the certificate was not confirmed in time and is revoked"}});
    }
    return was_issued;
}

}  // namespace cmpkit::responder

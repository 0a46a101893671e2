// A batch on its way, and its answer.
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "responder/bundle.hpp"
#include "responder/upstream_answer.hpp"

namespace cmpkit::responder {

using operations::BatchMember;
using operations::RelayedBatch;
using operations::RelayedTransaction;

struct Bundling::Loaded {
    store::Record             record;
    der::Parsed<RelayedBatch> batch;
};

namespace {

// A batch whose answer came but did not have all that was asked for is not sent again: who has no answer is told when its time is over.
constexpr std::int64_t answered = -1;  // tries

Error odd(const char* detail) { return {.code = Code::unexpected_body, .path = "body.nested", .clause = "RFC 9483 5.2.2.2", .detail = detail}; }

}  // namespace

Result<std::optional<Bundling::Loaded>> Bundling::load(Bytes key) {
    auto record = store_.get(store::Table::relayed, key);
    if (!record) return record.error();
    if (!*record) return std::optional<Loaded>();
    auto batch = der::parse<RelayedBatch>(copy_of((*record)->value));
    if (!batch) return Error{.code = Code::store_failed, .detail = "the record of a batch cannot be read"}.because_of(batch.error());
    return std::optional(Loaded{std::move(**record), std::move(*batch)});
}

Result<Passed> Bundling::take_up(Bytes key) {
    auto loaded = load(key);
    if (!loaded) return loaded.error();
    if (!*loaded || (*loaded)->record.due > now_) return Passed{};
    const store::Record& record = (*loaded)->record;
    RelayedBatch         batch  = *(*loaded)->batch;
    store::Write         write{.table = store::Table::relayed, .key = record.key, .read_version = record.version, .value = {}, .index = {}, .due = 0};
    const ra::Upstream*  upstream = authority_.upstream(text_of(batch.upstream.content));
    const bool           is_over  = now_ >= batch.until || batch.tries == answered;
    if (!is_over && !upstream) return Error{.code = Code::not_found, .detail = "the upstream of a batch is not configured any more"};
    if (!is_over) {
        ++batch.tries;
        write.due   = now_ + upstream->retry_seconds;
        write.value = der::encode(batch);
    }
    if (auto done = store_.commit({{write}}); !done) return done.error();
    if (is_over) return Passed{};
    Parcel parcel{.key = record.key, .upstream = upstream->name, .message = copy_of(batch.message.content), .operation = "nested", .profile = {}, .claimed_until = write.due};
    return Passed{.step = {.parcel = std::move(parcel), .key = record.key}, .word = batch.tries > 1 ? "sent again" : "sent"};
}

// ---------------------------------------------------------------- its answer

Result<Unbundled> Bundling::answer(const Parcel& parcel, Bytes octets) {
    auto loaded = load(parcel.key);
    if (!loaded) return loaded.error();
    if (!*loaded || !equal((*loaded)->batch->message.content, parcel.message)) return Unbundled{.events = {{parcel.key, {.word = "answered already"}}}};
    const Loaded&       batch    = **loaded;
    const ra::Upstream* upstream = authority_.upstream(text_of(batch.batch->upstream.content));
    if (!upstream) return Error{.code = Code::not_found, .detail = "the upstream of a batch is not configured any more"};
    auto sent   = der::parse<PKIMessage>(copy_of(parcel.message));
    auto answer = der::parse<PKIMessage>(copy_of(operations::without_prefix(octets, upstream->trust.peer.octets_before_message)));
    if (!sent) return sent.error();
    if (!answer) return answer.error();
    // Whoever stands on the way could end all these transactions at once.
    if (!(*answer)->protection) return Error{.code = Code::protection_missing, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.2"};
    auto missing = believe(**answer, {.sent = **sent, .first = **sent, .awaited = **sent, .upstream = *upstream, .secret = {}, .time_window = doorway_.time_window, .now = now_});
    if (!missing) return missing.error();
    Unbundled unbundled{.events = {}, .missing = std::move(*missing)};
    if (unbundled.missing) return unbundled;
    if (const auto* inner = (*answer)->body.get<"nested">()) {
        for (const PKIMessage& each : *inner)
            if (auto taken = take_inner(batch, each, unbundled); !taken) return taken.error();
    } else if (auto failed = fail_all(batch, **answer, unbundled); !failed) return failed.error();
    if (unbundled.missing) return unbundled;
    auto done = finish(batch);
    return done ? Result<Unbundled>(std::move(unbundled)) : done.error();
}

// One that answers none of the members, or cannot be believed, is dropped: its member goes on waiting.
Result<void> Bundling::take_inner(const Loaded& batch, const PKIMessage& inner, Unbundled& unbundled) {
    if (unbundled.missing) return {};
    const auto& members = batch.batch->members;
    const auto  member  = std::ranges::find_if(members, [&](const BatchMember& each) { return inner.header.transactionID && equal(inner.header.transactionID->content, each.transactionID.content); });
    if (member == members.end()) return unbundled.events.push_back({batch.record.key, {.word = "dropped", .refusal = odd("an answer to no message of this batch")}}), Result<void>();
    const Bytes key = member->key.content;
    Passage     reader = passage_of(key);
    auto        found  = reader.load();
    if (!found) return found.error();
    const auto* outgoing = *found && reader.record().outgoing ? &*reader.record().outgoing : nullptr;
    if (!outgoing || !outgoing->batch || !equal(outgoing->batch->content, batch.record.key)) return unbundled.events.push_back({copy_of(key), {.word = "answered already"}}), Result<void>();
    const Octets sent = copy_of(outgoing->message.content);
    auto         read = passage_of(key).read_answer(sent, inner.received);
    if (!read && read.error().code == Code::store_failed) return read.error();
    if (!read) return unbundled.events.push_back({copy_of(key), {.word = "not believed", .refusal = read.error()}}), Result<void>();
    if (read->missing) return unbundled.missing = std::move(read->missing), Result<void>();
    if (!read->message) return {};
    auto passed = passage_of(key).answer(**read->message, sent);
    if (!passed) return passed.error();
    unbundled.events.push_back({copy_of(key), std::move(*passed)});
    return {};
}

// An error message for the batch as a whole. That its upstream has no time now is a reason to come again; all else is final for every member.
Result<void> Bundling::fail_all(const Loaded& batch, const PKIMessage& answer, Unbundled& unbundled) {
    const auto& status = answer.body.get<"error">()->pKIStatusInfo;
    const auto  info   = first_fail_info(status);
    if (info == FailInfo::systemUnavail || status.status == PKIStatus::waiting)
        return Error{.code = Code::rejected, .path = "body.error", .fail_info = info, .detail = "the upstream takes no batch now"};
    const Error why{.code = Code::rejected, .path = "body.error", .fail_info = info.value_or(FailInfo::systemFailure), .detail = "the CA did not take the message"};
    for (const BatchMember& member : batch.batch->members) {
        auto waits = has_message_of(batch, member);
        if (!waits) return waits.error();
        if (!*waits) continue;
        auto reader = passage_of(member.key.content);
        if (auto found = reader.load(); !found) return found.error();
        auto failed = passage_of(member.key.content).fail(reader.record().outgoing->message.content, why);
        if (!failed) return failed.error();
        unbundled.events.push_back({copy_of(member.key.content), std::move(*failed)});
    }
    return {};
}

Result<bool> Bundling::has_message_of(const Loaded& batch, const BatchMember& member) {
    auto reader = passage_of(member.key.content);
    auto found  = reader.load();
    if (!found) return found.error();
    const auto& outgoing = reader.record().outgoing;
    return *found && outgoing && outgoing->batch && equal(outgoing->batch->content, batch.record.key);
}

// A batch none of whose members waits any more is over; the others may still be answered.
Result<void> Bundling::finish(const Loaded& batch) {
    bool waits = false;
    for (const BatchMember& member : batch.batch->members) {
        auto has = has_message_of(batch, member);
        if (!has) return has.error();
        waits |= *has;
    }
    RelayedBatch kept = *batch.batch;
    kept.tries        = answered;
    store::Write write{.table = store::Table::relayed, .key = batch.record.key, .read_version = batch.record.version, .value = {}, .index = {}, .due = 0};
    if (waits) write.value = der::encode(kept), write.due = kept.until;
    return store_.commit({{write}});
}

}  // namespace cmpkit::responder

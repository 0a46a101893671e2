#include "responder/bundle.hpp"

#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/forwarding.hpp"

namespace cmpkit::responder {

using operations::BatchMember;
using operations::RelayedBatch;
using operations::RelayedTransaction;

/// A transaction whose message waits to be bundled.
struct Bundling::Queued {
    store::Record                   record;
    der::Parsed<RelayedTransaction> transaction;
    der::Parsed<PKIMessage>         message;
};

bool is_batch(Bytes key) { return text_of(key).starts_with(std::string_view("batch\0", 6)); }

namespace {

constexpr int max_rounds = 16;  // in which other nodes may be faster

ra::BatchCandidate candidate_of(const PKIMessage& message, std::size_t octets) {
    return {message.header.transactionID->content, message.header.senderNonce->content, octets};
}

Error unreadable(const Error& why) { return Error{.code = Code::store_failed, .detail = "the record of a message that waits to be bundled cannot be read"}.because_of(why); }

}  // namespace

// In the order of their keys, but the one whose time has come before all others.
Result<std::vector<Bundling::Queued>> Bundling::read_queue(const ra::Upstream& upstream, const store::Record* first) {
    auto records = store_.find(store::Table::relayed, queue_index(upstream.name), upstream.batch->count);
    if (!records) return records.error();
    if (first) {
        std::erase_if(*records, [&](const store::Record& each) { return each.key == first->key; });
        records->insert(records->begin(), *first);
    }
    std::vector<Queued> queue;
    for (store::Record& record : *records) {
        auto transaction = der::parse<RelayedTransaction>(copy_of(record.value));
        if (!transaction) return unreadable(transaction.error());
        if (!(*transaction)->outgoing || (*transaction)->outgoing->batch) continue;
        auto message = der::parse<PKIMessage>(copy_of((*transaction)->outgoing->message.content));
        if (!message) return unreadable(message.error());
        queue.push_back({std::move(record), std::move(*transaction), std::move(*message)});
    }
    return queue;
}

// RFC 9483 5.2.2.2: a fresh transactionID and a fresh senderNonce; the recipient is who unpacks it.
Result<Octets> Bundling::compose(const ra::Upstream& upstream, std::span<const Queued> queue, std::span<const std::size_t> members, Bytes id) {
    const auto* protector = authority_.protector_for(upstream);
    if (!protector || protector->is_mac()) return Error{.code = Code::bad_state, .detail = "a batch for \"" + escaped(upstream.name) + "\" needs a CMP signer"};
    auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    std::vector<Bytes> messages;
    Pvno               pvno = Pvno::cmp2000;
    for (const std::size_t index : members) {
        messages.push_back(queue[index].message.octets());
        pvno = std::max(pvno, queue[index].message->header.pvno);
    }
    der::Arena arena;
    const auto name = upstream.recipient.empty() ? Result<Name>(Name()) : der::parse<Name>(upstream.recipient, arena);
    return operations::bundle(messages, {.pvno = pvno, .recipient = name ? &*name : nullptr, .transaction_id = id, .sender_nonce = *nonce, .recip_nonce = {}, .now = now_, .general_info = {}}, *protector);
}

// The batch and what its members know of it: one commit.
Result<bool> Bundling::commit_batch(const ra::Upstream& upstream, std::vector<Queued>& queue, std::span<const std::size_t> members) {
    auto id = operations::random_octets(random_, 16);
    if (!id) return id.error();
    const Octets key     = operations::transaction_key("batch", *id);
    auto         message = compose(upstream, queue, members, *id);
    if (!message) return message.error();
    RelayedBatch             batch{.upstream = der::utf8_string(upstream.name), .message = der::octet_string(*message), .members = {}, .until = 0, .tries = 0};
    std::vector<BatchMember> listed;
    store::Batch             writes;
    for (const std::size_t index : members) {
        const Queued&      queued = queue[index];
        RelayedTransaction member = *queued.transaction;
        member.outgoing->batch    = der::octet_string(key);
        member.outgoing->due      = member.outgoing->until;
        ++member.outgoing->tries;
        batch.until = std::max(batch.until, member.outgoing->until);
        listed.push_back({der::octet_string(queued.record.key), *queued.message->header.transactionID});
        writes.writes.push_back({.table = store::Table::relayed, .key = queued.record.key, .read_version = queued.record.version, .value = der::encode(member), .index = {}, .due = member.outgoing->due});
    }
    batch.members = List<BatchMember, non_empty>(listed);
    writes.writes.push_back({.table = store::Table::relayed, .key = key, .read_version = 0, .value = der::encode(batch), .index = {}, .due = now_});
    auto done = store_.commit(writes);
    return done ? Result<bool>(true) : done.error();
}

Result<bool> Bundling::bundle_full(const std::string& name) {
    const ra::Upstream* upstream = authority_.upstream(name);
    if (!upstream || !upstream->batch) return false;
    auto queue = read_queue(*upstream, nullptr);
    if (!queue) return queue.error();
    std::vector<ra::BatchCandidate> waiting;
    for (const Queued& each : *queue) waiting.push_back(candidate_of(*each.message, each.message.octets().size()));
    if (!ra::is_full(*upstream->batch, waiting)) return false;
    return commit_batch(*upstream, *queue, ra::members_of(*upstream->batch, waiting));
}

Result<bool> Bundling::bundle_due(const std::string& name, const store::Record& record) {
    const ra::Upstream* upstream = authority_.upstream(name);
    if (!upstream || !upstream->batch) return false;
    Result<bool> done = Error{.code = Code::conflict};
    for (int round = 0; round < max_rounds && !done && done.error().code == Code::conflict; ++round) {
        auto now_there = store_.get(store::Table::relayed, record.key);
        if (!now_there) return now_there.error();
        if (!*now_there || (*now_there)->due > now_) return false;  // another node was faster
        auto queue = read_queue(*upstream, &**now_there);
        if (!queue) return queue.error();
        std::vector<ra::BatchCandidate> waiting;
        for (const Queued& each : *queue) waiting.push_back(candidate_of(*each.message, each.message.octets().size()));
        done = waiting.empty() ? Result<bool>(false) : commit_batch(*upstream, *queue, ra::members_of(*upstream->batch, waiting));
    }
    return done;
}

}  // namespace cmpkit::responder

// Batches towards one upstream (RFC 9483 5.2.2.2), from the queue of what waits to the answers of what went. A batch is a record of its own, written
// together with those of its members, so that no two nodes bundle the same message; it is carried as a parcel, always as the same octets. Its signature is
// transport only: each inner answer is believed by itself, or dropped.
#pragma once
#include "operations/relayed.hpp"
#include "responder/passage.hpp"

namespace cmpkit::responder {

/// Whether a record of Table::relayed is a batch.
bool is_batch(Bytes key);

/// What happened to one transaction, or to the batch itself.
struct BundleEvent {
    Octets key;
    Passed passed;
};

/// What came of a batch's answer.
struct Unbundled {
    std::vector<BundleEvent>                 events{};
    std::optional<operations::MissingStatus> missing{};  // set: ask this, let its verifier learn the answer, and come again; what was taken before stays
};

/// A value of one call.
class Bundling {
public:
    Bundling(ra::RegistrationAuthority& authority, const Doorway& doorway, store::Store& store, const operations::Random& random, std::int64_t now)
        : authority_(authority), doorway_(doorway), store_(store), random_(random), now_(now) {}

    /// Bundles what waits for that upstream if it is enough. @return whether it was  @error conflict: another node was faster
    Result<bool>   bundle_full(const std::string& upstream);
    /// Bundles what waits, now that the time of one of them has come. @param key  of that one's record
    Result<bool>   bundle_due(const std::string& upstream, const store::Record& record);
    /// The batch of that key is to be carried (again), or is over.
    Result<Passed> take_up(Bytes key);
    /// What its upstream answered. @error it cannot be believed; conflict
    Result<Unbundled> answer(const Parcel& parcel, Bytes octets);

private:
    struct Queued;
    struct Loaded;
    Result<std::vector<Queued>>    read_queue(const ra::Upstream& upstream, const store::Record* first);
    Result<bool>                   commit_batch(const ra::Upstream& upstream, std::vector<Queued>& queue, std::span<const std::size_t> members);
    Result<Octets>                 compose(const ra::Upstream& upstream, std::span<const Queued> queue, std::span<const std::size_t> members, Bytes id);
    Result<std::optional<Loaded>>  load(Bytes key);
    Result<void>                   take_inner(const Loaded& batch, const PKIMessage& inner, Unbundled& unbundled);
    Result<void>                   fail_all(const Loaded& batch, const PKIMessage& answer, Unbundled& unbundled);
    Result<void>                   finish(const Loaded& batch);
    Result<bool>                   has_message_of(const Loaded& batch, const operations::BatchMember& member);
    Passage                        passage_of(Bytes key) { return {authority_, doorway_, store_, random_, copy_of(key), now_}; }

    ra::RegistrationAuthority& authority_;
    const Doorway&             doorway_;
    store::Store&              store_;
    const operations::Random&  random_;
    std::int64_t               now_;
};

}  // namespace cmpkit::responder

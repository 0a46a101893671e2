// How long the records of expired certificates are kept. A walk through all of them begins once a day and does a page at a time; where it stands is
// claimed in the store together with what it erases, so that several nodes make one walk.
#include "admission/refusal.hpp"
#include "ca/state.hpp"

namespace cmpkit::ca {
namespace {

constexpr std::size_t  page           = 200;  // records that one call looks at
constexpr std::int64_t between_walks  = 86400;

/// In Table::counters, under "walk" and the issuer's identifier: the value, as DER.
struct Walk {
    der::OctetString after;       // the serial number that was looked at last; empty: the walk begins
    std::int64_t     nextAt = 0;  // Unix seconds
    static constexpr auto schema() { return sequence(field<&Walk::after>(), field<&Walk::nextAt>()); }
};

Octets walk_key(const Records& records) {
    Octets key = copy_of(bytes_of("walk"));
    key.insert(key.end(), records.issuer_id().begin(), records.issuer_id().end());
    return key;
}

/// Whether nothing will ask for the record any more. RFC 5280 3.3: a revoked certificate is on one CRL after its expiry; until then the record has its
/// index. The time of one that is not confirmed ends by itself.
Result<bool> is_over(const Stored& stored, std::int64_t before) {
    if (!stored.index.empty() || stored.is(CertificateState::unconfirmed)) return false;
    const auto certificate = stored.certificate();
    if (!certificate) return certificate.error();
    return certificate->not_after() < before;
}

}  // namespace

Result<void> CertificationAuthority::forget_expired(std::int64_t now) {
    if (!state_->settings.keep_expired_seconds) return {};
    const Octets key    = walk_key(state_->records);
    const auto   record = state_->store.get(store::Table::counters, key);
    if (!record) return record.error();
    der::Arena arena;
    const auto walk = *record ? der::parse<Walk>((*record)->value, arena) : Result(Walk());
    if (!walk) return failure(Code::store_failed, "where the walk through the certificates stands cannot be read", walk.error());
    if (walk->nextAt > now) return {};
    const auto stored = state_->records.after(walk->after.content, page);
    if (!stored) return stored.error();
    store::Batch batch;
    for (const Stored& one : *stored) {
        const auto over = is_over(one, now - *state_->settings.keep_expired_seconds);
        if (!over) return over.error();
        if (*over) batch.writes.push_back({store::Table::certificates, one.key, one.version, std::nullopt});
    }
    const Walk next = stored->size() < page ? Walk{{}, now + between_walks} : Walk{der::octet_string(stored->back().serial()), now};
    batch.writes.push_back({store::Table::counters, key, *record ? (*record)->version : 0, der::encode(next)});
    const auto done = state_->store.commit(batch);
    // Another node was faster, or a record is in use: the page is looked at again.
    return done || done.error().code == Code::conflict ? Result<void>() : done.error();
}

}  // namespace cmpkit::ca

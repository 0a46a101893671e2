// CRLs: what is revoked, numbered, signed and stored. The number and what a CRL lists are claimed in one commit, so several nodes make one row of them.
//
// A counter, "crl" and the issuer's identifier, holds the newest number; Table::crls holds the newest CRL and the one before it, for a reader that
// has just read an older number.
#include "admission/refusal.hpp"
#include "ca/state.hpp"

namespace cmpkit::ca {
namespace {

/// The newest CRL, in Table::counters: the value, as DER.
struct CrlCounter {
    std::int64_t number     = 0;
    std::int64_t nextUpdate = 0;  // Unix seconds
    static constexpr auto schema() { return sequence(field<&CrlCounter::number>(), field<&CrlCounter::nextUpdate>()); }
};
struct Counted {
    CrlCounter    counter;
    std::uint64_t version = 0;  // 0: there is no CRL yet
};

Octets counter_key(const Core& core) {
    Octets key = copy_of(bytes_of("crl"));
    key.insert(key.end(), core.records.issuer_id().begin(), core.records.issuer_id().end());
    return key;
}

Octets crl_key(const Core& core, std::int64_t number) {
    Octets key = copy_of(core.records.issuer_id());
    for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<std::uint8_t>(number >> shift));
    return key;
}

Result<Counted> counted(const Core& core) {
    const auto record = core.store.get(store::Table::counters, counter_key(core));
    if (!record) return record.error();
    if (!*record) return Counted{};
    der::Arena arena;
    const auto counter = der::parse<CrlCounter>((*record)->value, arena);
    if (!counter) return failure(Code::store_failed, "the counter of CRLs cannot be read", counter.error());
    return Counted{*counter, (*record)->version};
}

Result<bool> is_expired(const Stored& stored, std::int64_t now) {
    der::Arena arena;
    const auto certificate = der::parse<Certificate>(stored.record->certificate.content, arena);
    if (!certificate) return failure(Code::store_failed, "a certificate's record cannot be read", certificate.error());
    return unix_seconds(certificate->tbsCertificate.validity.notAfter) < now;
}

/// One CRL in the making: its entries, and the writes that go with it.
class CrlDraft {
public:
    CrlDraft(const Core& core, std::int64_t now) : core_(core), now_(now) {}

    Result<void> collect() {
        auto news = core_.records.find_all(core_.records.unlisted_index());
        auto olds = core_.records.find_all(core_.records.listed_index());
        if (!news) return news.error();
        if (!olds) return olds.error();
        for (const auto& [all, is_new] : {std::pair(&*news, true), std::pair(&*olds, false)})
            for (const Stored& one : *all)
                if (auto taken = take(one, is_new); !taken) return taken.error();
        // In the order of serial numbers, so that two nodes would write the same.
        std::ranges::sort(entries_, std::ranges::lexicographical_compare, [](const RevokedCertificate& entry) { return entry.userCertificate.content; });
        return {};
    }

    Result<Octets> sign(std::int64_t number) const {
        const Issuer           issuer = core_.issuer();
        der::Arena             arena;
        AuthorityKeyIdentifier authority_key;
        authority_key.keyIdentifier = der::octet_string(issuer.key_identifier);
        const Extension extensions[] = {{oids::id_ce_authorityKeyIdentifier, false, der::Open::of(authority_key)},
                                        {oids::id_ce_cRLNumber, false, der::Open::of(number)}};
        TBSCertList list;
        list.version       = CertificateVersion::v2;
        list.signature     = issuer.signer.algorithm();
        list.issuer        = issuer.name;
        list.thisUpdate    = time_of(now_, arena);
        list.nextUpdate    = time_of(next_update(), arena);
        list.crlExtensions = Extensions(extensions, std::size(extensions));
        if (!entries_.empty()) list.revokedCertificates = entries_;  // RFC 5280 5.1.2.6: absent when there are none
        return signed_with(issuer.signer, list, &CertificateList::tbsCertList);
    }

    std::int64_t next_update() const { return now_ + core_.settings.crl_validity_seconds; }

    std::vector<store::Write> writes;

private:
    /// RFC 5280 3.3: an entry stays until it was on a CRL from after the certificate's expiry.
    Result<void> take(const Stored& one, bool is_new) {
        const auto expired = is_expired(one, now_);
        if (!expired) return expired.error();
        const bool is_revoked = one.is(CertificateState::revoked), stays = is_revoked && !*expired;
        if (is_new || !stays) writes.push_back(indexed(one, stays ? core_.records.listed_index() : Octets()));
        if (is_revoked) list(one);
        return {};
    }

    void list(const Stored& one) {
        RevokedCertificate& entry = entries_.emplace_back();
        entry.userCertificate     = der::integer_view(arena_.keep(one.serial()));
        entry.revocationDate      = time_of(one.record->revokedAt ? der::unix_seconds(*one.record->revokedAt) : now_, arena_);
        const Reason reason       = one.record->reason.value_or(Reason::unspecified);
        auto*        extensions   = arena_.make<Extension>(2);
        std::size_t  count        = 0;
        // RFC 5280 5.3.1: unspecified is left out rather than written.
        if (reason != Reason::unspecified) extensions[count++] = entry_extension(oids::id_ce_cRLReasons, CRLReason{reason});
        if (one.record->invalidSince) extensions[count++] = entry_extension(oids::id_ce_invalidityDate, der::generalized_time(der::unix_seconds(*one.record->invalidSince), arena_));
        if (count) entry.crlEntryExtensions = Extensions(extensions, count);
    }

    // RFC 5280 5.3: neither of them is critical.
    template <class T> Extension entry_extension(const OidConstant& oid, const T& value) {
        auto* kept = arena_.make<T>();
        *kept      = value;
        return {oid, false, der::Open::of(*kept)};
    }

    const Core&                     core_;
    std::int64_t                    now_;
    der::Arena                      arena_;
    std::vector<RevokedCertificate> entries_;
};

/// The erasure of a CRL that no reader looks for any more, if it is there.
Result<void> erase(std::int64_t number, const Core& core, std::vector<store::Write>& writes) {
    const auto record = core.store.get(store::Table::crls, crl_key(core, number));
    if (!record) return record.error();
    if (*record) writes.push_back({store::Table::crls, (*record)->key, (*record)->version, std::nullopt});
    return {};
}

}  // namespace

Result<CertificationAuthority::Crl> CertificationAuthority::issue_crl(std::int64_t now) {
    const auto last = counted(*state_);
    if (!last) return last.error();
    CrlDraft draft(*state_, now);
    if (auto done = draft.collect(); !done) return done.error();
    const CrlCounter next{last->counter.number + 1, draft.next_update()};
    auto             octets = draft.sign(next.number);
    if (!octets) return octets.error();
    draft.writes.push_back({store::Table::counters, counter_key(*state_), last->version, der::encode(next)});
    draft.writes.push_back({store::Table::crls, crl_key(*state_, next.number), 0, *octets});
    if (auto done = erase(next.number - 2, *state_, draft.writes); !done) return done.error();
    if (auto done = state_->store.commit({std::move(draft.writes)}); !done) return done.error();
    return Crl{std::move(*octets), next.number, next.nextUpdate};
}

Result<std::optional<CertificationAuthority::Crl>> CertificationAuthority::latest_crl() {
    const auto last = counted(*state_);
    if (!last) return last.error();
    if (last->version == 0) return std::optional<Crl>();
    auto record = state_->store.get(store::Table::crls, crl_key(*state_, last->counter.number));
    if (!record) return record.error();
    if (!*record) return Error{.code = Code::conflict, .detail = "newer CRLs were made meanwhile"};
    return std::optional(Crl{std::move((*record)->value), last->counter.number, last->counter.nextUpdate});
}

Result<bool> CertificationAuthority::is_crl_due(std::int64_t now) {
    const auto last = counted(*state_);
    if (!last) return last.error();
    if (last->version == 0 || last->counter.nextUpdate - state_->settings.crl_overlap_seconds <= now) return true;
    const auto news = state_->store.find(store::Table::certificates, state_->records.unlisted_index(), 1);
    if (!news) return news.error();
    return !news->empty();
}

}  // namespace cmpkit::ca

// Certificates as the store holds them: their keys, how a record is read, and the write that changes its state. Every write names the
// version that was read, so whoever was slower meets a conflict and decides again.
//
// Indexes: a record whose state the newest CRL does not tell has the index "unlisted", one that the CRL lists "listed", each with the issuer's
// identifier; all others have none. An unconfirmed certificate is `due` when its confirmation is.
#pragma once
#include "ca/authority.hpp"
#include "der/encode.hpp"

namespace cmpkit::ca {

/// A record as it was read.
struct Stored {
    der::Parsed<CertificateRecord> record;
    Octets                         key;
    std::uint64_t                  version = 0;
    Octets                         index;
    std::int64_t                   due = 0;

    Result<crypto::Cert> certificate() const;
    bool                 is(CertificateState state) const { return record->state == state; }
    bool                 is_on_hold() const { return is(CertificateState::revoked) && record->reason == Reason::certificateHold; }
    Bytes                serial() const;  // content octets
};

class Records {
public:
    static constexpr std::size_t issuer_id_size = 20;

    /// @param issuer_id  SHA-1 of the issuer's public key, as RFC 5280 4.2.1.2 makes key identifiers
    Records(store::Store& store, Octets issuer_id) : store_(store), issuer_id_(std::move(issuer_id)) {}

    Octets key(Bytes serial) const;
    Octets unlisted_index() const;
    Octets listed_index() const;
    bool   has(Bytes key) const { return key.size() > issuer_id_size && equal(key.first(issuer_id_size), issuer_id_); }
    Bytes  issuer_id() const { return issuer_id_; }

    Result<std::optional<Stored>> find(Bytes key) const;
    /// The record of exactly that certificate.
    Result<std::optional<Stored>> find(const crypto::Cert& certificate) const;
    /// Those with that index, all of them.
    Result<std::vector<Stored>> find_all(Bytes index) const;
    /// Those after that serial number, in the order of their keys.
    Result<std::vector<Stored>> after(Bytes serial, std::size_t limit) const;

    /// Why a certificate is revoked.
    struct Cause {
        Reason                      reason = Reason::unspecified;
        std::optional<std::int64_t> invalid_since{};
    };
    store::Write revoked(const Stored& read, const Cause& cause, std::int64_t now) const;
    store::Write taken_off_hold(const Stored& read) const;
    store::Write confirmed(const Stored& read) const;
    store::Write replaced(const Stored& read, Bytes by, CertificateState state) const;

private:
    store::Store& store_;
    Octets        issuer_id_;
};

/// The write that leaves a record as it was but for its index.
store::Write indexed(const Stored& read, Octets index);

}  // namespace cmpkit::ca

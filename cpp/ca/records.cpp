#include "ca/records.hpp"

#include <limits>

#include "admission/refusal.hpp"

namespace cmpkit::ca {
namespace {

Octets joined(Bytes a, Bytes b) {
    Octets both;
    both.reserve(a.size() + b.size());
    both.assign(a.begin(), a.end());
    both.insert(both.end(), b.begin(), b.end());
    return both;
}

Result<Stored> read(store::Record record) {
    auto parsed = der::parse<CertificateRecord>(std::move(record.value));
    if (!parsed) return failure(Code::store_failed, "a certificate's record cannot be read", parsed.error());
    return Stored{std::move(*parsed), std::move(record.key), record.version, std::move(record.index), record.due};
}

Result<std::vector<Stored>> read_all(std::vector<store::Record> records) {
    std::vector<Stored> all;
    for (store::Record& record : records) {
        auto stored = read(std::move(record));
        if (!stored) return stored.error();
        all.push_back(std::move(*stored));
    }
    return all;
}

store::Write changed(const Stored& read, const CertificateRecord& record, Octets index) {
    return {store::Table::certificates, read.key, read.version, der::encode(record), std::move(index), 0};
}

}  // namespace

std::string_view name_of(CertificateState state) {
    switch (state) {
    case CertificateState::unconfirmed: return "unconfirmed";
    case CertificateState::valid: return "valid";
    case CertificateState::updated: return "updated";
    case CertificateState::revoked: return "revoked";
    }
    return "unknown";
}

Result<crypto::Cert> Stored::certificate() const {
    auto certificate = crypto::Cert::parse(record->certificate.content);
    if (!certificate) return failure(Code::store_failed, "a certificate's record cannot be read", certificate.error());
    return certificate;
}

Bytes Stored::serial() const { return Bytes(key).subspan(Records::issuer_id_size); }

Octets Records::key(Bytes serial) const { return joined(issuer_id_, serial); }
Octets Records::unlisted_index() const { return joined(bytes_of("unlisted"), issuer_id_); }
Octets Records::listed_index() const { return joined(bytes_of("listed"), issuer_id_); }

Result<std::optional<Stored>> Records::find(Bytes key) const {
    auto record = store_.get(store::Table::certificates, key);
    if (!record) return record.error();
    if (!*record) return std::optional<Stored>();
    auto stored = read(std::move(**record));
    if (!stored) return stored.error();
    return std::optional(std::move(*stored));
}

Result<std::optional<Stored>> Records::find(const crypto::Cert& certificate) const {
    auto stored = find(key(certificate.serial()));
    if (stored && *stored && !equal((*stored)->record->certificate.content, certificate.der())) stored->reset();
    return stored;
}

Result<std::vector<Stored>> Records::find_all(Bytes index) const {
    auto records = store_.find(store::Table::certificates, index, std::numeric_limits<std::int32_t>::max());
    if (!records) return records.error();
    return read_all(std::move(*records));
}

Result<std::vector<Stored>> Records::after(Bytes serial, std::size_t limit) const {
    auto records = store_.scan(store::Table::certificates, key(serial), limit);
    if (!records) return records.error();
    std::erase_if(*records, [this](const store::Record& record) { return !has(record.key); });
    return read_all(std::move(*records));
}

store::Write Records::revoked(const Stored& read, const Cause& cause, std::int64_t now) const {
    der::Arena        arena;
    CertificateRecord record = *read.record;
    // X.509 8.5.2.2: what ends a hold for good keeps the date at which it was put on hold.
    if (!read.is_on_hold()) record.revokedAt = der::generalized_time(now, arena);
    if (cause.invalid_since) record.invalidSince = der::generalized_time(*cause.invalid_since, arena);
    record.state  = CertificateState::revoked;
    record.reason = cause.reason;
    return changed(read, record, unlisted_index());
}

store::Write Records::taken_off_hold(const Stored& read) const {
    CertificateRecord record = *read.record;
    record.state = CertificateState::valid;
    record.revokedAt.reset();
    record.reason.reset();
    record.invalidSince.reset();
    return changed(read, record, unlisted_index());
}

store::Write Records::confirmed(const Stored& read) const {
    CertificateRecord record = *read.record;
    record.state = CertificateState::valid;
    return changed(read, record, {});
}

store::Write Records::replaced(const Stored& read, Bytes by, CertificateState state) const {
    CertificateRecord record = *read.record;
    record.state     = state;
    record.updatedBy = der::octet_string(by);
    return changed(read, record, read.index);
}

store::Write indexed(const Stored& read, Octets index) { return changed(read, *read.record, std::move(index)); }

}  // namespace cmpkit::ca

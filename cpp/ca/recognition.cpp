// Who a requester is: what its secret or certificate proves.
#include "admission/recognition.hpp"
#include "ca/state.hpp"

namespace cmpkit::ca {
namespace {

using operations::Requester, operations::RequesterKind;

/// A certificate of our issuing key, whatever certificate of that key the path goes through.
bool is_issued_here(std::span<const crypto::Cert> path, const Core& core) {
    if (path.size() < 2) return false;
    const auto issuer = path[1].key();
    return issuer && equal(issuer->spki(), core.settings.issuing_key->public_key().spki());
}

Result<Requester> recognise_own(const crypto::Cert& signer, const Core& core) {
    const auto record = core.good_record(signer);
    if (!record && record.error().fail_info == FailInfo::notAuthorized) return not_trusted("the certificate is not confirmed").because_of(record.error());
    if (!record) return record.error();
    if (is_registration_authority(signer)) return requester_of(RequesterKind::ra, signer);
    if (!*record) return not_trusted("the certificate is not in the records of this CA");
    return requester_of(RequesterKind::own, signer);
}

}  // namespace

Result<std::optional<Stored>> Core::good_record(const crypto::Cert& certificate) const {
    auto stored = records.find(certificate);
    if (!stored || !*stored) return stored;
    switch ((*stored)->record->state) {
    case CertificateState::valid: return stored;
    case CertificateState::unconfirmed: return refusal(FailInfo::notAuthorized, "the certificate that signed is not confirmed", "RFC 9483 4.1.1");
    case CertificateState::updated: return refusal(FailInfo::certRevoked, "the certificate that signed was updated", "RFC 9483 4.1.3");
    case CertificateState::revoked: return refusal(FailInfo::certRevoked, "the certificate that signed is revoked");
    }
    return Error{.code = Code::store_failed, .detail = "a certificate's record has an unknown state"};
}

Result<Requester> CertificationAuthority::recognise(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) {
    if (!signer.allows(KeyUsageBit::digitalSignature)) return not_trusted("its keyUsage is without digitalSignature");
    const auto own = state_->own->path(signer, extra, now);
    // A certificate of ours is ours alone to judge, also where its root is trusted for requests of others.
    if (own && is_issued_here(*own, *state_)) return recognise_own(signer, *state_);
    if (!own && own.error().code != Code::signer_not_trusted) return judged(own.error());
    // Nor can junk in `extra` that hides its path make one of ours a stranger's.
    const auto record = state_->records.find(signer);
    if (!record) return record.error();
    if (!state_->external || *record) return own ? not_trusted("the certificate was issued by another CA") : judged(own.error());
    const auto path = state_->external->path(signer, extra, now);
    if (!path) return judged(path.error());
    return requester_of(RequesterKind::external, signer);
}

// Of ours it is the store that knows.
std::optional<operations::MissingStatus> CertificationAuthority::missing_status(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) {
    const auto& external = state_->external;
    if (!external || external->trust().sources.empty() || state_->own->path(signer, extra, now)) return std::nullopt;
    auto query = external->missing(signer, extra, now);
    if (!query) return std::nullopt;
    return operations::MissingStatus{*std::move(query), external};
}

std::shared_ptr<crypto::Verifier> CertificationAuthority::external() const { return state_->external; }

Result<operations::SharedSecret> CertificationAuthority::secret(Bytes reference, std::int64_t now) {
    const Secrets::Entry* entry = state_->secrets.find(reference);
    if (!entry) return operations::SharedSecret{};
    const auto is_open = state_->secrets.is_open(*entry, now);
    if (!is_open) return is_open.error();
    return operations::SharedSecret{entry->settings.value, *is_open};
}

Result<std::vector<store::Write>> CertificationAuthority::failed_try(Bytes reference, std::int64_t) {
    std::vector<store::Write> writes;
    const Secrets::Entry*     entry = state_->secrets.find(reference);
    if (!entry) return writes;
    auto counted = state_->secrets.count_failed_try(*entry);
    if (!counted) return counted.error();
    if (*counted) writes.push_back(std::move(**counted));
    return writes;
}

}  // namespace cmpkit::ca

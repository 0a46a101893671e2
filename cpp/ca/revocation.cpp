// How a certificate's state goes on after its issuance: confirmed, withdrawn, revoked, on hold and off again.
#include "admission/refusal.hpp"
#include "ca/state.hpp"
#include "der/print.hpp"

namespace cmpkit::ca {
namespace {

using operations::Decision, operations::Nothing, operations::Requester, operations::RequesterKind;

Result<Stored> existing(Result<std::optional<Stored>> found) {
    if (!found) return found.error();
    if (!*found) return refusal(FailInfo::badCertId, "there is no such certificate");
    return std::move(**found);
}

Result<store::Write> take_off_hold(const Stored& target, const Records& records) {
    if (target.is_on_hold()) return records.taken_off_hold(target);
    if (target.is(CertificateState::revoked)) return refusal(FailInfo::certRevoked, "the certificate is revoked for good", "RFC 5280 5.3.1");
    return refusal(FailInfo::badRequest, "the certificate is not on hold", "RFC 9483 4.2");
}

constexpr std::int64_t clocks_differ = 300;  // seconds that a date may lie ahead and still mean now

/// The invalidityDate that is recorded (RFC 5280 5.3.2). Where it precedes the certificate, as of a key that leaked before, it is the certificate's notBefore:
/// whoever asks which signatures count needs no more, and a revocation should not fail for it.
Result<std::optional<std::int64_t>> invalid_since(const Stored& target, std::optional<std::int64_t> asked, std::int64_t now) {
    if (!asked) return asked;
    if (*asked > now + clocks_differ) return refusal(FailInfo::badRequest, "invalidityDate is to come", "RFC 5280 5.3.2");
    const auto certificate = target.certificate();
    if (!certificate) return certificate.error();
    return std::optional(std::min(std::max(*asked, certificate->not_before()), now));
}

/// What a revocation of `target` for that cause writes.
Result<store::Write> revocation_of(const Stored& target, const Records::Cause& asked, const Records& records, std::int64_t now) {
    const Reason reason = asked.reason;
    if (reason == Reason::removeFromCRL) return take_off_hold(target, records);
    if (target.is(CertificateState::revoked) && (!target.is_on_hold() || reason == Reason::certificateHold))
        return refusal(FailInfo::certRevoked, "the certificate is revoked already", "RFC 9483 4.2");
    // A hold ends in `valid`, so it must have begun there.
    if (reason == Reason::certificateHold && !target.is(CertificateState::valid))
        return refusal(FailInfo::badRequest, "only a valid certificate can be put on hold");
    const auto since = invalid_since(target, asked.invalid_since, now);
    if (!since) return since.error();
    return records.revoked(target, {reason, *since}, now);
}

/// Whether the requester speaks for the certificate: it is its own, or has its subject, or the requester is an RA of ours.
Result<bool> may_revoke(const Requester& requester, const Stored& target, const Core& core) {
    const auto record = core.good_record(requester.certificate);
    if (!record) return record.error();
    if (requester.kind == RequesterKind::ra) return true;
    if (!*record) return false;
    const auto certificate = target.certificate();
    if (!certificate) return certificate.error();
    const Name& subject = (*certificate)->subject;
    // Without a subject two devices would have «the same».
    return *certificate == requester.certificate || (!subject.is_null_dn() && same_name(subject, requester.certificate->subject));
}

/// What a revocation that was asked for writes, if it is one that the requester may ask for.
Result<store::Write> wanted_revocation(const operations::RevocationRequest& request, const Requester& requester, const Core& core, std::int64_t now) {
    if (requester.kind != RequesterKind::own && requester.kind != RequesterKind::ra)
        return refusal(FailInfo::notAuthorized, "a revocation is signed with a certificate of this CA", "RFC 9483 4.2");
    if (!request.issuer || !same_name(*request.issuer, core.name())) return refusal(FailInfo::badCertId, "there is no such certificate");
    const auto target = existing(core.records.find(core.records.key(request.serialNumber.content)));
    if (!target) return target.error();
    const auto allowed = may_revoke(requester, *target, core);
    if (!allowed) return allowed.error();
    if (!*allowed) return refusal(FailInfo::notAuthorized, "the certificate is not this requester's to revoke", "RFC 9483 4.2");
    return revocation_of(*target, {request.reason, request.invalid_since}, core.records, now);
}

/// The write that sets what `successor` updates to `state`, if it is in `before` now.
Result<void> replace(const Stored& successor, CertificateState before, CertificateState state, const Records& records, std::vector<store::Write>& writes) {
    if (!successor.record->updates) return {};
    const auto old = records.find(successor.record->updates->content);
    if (!old) return old.error();
    if (*old && (*old)->is(before)) writes.push_back(records.replaced(**old, successor.key, state));
    return {};
}

std::string cause_text(const operations::RevocationRequest& request) {
    std::string text(name_of(request.reason));
    if (request.invalid_since) text += ", invalid since " + der::shown_time(*request.invalid_since);
    if (!request.approved_by.empty()) text += ", approved by " + request.approved_by;
    return text;
}

}  // namespace

Result<Decision<Nothing>> CertificationAuthority::revoke(const operations::RevocationRequest& request, const Requester& requester, std::int64_t now) {
    auto write = wanted_revocation(request, requester, *state_, now);
    if (!write) return state_->desk.refused<Nothing>(request.id, write.error());
    Decision<Nothing> granted{Nothing{}, {std::move(*write)}};
    if (!state_->settings.approve_revocations) return granted;
    const Desk::Application application{.id = request.id, .type = "rr", .requester = requester.id, .subject = "serial " + der::hex_integer(request.serialNumber.content),
                                        .details = cause_text(request)};
    auto word = state_->desk.ask(application, now);
    if (!word) return decision_of<Nothing>(word.error());
    if (word->verdict != Verdict::approved) return Desk::decision_of<Nothing>(*word, state_->settings.poll_seconds);
    granted.writes.push_back(std::move(*word->write));
    return granted;
}

Result<std::vector<store::Write>> CertificationAuthority::confirm(Bytes key, std::int64_t) {
    std::vector<store::Write> writes;
    const auto                stored = existing(state_->records.find(key));
    if (!stored) return stored.error();
    if (stored->is(CertificateState::revoked)) return refusal(FailInfo::certRevoked, "the certificate was withdrawn or revoked before it was confirmed");
    if (!stored->is(CertificateState::unconfirmed)) return writes;
    writes.push_back(state_->records.confirmed(*stored));
    if (auto done = replace(*stored, CertificateState::valid, CertificateState::updated, state_->records, writes); !done) return done.error();
    return writes;
}

Result<std::vector<store::Write>> CertificationAuthority::withdraw(Bytes key, std::int64_t now) {
    std::vector<store::Write> writes;
    const auto                stored = existing(state_->records.find(key));
    if (!stored) return stored.error();
    if (stored->is(CertificateState::revoked) && !stored->is_on_hold()) return writes;
    writes.push_back(state_->records.revoked(*stored, {Reason::cessationOfOperation}, now));
    // RFC 9483 4.1.3: what a refused certificate should have replaced goes on.
    if (auto done = replace(*stored, CertificateState::updated, CertificateState::valid, state_->records, writes); !done) return done.error();
    return writes;
}

Result<void> CertificationAuthority::revoke_by_operator(Bytes serial, Reason reason, std::int64_t now, std::optional<std::int64_t> invalid_since) {
    const auto target = existing(state_->records.find(state_->records.key(serial)));
    if (!target) return target.error();
    auto write = revocation_of(*target, {reason, invalid_since}, state_->records, now);
    if (!write) return write.error();
    return state_->store.commit({{std::move(*write)}});
}

}  // namespace cmpkit::ca

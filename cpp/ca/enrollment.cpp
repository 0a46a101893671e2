#include "ca/enrollment.hpp"

#include "admission/refusal.hpp"
#include "ca/fixed.hpp"
#include "messages/names.hpp"

#include <limits>

namespace cmpkit::ca {

using operations::Decision, operations::Issued, operations::RequesterKind;

namespace {

constexpr BodyType with_secret[]   = {BodyType::ir, BodyType::cr, BodyType::p10cr};
constexpr BodyType with_external[] = {BodyType::ir, BodyType::p10cr};
constexpr BodyType with_own[]      = {BodyType::cr, BodyType::kur, BodyType::p10cr};
constexpr BodyType with_ra[]       = {BodyType::ir, BodyType::cr, BodyType::kur, BodyType::p10cr};

constexpr std::size_t longest_names = 8192, longest_words = 500;  // octets of subject and subjectAltName; of what the peer is told

/// Which requests a kind of proof can make (RFC 9483 4.1); an RA can make them all for others (5.2.3, 5.3.1).
std::span<const BodyType> requests_of(RequesterKind kind) {
    switch (kind) {
    case RequesterKind::secret: return with_secret;
    case RequesterKind::external: return with_external;
    case RequesterKind::own: return with_own;
    case RequesterKind::ra: return with_ra;
    }
    return {};
}

/// In octets of DER.
std::size_t size_of(const Name& subject, const GeneralNames& others) {
    der::Writer out;
    der::encode(der::describe<Name>(), &subject, out);
    der::encode(der::describe<GeneralNames>(), &others, out);
    return out.size();
}

bool identifies(const CertId& id, const crypto::Cert& certificate) {
    const auto* issuer = id.issuer.get<"directoryName">();
    return issuer && same_name(*issuer, certificate->issuer) && id.serialNumber == certificate->serialNumber;
}

}  // namespace

Result<Decision<Issued>> Enrollment::decide() {
    using E = Enrollment;
    for (const auto step : {&E::check_right, &E::find_requester, &E::check_update, &E::choose_profile, &E::check_key, &E::grant_names, &E::grant_extensions,
                            &E::set_validity, &E::await_approval})
        if (auto done = (this->*step)(); !done) return done.error();
    if (word_ && word_->verdict != Verdict::approved) return Desk::decision_of<Issued>(*word_, rules_->profile.poll_seconds);
    if (auto spent = spend_secret(); !spent) return spent.error();
    return issue();
}

Result<void> Enrollment::check_right() {
    // RFC 9483 4.1.3: an update is signed with the key of the certificate that is updated.
    if (is_update() && requester_.kind == RequesterKind::secret)
        return refusal(FailInfo::wrongIntegrity, "a kur is signed with the certificate that is updated", "RFC 9483 4.1.3");
    if (request_.ra_verified && !is_of_ra()) return refusal(FailInfo::notAuthorized, "an end entity proves possession itself", "RFC 9810 5.2.8");
    const auto allowed = requests_of(requester_.kind);
    if (std::ranges::find(allowed, request_.type) != allowed.end()) return {};
    return refusal(FailInfo::notAuthorized, "this requester may not send " + std::string(name_of(request_.type)), "RFC 9483 4.1");
}

Result<void> Enrollment::find_requester() {
    if (requester_.kind == RequesterKind::secret) {
        secret_ = core_.secrets.find(bytes_of(requester_.reference));
        if (!secret_) return refusal(FailInfo::notAuthorized, "the secret is not good for a new certificate");
    }
    const bool has_our_certificate = requester_.kind == RequesterKind::own || is_of_ra();
    return has_our_certificate ? find_continued() : Result<void>();
}

/// Whether an RA asks for itself: for an update that names its certificate or its subject, or another certificate of its subject.
bool Enrollment::is_for_itself() const {
    if (!is_of_ra()) return true;
    if (is_update() && request_.oldCertID) return identifies(*request_.oldCertID, requester_.certificate);
    if ((!is_update() && request_.type != BodyType::cr) || request_.ra_verified) return false;
    return request_.subject && !request_.subject->is_null_dn() && same_name(*request_.subject, requester_.certificate->subject);
}

Result<void> Enrollment::find_continued() {
    auto record = core_.good_record(requester_.certificate);
    if (!record) return record.error();
    if (is_for_itself()) return take_continued(std::move(*record));
    return is_update() ? find_updated_for_other() : Result<void>();
}

Result<void> Enrollment::take_continued(std::optional<Stored> record) {
    // A signer made when the CA was founded speaks for the CA or an RA; it has no identity of a device to go on with.
    if (!record) return refusal(FailInfo::notAuthorized, "the certificate that signed is not one that is continued here");
    old_       = std::move(*record);
    continued_ = requester_.certificate;
    return {};
}

// RFC 9483 5.2.3: an RA puts its signature in the place of the old key's only where oldCertID says what is updated.
Result<void> Enrollment::find_updated_for_other() {
    if (!request_.oldCertID) return refusal(FailInfo::badRequest, "an RA says by oldCertID which certificate is updated", "RFC 9483 5.2.3");
    auto found = core_.records.find(core_.records.key(request_.oldCertID->serialNumber.content));
    if (!found) return found.error();
    auto certificate = *found ? (*found)->certificate() : Result<crypto::Cert>(crypto::Cert());
    if (!certificate) return certificate.error();
    if (!*found || !identifies(*request_.oldCertID, *certificate)) return refusal(FailInfo::badCertId, "oldCertID: there is no such certificate", "RFC 9483 4.1.3");
    if (!(*found)->is(CertificateState::valid) || certificate->not_after() < now_)
        return refusal(FailInfo::certRevoked, "oldCertID: the certificate is not valid any more", "RFC 9483 4.1.3");
    if (is_registration_authority(*certificate)) return refusal(FailInfo::notAuthorized, "oldCertID: an RA updates its certificate itself", "RFC 9483 5.2.3");
    old_       = std::move(**found);
    continued_ = std::move(*certificate);
    return {};
}

Result<void> Enrollment::check_update() {
    if (!is_update()) return {};
    if (request_.oldCertID && !identifies(*request_.oldCertID, continued_))
        return refusal(FailInfo::badCertId, "oldCertID is not the certificate that signed", "RFC 9483 4.1.3");
    if (!old_->record->updatedBy) return {};
    const auto next = core_.records.find(old_->record->updatedBy->content);
    if (!next) return next.error();
    if (*next && (*next)->is(CertificateState::unconfirmed))
        return refusal(FailInfo::badRequest, "an update of this certificate awaits its confirmation", "RFC 9483 4.1.3");
    return {};
}

Result<void> Enrollment::choose_profile() {
    rules_ = core_.profile_for(secret_, request_.profile);
    if (!rules_) return refusal(FailInfo::badCertTemplate, "certProfile: there is none of this name");
    if (request_.profile.empty() && is_update())  // an update goes on as its certificate began
        if (const Rules* same = core_.profile(text_of(old_->record->profile.content))) rules_ = same;
    const bool is_allowed = rules_->allows(requester_.kind) || (is_of_ra() && old_ && is_for_itself() && rules_->allows(RequesterKind::own));
    if (!is_allowed) return refusal(FailInfo::notAuthorized, "this profile is not for this kind of requester");
    if (rules_->profile.needs_ra_approval && !is_of_ra() && request_.approved_by.empty())
        return refusal(FailInfo::notAuthorized, "this profile is for requests that an RA has approved", "RFC 9483 5.2.2.1");
    return {};
}

Result<void> Enrollment::check_key() {
    if (!rules_->allows(request_.key)) return refusal(FailInfo::badCertTemplate, "publicKey: " + request_.key.name() + " is not allowed here");
    statement_.key = request_.key;
    return {};
}

Result<Names> Enrollment::names() {
    auto given = names_given(core_.settings.namer, *rules_, {requester_, rules_->profile.name, request_.subject, wishes_.subjectAltName, old_ ? &continued_ : nullptr});
    if (!given) return given.error();
    given_ = std::move(*given);
    // design: cr and kur cannot leave the old identity, whoever says so.
    if (old_) return keep_names(request_.subject, wishes_.subjectAltName, continued_);
    if (!given_) return names_by_patterns();
    auto names = grant_given(request_.subject, wishes_, *given_, arena_);
    return names ? names : failure(Code::bad_value, "the names that the application gave", names.error());
}

Result<Names> Enrollment::names_by_patterns() {
    const Callings callings(*rules_, requester_.kind, secret_);
    auto names = grant_by_patterns(request_.subject, wishes_.subjectAltName, callings.subjects, callings.sans, identity_of(requester_), arena_);
    if (!names) return names;
    const auto forced = der::parse<Name>(rules_->forced_subject, arena_);
    if (!forced) return forced.error();
    auto subject = with_forced(names->subject, *forced, arena_);
    if (!subject) return subject.error();
    if (to_text(*subject) != to_text(names->subject)) names->changes.emplace_back("subject has what the profile fixes");
    names->subject = *subject;
    return names;
}

Result<void> Enrollment::grant_names() {
    auto wishes = read_wishes(request_.extensions);
    if (!wishes) return wishes.error();
    wishes_      = std::move(*wishes);
    auto granted = names();
    if (!granted) return granted.error();
    if (is_update()) copy_alternative_names(wishes_.subjectAltName, continued_, *granted);
    // RFC 5280 4.1.2.6: without a subject the names are in subjectAltName.
    if (granted->subject.is_null_dn() && granted->subjectAltName.empty()) return refusal(FailInfo::badCertTemplate, "subject: a name is needed");
    if (size_of(granted->subject, granted->subjectAltName) > longest_names)
        return refusal(FailInfo::badCertTemplate, "subject, subjectAltName: they are too long");
    if (core_.is_reserved(granted->subject)) return refusal(FailInfo::notAuthorized, "subject: the name belongs to the CA");
    statement_.subject        = granted->subject;
    statement_.subjectAltName = std::move(granted->subjectAltName);
    changes_                  = std::move(granted->changes);
    return {};
}

Result<void> Enrollment::grant_extensions() {
    note_passed_over();
    const auto usage = grant_usage(wishes_.keyUsage, *rules_, request_.key);
    if (!usage) return usage.error();
    auto purposes = grant_purposes(wishes_.extKeyUsage, *rules_);
    if (!purposes) return purposes.error();
    statement_.keyUsage    = usage->usage;
    statement_.extKeyUsage = std::move(purposes->purposes);
    statement_.crl_uris    = rules_->profile.crl_distribution_points;
    statement_.further     = rules_->extensions;
    for (const std::string_view left_out : {std::string_view(usage->left_out), std::string_view(purposes->left_out)})
        if (!left_out.empty()) changes_.emplace_back(left_out);
    for (const std::string_view member : request_.ignored) changes_.push_back(std::string(member) + " is the CA's to choose");
    const auto is_fixed = [this](const std::string& name) {
        return std::ranges::any_of(rules_->extensions, [&](const FixedExtension& each) { return oid_text(each.oid) == name; });
    };
    for (const std::string& name : wishes_.dropped) changes_.push_back("extension " + name + (is_fixed(name) ? " is the profile's" : " is left out"));
    return {};
}

// What is the profile's alone to say leaves the wishes.
void Enrollment::note_passed_over() {
    const Profile& profile = rules_->profile;
    if (profile.fixes_key_usage && std::exchange(wishes_.keyUsage, {}).bits) changes_.emplace_back("keyUsage is the profile's");
    if (profile.fixes_extended_key_usage && std::exchange(wishes_.extKeyUsage, nullptr)) changes_.emplace_back("extKeyUsage is the profile's");
    if (profile.fixes_validity && request_.validity) changes_.emplace_back("validity is the profile's");
}

Result<void> Enrollment::set_validity() {
    const Profile&     profile  = rules_->profile;
    const std::int64_t listed   = given_ && given_->not_after ? given_->not_after : std::numeric_limits<std::int64_t>::max();
    const std::int64_t last     = std::min(core_.settings.issuing_certificate.not_after(), listed);
    const std::int64_t earliest = now_ - profile.backdate_seconds, latest = std::min(now_ + profile.validity_seconds, last);
    if (listed < now_) return refusal(FailInfo::notAuthorized, "no certificate may be had here any more by this requester");
    if (last < now_) return refusal(FailInfo::systemUnavail, "the certificate of the CA has expired");
    const OptionalValidity nothing;
    const OptionalValidity& asked  = request_.validity && !profile.fixes_validity ? *request_.validity : nothing;
    const std::int64_t      begins = asked.notBefore ? unix_seconds(*asked.notBefore) : earliest, ends = asked.notAfter ? unix_seconds(*asked.notAfter) : latest;
    if (ends < now_) return refusal(FailInfo::badCertTemplate, "validity: notAfter is past");
    if (begins < earliest) changes_.emplace_back("notBefore is later than asked");
    if (ends > latest) changes_.emplace_back("notAfter is earlier than asked");
    statement_.not_before = std::max(begins, earliest);
    statement_.not_after  = std::min(ends, latest);
    if (statement_.not_before >= statement_.not_after) return refusal(FailInfo::badCertTemplate, "validity: notBefore is not before notAfter");
    return {};
}

Result<void> Enrollment::await_approval() {
    if (!rules_->profile.approve_by_hand) return {};
    auto word = core_.desk.ask(application(), now_);
    if (!word) return word.error();
    word_ = std::move(*word);
    return {};
}

Desk::Application Enrollment::application() const {
    std::string details = "key " + request_.key.name();
    for (const GeneralName& name : statement_.subjectAltName) details += ", " + to_text(name);
    if (!request_.approved_by.empty()) details += ", approved by " + request_.approved_by;
    if (request_.ra_verified) details += ", possession verified by the RA";
    return {.id = request_.id, .type = name_of(request_.type), .requester = requester_.id, .subject = to_text(statement_.subject), .details = std::move(details)};
}

Result<void> Enrollment::spend_secret() {
    if (!secret_) return {};
    auto spent = core_.secrets.spend(*secret_, now_);
    if (!spent) return spent.error();
    if (*spent) writes_.push_back(std::move(**spent));
    return {};
}

std::string Enrollment::words_for_changes() const {
    std::string words;
    for (const std::string& change : changes_)
        words.append(words.empty() ? "" : "; ").append(change);
    return words.size() > longest_words ? words.substr(0, longest_words) + " ..." : words;  // all of it is ASCII: words of ours and OIDs
}

store::Write Enrollment::record_of(const Issued& issued) {
    CertificateRecord record{.certificate = der::octet_string(issued.certificate.der()),
                             .state       = issued.confirmed_implicitly ? CertificateState::valid : CertificateState::unconfirmed,
                             .requester   = der::utf8_string(requester_.id),
                             .profile     = der::utf8_string(rules_->profile.name),
                             .updates = {}, .revokedAt = {}, .reason = {}, .updatedBy = {}, .invalidSince = {}};
    if (is_update()) record.updates = der::octet_string(old_->key);
    // No version was read: should the serial number have been used, nothing is issued.
    return {store::Table::certificates, issued.key, 0, der::encode(record), {}, issued.confirmed_implicitly ? 0 : issued.confirm_by};
}

Result<Decision<Issued>> Enrollment::issue() {
    auto serial = fresh_serial(core_.random);
    if (!serial) return serial.error();
    auto certificate = certify(statement_, core_.issuer(), *serial);
    if (!certificate) return certificate.error();
    Issued issued{.certificate = std::move(*certificate), .key = core_.records.key(*serial), .with_mods = false, .mods = words_for_changes(), .chain = core_.chain,
                  .root = core_.root, .confirmed_implicitly = request_.confirms_implicitly && rules_->profile.implicit_confirm,
                  .confirm_by = now_ + rules_->profile.confirm_wait_seconds};
    issued.with_mods = !issued.mods.empty();
    writes_.push_back(record_of(issued));
    if (word_) writes_.push_back(std::move(*word_->write));
    // The record of what is updated is written in any case, so that of two updates at the same time one meets a conflict.
    if (is_update())
        writes_.push_back(core_.records.replaced(*old_, issued.key, issued.confirmed_implicitly ? CertificateState::updated : CertificateState::valid));
    return Decision<Issued>{std::move(issued), std::move(writes_)};
}

Result<Decision<Issued>> CertificationAuthority::enroll(const operations::EnrollmentRequest& request, const operations::Requester& requester, std::int64_t now) {
    auto decision = Enrollment(*state_, request, requester, now).decide();
    if (decision) return decision;
    return state_->desk.refused<Issued>(request.id, decision.error());
}

}  // namespace cmpkit::ca

#include "service/renewal.hpp"

#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "der/print.hpp"
#include "messages/names.hpp"
#include "service/files.hpp"

namespace cmpkit::service {
namespace {

using namespace operations;

constexpr std::int64_t longest_pause = 3600;  // seconds

const Random random = [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };

// Failures of the way, or of somebody here: none of them says anything of the request.
bool may_go_on(const Error& error) {
    return layer_of(error.code) == "transport" || error.code == Code::cancelled || error.code == Code::io || error.code == Code::no_memory || error.code == Code::status_unknown;
}

Credentials credentials_of(const OwnSigner& signer) { return {.signer = signer.key, .chain = signer.chain, .secret = {}, .reference = {}}; }

// Nobody can have revoked what is issued now.
Result<PeerTrust> trust_for_new(PeerTrust trust) {
    if (!trust.anchors || trust.new_certificate) return trust;
    crypto::Trust fresh = trust.anchors->trust();
    fresh.sources       = {};
    fresh.revocation    = std::min(fresh.revocation, crypto::Revocation::soft);
    auto verifier       = crypto::Verifier::make(std::move(fresh));
    if (!verifier) return verifier.error();
    trust.new_certificate = std::move(*verifier);
    return trust;
}

// RFC 9483 4.1.2, 4.1.3: the names stay those of the certificate that asks.
void keep_names(const crypto::Cert& certificate, Enrollment& wanted) {
    wanted.subject = der::encode(certificate->subject);
    if (const Extension* names = find_extension(certificate->extensions, oids::id_ce_subjectAltName)) wanted.extensions = der::encode(Extensions(names, 1));
}

Order order_for(const SignerEnrollment& enroll, const OwnSigner& current, std::shared_ptr<const crypto::Signer> key, Octets recipient) {
    // With implicit confirmation no crash can come between the CA's last word and ours.
    Enrollment wanted{.type = BodyType::ir, .key = std::move(key), .csr = {}, .subject = enroll.subject, .extensions = enroll.extensions, .profile = enroll.profile, .implicit_confirm = true, .not_after = {}};
    if (current) wanted.type = enroll.by_update ? BodyType::kur : BodyType::cr;
    if (current) keep_names(current.chain.front(), wanted);
    return {std::move(wanted), std::move(recipient)};
}

Result<OwnSigner> good_for(const CertificateUse& use, OwnSigner signer) {
    const auto good = check_use(signer.chain.front(), use);
    return good ? Result<OwnSigner>(std::move(signer)) : good.error();
}

struct Begun {
    std::shared_ptr<crypto::PrivateKey> key;
    EndEntity                           operation;
};

Result<Begun> begin(const SignerEnrollment& enroll, const OwnSigner& current, const Road& road, const PeerTrust& trust) {
    if (!current && !enroll.can_begin()) return Error{.code = Code::bad_configuration, .detail = std::string(enroll.use->section) + ": there is neither a secret nor a certificate to begin with"};
    auto key = crypto::generate_key(enroll.key_kind);
    if (!key) return key.error();
    return Begun{*key, EndEntity(order_for(enroll, current, *key, road.recipient), current ? credentials_of(current) : enroll.first, trust)};
}

// What a process before left; nothing: it is of no use, or came to its end.
std::optional<Begun> go_on(const SignerEnrollment& enroll, const OwnSigner& current, const PeerTrust& trust) {
    if (!exists(enroll.draft())) return std::nullopt;
    auto draft = read_draft(enroll.draft());
    if (!draft || (current && equal(draft->key->public_key().spki(), current.key->public_key().spki()))) return std::nullopt;
    std::vector<Credentials> all;
    if (current) all.push_back(credentials_of(current));
    if (enroll.can_begin()) all.push_back(enroll.first);
    for (Credentials& credentials : all) {
        auto operation = EndEntity::restore(draft->operation, std::move(credentials), trust, draft->key);
        if (operation) return Begun{std::move(draft->key), std::move(*operation)};
    }
    return std::nullopt;
}

Decided decide(const Decide& offered, const CertificateUse& use) {
    const auto good = check_use(offered.certificate, use);
    return good ? Decided() : Decided{.accept = false, .fail_info = FailInfo::badCertTemplate, .text = good.error().detail};
}

Result<Done> run(const SignerEnrollment& enroll, Begun& begun, const Road& road, const std::function<std::int64_t()>& clock, transport::Cancel& cancel) {
    Application application;
    application.clock  = clock;
    application.fetch  = road.fetch;
    application.decide = [&](const Decide& offered) { return decide(offered, *enroll.use); };
    application.save   = [&](const EndEntity& operation) -> Result<void> {
        auto saved = operation.save();
        return saved ? write_draft(enroll.draft(), {begun.key, std::move(*saved)}) : saved.error();
    };
    return drive(begun.operation, road.carry, road.way, application, road.limits, random, cancel);
}

// An old signer that is still of use is copied before the new one takes its place; then what led to it is of no use any more.
Result<OwnSigner> put_in_place(const SignerEnrollment& enroll, const Begun& begun, const Done& done) {
    OwnSigner signer{begun.key, crypto::chain_without_root(done.certificate, done.chain)};
    if (enroll.use->keeps_before && exists(enroll.file)) {
        auto before = read_file(enroll.file);
        if (!before) return before.error();
        const crypto::Secret octets(std::move(*before));
        if (auto kept = write_file(enroll.kept(), octets.view(), 0600); !kept) return kept.error();
    }
    if (auto written = write_own_signer(enroll.file, *begun.key, signer.chain); !written) return written.error();
    if (auto removed = remove_file(enroll.draft()); !removed) return removed.error();
    return signer;
}

}  // namespace

std::int64_t renewal_time(const crypto::Cert& certificate, std::int64_t renew_before) {
    const std::int64_t third = (certificate.not_after() - certificate.not_before()) / 3;
    return certificate.not_after() - (renew_before ? renew_before : third);
}

std::int64_t pause_after(int failures, std::int64_t retry, std::int64_t left) {
    const std::int64_t doubled = std::min(retry << std::clamp(failures - 1, 0, 20), std::max(retry, longest_pause));
    return left > 0 ? std::max(retry, std::min(doubled, left / 4)) : doubled;
}

Result<OwnSigner> obtain_signer(const SignerEnrollment& enroll, const OwnSigner& current, const Road& road, const std::function<std::int64_t()>& clock, transport::Cancel& cancel) {
    const auto lock = FileLock::take(enroll.lock());
    if (!lock) return lock.error();
    // Another process may have been here since the file was last looked at.
    if (exists(enroll.file)) {
        auto there = read_own_signer(enroll.file);
        if (!there) return there.error();
        if (!same_signer(*there, enroll.current)) return good_for(*enroll.use, std::move(*there));
    }
    auto trust = trust_for_new(road.trust);
    if (!trust) return trust.error();
    auto begun = go_on(enroll, current, *trust);
    if (!begun) {
        auto fresh = begin(enroll, current, road, *trust);
        if (!fresh) return fresh.error();
        begun = std::move(*fresh);
    }
    auto done = run(enroll, *begun, road, clock, cancel);
    if (done) return put_in_place(enroll, *begun, *done);
    if (!may_go_on(done.error())) (void)remove_file(enroll.draft());  // the next one begins anew in any case
    return done.error();
}

// ---------------------------------------------------------------- when

// Another process, or the operator, may write the file at any time.
std::optional<OwnSigner> Renewal::look_into(const SignerEnrollment& enroll) {
    auto octets = read_file(enroll.file);
    if (!octets) return std::nullopt;
    const crypto::Secret text(std::move(*octets));
    Octets               hash = crypto::sha256(text.view());
    if (hash != seen_) {
        auto signer = own_signer_in(text.view());
        there_      = signer ? std::move(*signer) : OwnSigner();
        seen_       = std::move(hash);
    }
    return there_ && !same_signer(there_, enroll.current) ? std::optional(there_) : std::nullopt;
}

std::optional<OwnSigner> Renewal::turn(const SignerEnrollment& enroll, const RoadMaker& make_road, const std::function<std::int64_t()>& clock, transport::Cancel& cancel) {
    const std::int64_t now = clock();
    if (auto found = look_into(enroll)) {
        if (now < next_ && same_signer(*found, refused_)) return std::nullopt;
        if (auto good = check_use(found->chain.front(), *enroll.use); !good) return refused(*found, good.error(), now, enroll), std::nullopt;
        return succeeded(*found, "taken up, good", now, enroll), found;
    }
    const OwnSigner& have = enroll.current;
    if (enroll.by_others) return std::nullopt;
    if (!have && !enroll.can_begin()) return std::nullopt;  // who asks for it has no certificate itself so far
    if (failures_ && now < next_) return std::nullopt;
    if (have && (now < next_ || now < renewal_time(have.chain.front(), enroll.renew_before))) return std::nullopt;
    const bool is_expired = have && have.chain.front().not_after() < now;
    if (is_expired && !enroll.anew) {
        failed({.code = Code::certificate_expired, .detail = std::string("the certificate has expired, and ") + enroll.use->section + ".when_expired does not let the RA begin anew"}, now, enroll);
        return std::nullopt;
    }
    auto road   = make_road();
    auto signer = road ? obtain_signer(enroll, is_expired ? OwnSigner() : have, *road, clock, cancel) : Result<OwnSigner>(road.error());
    if (signer) return succeeded(*signer, have ? "renewed" : "enrolled", clock(), enroll), *signer;
    // Whoever has the lock puts the certificate into the file, where it is found.
    if (signer.error().code != Code::conflict && signer.error().code != Code::cancelled) failed(signer.error(), clock(), enroll);
    return std::nullopt;
}

// However early the configuration wants the next one: not before half of this one's time is over.
void Renewal::succeeded(const OwnSigner& signer, const char* how, std::int64_t now, const SignerEnrollment& enroll) {
    const crypto::Cert& certificate = signer.chain.front();
    failures_ = 0;
    refused_  = {};
    next_     = now + std::max<std::int64_t>(1, (certificate.not_after() - now) / 2);
    if (!log_) return;
    responder::Incident incident{.transaction_id = {}, .requester = {}, .address = {}, .body = enroll.use->told_as, .outcome = {}, .problem = {}};
    incident.outcome      = how + std::string(" until ") + der::shown_time(certificate.not_after());
    incident.deed.serial  = der::hex_integer(certificate->serialNumber.content);
    incident.deed.subject = to_text(certificate->subject);
    log_(incident);
}

void Renewal::failed(const Error& why, std::int64_t now, const SignerEnrollment& enroll) {
    const std::int64_t left  = enroll.current ? enroll.current.chain.front().not_after() - now : 0;
    const std::int64_t pause = pause_after(++failures_, enroll.retry, left);
    next_ = now + pause;
    if (!log_) return;
    const std::string outcome = (enroll.current ? "not renewed" : "not enrolled") + std::string(", next try in ") + std::to_string(pause) + " s";
    log_({.transaction_id = {}, .requester = {}, .address = {}, .body = enroll.use->told_as, .outcome = outcome, .problem = why});
}

void Renewal::refused(const OwnSigner& signer, const Error& why, std::int64_t now, const SignerEnrollment& enroll) {
    refused_ = signer;
    failed(why, now, enroll);
}

void Renewal::begin_afresh() {
    if (failures_) next_ = 0;
    failures_ = 0;
}

}  // namespace cmpkit::service

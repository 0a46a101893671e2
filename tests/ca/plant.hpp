// A plant with a CA of its own, a maker of devices whose certificates it trusts, and requests as they come off the wire.
#pragma once
#include "ca/authority.hpp"
#include "ca/founding.hpp"
#include "ca/issuer.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"

#include <catch2/catch.hpp>

namespace cmpkit::ca {

constexpr std::int64_t noon = 1'800'000'000;  // in January 2027

inline Random system_random() {
    return [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };
}

template <class T> T good(Result<T> result) {
    if (!result) FAIL(result.error().text());
    return *std::move(result);
}
inline void good(const Result<void>& result) {
    if (!result) FAIL(result.error().text());
}

inline std::shared_ptr<crypto::PrivateKey> fresh_key(std::string_view kind = "ec:P-256") { return good(crypto::generate_key(kind)); }

/// Made once: keys cost more than what is tested with them.
inline const Founded& founded() {
    static const Founded plant = good(found({.subject = "/O=Plant/CN=Plant Root", .ra_signer = true, .kga_signer = true}, system_random(), noon - 86400));
    return plant;
}
/// The CA of somebody else, who makes devices.
inline const Founded& maker() {
    static const Founded made = good(found({.subject = "/O=Maker/CN=Maker Root"}, system_random(), noon - 86400));
    return made;
}

struct Device {
    std::shared_ptr<crypto::PrivateKey> key;
    crypto::Cert                        certificate;
};

/// A certificate that `by` issued without a CA of ours: a device as its maker delivers it, or a certificate that is in no records.
inline Device device_of(const Founded::Pair& by, std::string_view subject, const OidConstant* purpose = nullptr,
                        KeyUsage usage = KeyUsage::of({KeyUsageBit::digitalSignature}), std::int64_t not_after = noon + 86400) {
    der::Arena arena;
    Device     device{fresh_key(), {}};
    Statement  statement;
    statement.subject    = good(name_from_text(subject, arena));
    statement.key        = device.key->public_key();
    statement.not_before = noon - 3600;
    statement.not_after  = not_after;
    statement.keyUsage   = usage;
    if (purpose) statement.extKeyUsage = {*purpose};
    device.certificate = good(certify(statement, Issuer::of(by.certificate, *by.key), good(fresh_serial(system_random()))));
    return device;
}

/// A request for one certificate, encoded and parsed again as one that was received.
class Request {
public:
    Request(BodyType type, std::string_view subject, crypto::PublicKey key = fresh_key()->public_key()) : type_(type), key_(std::move(key)) {
        template_.subject = good(name_from_text(subject, arena_));
    }
    Request& subject(const Name& name) { return template_.subject = name, *this; }
    Request& without_subject() { return template_.subject.reset(), *this; }
    Request& profile(std::string name) { return profile_ = std::move(name), *this; }
    Request& implicit() { return implicit_ = true, *this; }
    Request& until(std::int64_t not_after) { return template_.validity = OptionalValidity{from_, time_of(not_after, arena_)}, *this; }
    Request& from(std::int64_t not_before) { return from_ = time_of(not_before, arena_), template_.validity = OptionalValidity{from_, {}}, *this; }
    template <class T> Request& extension(const OidConstant& oid, const T& value, bool critical = false) {
        extensions_.push_back({oid, critical, der::Open::raw(arena_.keep(der::encode(value)))});
        return *this;
    }
    Request& raw_extension(const OidConstant& oid, Bytes value, bool critical = false) {
        extensions_.push_back({oid, critical, der::Open::raw(arena_.keep(value))});
        return *this;
    }
    Request& sans(std::initializer_list<std::string_view> names) {
        std::vector<GeneralName> list;
        for (const std::string_view name : names) list.push_back(good(general_name_from_text(name, arena_)));
        return extension(oids::id_ce_subjectAltName, GeneralNames(list));
    }
    Request& updating(const Name& issuer, Bytes serial) {
        old_ = CertId{directory_name(issuer), der::integer_view(arena_.keep(serial))};
        return *this;
    }

    Request& vouched() { return ra_verified_ = true, *this; }  // raVerified
    Request& approved_by(std::string ra) { return approved_by_ = std::move(ra), *this; }

    /// Views of this object.
    const operations::EnrollmentRequest& view() {
        if (!extensions_.empty()) template_.extensions = Extensions(extensions_);
        received_ = std::make_unique<der::Parsed<CertTemplate>>(good(der::parse<CertTemplate>(der::encode(template_))));
        const CertTemplate& wanted = **received_;
        view_ = {.id = {}, .type = type_, .subject = wanted.subject ? &*wanted.subject : nullptr, .publicKey = nullptr, .key = key_,
                 .extensions = wanted.extensions ? &*wanted.extensions : nullptr, .validity = wanted.validity ? &*wanted.validity : nullptr,
                 .oldCertID = old_ ? &*old_ : nullptr, .profile = profile_, .confirms_implicitly = implicit_};
        view_.ra_verified = ra_verified_;
        view_.approved_by = approved_by_;
        return view_;
    }

private:
    BodyType                                    type_;
    crypto::PublicKey                           key_;
    der::Arena                                  arena_;
    CertTemplate                                template_;
    std::optional<Time>                         from_;
    std::vector<Extension>                      extensions_;
    std::optional<CertId>                       old_;
    std::string                                 profile_;
    bool                                        implicit_ = false, ra_verified_ = false;
    std::string                                 approved_by_;
    std::unique_ptr<der::Parsed<CertTemplate>>  received_;
    operations::EnrollmentRequest               view_;
};

class Plant {
public:
    std::unique_ptr<store::Store> records = store::open_memory();
    Settings                      settings;
    std::int64_t                  now = noon;

    Plant() {
        const Founded& ours = founded();
        settings.issuing_certificate = ours.issuing.certificate;
        settings.issuing_key         = ours.issuing.key;
        settings.chain               = {ours.root.certificate};
        settings.cmp_key             = ours.cmp.key;
        settings.cmp_certificate     = ours.cmp.certificate;
        settings.profiles            = {Profile{}};
        settings.external.anchors       = {maker().root.certificate};
        settings.external.intermediates = {maker().issuing.certificate};
    }
    Profile& profile() { return settings.profiles.front(); }
    SecretEntry& secret(std::string reference) {
        SecretEntry& entry = settings.secrets.emplace_back();
        entry.reference    = std::move(reference);
        entry.value        = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of("swordfish")));
        return entry;
    }

    /// The authority; made at the first call, from the settings as they are then.
    CertificationAuthority& ca() {
        if (!authority_) authority_ = good(CertificationAuthority::make(settings, *records, system_random()));
        return *authority_;
    }
    /// The same records under other settings, as after a restart.
    void restart() { authority_.reset(); }

    operations::Requester with_secret(std::string reference) {
        return {.kind = operations::RequesterKind::secret, .id = "secret:" + reference, .reference = std::move(reference), .certificate = {}};
    }
    operations::Requester as(const crypto::Cert& certificate) { return good(ca().recognise(certificate, {}, now)); }

    operations::Decision<operations::Issued> decision(Request& request, const operations::Requester& requester) {
        return good(ca().enroll(request.view(), requester, now));
    }
    operations::Issued issue(Request& request, const operations::Requester& requester) {
        auto decided = decision(request, requester);
        if (const auto* refusal = std::get_if<operations::Refusal>(&decided.outcome)) FAIL(refusal->text);
        good(records->commit({decided.writes}));
        return std::get<operations::Issued>(decided.outcome);
    }
    operations::Issued issue(Request&& request, const operations::Requester& requester) { return issue(request, requester); }
    operations::Refusal refusal(Request& request, const operations::Requester& requester) {
        auto decided = decision(request, requester);
        REQUIRE(std::holds_alternative<operations::Refusal>(decided.outcome));
        REQUIRE(decided.writes.empty());
        auto refused = std::get<operations::Refusal>(decided.outcome);
        CHECK(refused.for_operator.fail_info == refused.fail_info);
        return refused;
    }
    operations::Refusal refusal(Request&& request, const operations::Requester& requester) { return refusal(request, requester); }

    void confirm(const operations::Issued& issued) { good(records->commit({good(ca().confirm(issued.key, now))})); }
    void withdraw(const operations::Issued& issued) { good(records->commit({good(ca().withdraw(issued.key, now))})); }

    /// A device that came with its maker's certificate and has ours, confirmed.
    Device enrolled(std::string_view subject) {
        const Device device = device_of(maker().issuing, subject);
        const auto   key    = fresh_key();
        const auto   issued = issue(Request(BodyType::ir, subject, key->public_key()), as(device.certificate));
        confirm(issued);
        return {key, issued.certificate};
    }

    operations::Decision<operations::Nothing> revocation(const crypto::Cert& target, const operations::Requester& requester, Reason reason = Reason::keyCompromise) {
        const operations::RevocationRequest request{.id = {}, .serialNumber = target->serialNumber, .issuer = &target->issuer, .reason = reason};
        return good(ca().revoke(request, requester, now));
    }
    void revoke(const crypto::Cert& target, const operations::Requester& requester, Reason reason = Reason::keyCompromise) {
        auto decided = revocation(target, requester, reason);
        if (const auto* refused = std::get_if<operations::Refusal>(&decided.outcome)) FAIL(refused->text);
        good(records->commit({decided.writes}));
    }
    FailInfo revocation_refusal(const crypto::Cert& target, const operations::Requester& requester, Reason reason = Reason::keyCompromise) {
        auto decided = revocation(target, requester, reason);
        REQUIRE(std::holds_alternative<operations::Refusal>(decided.outcome));
        CHECK(decided.writes.empty());
        CHECK_FALSE(std::get<operations::Refusal>(decided.outcome).text.empty());
        return std::get<operations::Refusal>(decided.outcome).fail_info;
    }
    CertificateState state_of(const crypto::Cert& certificate) {
        for (const auto& listed : good(ca().list({}, 1000)))
            if (listed.certificate == certificate) return listed.state;
        FAIL("not in the records");
        return CertificateState::revoked;
    }

private:
    std::unique_ptr<CertificationAuthority> authority_;
};

}  // namespace cmpkit::ca

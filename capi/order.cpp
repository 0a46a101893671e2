// The options of an enrollment or a revocation, turned into the order that the end entity's operation takes.
#include "operation.hpp"

#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/request_template.hpp"
#include "serial.hpp"

namespace cmpkit::capi {

using operations::Credentials;
using operations::Enrollment;
using operations::Order;
using operations::Revocation;

namespace {

Error wrong(std::string detail) { return {.code = Code::bad_argument, .detail = std::move(detail)}; }

const crypto::Cert* own_certificate(const Credentials& credentials) { return credentials.chain.empty() ? nullptr : &credentials.chain.front(); }

Result<Octets> san_extension(const char* const* sans, bool is_critical) {
    der::Arena               arena;
    std::vector<GeneralName> names;
    for (; *sans; ++sans) {
        auto text = text_in(*sans, "sans");
        if (!text) return text.error();
        auto name = general_name_from_text(*text, arena);
        if (!name) return wrong("sans").because_of(name.error());
        names.push_back(*name);
    }
    if (names.empty()) return Octets();
    const GeneralNames value(names);
    const Extension    extension{oids::id_ce_subjectAltName, is_critical, der::OpenOctets(der::Open::of(value))};
    return der::encode(Extensions(&extension, 1));
}

// RFC 9483 4.1.3: subject and subjectAltName stay those of the certificate that is updated.
Octets san_of(const crypto::Cert& certificate) {
    const Extension* extension = find_extension(certificate->extensions, oids::id_ce_subjectAltName);
    return extension ? der::encode(Extensions(extension, 1)) : Octets();
}

Result<void> fill_names(const cmpkit_enroll_options& options, const Credentials& credentials, Enrollment& enrollment) {
    auto subject = name_in(options.subject, "subject");
    if (!subject) return subject.error();
    enrollment.subject      = std::move(*subject);
    const auto* own         = own_certificate(credentials);
    const bool  is_update   = enrollment.type == BodyType::kur;
    if (is_update && !options.subject) enrollment.subject = der::encode((*own)->subject);
    if (options.sans) {
        auto san = san_extension(options.sans, !options.subject);  // RFC 5280 4.2.1.6: critical where the subject is empty
        if (!san) return san.error();
        enrollment.extensions = std::move(*san);
    } else if (is_update) {
        enrollment.extensions = san_of(*own);
    }
    return {};
}

Result<BodyType> type_in(cmpkit_enroll_kind kind) {
    if (kind == CMPKIT_ENROLL_IR || kind == CMPKIT_ENROLL_CR || kind == CMPKIT_ENROLL_P10CR || kind == CMPKIT_ENROLL_KUR) return static_cast<BodyType>(kind);
    return wrong("kind is none of CMPKIT_ENROLL_…");
}

Result<Revocation> target_of(const cmpkit_revoke_options& options, const Credentials& credentials) {
    if (!options.certificate && (options.issuer || options.serial)) {
        if (!options.issuer || !options.serial) return wrong("issuer and serial go together");
        auto issuer = name_in(options.issuer, "issuer");
        auto serial = serial_in(options.serial);
        if (!issuer || !serial) return issuer ? serial.error() : issuer.error();
        return Revocation{std::move(*issuer), std::move(*serial), Reason::unspecified};
    }
    std::optional<crypto::Cert> target;
    if (options.certificate) {
        auto certs = certificates_in(options.certificate, options.certificate_size);
        if (!certs) return certs.error();
        target = certs->front();
    } else if (const auto* own = own_certificate(credentials)) {
        target = *own;
    }
    if (!target) return wrong("no certificate to revoke is named");
    return Revocation{der::encode((*target)->issuer), copy_of(target->serial()), Reason::unspecified};
}

// RFC 9483 4.3.3: what the CA said of requests to come is taken over, and its blanks are filled in.
Result<void> follow_template(const cmpkit_enroll_options& options, Enrollment& enrollment, Order& order) {
    auto content = bytes_in(options.request_template, options.request_template_size);
    if (!content || content->empty()) return content ? Result<void>() : content.error();
    if (!enrollment.key) return wrong("a template is for requests that are made here, not for a csr");
    if (auto good = operations::check_key(*content, enrollment.key->public_key()); !good) return good;
    auto filled = operations::fill(*content, {enrollment.subject, enrollment.extensions});
    if (!filled) return filled.error();
    enrollment.subject    = std::move(filled->subject);
    enrollment.extensions = std::move(filled->extensions);
    if (!enrollment.not_after) enrollment.not_after = filled->not_after;
    if (!filled->issuer.empty() && !options.recipient) order.recipient = std::move(filled->issuer);
    return {};
}

}  // namespace

Result<void> choose_recipient(const char* text, bool same_pki, const Credentials& credentials, Order& order) {
    auto name = name_in(text, "recipient");
    if (!name) return name.error();
    order.recipient = std::move(*name);
    const auto* own = own_certificate(credentials);
    if (!text && same_pki && own) order.recipient = der::encode((*own)->issuer);
    return {};
}

Result<Order> order_in(const cmpkit_enroll_options& options, const Credentials& credentials) {
    auto type = type_in(options.kind);
    if (!type) return type.error();
    Enrollment enrollment;
    enrollment.type             = *type;
    enrollment.implicit_confirm = options.implicit_confirm != 0;
    if (options.not_after) enrollment.not_after = options.not_after;
    if (*type == BodyType::kur && !own_certificate(credentials)) return wrong("an update is signed with the certificate that it replaces (RFC 9483 4.1.3)");
    if (*type == BodyType::p10cr) {
        auto octets = bytes_in(options.csr, options.csr_size);
        if (!octets || octets->empty()) return wrong("csr is needed for CMPKIT_ENROLL_P10CR");
        auto request = crypto::pem_or_der(*octets, {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"});
        if (!request) return request.error();
        der::Arena arena;
        if (auto parsed = der::parse<CertificationRequest>(*request, arena); !parsed) return wrong("csr").because_of(parsed.error());
        enrollment.csr = std::move(*request);
    } else if (!options.key) {
        return wrong("key is needed");
    } else {
        enrollment.key = options.key->signer;
        if (auto filled = fill_names(options, credentials, enrollment); !filled) return filled.error();
    }
    if (options.profile) {
        auto profile = text_in(options.profile, "profile");
        if (!profile) return profile.error();
        enrollment.profile = *profile;
    }
    Order      order;
    const bool same_pki = *type == BodyType::cr || *type == BodyType::kur;
    if (auto chosen = choose_recipient(options.recipient, same_pki, credentials, order); !chosen) return chosen.error();
    if (auto followed = follow_template(options, enrollment, order); !followed) return followed.error();
    order.what = std::move(enrollment);
    return order;
}

Result<Order> order_in(const cmpkit_revoke_options& options, const Credentials& credentials) {
    auto revocation = target_of(options, credentials);
    if (!revocation) return revocation.error();
    if (options.reason) {
        const auto reason = reason_from_name(options.reason);
        if (!reason) return wrong("reason is no CRLReason of RFC 5280 5.3.1: " + escaped(options.reason));
        revocation->reason = *reason;
    }
    auto since = time_in(options.invalid_since, "invalid_since");
    if (!since) return since.error();
    revocation->invalid_since = *since;
    Order order;
    if (auto chosen = choose_recipient(options.recipient, true, credentials, order); !chosen) return chosen.error();
    order.what = std::move(*revocation);
    return order;
}

}  // namespace cmpkit::capi

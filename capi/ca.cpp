// The operator's desk at a CA, and how one is founded.
#include "ca/rollover.hpp"
#include "der/print.hpp"
#include "desk.hpp"
#include "messages/names.hpp"
#include "serial.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

cmpkit_rc decide(cmpkit_responder* responder, const char* id, ca::Verdict verdict, const char* reason, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!responder || !id) return Error{.code = Code::bad_argument, .detail = "responder and id are needed"};
        const auto at = AtDesk::of(*responder);
        return at ? decide(*at, id, verdict, reason ? reason : "") : at.error();
    });
}

Result<service::FoundingOrder> founding_in(const cmpkit_ca_options& options) {
    service::FoundingOrder order;
    auto subject = text_in(options.subject, "subject");
    if (!subject) return subject.error();
    order.founding.subject    = *subject;
    order.founding.ra_signer  = options.ra_signer != 0;
    order.founding.kga_signer = options.kga_signer != 0;
    if (options.key) order.founding.key = options.key;
    if (options.listen) order.listen = options.listen;
    if (options.reference) order.reference = options.reference;
    if (options.secret) order.secret = options.secret;
    if (order.reference.empty() != order.secret.empty()) return Error{.code = Code::bad_argument, .detail = "reference and secret go together"};
    if (options.external_revocation) {
        auto word = text_in(options.external_revocation, "external_revocation");
        if (!word) return word.error();
        order.external_revocation = *word;
    }
    for (const char* const* file = options.trust_external; file && *file; ++file) order.trust_external.emplace_back(*file);
    auto passphrase = bytes_in(options.passphrase, options.passphrase_size);
    if (!passphrase) return passphrase.error();
    order.passphrase = crypto::Secret::copy_of(*passphrase);
    if (options.passphrase_source) order.passphrase_source = options.passphrase_source;
    return order;
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_ca_select(cmpkit_responder* responder, const char* name, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!responder) return no_handle;
        auto wanted = text_in(name ? name : "", "name");
        if (!wanted) return wanted.error();
        if (auto office = responder->server->edition()->office(*wanted); !office) return office.error();
        const std::lock_guard lock(responder->mutex);
        responder->ca = std::move(*wanted);
        return {};
    });
}
cmpkit_rc cmpkit_ca_revoke(cmpkit_responder* responder, const char* serial, const char* reason, int64_t now, cmpkit_error** error) {
    return cmpkit_ca_revoke_since(responder, serial, reason, 0, now, error);
}
cmpkit_rc cmpkit_ca_revoke_since(cmpkit_responder* responder, const char* serial, const char* reason, int64_t invalid_since, int64_t now, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!responder) return no_handle;
        auto octets = serial_in(serial);
        auto since  = time_in(invalid_since, "invalid_since");
        if (!octets) return octets.error();
        if (!since) return since.error();
        if (auto clock = check_now(now); !clock) return clock.error();
        const auto known = reason ? reason_from_name(reason) : std::optional(Reason::unspecified);
        if (!known) return Error{.code = Code::bad_argument, .detail = "reason is no CRLReason of RFC 5280 5.3.1"};
        const auto at = AtDesk::of(*responder);
        if (!at) return at.error();
        if (auto revoked = (*at)->revoke_by_operator(*octets, *known, now, *since); !revoked) return revoked.error();
        return at->audit({.transaction_id = {}, .requester = {}, .address = {}, .body = "revoke", .outcome = "revoked", .problem = {}, .kind = {},
                          .deed = {.profile = {}, .serial = der::hex_integer(*octets), .subject = {}, .reason = std::string(name_of(*known)),
                                   .since = *since ? der::shown_time(**since) : std::string()}});
    });
}
cmpkit_rc cmpkit_ca_pending(cmpkit_responder* responder, cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!responder) return no_handle;
        const auto at = AtDesk::of(*responder);
        if (!at) return at.error();
        auto text = pending_json(at->desk());
        if (!text) return text.error();
        return buf_of(*text);
    });
}
cmpkit_rc cmpkit_ca_approve(cmpkit_responder* responder, const char* id, cmpkit_error** error) { return decide(responder, id, ca::Verdict::approved, nullptr, error); }
cmpkit_rc cmpkit_ca_reject(cmpkit_responder* responder, const char* id, const char* reason, cmpkit_error** error) {
    return decide(responder, id, ca::Verdict::rejected, reason, error);
}
cmpkit_rc cmpkit_ca_rollover(cmpkit_responder* responder, const cmpkit_key* root_key, const cmpkit_key* new_key, uint32_t days, int64_t now, cmpkit_buf** certificates_pem,
                             cmpkit_error** error) {
    return guard_out(certificates_pem, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!responder || !root_key || !new_key) return no_handle;
        if (auto clock = check_now(now); !clock) return clock.error();
        constexpr std::int64_t day = 86400;
        const auto at = AtDesk::of(*responder);
        if (!at) return at.error();
        auto rollover = (*at)->roll_over(*root_key->signer, *new_key->signer, (days ? days : 20 * 365) * day, now);
        if (!rollover) return rollover.error();
        auto noted = at->audit({.transaction_id = {}, .requester = {}, .address = {}, .body = "rollover", .outcome = "rolled over", .problem = {}, .kind = {},
                                .deed = {.profile = {}, .serial = der::hex_integer(rollover->new_with_new.serial()), .subject = to_text(rollover->new_with_new->subject), .reason = {}}});
        if (!noted) return noted.error();
        return buf_of(pem_of(std::vector{rollover->new_with_new, rollover->new_with_old, rollover->old_with_new, rollover->issuing}));
    });
}
cmpkit_rc cmpkit_ca_crl(cmpkit_responder* responder, int64_t now, cmpkit_buf** pem, cmpkit_error** error) {
    return guard_out(pem, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!responder) return no_handle;
        if (auto clock = check_now(now); !clock) return clock.error();
        auto crl = responder->server->issue_crl(AtDesk::name_in(*responder), now);
        if (!crl) return crl.error();
        return buf_of(crypto::write_pem("X509 CRL", crl->der));
    });
}

cmpkit_rc cmpkit_ca_init(cmpkit_context* context, const char* folder, const cmpkit_ca_options* options, int64_t now, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        auto path  = text_in(folder, "folder");
        auto known = options_in(options, offsetof(cmpkit_ca_options, kga_signer) + sizeof(int32_t));
        if (!context || !path) return context ? path.error() : no_handle;
        if (!known) return known.error();
        if (auto clock = check_now(now); !clock) return clock.error();
        auto order = founding_in(*known);
        if (!order) return order.error();
        return service::found_on_disk(*path, *order, system_random, now);
    });
}

}  // extern "C"

#include "handles.hpp"

#include "der/print.hpp"
#include "serial.hpp"
#include "service/clock.hpp"
#include "service/found.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

struct cmpkit_responder {
    cmpkit_context*                          context;
    std::unique_ptr<service::Server>         server;
    responder::Log                           log;
};

struct cmpkit_listener {
    std::unique_ptr<service::Listening> listening;
};

namespace cmpkit::capi {
std::string summary_of(const crypto::Cert& cert);  // inspect.cpp
}

namespace {

const Error no_handle{.code = Code::bad_argument, .detail = "the handle is NULL"};

// One line an incident: JSON, so that a program can read it and the tool can make words of it.
std::string line_of(const responder::Incident& incident) {
    std::string line = "{\"transactionID\":" + der::json_string(incident.transaction_id) + ",\"requester\":" + der::json_string(escaped(incident.requester)) +
                       ",\"address\":" + der::json_string(escaped(incident.address)) + ",\"body\":" + der::json_string(incident.body) +
                       ",\"outcome\":" + der::json_string(incident.outcome);
    if (incident.problem) line += ",\"problem\":" + der::json_string(incident.problem->text());
    return line + "}";
}

responder::Log log_to(cmpkit_context* context) {
    return [context](const responder::Incident& incident) { context->log(incident.problem ? CMPKIT_LOG_WARNING : CMPKIT_LOG_INFO, line_of(incident)); };
}

const operations::Random system_random = [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };

std::string listed_json(const ca::CertificationAuthority::Listed& listed) {
    std::string json = "{" + summary_of(listed.certificate) + ",\"state\":" + der::json_string(name_of(listed.state)) +
                       ",\"requester\":" + der::json_string(escaped(listed.requester)) + ",\"profile\":" + der::json_string(escaped(listed.profile));
    if (listed.reason) json += ",\"reason\":" + der::json_string(name_of(*listed.reason));
    if (listed.revoked_at) json += ",\"revokedAt\":" + std::to_string(*listed.revoked_at);
    return json + "}";
}

Result<std::string> list_json(ca::CertificationAuthority& authority) {
    std::string json;
    Octets      after;
    for (;;) {
        auto page = authority.list(after, 500);
        if (!page) return page.error();
        if (page->empty()) return "[" + json + "]";
        for (const auto& listed : *page) json += (json.empty() ? "" : ",\n ") + listed_json(listed);
        after = copy_of(page->back().certificate.serial());
    }
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
    for (const char* const* file = options.trust_external; file && *file; ++file) order.trust_external.emplace_back(*file);
    auto passphrase = bytes_in(options.passphrase, options.passphrase_size);
    if (!passphrase) return passphrase.error();
    order.passphrase = crypto::Secret::copy_of(*passphrase);
    if (options.passphrase_source) order.passphrase_source = options.passphrase_source;
    return order;
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_responder_new(cmpkit_context* context, const char* config, const char* folder, cmpkit_responder** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_responder>> {
        auto text = text_in(config, "config");
        if (!context || !text) return context ? text.error() : no_handle;
        auto configuration = service::read_configuration(*text, folder ? folder : "");
        if (!configuration) return configuration.error();
        auto log    = log_to(context);
        auto server = service::Server::make(std::move(*configuration), log);
        if (!server) return server.error();
        return std::make_unique<cmpkit_responder>(cmpkit_responder{context, std::move(*server), std::move(log)});
    });
}

cmpkit_rc cmpkit_responder_answer(cmpkit_responder* responder, const uint8_t* request, size_t size, const char* address, const char* profile, int64_t now, cmpkit_buf** answer,
                                  cmpkit_error** error) {
    return guard_out(answer, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto octets = bytes_in(request, size);
        if (!responder || !octets) return responder ? octets.error() : no_handle;
        const auto reply = responder->server->answer(*octets, {address ? address : "", profile ? profile : ""}, now);
        return buf_of(reply.message);
    });
}
cmpkit_rc cmpkit_responder_tick(cmpkit_responder* responder, int64_t now, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> { return responder ? responder->server->tick(now) : no_handle; });
}
void cmpkit_responder_free(cmpkit_responder* responder) { delete responder; }

cmpkit_rc cmpkit_ca_list(cmpkit_responder* responder, cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!responder) return no_handle;
        auto text = list_json(responder->server->authority());
        if (!text) return text.error();
        return buf_of(*text);
    });
}
cmpkit_rc cmpkit_ca_revoke(cmpkit_responder* responder, const char* serial, const char* reason, int64_t now, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!responder) return no_handle;
        auto octets = serial_in(serial);
        if (!octets) return octets.error();
        const auto known = reason ? reason_from_name(reason) : std::optional(Reason::unspecified);
        if (!known) return Error{.code = Code::bad_argument, .detail = "reason is no CRLReason of RFC 5280 5.3.1"};
        return responder->server->authority().revoke_by_operator(*octets, *known, now);
    });
}
cmpkit_rc cmpkit_ca_crl(cmpkit_responder* responder, int64_t now, cmpkit_buf** pem, cmpkit_error** error) {
    return guard_out(pem, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!responder) return no_handle;
        auto crl = responder->server->issue_crl(now);
        if (!crl) return crl.error();
        return buf_of(crypto::write_pem("X509 CRL", crl->der));
    });
}

cmpkit_rc cmpkit_listener_new(cmpkit_responder* responder, const char* url, cmpkit_listener** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_listener>> {
        if (!responder) return no_handle;
        const auto urls = url ? std::vector<std::string>{url} : responder->server->configuration().listen;
        auto listening  = service::Listening::start(*responder->server, responder->context->plugins(), urls, responder->log);
        if (!listening) return listening.error();
        return std::make_unique<cmpkit_listener>(cmpkit_listener{std::move(*listening)});
    });
}
size_t      cmpkit_listener_count(const cmpkit_listener* listener) { return listener ? listener->listening->urls().size() : 0; }
const char* cmpkit_listener_url(const cmpkit_listener* listener, size_t index) {
    return listener && index < listener->listening->urls().size() ? listener->listening->urls()[index].c_str() : nullptr;
}
void cmpkit_listener_stop(cmpkit_listener* listener, uint32_t grace_ms) {
    if (listener) listener->listening->stop(std::chrono::milliseconds(grace_ms));
}
void cmpkit_listener_free(cmpkit_listener* listener) { delete listener; }

cmpkit_rc cmpkit_ca_init(cmpkit_context* context, const char* folder, const cmpkit_ca_options* options, int64_t now, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        auto path  = text_in(folder, "folder");
        auto known = options_in(options, offsetof(cmpkit_ca_options, kga_signer) + sizeof(int32_t));
        if (!context || !path) return context ? path.error() : no_handle;
        if (!known) return known.error();
        auto order = founding_in(*known);
        if (!order) return order.error();
        return service::found_on_disk(*path, *order, system_random, now);
    });
}

}  // extern "C"

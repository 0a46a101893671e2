#include "responder.hpp"

#include "der/print.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

struct cmpkit_listener {
    std::unique_ptr<service::Listening> listening;
};

namespace {

// One line an incident: JSON, so that a program can read it and the tool can make words of it.
std::string line_of(const responder::Incident& incident) {
    std::string line = "{\"transactionID\":" + der::json_string(incident.transaction_id) + ",\"requester\":" + der::json_string(escaped(incident.requester)) +
                       ",\"address\":" + der::json_string(escaped(incident.address)) + ",\"body\":" + der::json_string(incident.body) +
                       ",\"outcome\":" + der::json_string(incident.outcome);
    if (!incident.deed.route.empty()) line += ",\"route\":" + der::json_string(escaped(incident.deed.route));
    if (!incident.authority.empty()) line += ",\"ca\":" + der::json_string(escaped(incident.authority));
    if (incident.problem) line += ",\"problem\":" + der::json_string(incident.problem->text());
    return line + "}";
}

responder::Log log_to(cmpkit_context* context) {
    return [context](const responder::Incident& incident) { context->log(incident.problem ? CMPKIT_LOG_WARNING : CMPKIT_LOG_INFO, line_of(incident)); };
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_responder_new(cmpkit_context* context, const char* config, const char* folder, cmpkit_responder** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_responder>> {
        auto text = text_in(config, "config");
        if (!context || !text) return context ? text.error() : no_handle;
        auto configuration = service::read_configuration(*text, folder ? folder : "");
        if (!configuration) return configuration.error();
        configuration->modules = context->folders();
        auto log    = log_to(context);
        auto fetcher = [context](const crypto::StatusQuery& query, const service::FetchLimits& limits, transport::Cancel* cancel) {
            return service::fetch(context->plugins(), query, limits, cancel);
        };
        auto server  = service::Server::make(std::move(*configuration), log, std::move(fetcher), &context->plugins());
        if (!server) return server.error();
        return std::unique_ptr<cmpkit_responder>(new cmpkit_responder{context, std::move(*server), std::move(log)});
    });
}

cmpkit_rc cmpkit_responder_reload(cmpkit_responder* responder, const char* config, const char* folder, cmpkit_buf** unchanged, cmpkit_error** error) {
    return guard_out(unchanged, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto text = text_in(config, "config");
        if (!responder || !text) return responder ? text.error() : no_handle;
        auto configuration = service::read_configuration(*text, folder ? folder : "");
        if (!configuration) return configuration.error();
        auto keys = responder->server->reload(std::move(*configuration));
        if (!keys) return keys.error();
        std::string json;
        for (const std::string& key : *keys) json += (json.empty() ? "" : ",") + der::json_string(key);
        return buf_of("[" + json + "]");
    });
}

cmpkit_rc cmpkit_responder_answer(cmpkit_responder* responder, const uint8_t* request, size_t size, const char* address, const char* profile, int64_t now, cmpkit_buf** answer,
                                  cmpkit_error** error) {
    return guard_out(answer, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto octets = bytes_in(request, size);
        if (!responder || !octets) return responder ? octets.error() : no_handle;
        if (auto clock = check_now(now); !clock) return clock.error();
        const auto reply = responder->server->answer(*octets, {address ? address : "", profile ? profile : ""}, now);
        return buf_of(reply.message);
    });
}
cmpkit_rc cmpkit_responder_tick(cmpkit_responder* responder, int64_t now, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!responder) return no_handle;
        if (auto clock = check_now(now); !clock) return clock.error();
        responder->server->ask_ahead(now, nullptr);
        return responder->server->tick(now);
    });
}
void cmpkit_responder_free(cmpkit_responder* responder) { delete responder; }

cmpkit_rc cmpkit_listener_new(cmpkit_responder* responder, const char* url, cmpkit_listener** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_listener>> {
        if (!responder) return no_handle;
        const auto urls = url ? std::vector<std::string>{url} : responder->server->edition()->configuration().listen;
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

}  // extern "C"

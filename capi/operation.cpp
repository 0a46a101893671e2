#include "operation.hpp"

#include "service/clock.hpp"
#include "service/label.hpp"
#include "service/tls.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;
using namespace cmpkit::operations;

namespace {

/// Nobody can have revoked what is issued now, and that its issuers were not is asked of those who sign.
crypto::Trust trust_in_new(const cmpkit_trust& trust) {
    if (!trust.verify_new.anchors.empty()) return trust.verify_new;
    crypto::Trust same = trust.anchors;
    same.sources       = {};
    same.revocation    = std::min(same.revocation, crypto::Revocation::soft);
    return same;
}

/// What one has found of issuers holds for the other.
bool is_one_trust(const cmpkit_trust& trust) {
    return trust.verify_new.anchors.empty() && trust.anchors.sources.empty() && trust.anchors.revocation != crypto::Revocation::hard;
}

}  // namespace

Result<PeerTrust> cmpkit::capi::peer_trust(const cmpkit_trust* trust) {
    PeerTrust peers;
    if (!trust) return peers;
    peers.pinned = trust->pins;
    peers.peer   = trust->peer.peer;
    if (!trust->anchors.anchors.empty()) {
        auto made = crypto::Verifier::make(trust->anchors);
        if (!made) return made.error();
        peers.anchors = *made;
    }
    if (is_one_trust(*trust)) {
        peers.new_certificate = peers.anchors;
    } else if (auto fresh = trust_in_new(*trust); !fresh.anchors.empty()) {
        auto made = crypto::Verifier::make(std::move(fresh));
        if (!made) return made.error();
        peers.new_certificate = *made;
    }
    return peers;
}

namespace {

template <class Options>
Result<std::unique_ptr<cmpkit_operation>> make_operation(cmpkit_context* context, const Options* options, const cmpkit_credentials* credentials, const cmpkit_trust* trust,
                                                         std::size_t least) {
    if (!context || !credentials) return Error{.code = Code::bad_argument, .detail = "context and credentials are needed"};
    auto known = options_in(options, least);
    if (!known) return known.error();
    auto order = order_in(*known, credentials->value);
    if (!order) return order.error();
    auto peers = peer_trust(trust);
    if (!peers) return peers.error();
    return std::make_unique<cmpkit_operation>(context, EndEntity(std::move(*order), credentials->value, std::move(*peers)), trust);
}

// Keeps what an action brought, and says its number.
Result<cmpkit_action> note(cmpkit_operation& operation, Action action) {
    if (auto* failed = std::get_if<Failed>(&action)) return failed->error;
    if (auto* send = std::get_if<Send>(&action)) {
        operation.message = std::move(send->message);
        operation.label   = send->label;
        return CMPKIT_ACTION_SEND;
    }
    if (auto* decide = std::get_if<Decide>(&action)) {
        operation.certificate = decide->certificate;
        operation.with_mods   = decide->with_mods;
        operation.peer_text   = escaped(decide->text);
        return CMPKIT_ACTION_DECIDE;
    }
    if (auto* keep = std::get_if<Keep>(&action)) {
        operation.certificate = keep->certificate;
        operation.chain       = keep->chain;
        return CMPKIT_ACTION_KEEP;
    }
    if (auto* wanted = std::get_if<Fetch>(&action)) {
        operation.query   = std::move(wanted->query);
        operation.message = operation.query.request;
        return CMPKIT_ACTION_FETCH;
    }
    if (auto* wait = std::get_if<Wait>(&action)) {
        operation.check_after = wait->check_after;
        operation.peer_text   = escaped(wait->reason);
        return CMPKIT_ACTION_WAIT;
    }
    auto& done            = std::get<Done>(action);
    operation.certificate = done.certificate;
    operation.chain       = std::move(done.chain);
    operation.ca_pubs     = std::move(done.ca_pubs);
    operation.with_mods   = done.with_mods;
    operation.information = std::move(done.information);
    return CMPKIT_ACTION_DONE;
}

Action action_after(cmpkit_operation& operation, const Event& event, std::int64_t now) {
    const bool goes_on = std::exchange(operation.is_restored, false) && std::holds_alternative<Begin>(event);
    return goes_on ? operation.machine.resume(now, system_random) : operation.machine.step(event, now, system_random);
}

template <class MakeEvent> cmpkit_rc step(cmpkit_operation* operation, int64_t now, cmpkit_action* next, cmpkit_error** error, MakeEvent make_event) {
    if (next) *next = 0;
    return guard(error, [&]() -> Result<void> {
        if (!operation || !next) return no_handle;
        const Busy busy(operation->busy);
        if (!busy) return Busy::error();
        if (auto clock = check_now(now); !clock) return clock.error();
        Result<Event> event = make_event();
        if (!event) return event.error();
        auto action = note(*operation, action_after(*operation, *event, now));
        if (!action) return action.error();
        *next = *action;
        return {};
    });
}

template <class Set> cmpkit_rc set_callback(cmpkit_operation* operation, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error, Set set) {
    return guard(error, [&]() -> Result<void> {
        const User held(user, destroy);
        if (!operation) return no_handle;
        const Busy busy(operation->busy);
        if (!busy) return Busy::error();
        set(held);
        return {};
    });
}

/// What a run shows to a TLS server: what was set, else the certificate that protects its messages (draft-ietf-lamps-lightweight-cmp-profile-04 6.2), else nothing.
Result<crypto::TlsCredentials> credentials_for(const cmpkit_tls& tls, const operations::Credentials& own) {
    crypto::TlsCredentials shown = tls.credentials;
    for (const crypto::TlsSecret& secret : shown.secrets)
        if (own.secret && crypto::equal_in_constant_time(own.secret->view(), secret.secret->view()))
            return Error{.code = Code::bad_argument, .detail = "the secret of TLS protects messages too: TLS needs one of its own"};
    const auto key = std::dynamic_pointer_cast<const crypto::PrivateKey>(own.signer);
    if (shown.chain.empty() && shown.secrets.empty() && key && !own.chain.empty() && crypto::is_for_tls_clients(own.chain.front())) {
        shown.chain = own.chain;
        shown.key   = std::const_pointer_cast<crypto::PrivateKey>(key);
    }
    return shown;
}

Result<std::shared_ptr<service::Connection>> connection_to(cmpkit_operation& operation, const std::string& url, const cmpkit_tls* tls, const transport::Options& options) {
    Connections::Terms                    terms{.url = url, .options = options, .tls = tls ? tls->number : 0};
    std::optional<crypto::TlsCredentials> shown;
    if (tls) {
        auto credentials = credentials_for(*tls, operation.machine.credentials());
        if (!credentials) return credentials.error();
        shown = std::move(*credentials);
        if (!shown->chain.empty()) terms.shown = copy_of(shown->chain.front().der());
    }
    return operation.context->connections.to(terms, [&] {
        return service::Connection::open(operation.context->plugins(), url, shown ? &*shown : nullptr, options, tls ? tls->fetching : service::FetchLimits());
    });
}

Result<void> run(cmpkit_operation& operation, const char* url, const cmpkit_tls* tls) {
    service::Carry                       carry = operation.carry;
    std::shared_ptr<service::Connection> connection;  // shared with other operations to that place
    if (!carry) {
        auto where = text_in(url, "url");
        if (!where) return where.error();
        auto options               = operation.context->options_for(*where, operation.peer.transport);
        options["connect-timeout"] = std::to_string(operation.connect_ms);
        auto shared = connection_to(operation, *where, tls, options);
        if (!shared) return shared.error();
        connection = std::move(*shared);
        carry      = [&](const Send& send, std::chrono::milliseconds timeout) {
            const bool is_left_behind = send.is_report && connection->way() == service::Way::offline;
            return connection->exchange({.message   = send.message,
                                         .operation = std::string(send.label),
                                         .profile   = send.profile,
                                         .kind      = is_left_behind ? CMPKIT_TRANSPORT_ANNOUNCEMENT : CMPKIT_TRANSPORT_CMP,
                                         .label     = service::label_of(send.message)},
                                        timeout, &operation.cancel);
        };
    }
    service::Application application = operation.application;
    application.clock                = &service::unix_now;
    application.fetch                = [&](const crypto::StatusQuery& query, std::chrono::milliseconds left) {
        service::FetchLimits limits = operation.fetching;
        limits.time                 = std::min(limits.time, left);
        return service::fetch(operation.context->plugins(), query, limits, &operation.cancel);
    };
    // The results are those of the last action; what the callbacks see goes through note() too.
    application.decide = [&, ask = operation.application.decide](const Decide& decide) {
        operation.peer_text = escaped(decide.text);
        return ask ? ask(decide) : Decided{};
    };
    const auto way  = connection ? connection->way() : service::Way::online;
    auto       done = service::drive(operation.machine, carry, way, application, operation.limits, system_random, operation.cancel);
    if (!done) return done.error();
    return note(operation, std::move(*done)) ? Result<void>() : Error{.code = Code::internal};
}

template <class Make> cmpkit_rc result_of(const cmpkit_operation* operation, bool needs_certificate, cmpkit_buf** out, cmpkit_error** error, Make make) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!operation) return no_handle;
        if (needs_certificate && !operation->certificate) return Error{.code = Code::bad_state, .detail = "there is no certificate"};
        return buf_of(make());
    });
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_operation_new_enroll(cmpkit_context* context, const cmpkit_enroll_options* options, const cmpkit_credentials* credentials, const cmpkit_trust* trust,
                                      cmpkit_operation** out, cmpkit_error** error) {
    constexpr std::size_t least = offsetof(cmpkit_enroll_options, not_after) + sizeof(int64_t);
    return guard_out(out, error, [&] { return make_operation(context, options, credentials, trust, least); });
}
cmpkit_rc cmpkit_operation_new_revoke(cmpkit_context* context, const cmpkit_revoke_options* options, const cmpkit_credentials* credentials, const cmpkit_trust* trust,
                                      cmpkit_operation** out, cmpkit_error** error) {
    constexpr std::size_t least = offsetof(cmpkit_revoke_options, recipient) + sizeof(char*);
    return guard_out(out, error, [&] { return make_operation(context, options, credentials, trust, least); });
}

cmpkit_rc cmpkit_operation_new_get(cmpkit_context* context, const cmpkit_get_options* options, const cmpkit_credentials* credentials, const cmpkit_trust* trust, cmpkit_operation** out,
                                   cmpkit_error** error) {
    constexpr std::size_t least = offsetof(cmpkit_get_options, recipient) + sizeof(char*);
    return guard_out(out, error, [&] { return make_operation(context, options, credentials, trust, least); });
}

cmpkit_rc cmpkit_operation_set_policy(cmpkit_operation* operation, cmpkit_policy_fn policy, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return set_callback(operation, user, destroy, error, [&](const User& held) {
        operation->application.decide = nullptr;
        if (!policy) return;
        operation->application.decide = [policy, held](const Decide& decide) {
            const Bytes der = decide.certificate.der();
            const auto  verdict = policy(held.get(), der.data(), der.size(), decide.with_mods, escaped(decide.text).c_str());
            return Decided{.accept = verdict == CMPKIT_VERDICT_ACCEPT, .fail_info = FailInfo::badCertTemplate, .text = {}};
        };
    });
}
cmpkit_rc cmpkit_operation_set_keep(cmpkit_operation* operation, cmpkit_keep_fn keep, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return set_callback(operation, user, destroy, error, [&](const User& held) {
        operation->application.keep = nullptr;
        if (!keep) return;
        operation->application.keep = [keep, held](const Keep& what) -> Result<void> {
            std::vector<const std::uint8_t*> issuers;
            std::vector<std::size_t>         sizes;
            for (const crypto::Cert& cert : what.chain) {
                issuers.push_back(cert.der().data());
                sizes.push_back(cert.der().size());
            }
            const Bytes der = what.certificate.der();
            const auto  rc  = keep(held.get(), der.data(), der.size(), issuers.data(), sizes.data(), issuers.size());
            if (rc == CMPKIT_OK) return {};
            return Error{.code = Code::callback_failed, .fail_info = FailInfo::systemFailure, .detail = "the certificate was not kept: the callback returned " + std::to_string(rc)};
        };
    });
}
cmpkit_rc cmpkit_operation_set_waiting(cmpkit_operation* operation, cmpkit_waiting_fn waiting, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return set_callback(operation, user, destroy, error, [&](const User& held) {
        operation->application.waiting = nullptr;
        if (waiting) operation->application.waiting = [waiting, held](const Wait& wait) { waiting(held.get(), wait.check_after, escaped(wait.reason).c_str()); };
    });
}
cmpkit_rc cmpkit_operation_set_trace(cmpkit_operation* operation, cmpkit_trace_fn trace, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return set_callback(operation, user, destroy, error, [&](const User& held) {
        operation->application.trace = nullptr;
        if (trace) operation->application.trace = [trace, held](bool sent, Bytes message) { trace(held.get(), sent, message.data(), message.size()); };
    });
}
cmpkit_rc cmpkit_operation_set_exchange(cmpkit_operation* operation, cmpkit_exchange_fn exchange, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return set_callback(operation, user, destroy, error, [&](const User& held) {
        operation->carry = nullptr;
        if (!exchange) return;
        operation->carry = [exchange, held](const Send& send, std::chrono::milliseconds) -> Result<Octets> {
            cmpkit_sink sink;
            const auto  rc = exchange(held.get(), std::string(send.label).c_str(), send.message.data(), send.message.size(), &sink);
            return taken_from(sink, rc);
        };
    });
}
cmpkit_rc cmpkit_operation_set_timeouts(cmpkit_operation* operation, uint32_t connect_ms, uint32_t exchange_ms, uint32_t total_ms, cmpkit_error** error) {
    return set_callback(operation, nullptr, nullptr, error, [&](const User&) {
        if (connect_ms) operation->connect_ms = connect_ms;
        if (exchange_ms) operation->limits.exchange = std::chrono::milliseconds(exchange_ms);
        if (total_ms) operation->limits.total = std::chrono::milliseconds(total_ms);
    });
}

cmpkit_rc cmpkit_operation_run(cmpkit_operation* operation, const char* url, const cmpkit_tls* tls, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!operation) return no_handle;
        const Busy busy(operation->busy);
        return busy ? run(*operation, url, tls) : Busy::error();
    });
}
void cmpkit_operation_cancel(cmpkit_operation* operation) {
    if (operation) operation->cancel.fire();
}

cmpkit_rc cmpkit_operation_begin(cmpkit_operation* operation, int64_t now, cmpkit_action* next, cmpkit_error** error) {
    return step(operation, now, next, error, []() -> Result<Event> { return Event(Begin{}); });
}
cmpkit_rc cmpkit_operation_receive(cmpkit_operation* operation, const uint8_t* message, size_t size, int64_t now, cmpkit_action* next, cmpkit_error** error) {
    return step(operation, now, next, error, [&]() -> Result<Event> {
        auto octets = bytes_in(message, size);
        if (!octets) return octets.error();
        return Event(Received{copy_of(*octets)});
    });
}
cmpkit_rc cmpkit_operation_lost(cmpkit_operation* operation, const char* why, int64_t now, cmpkit_action* next, cmpkit_error** error) {
    return step(operation, now, next, error, [&]() -> Result<Event> {
        return Event(Lost{Error{.code = Code::transport_failed, .fail_info = FailInfo::systemFailure, .detail = why ? escaped(why) : ""}});
    });
}
cmpkit_rc cmpkit_operation_decide(cmpkit_operation* operation, cmpkit_verdict verdict, const char* text, int64_t now, cmpkit_action* next, cmpkit_error** error) {
    return step(operation, now, next, error, [&]() -> Result<Event> {
        auto words = text_in(text ? text : "", "text");
        if (!words) return words.error();
        return Event(Decided{.accept = verdict == CMPKIT_VERDICT_ACCEPT, .fail_info = FailInfo::badCertTemplate, .text = std::move(*words)});
    });
}
cmpkit_rc cmpkit_operation_kept(cmpkit_operation* operation, int64_t now, cmpkit_action* next, cmpkit_error** error) {
    return step(operation, now, next, error, []() -> Result<Event> { return Event(Stored{}); });
}
cmpkit_rc cmpkit_operation_woken(cmpkit_operation* operation, int64_t now, cmpkit_action* next, cmpkit_error** error) {
    const cmpkit_rc rc = step(operation, now, next, error, []() -> Result<Event> { return Event(Woken{}); });
    if (rc == CMPKIT_OK) operation->peer_text.clear();  // those words were about waiting
    return rc;
}
cmpkit_rc cmpkit_operation_fetched(cmpkit_operation* operation, const uint8_t* answer, size_t size, int64_t now, cmpkit_action* next, cmpkit_error** error) {
    return step(operation, now, next, error, [&]() -> Result<Event> {
        auto octets = bytes_in(answer, size);
        if (!octets) return octets.error();
        return Event(Fetched{copy_of(*octets)});
    });
}
int64_t   cmpkit_operation_check_after(const cmpkit_operation* operation) { return operation ? operation->check_after : 0; }
cmpkit_rc cmpkit_operation_message(const cmpkit_operation* operation, cmpkit_buf** message, cmpkit_error** error) {
    return result_of(operation, false, message, error, [&] { return Bytes(operation->message); });
}
const char* cmpkit_operation_label(const cmpkit_operation* operation) { return operation ? operation->label.c_str() : ""; }

cmpkit_rc cmpkit_operation_certificate(const cmpkit_operation* operation, cmpkit_buf** der, cmpkit_error** error) {
    return result_of(operation, true, der, error, [&] { return operation->certificate.der(); });
}
cmpkit_rc cmpkit_operation_certificate_pem(const cmpkit_operation* operation, cmpkit_buf** pem, cmpkit_error** error) {
    return result_of(operation, true, pem, error, [&] { return pem_of(std::span(&operation->certificate, 1)); });
}
cmpkit_rc cmpkit_operation_chain_pem(const cmpkit_operation* operation, cmpkit_buf** pem, cmpkit_error** error) {
    return result_of(operation, true, pem, error, [&] { return pem_of(operation->chain); });
}
cmpkit_rc cmpkit_operation_ca_pubs_pem(const cmpkit_operation* operation, cmpkit_buf** pem, cmpkit_error** error) {
    return result_of(operation, true, pem, error, [&] { return pem_of(operation->ca_pubs); });
}
int32_t     cmpkit_operation_with_mods(const cmpkit_operation* operation) { return operation && operation->with_mods; }
const char* cmpkit_operation_peer_text(const cmpkit_operation* operation) { return operation ? operation->peer_text.c_str() : ""; }
void        cmpkit_operation_free(cmpkit_operation* operation) { delete operation; }

}  // extern "C"

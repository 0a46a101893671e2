#include "server.hpp"

#include "lookup.hpp"

#include <algorithm>
#include <sys/socket.h>

namespace cmpkit_coap {

using cmpkit_plugin::guarded;
using cmpkit_plugin::log;

namespace {

// Another socket at the same place would get a part of the datagrams: libcoap asks for SO_REUSEADDR, which UDP understands so.
bool is_taken(const coap_address_t& address) {
    if (coap_address_get_port(&address) == 0) return false;
    const int  fd    = ::socket(address.addr.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool taken = fd >= 0 && ::bind(fd, &address.addr.sa, address.size) != 0 && errno == EADDRINUSE;
    if (fd >= 0) close(fd);
    return taken;
}

/// libcoap tells the port that the system chose in the description of the endpoint alone: "127.0.0.1:5683 UDP".
std::uint16_t port_of(const coap_endpoint_t* endpoint) {
    const std::string_view text(coap_endpoint_str(endpoint));
    const auto             digits = text.substr(std::min(text.rfind(':') + 1, text.size()));
    return static_cast<std::uint16_t>(cmpkit_plugin::number(digits.substr(0, digits.find(' ')), 0, 65535).value_or(0));
}

}  // namespace

Server::Server(Site site, std::unique_ptr<Security> security) : Loop(make_context(*security), site.host), site_(std::move(site)), security_(std::move(security)) {
    security_->owner = this;
}

cmpkit_transport_rc Server::start(std::string& error) {
    if (site_.url.is_tls() && !serve_dtls(context())) return error = "DTLS could not be set up", CMPKIT_TRANSPORT_TLS;
    if (const auto rc = bind(error); rc != CMPKIT_TRANSPORT_OK) return rc;
    set_limits();
    add_resources();
    coap_register_nack_handler(context(), on_nack);
    coap_register_event_handler(context(), on_event);
    begin();
    return CMPKIT_TRANSPORT_OK;
}

cmpkit_transport_rc Server::bind(std::string& error) {
    const auto address = address_of(site_.url.host, site_.url.port, error);
    if (!address) return CMPKIT_TRANSPORT_FAILED;
    if (is_taken(*address)) return error = "the address is in use", CMPKIT_TRANSPORT_FAILED;
    const auto* const endpoint = coap_new_endpoint(context(), &*address, site_.url.is_tls() ? COAP_PROTO_DTLS : COAP_PROTO_UDP);
    if (!endpoint) return error = "it cannot be listened to", CMPKIT_TRANSPORT_FAILED;
    url_ = cmpkit_coap::text_of(site_.url, port_of(endpoint), site_.url.path == "/" ? "" : site_.url.path);
    return CMPKIT_TRANSPORT_OK;
}

void Server::set_limits() {
    const auto sessions = static_cast<unsigned>(site_.options.max_connections);
    coap_context_set_block_mode(context(), 0);  // see Caller
    coap_context_set_max_idle_sessions(context(), sessions);
    coap_context_set_max_handshake_sessions(context(), sessions);
    coap_context_set_session_timeout(context(), static_cast<unsigned>((site_.options.idle_timeout.count() + 999) / 1000));
}

void Server::add_resources() {
    auto* const everything = coap_resource_unknown_init(on_request);
    auto* const core       = coap_resource_init(coap_make_str_const(".well-known/core"), 0);
    if (!everything || !core) throw std::bad_alloc();
    for (auto* const resource : {everything, core}) {
        // All methods: for those without a handler libcoap has answers of its own, such as "deleted".
        for (const auto method : {COAP_REQUEST_GET, COAP_REQUEST_POST, COAP_REQUEST_PUT, COAP_REQUEST_DELETE, COAP_REQUEST_FETCH, COAP_REQUEST_PATCH, COAP_REQUEST_IPATCH})
            coap_register_handler(resource, method, on_request);
        coap_add_resource(context(), resource);
    }
}

void Server::on_nack(coap_session_t* session, const coap_pdu_t* sent, coap_nack_reason_t, coap_mid_t) {
    Server& server = of(session);
    (void)guarded([&] {
        if (sent) server.forget(session, token_of(sent));
        log(server.site_.host, CMPKIT_TRANSPORT_LOG_INFO, "coap: " + text_of(*coap_session_get_addr_remote(session)) + " did not take what was sent to it");
        return CMPKIT_TRANSPORT_OK;
    });
}

int Server::on_event(coap_session_t* session, coap_event_t event) {
    if (event != COAP_EVENT_SERVER_SESSION_DEL && event != COAP_EVENT_DTLS_CLOSED && event != COAP_EVENT_DTLS_ERROR) return 0;
    Server& server = of(session);
    if (event == COAP_EVENT_DTLS_ERROR)
        (void)guarded([&] {
            log(server.site_.host, CMPKIT_TRANSPORT_LOG_INFO, "coaps: " + text_of(*coap_session_get_addr_remote(session)) + ": " + failure_of(session));
            return CMPKIT_TRANSPORT_OK;
        });
    server.leave(session);
    return 0;
}

void Server::leave(coap_session_t* session) {
    observers_.remove_if([&](const Observer& observer) { return observer.session.get() == session; });
    for (auto at = pending_.begin(); at != pending_.end();) {
        const PendingPointer pending = *at++;
        if (pending->session.get() == session) end(*pending);
    }
    callers_.erase(session);
}

std::optional<Clock::time_point> Server::turn() {
    for (const Held& session : std::exchange(dropped_, {})) {
        leave(session.get());
        coap_session_disconnected(session.get(), COAP_NACK_NOT_DELIVERABLE);
    }
    if (ending_) return end_all(), std::nullopt;
    const auto due = acknowledge_due();
    if (stopping_ && is_quiet()) {
        const std::lock_guard lock(mutex_);
        quiet_ = true;
        changed_.notify_all();
    }
    return due;
}

/// All exchanges were answered, and the answers taken.
bool Server::is_quiet() const {
    return pending_.empty() && coap_can_exit(context()) && std::ranges::none_of(callers_, [](const auto& caller) { return caller.second.owes_blocks(); });
}

void Server::stop(std::chrono::milliseconds grace) {
    if (!has_begun()) return;
    post([this] { begin_stop(); });
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, grace, [this] { return quiet_; });
    }
    post([this] { ending_ = true; });
    join();
    free_context();
}

void Server::begin_stop() {
    stopping_ = true;
    dismiss_observers();
}

// Nobody is left who could send it again, so it is said once.
void Server::end_all() {
    for (const auto& pending : std::exchange(pending_, {})) {
        (void)guarded([&] {
            if (pending->acknowledge_by != never) acknowledge(*pending);
            (void)send(pending->session.get(), make(pending->session.get(), COAP_MESSAGE_NON, COAP_RESPONSE_CODE_SERVICE_UNAVAILABLE, pending->token));
            return CMPKIT_TRANSPORT_OK;
        });
        end(*pending);
    }
    observers_.clear();
    callers_.clear();
}

cmpkit_transport_rc listen(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
    auto security = std::make_unique<Security>(Security{.host = site.host, .tls = site.url.is_tls() ? site.tls : nullptr, .name = {}});
    auto server   = std::make_unique<Server>(std::move(site), std::move(security));
    const auto rc = server->start(error);
    if (rc == CMPKIT_TRANSPORT_OK) out = std::move(server);
    return rc;
}

}  // namespace cmpkit_coap

#include "server.hpp"

#include "caller.hpp"
#include "links.hpp"
#include "lookup.hpp"
#include "loop.hpp"
#include "paths.hpp"
#include "tls.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <sys/socket.h>
#include <unordered_map>

namespace cmpkit_coap {

namespace {

using cmpkit_plugin::guarded;
using cmpkit_plugin::log;

/// A hold on a session: libcoap frees those that nobody holds when they have been silent.
using Held = std::unique_ptr<coap_session_t, decltype([](coap_session_t* session) { coap_session_release(session); })>;
Held hold(coap_session_t* session) { return Held(coap_session_reference(session)); }

/// A request that waits for the host's answer.
struct Pending {
    Held                 session;  // null: over
    std::string          token;
    std::string          key;    // of its answer's blocks
    std::string          query;  // of a request for links
    std::int32_t         kind;
    unsigned             szx;
    std::optional<Block> up;
    coap_mid_t           mid;
    Clock::time_point    acknowledge_by;  // never: it was, or need not be
    std::atomic<bool>    gone = false;    // what other threads learn
};
using PendingPointer = std::shared_ptr<Pending>;  // shared by the loop and the exchange

// RFC 7252 5.2.1: the answer goes with the acknowledgement if it is there in time. The client sends its request again after two seconds.
constexpr auto acknowledge_after = std::chrono::milliseconds(700);
constexpr auto never             = Clock::time_point::max();

struct Observer {
    Held        session;
    std::string token, key, profile;
};

class Server : public cmpkit_transport_listener, private Loop {
public:
    Server(Site site, std::unique_ptr<Security> security);
    ~Server() override { stop(std::chrono::milliseconds(0)); }

    cmpkit_transport_rc start(std::string& error);
    const char*         url() const override { return url_.c_str(); }
    void                stop(std::chrono::milliseconds grace) override;
    cmpkit_transport_rc announce(const cmpkit_transport_message& announcement) override;
    cmpkit_transport_rc respond(PendingPointer pending, const cmpkit_transport_message& answer);

private:
    cmpkit_transport_rc bind(std::string& error);
    void                set_limits();
    void                add_resources();
    std::optional<Clock::time_point> turn() override;

    Caller& caller_of(coap_session_t* session);
    void    take(coap_session_t* session, const coap_pdu_t* request, coap_pdu_t* response);
    void    repeat(const Caller::Noted& noted, coap_pdu_t* response);
    void    take_get(coap_session_t* session, Caller& caller, const coap_pdu_t* request, coap_pdu_t* response);
    void    take_post(coap_session_t* session, Caller& caller, const coap_pdu_t* request, coap_pdu_t* response);
    void    take_block(coap_session_t* session, Caller& caller, const coap_pdu_t* request, const Block& block, const Route& route, coap_pdu_t* response);
    void    hand_up(coap_session_t* session, Caller& caller, const coap_pdu_t* request, const std::string& body, const Route& route, std::int32_t kind, coap_pdu_t* response);
    void    misfit(coap_session_t* session, Caller& caller, coap_pdu_t* response);
    void    observe(coap_session_t* session, const std::string& profile, const coap_pdu_t* request, coap_pdu_t* response);
    void    acknowledge(Pending& pending);
    Clock::time_point acknowledge_due();
    void    answer(Pending& pending, const cmpkit_plugin::Answer& given);
    PduPointer answer_to(Pending& pending, Reply reply);
    void    tell(const cmpkit_plugin::Request& announcement);
    void    end(Pending& pending);
    void    leave(coap_session_t* session);
    void    forget(coap_session_t* session, std::string_view token);
    void    dismiss_observers();
    void    begin_stop();
    void    end_all();
    bool    is_quiet() const;

    static Server& of(const coap_session_t* session) {
        return *static_cast<Server*>(static_cast<Security*>(coap_get_app_data(coap_session_get_context(session)))->owner);
    }
    static void on_request(coap_resource_t*, coap_session_t* session, const coap_pdu_t* request, const coap_string_t*, coap_pdu_t* response);
    static void on_nack(coap_session_t* session, const coap_pdu_t* sent, coap_nack_reason_t reason, coap_mid_t);
    static int  on_event(coap_session_t* session, coap_event_t event);

    const Site                      site_;
    const std::unique_ptr<Security> security_;
    std::string                     url_;
    // These of the loop's thread alone.
    std::unordered_map<coap_session_t*, Caller> callers_;
    std::list<PendingPointer>                   pending_;
    std::list<Observer>                         observers_;
    std::vector<Held>                           dropped_;
    std::uint32_t                               notification_ = 1;  // RFC 7641 4.4: 24 bits
    bool                                        stopping_     = false;
    bool                                        ending_       = false;

    std::mutex              mutex_;
    std::condition_variable changed_;
    bool                    quiet_ = false;
};

class Exchange : public cmpkit_transport_exchange {
public:
    Exchange(Server& server, PendingPointer pending) : server_(server), pending_(std::move(pending)) {}
    cmpkit_transport_rc respond(const cmpkit_transport_message& answer) override { return server_.respond(std::move(pending_), answer); }

private:
    Server&        server_;
    PendingPointer pending_;
};

coap_pdu_code_t code_of(const cmpkit_plugin::Answer& answer, std::int32_t asked) {
    const bool links = asked == CMPKIT_TRANSPORT_LINKS;
    switch (answer.status) {
        case CMPKIT_TRANSPORT_ANSWERED: return links ? COAP_RESPONSE_CODE_CONTENT : COAP_RESPONSE_CODE_CHANGED;
        case CMPKIT_TRANSPORT_STORED:
        case CMPKIT_TRANSPORT_ACCEPTED: return COAP_RESPONSE_CODE_CHANGED;
        case CMPKIT_TRANSPORT_BAD: return COAP_RESPONSE_CODE_BAD_REQUEST;
        case CMPKIT_TRANSPORT_BUSY: return COAP_RESPONSE_CODE_SERVICE_UNAVAILABLE;
        case CMPKIT_TRANSPORT_NOT_OFFERED: return links ? COAP_RESPONSE_CODE_NOT_FOUND : COAP_RESPONSE_CODE_UNSUPPORTED_CONTENT_FORMAT;
        default: return COAP_RESPONSE_CODE_INTERNAL_ERROR;
    }
}

/// What distinguishes one block-wise transfer of a session from another (RFC 7959 2.4, RFC 9175 3.3).
std::string key_of(const coap_pdu_t* request) {
    const char method = coap_pdu_get_code(request) == COAP_REQUEST_CODE_POST ? 'P' : 'G';
    return method + path_of(request) + "?" + query_of(request) + "#" + octets_in(request, request_tag);
}

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

void Server::on_request(coap_resource_t*, coap_session_t* session, const coap_pdu_t* request, const coap_string_t*, coap_pdu_t* response) {
    const auto rc = guarded([&] { return of(session).take(session, request, response), CMPKIT_TRANSPORT_OK; });
    if (rc != CMPKIT_TRANSPORT_OK) coap_pdu_set_code(response, COAP_RESPONSE_CODE_INTERNAL_ERROR);
}

Caller& Server::caller_of(coap_session_t* session) {
    if (const auto known = callers_.find(session); known != callers_.end()) return known->second;
    cmpkit_plugin::Peer peer{text_of(*coap_session_get_addr_remote(session)), {}, {}};
    if (site_.url.is_tls()) take_identity(peer, site_.host, session);
    return callers_.emplace(session, Caller(std::move(peer))).first->second;
}

void Server::take(coap_session_t* session, const coap_pdu_t* request, coap_pdu_t* response) {
    Caller& caller = caller_of(session);
    if (const auto* const noted = caller.noted(coap_pdu_get_mid(request), token_of(request))) return repeat(*noted, response);
    const auto method = coap_pdu_get_code(request);
    const auto down   = block_in(request, COAP_OPTION_BLOCK2);
    if (down && down->num > 0) {
        if (!caller.put_later(response, key_of(request), *down, site_.options.szx)) misfit(session, caller, response);
    } else if (method == COAP_REQUEST_CODE_POST) {
        take_post(session, caller, request, response);
    } else if (method == COAP_REQUEST_CODE_GET) {
        take_get(session, caller, request, response);
    } else {
        coap_pdu_set_code(response, COAP_RESPONSE_CODE_NOT_ALLOWED);
    }
}

/// libcoap sends nothing in answer.
void stay_silent(coap_pdu_t* response) { coap_pdu_set_type(response, COAP_MESSAGE_NON); }

// Without a code libcoap acknowledges it with an empty message, and the answer follows or has followed.
void Server::repeat(const Caller::Noted& noted, coap_pdu_t* response) {
    if (noted.answer) noted.answer->put_into(response);
    else if (!noted.acknowledged) stay_silent(response);
}

// A client that asks for blocks of an answer that is not there any more may ask for ever: libcoap 4.3.1's does if it has two large answers under way.
void Server::misfit(coap_session_t* session, Caller& caller, coap_pdu_t* response) {
    coap_pdu_set_code(response, COAP_RESPONSE_CODE_INCOMPLETE);
    if (caller.strike()) dropped_.push_back(hold(session));
}

void Server::take_get(coap_session_t* session, Caller& caller, const coap_pdu_t* request, coap_pdu_t* response) {
    const auto path = path_of(request);
    if (path == core_path) return hand_up(session, caller, request, {}, {}, CMPKIT_TRANSPORT_LINKS, response);
    if (const auto profile = observed_at(path)) return observe(session, *profile, request, response);
    coap_pdu_set_code(response, route_of(path, site_.url.path) ? COAP_RESPONSE_CODE_NOT_ALLOWED : COAP_RESPONSE_CODE_NOT_FOUND);
}

void Server::take_post(coap_session_t* session, Caller& caller, const coap_pdu_t* request, coap_pdu_t* response) {
    const auto route  = route_of(path_of(request), site_.url.path);
    const auto block  = block_in(request, COAP_OPTION_BLOCK1);
    const bool begins = !block || block->num == 0;
    if (!route) return coap_pdu_set_code(response, path_of(request) == core_path ? COAP_RESPONSE_CODE_NOT_ALLOWED : COAP_RESPONSE_CODE_NOT_FOUND);
    if (begins && number_in(request, COAP_OPTION_CONTENT_FORMAT) != pkixcmp) return coap_pdu_set_code(response, COAP_RESPONSE_CODE_UNSUPPORTED_CONTENT_FORMAT);
    if (begins && number_in(request, COAP_OPTION_ACCEPT).value_or(pkixcmp) != pkixcmp) return coap_pdu_set_code(response, COAP_RESPONSE_CODE_NOT_ACCEPTABLE);
    // RFC 7959 4: the size that is to come, told ahead.
    if (std::max<std::size_t>(number_in(request, COAP_OPTION_SIZE1).value_or(0), body_of(request).size()) > site_.options.max_message) {
        coap_pdu_set_code(response, COAP_RESPONSE_CODE_REQUEST_TOO_LARGE);
        return add(response, COAP_OPTION_SIZE1, static_cast<std::uint32_t>(site_.options.max_message));
    }
    if (block) return take_block(session, caller, request, *block, *route, response);
    hand_up(session, caller, request, std::string(body_of(request)), *route, CMPKIT_TRANSPORT_CMP, response);
}

void Server::take_block(coap_session_t* session, Caller& caller, const coap_pdu_t* request, const Block& block, const Route& route, coap_pdu_t* response) {
    switch (caller.take(key_of(request), block, body_of(request), site_.options.max_message)) {
        case Caller::Upload::more:
            coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTINUE);
            return add(response, COAP_OPTION_BLOCK1, Block{.num = block.num, .more = true, .szx = std::min(block.szx, site_.options.szx)});
        case Caller::Upload::complete: return hand_up(session, caller, request, caller.take_body(), route, CMPKIT_TRANSPORT_CMP, response);
        case Caller::Upload::unfit: return misfit(session, caller, response);
        case Caller::Upload::malformed: return coap_pdu_set_code(response, COAP_RESPONSE_CODE_BAD_REQUEST);
        case Caller::Upload::too_large:
            coap_pdu_set_code(response, COAP_RESPONSE_CODE_REQUEST_TOO_LARGE);
            return add(response, COAP_OPTION_SIZE1, static_cast<std::uint32_t>(site_.options.max_message));
    }
}

void Server::hand_up(coap_session_t* session, Caller& caller, const coap_pdu_t* request, const std::string& body, const Route& route, std::int32_t kind, coap_pdu_t* response) {
    if (stopping_ || pending_.size() >= site_.options.max_connections) return coap_pdu_set_code(response, COAP_RESPONSE_CODE_SERVICE_UNAVAILABLE);
    if (body.empty() && kind == CMPKIT_TRANSPORT_CMP) return coap_pdu_set_code(response, COAP_RESPONSE_CODE_BAD_REQUEST);
    auto pending     = std::make_shared<Pending>();
    pending->token   = token_of(request);
    pending->key     = key_of(request);
    pending->query   = query_of(request);
    pending->kind    = kind;
    pending->szx     = std::min(site_.options.szx, block_in(request, COAP_OPTION_BLOCK2).value_or(Block{}).szx);
    pending->up      = block_in(request, COAP_OPTION_BLOCK1);
    pending->mid     = coap_pdu_get_mid(request);
    pending->session = hold(session);
    pending->acknowledge_by = coap_pdu_get_type(request) == COAP_MESSAGE_CON ? Clock::now() + acknowledge_after : never;
    stay_silent(response);
    auto exchange    = std::make_unique<Exchange>(*this, pending);
    caller.note(request);
    pending_.push_back(std::move(pending));

    const auto peer    = view_of(caller.peer);
    auto       message = cmpkit_plugin::view_of(kind, body, peer);
    if (!route.operation.empty()) message.operation = route.operation.c_str();
    if (!route.profile.empty()) message.profile = route.profile.c_str();
    site_.handler(site_.user, exchange.release(), &message);
}

cmpkit_transport_rc Server::respond(PendingPointer pending, const cmpkit_transport_message& answer) {
    if (pending->gone) return CMPKIT_TRANSPORT_GONE;
    post([this, pending = std::move(pending), given = cmpkit_plugin::Answer(answer)] { this->answer(*pending, given); });
    return CMPKIT_TRANSPORT_OK;
}

void Server::acknowledge(Pending& pending) {
    pending.acknowledge_by = never;
    if (auto* const noted = caller_of(pending.session.get()).noted(pending.mid, pending.token)) noted->acknowledged = true;
    (void)send(pending.session.get(), make_acknowledgement(pending.session.get(), pending.mid, {}, {}));
}

/// Acknowledges what waits too long. @return when the next one will have
Clock::time_point Server::acknowledge_due() {
    const auto now = Clock::now();
    auto       due = never;
    for (auto at = pending_.begin(); at != pending_.end();) {
        const PendingPointer pending = *at++;
        if (pending->acknowledge_by <= now) acknowledge(*pending);
        due = std::min(due, pending->acknowledge_by);
    }
    return due;
}

/// With the acknowledgement, or by a message of its own (RFC 7252 5.2).
PduPointer Server::answer_to(Pending& pending, Reply reply) {
    auto* const session = pending.session.get();
    Caller&     caller  = caller_of(session);
    const First first   = caller.begin(pending.key, std::move(reply), pending.szx, std::nullopt, pending.up);
    const bool  is_late = pending.acknowledge_by == never;
    auto        pdu     = is_late ? make(session, COAP_MESSAGE_CON, first.code, pending.token) : make_acknowledgement(session, pending.mid, first.code, pending.token);
    first.put_into(pdu.get());
    auto* const noted = caller.noted(pending.mid, pending.token);
    if (!is_late && noted) noted->answer = first;
    return pdu;
}

void Server::answer(Pending& pending, const cmpkit_plugin::Answer& given) {
    if (!pending.session) return;
    struct End {
        Server&  server;
        Pending& pending;
        ~End() { server.end(pending); }
    } const at_end{*this, pending};
    const std::string address = caller_of(pending.session.get()).peer.address;  // sending may end the session, and the caller with it
    Reply             reply{.code = code_of(given, pending.kind), .format = pending.kind == CMPKIT_TRANSPORT_LINKS ? link_format : pkixcmp, .body = given.data};
    if (pending.kind == CMPKIT_TRANSPORT_LINKS) reply.body = filtered(with_short_labels(reply.body), pending.query);
    // RFC 7959 2.2: a block has a number of 20 bits.
    if (reply.body.size() > (std::size_t{16} << pending.szx) << 20) reply = {};
    if (send(pending.session.get(), answer_to(pending, std::move(reply))) == COAP_INVALID_MID)
        log(site_.host, CMPKIT_TRANSPORT_LOG_WARNING, "coap: an answer could not be sent to " + address);
}

void Server::end(Pending& pending) {
    pending.gone = true;
    pending.session.reset();
    pending_.remove_if([&](const PendingPointer& each) { return each.get() == &pending; });
}

void Server::observe(coap_session_t* session, const std::string& profile, const coap_pdu_t* request, coap_pdu_t* response) {
    const auto wish = number_in(request, COAP_OPTION_OBSERVE);
    forget(session, token_of(request));
    coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTENT);
    // RFC 7641 4.1: a server that cannot take another observer answers as if it had not been asked to.
    if (wish != 0u || stopping_ || observers_.size() >= site_.options.max_connections) return;
    observers_.push_back({.session = hold(session), .token = std::string(token_of(request)), .key = key_of(request), .profile = profile});
    add(response, COAP_OPTION_OBSERVE, notification_);
}

cmpkit_transport_rc Server::announce(const cmpkit_transport_message& announcement) {
    if (announcement.data_size == 0) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    post([this, copy = cmpkit_plugin::Request(announcement)] { tell(copy); });
    return CMPKIT_TRANSPORT_OK;
}

// Confirmable, so that observers that left are noticed (RFC 7641 4.5).
void Server::tell(const cmpkit_plugin::Request& announcement) {
    notification_ = (notification_ + 1) & 0xffffff;
    std::vector<std::pair<Held, PduPointer>> out;  // sending may end sessions, and observations with them
    for (const Observer& observer : observers_) {
        if (!announcement.profile.empty() && !observer.profile.empty() && observer.profile != announcement.profile) continue;
        auto* const session = observer.session.get();
        auto        pdu     = make(session, COAP_MESSAGE_CON, COAP_RESPONSE_CODE_CONTENT, observer.token);
        caller_of(session).begin(observer.key, {.code = COAP_RESPONSE_CODE_CONTENT, .body = announcement.data}, site_.options.szx, notification_, std::nullopt).put_into(pdu.get());
        out.emplace_back(hold(session), std::move(pdu));
    }
    for (auto& [session, pdu] : out) (void)send(session.get(), std::move(pdu));
}

void Server::forget(coap_session_t* session, std::string_view token) {
    observers_.remove_if([&](const Observer& observer) { return observer.session.get() == session && observer.token == token; });
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

/// RFC 7641 4.2: a notification with an error ends an observation.
void Server::dismiss_observers() {
    for (const Observer& observer : std::exchange(observers_, {}))
        (void)send(observer.session.get(), make(observer.session.get(), COAP_MESSAGE_NON, COAP_RESPONSE_CODE_SERVICE_UNAVAILABLE, observer.token));
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

}  // namespace

cmpkit_transport_rc listen(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
    auto security = std::make_unique<Security>(Security{.host = site.host, .tls = site.url.is_tls() ? site.tls : nullptr, .name = {}});
    auto server   = std::make_unique<Server>(std::move(site), std::move(security));
    const auto rc = server->start(error);
    if (rc == CMPKIT_TRANSPORT_OK) out = std::move(server);
    return rc;
}

}  // namespace cmpkit_coap

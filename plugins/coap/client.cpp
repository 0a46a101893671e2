#include "client.hpp"

#include "lookup.hpp"
#include "transfer.hpp"

#include <algorithm>

namespace cmpkit_coap {

namespace {

std::unique_ptr<Security> security_for(const Target& target) {
    return std::make_unique<Security>(Security{.host = target.host, .tls = target.url.is_tls() ? target.tls : nullptr, .name = target.url.host,
                                               .name_is_address = target.url.is_address()});
}

using cmpkit_plugin::Outcome;

// More would overflow the receive buffer of a server, and what is lost is sent again after a second.
constexpr std::ptrdiff_t most_openings = 16;

std::string within(std::chrono::milliseconds time) { return " within " + std::to_string(time.count()) + " ms"; }

void end_if_late(Transfer& transfer, Clock::time_point now) {
    if (transfer.deadline > now) return;
    transfer.fail(CMPKIT_TRANSPORT_DEADLINE, "no answer" + within(std::chrono::duration_cast<std::chrono::milliseconds>(transfer.deadline - transfer.begun)));
}

}  // namespace

Line::~Line() {
    if (!session) return;
    coap_session_set_app_data(session, nullptr);
    // A message that was not acknowledged holds the session, and would be sent again for a minute and a half.
    coap_session_disconnected(session, COAP_NACK_NOT_DELIVERABLE);
    coap_session_release(session);
}

Client::Client(Target target) : Client(target, security_for(target)) {}

Client::Client(Target target, std::unique_ptr<Security> security) : Loop(make_context(*security), target.host), target_(std::move(target)), security_(std::move(security)) {
    coap_register_response_handler(context(), on_response);
    coap_register_nack_handler(context(), on_nack);
    coap_register_event_handler(context(), on_event);
}

Client::~Client() {
    post([this] { stopping_ = true; });
    join();
    lines_.clear();
    free_context();
}

cmpkit_transport_rc Client::submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) {
    // Announcements come by observation alone (RFC 9482 2.6), and of the other kinds CoAP knows nothing.
    const bool asks = request.kind == CMPKIT_TRANSPORT_LINKS;
    if (!asks && (request.kind != CMPKIT_TRANSPORT_CMP || request.data_size == 0)) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    // RFC 7959 2.2: a block has a number of 20 bits.
    if (request.data_size > (std::size_t{16} << target_.options.szx) << 20) return CMPKIT_TRANSPORT_TOO_LARGE;
    return take(std::make_shared<Transfer>(target_, request, timeout_ms, id, done, user)), CMPKIT_TRANSPORT_OK;
}

cmpkit_transport_rc Client::observe(const char* profile, std::uint64_t id, cmpkit_transport_notice notice, cmpkit_transport_done done, void* user) {
    return take(std::make_shared<Transfer>(target_, profile, id, notice, done, user)), CMPKIT_TRANSPORT_OK;
}

void Client::take(std::shared_ptr<Transfer> transfer) {
    Transfers one{std::move(transfer)};
    {
        const std::lock_guard lock(mutex_);
        if (!has_begun()) Loop::begin();
    }
    // A list of one, which needs no memory to be taken over: from here on done comes in all cases.
    post([this, list = std::make_shared<Transfers>(std::move(one))] {
        waiting_due_ = std::min(waiting_due_, list->front()->deadline);
        waiting_.splice(waiting_.end(), *list);
    });
}

void Client::cancel(std::uint64_t id) {
    post([this, id] { drop(id); });
}

std::optional<Clock::time_point> Client::turn() {
    if (stopping_) return end_all(), std::nullopt;
    const auto now = Clock::now();
    expire(now);
    if (waiting_due_ <= now) finish_waiting();
    finish_ended();
    start_waiting();
    finish_ended();
    return next_event();
}

void Client::drop(std::uint64_t id) {
    waiting_due_ = Clock::now();
    for (const auto& transfer : waiting_)
        if (transfer->id == id) transfer->fail(CMPKIT_TRANSPORT_CANCELLED, "");
    for (Line& line : lines_) {
        if (!line.transfer || line.transfer->id != id) continue;
        if (!line.transfer->ended && line.transfer->is_observation()) line.transfer->deregister();
        line.transfer->fail(CMPKIT_TRANSPORT_CANCELLED, "");
    }
}

void Client::start_waiting() {
    while (!waiting_.empty() && assign(waiting_.front())) waiting_.pop_front();
}

/// @return false: all sessions are busy, and no more may be opened now
bool Client::assign(std::shared_ptr<Transfer>& transfer) {
    const auto idle = std::ranges::find_if(lines_, [](const Line& line) { return !line.transfer && line.connected && !line.spent; });
    if (idle != lines_.end()) {
        idle->transfer = transfer;
        begin(*idle);
        return true;
    }
    const auto opening = std::ranges::count_if(lines_, [](const Line& line) { return !line.connected && !line.spent; });
    if (lines_.size() >= target_.options.max_connections || opening >= most_openings) return false;
    Line& line    = lines_.emplace_back(next_number_++);
    line.transfer = transfer;
    open(line);
    return true;
}

void Client::open(Line& line) {
    const auto rc = cmpkit_plugin::guarded([&] {
        if (target_.url.is_address()) {
            std::string error;
            return resolved(line.number, address_of(target_.url.host, target_.url.port, error), error), CMPKIT_TRANSPORT_OK;
        }
        // It may come back when this client is gone; then nobody empties the mailbox.
        look_up(target_.url.host, target_.url.port, [this, box = mailbox(), number = line.number](const std::optional<coap_address_t>& address, const std::string& error) {
            box->post([this, number, address, error] {
                (void)cmpkit_plugin::guarded([&] { return resolved(number, address, error), CMPKIT_TRANSPORT_OK; });
            });
        });
        return CMPKIT_TRANSPORT_OK;
    });
    if (rc != CMPKIT_TRANSPORT_OK) lose(line, rc, "no look-up");
}

void Client::resolved(std::uint64_t number, const std::optional<coap_address_t>& address, const std::string& error) {
    const auto line = std::ranges::find(lines_, number, &Line::number);
    if (line == lines_.end() || line->spent) return;
    if (address) connect(*line, *address);
    else lose(*line, CMPKIT_TRANSPORT_CONNECT, error);
}

void Client::connect(Line& line, const coap_address_t& address) {
    // RFC 9482 2.2: CMP goes to one server, never to a group.
    if (coap_is_mcast(&address)) return lose(line, CMPKIT_TRANSPORT_CONNECT, "a multicast address");
    line.session = target_.url.is_tls() ? connect_dtls(context(), *security_, address) : coap_new_client_session(context(), nullptr, &address, COAP_PROTO_UDP);
    if (!line.session && security_->failed) return lose(line, CMPKIT_TRANSPORT_TLS, "the keys and trust for TLS could not be set up");
    if (!line.session) return lose(line, CMPKIT_TRANSPORT_CONNECT, "no session");
    coap_session_set_app_data(line.session, &line);
    // One message at a time is our own doing (RFC 7252 4.7). libcoap 4.3.1 would hold back the next for ever where an answer came and its acknowledgement did not.
    coap_session_set_nstart(line.session, UINT16_MAX);
    line.connected = !target_.url.is_tls();
    begin(line);  // under DTLS libcoap keeps it until the handshake is over
}

void Client::begin(Line& line) {
    const auto rc = cmpkit_plugin::guarded([&] { return line.transfer->begin(line.session), CMPKIT_TRANSPORT_OK; });
    if (rc != CMPKIT_TRANSPORT_OK) lose(line, rc, "");
}

void Client::expire(Clock::time_point now) {
    for (Line& line : lines_) {
        if (!line.connected && !line.spent && line.since + target_.options.connect_timeout <= now) lose(line, CMPKIT_TRANSPORT_CONNECT, "no connection" + within(target_.options.connect_timeout));
        if (!line.transfer) line.spent = line.spent || line.since + target_.options.idle_timeout <= now;
        else if (line.transfer->renewal <= now) (void)cmpkit_plugin::guarded([&] { return line.transfer->renew(), CMPKIT_TRANSPORT_OK; });
        if (line.transfer) end_if_late(*line.transfer, now);
    }
}

void Client::finish_waiting() {
    Transfers  ended;
    const auto now = Clock::now();
    waiting_due_   = Clock::time_point::max();
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        const auto next = std::next(at);
        end_if_late(**at, now);
        if ((*at)->ended) ended.splice(ended.end(), waiting_, at);
        else waiting_due_ = std::min(waiting_due_, (*at)->deadline);
        at = next;
    }
    for (const auto& transfer : ended) transfer->end();
}

void Client::finish_ended() {
    for (auto at = lines_.begin(); at != lines_.end();) {
        auto transfer = at->transfer && at->transfer->ended ? std::exchange(at->transfer, nullptr) : nullptr;
        if (transfer) {
            at->since = Clock::now();
            // What is still under way belongs to the exchange that ended; the next one gets a fresh session.
            at->spent = at->spent || !at->connected || transfer->ended->rc != CMPKIT_TRANSPORT_OK || transfer->is_observation();
        }
        at = at->spent && !at->transfer ? lines_.erase(at) : std::next(at);
        if (transfer) transfer->end();
    }
}

void Client::end_all() {
    for (const auto& transfer : waiting_) transfer->fail(CMPKIT_TRANSPORT_CANCELLED, "");
    for (Line& line : lines_)
        if (line.transfer) line.transfer->fail(CMPKIT_TRANSPORT_CANCELLED, "");
    finish_waiting();
    finish_ended();
    lines_.clear();
}

Clock::time_point Client::next_event() const {
    auto next = waiting_due_;
    for (const Line& line : lines_) {
        if (!line.connected) next = std::min(next, line.since + target_.options.connect_timeout);
        if (line.transfer) next = std::min({next, line.transfer->deadline, line.transfer->renewal});
        else next = std::min(next, line.since + target_.options.idle_timeout);
    }
    return next;
}

// Only noted here, as libcoap still works on the session: turn() draws the consequences.
void Client::lose(Line& line, cmpkit_transport_rc rc, const std::string& why) {
    line.spent = true;
    const auto noted = cmpkit_plugin::guarded([&] {
        if (line.transfer) line.transfer->fail(rc, why);
        return CMPKIT_TRANSPORT_OK;
    });
    if (noted != CMPKIT_TRANSPORT_OK && line.transfer) line.transfer->ended = Outcome{noted, {}};
}

coap_response_t Client::on_response(coap_session_t* session, const coap_pdu_t*, const coap_pdu_t* received, coap_mid_t) {
    auto* const line = static_cast<Line*>(coap_session_get_app_data(session));
    if (!line || !line->transfer) return COAP_RESPONSE_OK;
    const auto rc = cmpkit_plugin::guarded([&] { return line->transfer->receive(received), CMPKIT_TRANSPORT_OK; });
    if (rc != CMPKIT_TRANSPORT_OK) lose(*line, rc, "");
    return COAP_RESPONSE_OK;
}

void Client::on_nack(coap_session_t* session, const coap_pdu_t*, coap_nack_reason_t reason, coap_mid_t) {
    auto* const line = static_cast<Line*>(coap_session_get_app_data(session));
    if (!line) return;
    switch (reason) {
        case COAP_NACK_TLS_FAILED: return lose(*line, CMPKIT_TRANSPORT_TLS, failure_of(session));
        case COAP_NACK_RST: return lose(*line, CMPKIT_TRANSPORT_GONE, "the server rejected the message (RST)");
        case COAP_NACK_TOO_MANY_RETRIES: return lose(*line, CMPKIT_TRANSPORT_CONNECT, "the server does not acknowledge anything");
        default: return lose(*line, CMPKIT_TRANSPORT_CONNECT, "the server cannot be reached");
    }
}

int Client::on_event(coap_session_t* session, coap_event_t event) {
    auto* const line = static_cast<Line*>(coap_session_get_app_data(session));
    if (!line) return 0;
    if (event == COAP_EVENT_DTLS_CONNECTED) line->connected = true;
    if (event == COAP_EVENT_DTLS_ERROR) lose(*line, CMPKIT_TRANSPORT_TLS, failure_of(session));
    if (event == COAP_EVENT_DTLS_CLOSED) lose(*line, line->connected ? CMPKIT_TRANSPORT_GONE : CMPKIT_TRANSPORT_TLS, line->connected ? "the server closed the session" : failure_of(session));
    return 0;
}

}  // namespace cmpkit_coap

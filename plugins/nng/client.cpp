#include "client.hpp"

#include <algorithm>
#include <limits>
#include <nng/protocol/reqrep0/req.h>

namespace cmpkit_nng {

namespace {

constexpr unsigned     max_losses      = 2;
constexpr nng_duration first_redial    = 100;   // ms
constexpr nng_duration longest_redial  = 1000;  // ms

constexpr auto never = Clock::time_point::max();

}  // namespace

Call::Call(Client& of) : client(of), line(of.socket_.get(), &Client::on_call, this) {}

Client::Client(Target target, std::shared_ptr<TlsSetting> tls)
    : target_(std::move(target)), tls_(std::move(tls)), socket_(&nng_req0_open), alarm_(&on_alarm, this) {
    set_up();
}

void Client::set_up() {
    const nng_socket socket = socket_.get();
    demand(nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, target_.options.max_message + max_head));
    demand(nng_socket_set_ms(socket, NNG_OPT_RECONNMINT, first_redial));
    demand(nng_socket_set_ms(socket, NNG_OPT_RECONNMAXT, longest_redial));
    demand(nng_socket_set_ms(socket, NNG_OPT_REQ_RESENDTIME, static_cast<nng_duration>(target_.options.resend_time.count())));
    demand(nng_pipe_notify(socket, NNG_PIPE_EV_ADD_PRE, &on_pipe, this));
    demand(nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, &on_pipe, this));
    demand(nng_dialer_create(&dialer_, socket, target_.url.place.c_str()));
    if (!tls_) return;
    const TlsConfig config = make_config(tls_);
    demand(nng_dialer_set_ptr(dialer_, NNG_OPT_TLS_CONFIG, config.get()));
    tls_->failures.hear([this](const std::string& why) { on_failure(why); });
}

Client::~Client() {
    {
        std::unique_lock lock(mutex_);
        closing_ = true;
        for (Call& call : active_) break_off(call, {CMPKIT_TRANSPORT_CANCELLED, ""});
        changed_.wait(lock, [this] { return active_.empty(); });
    }
    if (tls_) tls_->failures.forget();
    nng_aio_stop(alarm_.get());
    for (Call& call : idle_) call.line.stop();
    for (Call& call : idle_) call.line.close();
    if (tls_) tls_->frozen = true;
    if (has_late_answers_) socket_.settle();
    socket_.close();
}

cmpkit_transport_rc Client::submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) {
    if (!is_request(request.kind)) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    if (request.data_size > target_.options.max_message) return CMPKIT_TRANSPORT_TOO_LARGE;
    const std::string head = head_of(request, target_.options.hints);
    if (head.size() > max_head) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    Message    message = make_message(head, {reinterpret_cast<const char*>(request.data), request.data_size});
    const auto now     = Clock::now();
    const Lock lock(mutex_);
    dial();
    if (active_.empty()) forget_failures();
    Call& call = take_call();
    call.id = id, call.done = done, call.user = user, call.kind = request.kind, call.bare = head.empty();
    call.timeout_ms = timeout_ms, call.losses = 0, call.verdict.reset();
    // NNG counts whole milliseconds, of which the first has begun.
    call.deadline   = timeout_ms == 0 ? never : now + std::chrono::milliseconds(timeout_ms) + std::chrono::milliseconds(1);
    call.connect_by = now + target_.options.connect_timeout;
    call.state      = Call::State::sending;
    call.line.send(std::move(message), time_left(call));
    watch();
    return CMPKIT_TRANSPORT_OK;
}

void Client::dial() {
    if (dialing_) return;
    demand(nng_dialer_start(dialer_, static_cast<int>(NNG_FLAG_NONBLOCK)));
    dialing_ = true;
}

Call& Client::take_call() {
    if (idle_.empty()) {
        idle_.emplace_back(*this);
        idle_.back().self = std::prev(idle_.end());
    }
    Call& call = idle_.front();
    active_.splice(active_.end(), idle_, call.self);
    return call;
}

nng_duration Client::time_left(const Call& call) {
    if (call.deadline == never) return NNG_DURATION_INFINITE;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(call.deadline - Clock::now()).count();
    return static_cast<nng_duration>(std::clamp<std::int64_t>(left, 1, std::numeric_limits<nng_duration>::max()));
}

/// Under the mutex, so that it meets no later exchange of the same context.
void Client::break_off(Call& call, Outcome verdict) {
    if (call.state == Call::State::idle || call.verdict) return;
    call.verdict = std::move(verdict);
    call.line.abort(NNG_ECANCELED);
}

void Client::cancel(std::uint64_t id) {
    const Lock lock(mutex_);
    for (Call& call : active_)
        if (call.id == id) break_off(call, {CMPKIT_TRANSPORT_CANCELLED, ""});
}

// -- how an exchange goes on

void Client::on_call(void* user) {
    Call& call = *static_cast<Call*>(user);
    call.client.proceed(call);
}

void Client::proceed(Call& call) {
    Message answer;
    Outcome outcome{CMPKIT_TRANSPORT_NO_MEMORY, {}};
    if (goes_on(call, answer, outcome)) return;
    end(call, std::move(outcome), std::move(answer));
    const Lock lock(mutex_);
    idle_.splice(idle_.end(), active_, call.self);
    if (active_.empty()) changed_.notify_all();
}

bool Client::goes_on(Call& call, Message& answer, Outcome& outcome) {
    const Lock lock(mutex_);
    const int  result = call.line.aio().result();
    if (call.state == Call::State::sending && result == 0) {
        call.state = Call::State::receiving;
        call.line.receive(time_left(call));
        if (call.verdict) call.line.abort(NNG_ECANCELED);  // only a receive that is cancelled makes NNG forget the request
        return true;
    }
    answer     = call.line.aio().take_message();
    if (call.state == Call::State::receiving && result != 0) has_late_answers_ = true;
    call.state = Call::State::idle;
    (void)guarded([&] { return outcome = outcome_of(call, result), CMPKIT_TRANSPORT_OK; });
    return false;
}

Outcome Client::outcome_of(Call& call, int result) const {
    if (result == 0) return {CMPKIT_TRANSPORT_OK, {}};
    if (call.verdict) return std::move(*call.verdict);
    switch (result) {
        case NNG_ETIMEDOUT: return {CMPKIT_TRANSPORT_DEADLINE, "no answer within " + std::to_string(call.timeout_ms) + " ms: " + target_.Setting::url};
        case NNG_ENOMEM: return {CMPKIT_TRANSPORT_NO_MEMORY, {}};
        default: return {CMPKIT_TRANSPORT_FAILED, std::string(nng_strerror(result)) + ": " + target_.Setting::url};
    }
}

void Client::end(Call& call, Outcome outcome, Message answer) {
    Peer                     peer;
    cmpkit_transport_peer    who{};
    cmpkit_transport_message message{};
    const auto rc = outcome.rc != CMPKIT_TRANSPORT_OK ? CMPKIT_TRANSPORT_OK : guarded([&] {
        peer    = peer_of_pipe(answer.get());
        who     = view_of(peer);
        message = view_of(call.kind, std::string(), who);
        outcome = read(call, octets_of(answer.get()), message);
        return CMPKIT_TRANSPORT_OK;
    });
    if (rc != CMPKIT_TRANSPORT_OK) outcome = {rc, {}};
    cmpkit_plugin::end(call.done, call.user, outcome, &message);
}

Outcome Client::read(const Call& call, std::string_view octets, cmpkit_transport_message& message) const {
    // One who was asked without a head answers without one, whatever the octets look like.
    const auto        envelope = call.bare ? std::optional(Envelope{.data = octets}) : open_envelope(octets);
    const std::string from     = " from " + target_.Setting::url;
    if (!envelope) return {CMPKIT_TRANSPORT_CONTENT, "an answer whose head cannot be read" + from};
    if (envelope->data.size() > target_.options.max_message)
        return {CMPKIT_TRANSPORT_TOO_LARGE, "the answer is larger than " + std::to_string(target_.options.max_message) + " octets"};
    message.data      = reinterpret_cast<const std::uint8_t*>(envelope->data.data());
    message.data_size = envelope->data.size();
    message.kind      = envelope->kind;
    const bool taken  = envelope->status == CMPKIT_TRANSPORT_STORED || envelope->status == CMPKIT_TRANSPORT_ACCEPTED;
    if (call.kind == CMPKIT_TRANSPORT_ANNOUNCEMENT) {
        if (!taken) return {CMPKIT_TRANSPORT_STATUS, status_word(envelope->status) + from + " where stored or accepted is expected"};
        message.data_size = 0, message.status = envelope->status, message.kind = call.kind;
        return {CMPKIT_TRANSPORT_OK, {}};
    }
    if (!envelope->data.empty() && answers(call.kind, envelope->kind)) return {CMPKIT_TRANSPORT_OK, {}};
    if (envelope->status != CMPKIT_TRANSPORT_ANSWERED) return {CMPKIT_TRANSPORT_STATUS, status_word(envelope->status) + from};
    if (!envelope->data.empty()) return {CMPKIT_TRANSPORT_CONTENT, "a message of another kind than was asked for" + from};
    // How a server says to one who sent no head that it failed.
    return {call.bare ? CMPKIT_TRANSPORT_STATUS : CMPKIT_TRANSPORT_CONTENT, "an empty answer" + from};
}

Peer Client::peer_of_pipe(nng_msg* message) {
    const Lock lock(mutex_);
    const auto found = pipes_.find(nng_msg_get_pipe(message).id);
    if (found != pipes_.end()) return found->second;
    return {.address = target_.Setting::url, .certificate = {}, .psk_identity = {}};  // it closed behind its answer
}

// -- connections come and go

void Client::on_pipe(nng_pipe pipe, nng_pipe_ev event, void* user) {
    auto& client = *static_cast<Client*>(user);
    if (event == NNG_PIPE_EV_REM_POST) return client.on_lost(pipe);
    // A peer of whom no note could be made is nobody to talk to.
    if (guarded([&] { return client.on_connected(pipe), CMPKIT_TRANSPORT_OK; }) != CMPKIT_TRANSPORT_OK) (void)nng_pipe_close(pipe);
}

void Client::on_connected(nng_pipe pipe) {
    Peer       peer = peer_of(pipe, target_.url);
    const Lock lock(mutex_);
    pipes_.emplace(pipe.id, std::move(peer));
    forget_failures();
}

/// What failed before is not why this one waits.
void Client::forget_failures() {
    const Lock lock(failure_mutex_);
    failure_.clear();
    failed_now_ = false;
}

// NNG sends what is unanswered again as soon as there is a connection. A request or an answer that makes one end fall over would go round for ever.
void Client::on_lost(nng_pipe pipe) {
    const Lock lock(mutex_);
    pipes_.erase(pipe.id);
    const auto connect_by = Clock::now() + target_.options.connect_timeout;
    for (Call& call : active_) {
        if (call.state != Call::State::receiving) continue;
        call.connect_by = connect_by;
        if (++call.losses > max_losses)
            (void)guarded([&] {
                return break_off(call, {CMPKIT_TRANSPORT_GONE, "the connection was lost again and again before an answer came: " + target_.Setting::url}), CMPKIT_TRANSPORT_OK;
            });
    }
    watch();
}

// -- exchanges that wait without a connection

void Client::watch() {
    if (watching_ || closing_ || !pipes_.empty()) return;
    auto earliest = never;
    for (const Call& call : active_)
        if (!call.verdict) earliest = std::min(earliest, call.connect_by);
    if (earliest == never) return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(earliest - Clock::now()).count();
    watching_       = true;
    nng_sleep_aio(static_cast<nng_duration>(std::clamp<std::int64_t>(left, 1, std::numeric_limits<nng_duration>::max())), alarm_.get());
}

void Client::on_failure(const std::string& why) {
    const Lock lock(failure_mutex_);
    failure_    = why;
    failed_now_ = true;
    nng_aio_cancel(alarm_.get());
}

void Client::on_alarm(void* user) {
    auto& client = *static_cast<Client*>(user);
    const Lock lock(client.mutex_);
    client.watching_ = false;
    if (client.closing_ || !client.pipes_.empty()) return;
    (void)guarded([&] { return client.give_up(), CMPKIT_TRANSPORT_OK; });
    client.watch();
}

void Client::give_up() {
    const Lock lock(failure_mutex_);
    const bool failed = std::exchange(failed_now_, false);
    const auto now    = Clock::now();
    for (Call& call : active_)
        if (failed || call.connect_by <= now) break_off(call, without_connection(call.state == Call::State::receiving));
}

Outcome Client::without_connection(bool sent) const {
    const auto within = std::to_string(target_.options.connect_timeout.count()) + " ms: " + target_.Setting::url;
    if (sent) return {CMPKIT_TRANSPORT_GONE, "the connection was lost before an answer came, and there was none again within " + within};
    if (!failure_.empty()) return {CMPKIT_TRANSPORT_TLS, failure_ + ": " + target_.Setting::url};
    return {CMPKIT_TRANSPORT_CONNECT, "no connection within " + within};
}

cmpkit_transport_rc open_client(Target target, std::unique_ptr<cmpkit_transport_channel>& out, std::string& error) {
    std::shared_ptr<TlsSetting> tls;
    if (target.url.is_tls() && !(tls = client_setting(target.host, target.tls, target.url.host)))
        return error = "the keys and trust for TLS could not be set up", CMPKIT_TRANSPORT_TLS;
    try {
        out = std::make_unique<Client>(std::move(target), std::move(tls));
    } catch (const std::runtime_error& refusal) {
        return error = refusal.what(), CMPKIT_TRANSPORT_FAILED;
    }
    return CMPKIT_TRANSPORT_OK;
}

}  // namespace cmpkit_nng

#include "server.hpp"

#include "envelope.hpp"
#include "library.hpp"

#include <condition_variable>
#include <list>
#include <map>
#include <nng/protocol/reqrep0/rep.h>

namespace cmpkit_nng {

namespace {

using Clock = std::chrono::steady_clock;
using Lock  = std::lock_guard<std::mutex>;

class Server;

/// A context: it receives a request, holds it until its answer comes, and sends that. All but `line` is guarded by the server's mutex.
struct Seat {
    explicit Seat(Server& of);

    enum class State { idle, receiving, serving, sending };

    Server&       server;
    Line          line;
    State         state = State::idle;
    std::uint32_t pipe  = 0;      // where the request came from
    bool          bare  = true;   // so goes the answer
};

// After the last answer its octets may stand in the connection's buffer, of which NNG tells nothing.
constexpr auto time_to_leave = std::chrono::milliseconds(250);

class Server : public cmpkit_transport_listener {
public:
    Server(Site site, std::shared_ptr<TlsSetting> tls);
    ~Server() override { stop(std::chrono::milliseconds(0)); }

    void        listen();
    const char* url() const override { return url_.c_str(); }
    void        stop(std::chrono::milliseconds grace) override;

    cmpkit_transport_rc answer(Seat& seat, const cmpkit_transport_message& answer);

private:
    friend struct Seat;

    static void on_seat(void* user);
    static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void* user);
    void admit(nng_pipe pipe);

    void    set_up();
    void    proceed(Seat& seat);
    Message next(Seat& seat, std::shared_ptr<const Peer>& peer);
    void    take(Seat& seat, nng_msg* request, std::shared_ptr<const Peer>& peer);
    void    receive(Seat& seat);
    void    leave(Seat& seat);
    void    make_room();
    void    hand_up(Seat& seat, std::string_view octets, const Peer& peer);
    void    close();

    const Site                        site_;
    const std::shared_ptr<TlsSetting> tls_;
    std::string                       url_;
    Socket                            socket_;
    nng_listener                      listener_{};

    std::mutex              mutex_;
    std::condition_variable changed_;
    std::list<Seat>         seats_;
    std::map<std::uint32_t, std::shared_ptr<const Peer>> pipes_;  // connections that stand; shared with the handlers that run
    std::size_t             receiving_ = 0, open_ = 0;
    Clock::time_point       last_answer_{};
    bool                    stopping_ = false, stopped_ = false;
};

/// A request that waits for the host's answer; its seat lives as long as the listener.
class Exchange : public cmpkit_transport_exchange {
public:
    Exchange(Server& server, Seat& seat) : server_(server), seat_(seat) {}
    cmpkit_transport_rc respond(const cmpkit_transport_message& answer) override { return server_.answer(seat_, answer); }

private:
    Server& server_;
    Seat&   seat_;
};

Seat::Seat(Server& of) : server(of), line(of.socket_.get(), &Server::on_seat, this) {}

Server::Server(Site site, std::shared_ptr<TlsSetting> tls) : site_(std::move(site)), tls_(std::move(tls)), socket_(&nng_rep0_open) { set_up(); }

void Server::set_up() {
    const nng_socket socket = socket_.get();
    demand(nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, site_.options.max_message + max_head));
    demand(nng_pipe_notify(socket, NNG_PIPE_EV_ADD_PRE, &on_pipe, this));
    demand(nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, &on_pipe, this));
    demand(nng_listener_create(&listener_, socket, site_.url.place.c_str()));
    if (site_.url.has_port()) demand(nng_listener_set_bool(listener_, NNG_OPT_TCP_KEEPALIVE, true));
    if (site_.url.is_ipc()) demand(nng_listener_set_int(listener_, NNG_OPT_IPC_PERMISSIONS, site_.options.ipc_permissions));
    if (!tls_) return;
    const TlsConfig config = make_config(tls_);
    demand(nng_listener_set_ptr(listener_, NNG_OPT_TLS_CONFIG, config.get()));
    tls_->failures.hear([this](const std::string& why) { log(site_.host, CMPKIT_TRANSPORT_LOG_INFO, "nng: a TLS handshake failed: " + why); });
}

void Server::listen() {
    {
        const Lock lock(mutex_);
        make_room();
    }
    demand(nng_listener_start(listener_, 0));
    int port = 0;
    if (site_.url.has_port()) demand(nng_listener_get_int(listener_, NNG_OPT_TCP_BOUND_PORT, &port));
    url_ = text_of(site_.url, static_cast<std::uint16_t>(port));
}

// -- seats

void Server::on_seat(void* user) {
    Seat& seat = *static_cast<Seat*>(user);
    seat.server.proceed(seat);
}

void Server::proceed(Seat& seat) {
    std::shared_ptr<const Peer> peer;
    const Message request = next(seat, peer);
    if (!request) return;
    const auto rc = guarded([&] { return hand_up(seat, octets_of(request.get()), *peer), CMPKIT_TRANSPORT_OK; });
    if (rc == CMPKIT_TRANSPORT_OK) return;
    log(site_.host, CMPKIT_TRANSPORT_LOG_ERROR, "nng: out of memory: a request was not answered");
    const Lock lock(mutex_);
    leave(seat);
}

/// What the seat's last operation came to. @return a request to be handed up; null: none, and the seat is where it goes on
Message Server::next(Seat& seat, std::shared_ptr<const Peer>& peer) {
    const Lock lock(mutex_);
    const int  result  = seat.line.aio().result();
    Message    message = seat.line.aio().take_message();
    if (seat.state == Seat::State::sending) return leave(seat), nullptr;
    --receiving_;
    seat.state = Seat::State::idle;
    if (stopping_) return nullptr;
    if (result == 0) (void)guarded([&] { return take(seat, message.get(), peer), CMPKIT_TRANSPORT_OK; });
    if (!peer) return receive(seat), nullptr;
    return message;
}

void Server::take(Seat& seat, nng_msg* request, std::shared_ptr<const Peer>& peer) {
    const auto found = pipes_.find(nng_msg_get_pipe(request).id);
    if (found == pipes_.end()) return;  // it left already
    seat.state = Seat::State::serving;
    seat.pipe  = found->first;
    ++open_;
    peer = found->second;
    // Without memory for another seat, the next request waits until this one is answered.
    (void)guarded([&] { return make_room(), CMPKIT_TRANSPORT_OK; });
}

/// One seat receives, up to the limit.
void Server::make_room() {
    if (receiving_ > 0 || stopping_ || seats_.size() >= site_.options.max_exchanges) return;
    receive(seats_.emplace_back(*this));
}

void Server::receive(Seat& seat) {
    seat.state = Seat::State::receiving;
    ++receiving_;
    seat.line.receive(NNG_DURATION_INFINITE);
}

/// The seat's exchange is over.
void Server::leave(Seat& seat) {
    --open_;
    seat.state = Seat::State::idle;
    if (!stopping_) receive(seat);
    changed_.notify_all();
}

void Server::hand_up(Seat& seat, std::string_view octets, const Peer& peer) {
    const auto envelope = open_envelope(octets);
    seat.bare           = envelope && envelope->bare;  // whose head cannot be read knows of heads
    const auto who      = view_of(peer);
    auto       message  = view_of(CMPKIT_TRANSPORT_CMP, std::string(), who, CMPKIT_TRANSPORT_BAD);
    if (!envelope || !is_request(envelope->kind) || envelope->data.size() > site_.options.max_message) {
        (void)answer(seat, message);
        return;
    }
    message.kind      = envelope->kind == CMPKIT_TRANSPORT_ANNOUNCEMENT ? CMPKIT_TRANSPORT_CMP : envelope->kind;
    message.status    = CMPKIT_TRANSPORT_ANSWERED;
    message.data      = reinterpret_cast<const std::uint8_t*>(envelope->data.data());
    message.data_size = envelope->data.size();
    message.operation = envelope->operation.empty() ? nullptr : envelope->operation.c_str();
    message.profile   = envelope->profile.empty() ? nullptr : envelope->profile.c_str();
    site_.handler(site_.user, std::make_unique<Exchange>(*this, seat).release(), &message);
}

cmpkit_transport_rc Server::answer(Seat& seat, const cmpkit_transport_message& answer) {
    Message message;
    const auto rc = guarded([&] {
        message = make_message(seat.bare ? std::string() : head_of(answer.status, answer.kind), {reinterpret_cast<const char*>(answer.data), answer.data_size});
        return CMPKIT_TRANSPORT_OK;
    });
    const Lock lock(mutex_);
    if (stopped_) return CMPKIT_TRANSPORT_GONE;
    if (rc != CMPKIT_TRANSPORT_OK) return leave(seat), rc;
    if (!pipes_.contains(seat.pipe)) return leave(seat), CMPKIT_TRANSPORT_GONE;
    seat.state   = Seat::State::sending;
    last_answer_ = Clock::now();
    seat.line.send(std::move(message), NNG_DURATION_INFINITE);
    return CMPKIT_TRANSPORT_OK;
}

// -- connections

void Server::on_pipe(nng_pipe pipe, nng_pipe_ev event, void* user) {
    auto& server = *static_cast<Server*>(user);
    if (event == NNG_PIPE_EV_ADD_PRE) {
        if (guarded([&] { return server.admit(pipe), CMPKIT_TRANSPORT_OK; }) != CMPKIT_TRANSPORT_OK) (void)nng_pipe_close(pipe);
        return;
    }
    const Lock lock(server.mutex_);
    server.pipes_.erase(pipe.id);
}

// One that is full closes the new connection and none that stands: what NNG 1.5.2 makes of closing one that may be receiving, see Socket::settle, a peer could
// bring about.
void Server::admit(nng_pipe pipe) {
    auto peer = std::make_shared<const Peer>(peer_of(pipe, site_.url));
    {
        const Lock lock(mutex_);
        if (!stopping_ && pipes_.size() < site_.options.max_connections) return (void)pipes_.emplace(pipe.id, std::move(peer));
    }
    (void)nng_pipe_close(pipe);
}

// -- the end

void Server::stop(std::chrono::milliseconds grace) {
    const auto by = Clock::now() + grace;
    {
        std::unique_lock lock(mutex_);
        if (stopped_) return;
        stopping_ = true;
        for (Seat& seat : seats_)
            if (seat.state == Seat::State::receiving) seat.line.abort(NNG_ECANCELED);
        changed_.wait_until(lock, by, [this] { return open_ == 0; });
        const auto left_by = std::min(by, last_answer_ + time_to_leave);
        changed_.wait_until(lock, left_by, [&] { return Clock::now() >= left_by || pipes_.empty(); });
        stopped_ = true;
    }
    close();
}

// NNG ends the process if a context sends on a socket that is being closed: nobody does after stopped_ is set, and no callback runs after its aio is stopped.
void Server::close() {
    for (Seat& seat : seats_) seat.line.stop();
    for (Seat& seat : seats_) seat.line.close();
    if (tls_) tls_->failures.forget();
    if (tls_) tls_->frozen = true;
    socket_.settle();  // as no seat receives, each connection brings one more request at most
    socket_.close();
}

}  // namespace

cmpkit_transport_rc open_server(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
    std::shared_ptr<TlsSetting> tls;
    if (site.url.is_tls() && !(tls = server_setting(site.host, site.tls))) return error = "the keys and trust for TLS could not be set up", CMPKIT_TRANSPORT_TLS;
    try {
        auto server = std::make_unique<Server>(std::move(site), std::move(tls));
        server->listen();
        out = std::move(server);
    } catch (const std::runtime_error& refusal) {
        return error = refusal.what(), CMPKIT_TRANSPORT_FAILED;
    }
    return CMPKIT_TRANSPORT_OK;
}

}  // namespace cmpkit_nng

// The client: one req socket of NNG a channel, one context of it an exchange. The connection is made for the first of them, and kept.
// NNG sends a request again, after `resend-time` and on a new connection; that is safe, as a CMP server answers the same octets with the same reply.
// It refuses to wait where nobody is: without a connection for `connect-timeout`, or after its connection was lost too often, an exchange ends.
#pragma once
#include "engine.hpp"
#include "envelope.hpp"
#include "kit/plugin.hpp"
#include "library.hpp"
#include "options.hpp"

#include <condition_variable>
#include <list>
#include <map>

namespace cmpkit_nng {

using Setting = cmpkit_plugin::Client<Options>;
using Clock   = std::chrono::steady_clock;

/// What the exchanges of a channel have in common.
struct Target : Setting {
    Url url;
};

class Client;

/// One exchange, or one that is over and whose context waits for the next. All but `line` is guarded by the client's mutex.
struct Call {
    explicit Call(Client& of);

    enum class State { idle, sending, receiving };

    Client&                     client;
    Line                        line;
    std::list<Call>::iterator   self{};
    State                       state = State::idle;
    std::uint64_t               id    = 0;
    cmpkit_transport_done       done  = nullptr;
    void*                       user  = nullptr;
    std::int32_t                kind  = CMPKIT_TRANSPORT_CMP;
    bool                        bare  = true;
    std::uint32_t               timeout_ms = 0;
    Clock::time_point           deadline{}, connect_by{};
    unsigned                    losses = 0;     // of its connection, since it was sent
    std::optional<Outcome>      verdict{};      // why we broke it off
};

class Client : public cmpkit_transport_channel {
public:
    Client(Target target, std::shared_ptr<TlsSetting> tls);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    cmpkit_transport_rc submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) override;
    void                cancel(std::uint64_t id) override;

private:
    friend struct Call;
    using Lock = std::lock_guard<std::mutex>;

    void set_up();
    void dial();
    Call& take_call();
    static nng_duration time_left(const Call& call);
    void break_off(Call& call, Outcome verdict);
    void watch();

    static void on_call(void* user);
    static void on_alarm(void* user);
    static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void* user);
    void on_failure(const std::string& why);
    void forget_failures();
    void on_connected(nng_pipe pipe);
    void on_lost(nng_pipe pipe);

    void    proceed(Call& call);
    bool    goes_on(Call& call, Message& answer, Outcome& outcome);
    Outcome outcome_of(Call& call, int result) const;
    void    end(Call& call, Outcome outcome, Message answer);
    Outcome read(const Call& call, std::string_view octets, cmpkit_transport_message& message) const;
    Peer    peer_of_pipe(nng_msg* message);
    void    give_up();
    Outcome without_connection(bool sent) const;

    const Target                      target_;
    const std::shared_ptr<TlsSetting> tls_;
    Socket                            socket_;
    nng_dialer                        dialer_{};
    Aio                               alarm_;  // ends exchanges that wait without a connection

    std::mutex                    mutex_;
    std::condition_variable       changed_;
    std::list<Call>               active_, idle_;
    std::map<std::uint32_t, Peer> pipes_;  // connections that stand
    bool                          dialing_ = false, watching_ = false, closing_ = false;
    bool                          has_late_answers_ = false;  // may come: we waited no longer

    std::mutex  failure_mutex_;  // taken with NNG's locks held
    std::string failure_;        // why the last handshake failed; empty: none did since a connection stood, or while one waits
    bool        failed_now_ = false;
};

/// @param error  the reason, for the operator, if it is not OK
cmpkit_transport_rc open_client(Target target, std::unique_ptr<cmpkit_transport_channel>& out, std::string& error);

}  // namespace cmpkit_nng

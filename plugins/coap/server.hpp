// The server: one libcoap context and one thread a listener; sessions, requests that wait for the host, observers.
// It refuses everything but POST of CMP and GET of the links, on the paths of paths.hpp, in bounded time and memory; and tells announcements to observers.
// server.cpp has its life, requests.cpp what comes in, answers.cpp what goes out.
#pragma once
#include "caller.hpp"
#include "kit/plugin.hpp"
#include "loop.hpp"
#include "options.hpp"
#include "paths.hpp"
#include "tls.hpp"
#include "url.hpp"

#include <atomic>
#include <condition_variable>
#include <list>
#include <unordered_map>
#include <vector>

namespace cmpkit_coap {

/// What a listener is made of.
struct Site : cmpkit_plugin::Site<Options> {
    Url url;
};

/// @param error  the reason, for the operator, if it is not OK
cmpkit_transport_rc listen(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error);

/// A hold on a session: libcoap frees those that nobody holds when they have been silent.
struct Release {
    void operator()(coap_session_t* session) const { coap_session_release(session); }
};
using Held = std::unique_ptr<coap_session_t, Release>;
inline Held hold(coap_session_t* session) { return Held(coap_session_reference(session)); }

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

constexpr auto never = Clock::time_point::max();

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

}  // namespace cmpkit_coap

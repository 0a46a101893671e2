// The client: one libcoap context and one thread a channel, started by the first submit.
// A session carries one exchange at a time (libcoap would put requests beyond the first in a queue, RFC 7252 4.7); more exchanges take more sessions,
// which are kept for those that follow. A session on which something went wrong is not used again.
#pragma once
#include "kit/plugin.hpp"
#include "loop.hpp"
#include "options.hpp"
#include "tls.hpp"
#include "url.hpp"

#include <list>

namespace cmpkit_coap {

using Setting = cmpkit_plugin::Client<Options>;

/// What the exchanges of a channel have in common.
struct Target : Setting {
    Url url;
};

struct Transfer;
using Transfers = std::list<std::shared_ptr<Transfer>>;  // shared with the order that brings it to the loop

/// A session of the pool.
struct Line {
    explicit Line(std::uint64_t number_) : number(number_) {}
    ~Line();
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    const std::uint64_t       number;  // by which a look-up finds it again
    coap_session_t*           session = nullptr;
    std::shared_ptr<Transfer> transfer{};  // null: idle
    bool                      connected = false;
    bool                      spent     = false;  // not to be used again
    Clock::time_point         since     = Clock::now();  // opening, or idle
};

class Client : public cmpkit_transport_channel, private Loop {
public:
    explicit Client(Target target);
    ~Client() override;

    cmpkit_transport_rc submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) override;
    cmpkit_transport_rc observe(const char* profile, std::uint64_t id, cmpkit_transport_notice notice, cmpkit_transport_done done, void* user) override;
    void                cancel(std::uint64_t id) override;

private:
    void take(std::shared_ptr<Transfer> transfer);
    std::optional<Clock::time_point> turn() override;
    void drop(std::uint64_t id);
    void start_waiting();
    bool assign(std::shared_ptr<Transfer>& transfer);
    void open(Line& line);
    void connect(Line& line, const coap_address_t& address);
    void resolved(std::uint64_t number, const std::optional<coap_address_t>& address, const std::string& error);
    void begin(Line& line);
    void expire(Clock::time_point now);
    void finish_waiting();
    void finish_ended();
    void end_all();
    Clock::time_point next_event() const;

    static coap_response_t on_response(coap_session_t* session, const coap_pdu_t* sent, const coap_pdu_t* received, coap_mid_t mid);
    static void            on_nack(coap_session_t* session, const coap_pdu_t* sent, coap_nack_reason_t reason, coap_mid_t mid);
    static int             on_event(coap_session_t* session, coap_event_t event);
    static void            lose(Line& line, cmpkit_transport_rc rc, const std::string& why);

    Client(Target target, std::unique_ptr<Security> security);

    const Target                    target_;
    const std::unique_ptr<Security> security_;
    Transfers                       waiting_;  // these of the loop's thread alone
    Clock::time_point               waiting_due_ = Clock::time_point::max();  // when one of them may have ended
    std::list<Line>                 lines_;
    std::uint64_t                   next_number_ = 1;
    bool                            stopping_    = false;
    std::mutex                      mutex_;  // of begin()
};

}  // namespace cmpkit_coap

// One exchange of a client: a request sent block by block, and what came back; or an observation.
// Blocks are put together here and not by libcoap, which would take as many as a peer sends, and room for as many as it claims (RFC 7959).
#pragma once
#include "client.hpp"
#include "kit/message.hpp"
#include "pdu.hpp"

namespace cmpkit_coap {

using cmpkit_plugin::Outcome;

struct Transfer {
    Transfer(const Target& target, const cmpkit_transport_message& message, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user);
    Transfer(const Target& target, const std::string& profile, std::uint64_t id, cmpkit_transport_notice notice, cmpkit_transport_done done, void* user);

    /// These in the loop's thread; a failure to send ends it.
    void begin(coap_session_t* session);
    void receive(const coap_pdu_t* received);
    void renew();       // an observation, before the server forgets it (RFC 7641 3.3.1)
    void deregister();  // an observation
    /// The first outcome holds.
    void fail(cmpkit_transport_rc rc, std::string why);
    /// Calls done.
    void end();

    bool        is_observation() const { return notice_ != nullptr; }
    std::string where() const;

    const std::uint64_t     id;
    const Clock::time_point begun = Clock::now();
    const Clock::time_point deadline;
    Clock::time_point       renewal = Clock::time_point::max();
    std::optional<Outcome>  ended;

private:
    void ask(const std::optional<Block>& up, const std::optional<Block>& down, std::optional<std::uint32_t> observe = std::nullopt);
    void put_path(coap_pdu_t* pdu) const;
    void fit_blocks();
    void send_block();
    void begin_observation(std::uint32_t value);
    bool goes_on(const coap_pdu_t* received);
    void retry_smaller(unsigned szx);
    void take_body(const coap_pdu_t* received);
    bool take_block(const coap_pdu_t* received, const Block& block);
    void take_whole();
    void take_announcement();
    void begin_body(const coap_pdu_t* received);
    void note_peer();
    std::string  outcome_text() const;
    std::int32_t kind() const { return request_.kind; }

    const Target&                 target_;
    const cmpkit_plugin::Request  request_;
    const std::string             path_;
    const cmpkit_transport_done   done_;
    const cmpkit_transport_notice notice_ = nullptr;
    void* const                   user_;

    coap_session_t* session_ = nullptr;
    std::string     token_;           // of the message that is out
    std::string     observed_token_;  // of the registration
    bool            registered_ = false;
    std::string     last_announcement_;
    std::size_t     sent_ = 0;  // octets that the server has
    unsigned        szx_;

    coap_pdu_code_t              code_{};  // of the answer
    std::optional<std::uint32_t> format_;
    std::string                  etag_, answer_;
    cmpkit_plugin::Peer          peer_;
};

}  // namespace cmpkit_coap

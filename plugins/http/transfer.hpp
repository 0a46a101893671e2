// One exchange of a client: a request, the handle that carries it, and what came back.
#pragma once
#include "client.hpp"
#include "kit/message.hpp"

#include <chrono>
#include <optional>

namespace cmpkit_http {

using Clock = std::chrono::steady_clock;

struct Transfer {
    /// @param message  of a kind that is a request  @throws std::bad_alloc
    Transfer(const Target& target, const cmpkit_transport_message& message, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Calls done. CURLE_ABORTED_BY_CALLBACK: it was cancelled.
    void end(CURLcode result);
    /// Whether a server of the drafts said to come back for the answer; then, at `due`, poll() is to be called and it is to be carried again.
    bool is_to_poll(CURLcode result);
    void poll();

    static Transfer& of(CURL* easy);

    using Easy    = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
    using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

    const Target&              target;
    const cmpkit_plugin::Request request;
    const std::string          url;
    std::string                body;  // that is sent
    const std::uint64_t        id;
    const std::uint32_t        timeout_ms;
    const cmpkit_transport_done done;
    void* const                user;
    Clock::time_point          deadline;   // for the whole
    Clock::time_point          due{};      // to poll
    std::uint32_t              reference = 0;

    std::string answer;      // as it came
    std::string inner;       // the message in a wrapped one
    std::string status_line;
    Peer        peer;
    bool        too_large  = false;
    bool        tls_failed = false;  // the host did not fill the SSL_CTX
    bool        out_of_reach = false;  // an address was not to be connected to
    char        error[CURL_ERROR_SIZE] = "";

    Headers             headers;
    Easy                easy;
    Transfers::iterator self;  // in whatever list it is

private:
    void    set_up();
    bool    is_wrapped() const { return target.options.tcp_header != TcpHeader::none && is_framed(answer); }
    Outcome too_large_answer() const;
    Outcome outcome(CURLcode result, cmpkit_transport_message& answer);
    Outcome answered(cmpkit_transport_message& answer);
    Outcome announced(long status, cmpkit_transport_message& answer) const;
    Outcome unwrapped(cmpkit_transport_message& answer);
    bool    may_carry(long status) const;
    Outcome timed_out() const;
    bool    has_tls_alert() const;
    std::optional<std::int32_t> kind_of_answer(const char* type) const;
};

}  // namespace cmpkit_http

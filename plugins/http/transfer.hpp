// One exchange of a client: a request, the handle that carries it, and what came back.
#pragma once
#include "client.hpp"
#include "kit/message.hpp"

#include <optional>

namespace cmpkit_http {

struct Transfer {
    /// @param message  of a kind that is a request  @throws std::bad_alloc
    Transfer(const Target& target, const cmpkit_transport_message& message, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Calls done. CURLE_ABORTED_BY_CALLBACK: it was cancelled.
    void end(CURLcode result);

    static Transfer& of(CURL* easy);

    using Easy    = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
    using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

    const Target&              target;
    const cmpkit_plugin::Request request;
    const std::string          url;
    const std::uint64_t        id;
    const std::uint32_t        timeout_ms;
    const cmpkit_transport_done done;
    void* const                user;

    std::string answer;
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
    Outcome outcome(CURLcode result, cmpkit_transport_message& answer) const;
    Outcome answered(cmpkit_transport_message& answer) const;
    Outcome announced(long status, cmpkit_transport_message& answer) const;
    bool    may_carry(long status) const;
    Outcome timed_out() const;
    bool    has_tls_alert() const;
    std::optional<std::int32_t> kind_of_answer(const char* type) const;
};

}  // namespace cmpkit_http

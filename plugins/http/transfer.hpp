// One exchange of a client: a request, the handle that carries it, and what came back.
#pragma once
#include "client.hpp"
#include "media.hpp"

namespace cmpkit_http {

/// How an exchange ended, in the contract's words.
struct Outcome {
    cmpkit_transport_rc rc;
    std::string         detail;
};

struct Transfer {
    /// @param request  of a kind that media_of() knows  @throws std::bad_alloc
    Transfer(const Target& target, const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Calls done. CURLE_ABORTED_BY_CALLBACK: it was cancelled.
    void end(CURLcode result) const;

    static Transfer& of(CURL* easy);

    using Easy    = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
    using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

    const Target&              target;
    const Media&               media;
    const std::string          url;
    const std::string          request;
    const std::uint64_t        id;
    const std::uint32_t        timeout_ms;
    const cmpkit_transport_done done;
    void* const                user;

    std::string answer;
    std::string status_line;
    std::string certificate;  // DER
    bool        too_large  = false;
    bool        tls_failed = false;  // the host did not fill the SSL_CTX
    bool        out_of_reach = false;  // an address was not to be connected to
    char        error[CURL_ERROR_SIZE] = "";

    Headers             headers;
    Easy                easy;
    Transfers::iterator self;  // in whatever list it is

private:
    void    set_up();
    void    tell(const Outcome& outcome, const std::string& address) const;
    Outcome outcome(CURLcode result) const;
    Outcome answered() const;
    bool    may_carry(long status) const;
    Outcome timed_out() const;
    bool    has_tls_alert() const;
    bool    is_good_type(const char* type) const;
};

}  // namespace cmpkit_http

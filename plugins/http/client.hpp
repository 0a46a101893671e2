// The client: one libcurl multi handle and one thread a channel, started by the first submit.
// A channel has its own connections because libcurl, when it reuses one, does not look at who filled the SSL_CTX: a pool shared by
// channels could carry a message under another channel's TLS identity.
// It refuses to follow redirects, to read the environment, and to look into a message.
#pragma once
#include "contract.h"

#include "options.hpp"
#include "url.hpp"

#include <curl/curl.h>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace cmpkit_http {

/// What the exchanges of a channel have in common.
struct Target {
    Url                          url;
    Options                      options;
    cmpkit_transport_host        host;
    const cmpkit_transport_tls*  tls;
};

struct Transfer;
using Transfers = std::list<Transfer>;

class Client {
public:
    explicit Client(Target target);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// @throws std::bad_alloc, std::system_error  nothing was taken then
    cmpkit_transport_rc submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user);
    void cancel(std::uint64_t id);

private:
    using Multi = std::unique_ptr<CURLM, CURLMcode (*)(CURLM*)>;

    void run();
    bool take_orders();
    void start(Transfers submitted);
    void finish_ended();
    void finish(Transfer& transfer, CURLcode result);
    void drop(std::uint64_t id);

    const Target target_;
    const Multi  multi_;
    Transfers    running_;  // of the loop thread alone

    std::mutex                 mutex_;
    Transfers                  submitted_;
    std::vector<std::uint64_t> cancelled_;
    bool                       stopping_ = false;
    std::thread                thread_;
};

}  // namespace cmpkit_http

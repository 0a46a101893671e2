// The client: one libcurl multi handle and one thread a channel, started by the first submit.
// A channel has its own connections because libcurl, when it reuses one, does not look at who filled the SSL_CTX: a pool shared by
// channels could carry a message under another channel's TLS identity.
// It refuses to follow redirects, to read the environment, and to look into a message.
#pragma once
#include "kit/plugin.hpp"
#include "options.hpp"
#include "url.hpp"

#include <curl/curl.h>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace cmpkit_http {

using Setting = cmpkit_plugin::Client<Options>;

/// What the exchanges of a channel have in common.
struct Target : Setting {
    Url url;
};

struct Transfer;
using Transfers = std::list<Transfer>;

class Client : public cmpkit_transport_channel {
public:
    explicit Client(Target target);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    cmpkit_transport_rc submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) override;
    void                cancel(std::uint64_t id) override;

private:
    using Multi = std::unique_ptr<CURLM, CURLMcode (*)(CURLM*)>;

    void run();
    bool take_orders();
    void start(Transfers submitted);
    void finish_ended();
    void finish(Transfer& transfer, CURLcode result);
    void pause(Transfer& transfer);
    int  poll_those_due();
    void drop(std::uint64_t id);

    const Target target_;
    const Multi  multi_;
    Transfers    running_;  // of the loop thread alone
    Transfers    pausing_;  // the same: told to come back for their answers

    std::mutex                 mutex_;
    Transfers                  submitted_;
    std::vector<std::uint64_t> cancelled_;
    bool                       stopping_ = false;
    std::thread                thread_;
};

}  // namespace cmpkit_http

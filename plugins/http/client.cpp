#include "client.hpp"

#include "media.hpp"
#include "transfer.hpp"

namespace cmpkit_http {

Client::Client(Target target) : target_(std::move(target)), multi_(curl_multi_init(), &curl_multi_cleanup) {
    if (!multi_) throw std::bad_alloc();
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(target_.options.max_connections));
}

Client::~Client() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    if (thread_.joinable()) thread_.join();
}

cmpkit_transport_rc Client::submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) {
    if (!is_request(request.kind)) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    Transfers  one;
    const auto transfer = one.emplace(one.end(), target_, request, timeout_ms, id, done, user);
    transfer->self      = transfer;
    {
        const std::lock_guard lock(mutex_);
        if (!thread_.joinable()) thread_ = quiet_thread([this] { run(); });
        submitted_.splice(submitted_.end(), one);
    }
    curl_multi_wakeup(multi_.get());
    return CMPKIT_TRANSPORT_OK;
}

void Client::cancel(std::uint64_t id) {
    {
        const std::lock_guard lock(mutex_);
        cancelled_.push_back(id);
    }
    curl_multi_wakeup(multi_.get());
}

// Nothing here may throw: transfers move from list to list without an allocation, and what they need was made by submit.
void Client::run() {
    while (take_orders()) {
        int still_running = 0;
        curl_multi_perform(multi_.get(), &still_running);
        finish_ended();
        curl_multi_poll(multi_.get(), nullptr, 0, poll_those_due(), nullptr);
    }
    running_.splice(running_.end(), pausing_);
    while (!running_.empty()) finish(running_.front(), CURLE_ABORTED_BY_CALLBACK);
}

/// @return false: the channel is being freed
bool Client::take_orders() {
    Transfers                  submitted;
    std::vector<std::uint64_t> cancelled;
    bool                       stopping = false;
    {
        const std::lock_guard lock(mutex_);
        submitted.swap(submitted_);
        cancelled.swap(cancelled_);
        stopping = stopping_;
    }
    start(std::move(submitted));
    for (const auto id : cancelled) drop(id);
    return !stopping;
}

void Client::start(Transfers submitted) {
    while (!submitted.empty()) {
        Transfer& first = submitted.front();
        running_.splice(running_.end(), submitted, first.self);
        if (curl_multi_add_handle(multi_.get(), first.easy.get()) != CURLM_OK) finish(first, CURLE_OUT_OF_MEMORY);
    }
}

void Client::finish_ended() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left))
        if (message->msg == CURLMSG_DONE) {
            Transfer& transfer = Transfer::of(message->easy_handle);
            if (transfer.is_to_poll(message->data.result)) pause(transfer);
            else finish(transfer, message->data.result);
        }
}

void Client::pause(Transfer& transfer) {
    curl_multi_remove_handle(multi_.get(), transfer.easy.get());
    pausing_.splice(pausing_.end(), running_, transfer.self);
}

/// @return ms until the next one is due; every event and order ends the wait before
int Client::poll_those_due() {
    static constexpr std::chrono::milliseconds long_enough{60'000};
    const auto now   = Clock::now();
    auto       until = now + long_enough;
    for (auto at = pausing_.begin(); at != pausing_.end();) {
        Transfer& transfer = *at++;
        if (transfer.due > now) {
            until = std::min(until, transfer.due);
            continue;
        }
        until = now;
        Transfers due;
        due.splice(due.end(), pausing_, transfer.self);
        if (transfer.deadline > now) {
            transfer.poll();
            start(std::move(due));
        } else {
            running_.splice(running_.end(), due);
            finish(transfer, CURLE_OPERATION_TIMEDOUT);
        }
    }
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(until - now).count());
}

void Client::finish(Transfer& transfer, CURLcode result) {
    // First of all, so that the connection is free for an exchange that the callback may begin.
    curl_multi_remove_handle(multi_.get(), transfer.easy.get());
    Transfers ended;
    ended.splice(ended.end(), running_, transfer.self);
    transfer.end(result);
}

void Client::drop(std::uint64_t id) {
    for (auto at = running_.begin(); at != running_.end();) {
        Transfer& transfer = *at++;
        if (transfer.id == id) finish(transfer, CURLE_ABORTED_BY_CALLBACK);
    }
    for (auto at = pausing_.begin(); at != pausing_.end();) {
        Transfer& transfer = *at++;
        if (transfer.id != id) continue;
        running_.splice(running_.end(), pausing_, transfer.self);
        finish(transfer, CURLE_ABORTED_BY_CALLBACK);
    }
}

}  // namespace cmpkit_http

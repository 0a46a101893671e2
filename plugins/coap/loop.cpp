#include "loop.hpp"

#include <mutex>
#include <sys/epoll.h>

namespace cmpkit_coap {

namespace {

// libcoap's log tells no context. What it says while a loop runs is for the loop's host.
thread_local const cmpkit_transport_host* speaking_for = nullptr;

void take_log(coap_log_t, const char* message) {
    if (!speaking_for) return;
    std::string_view text(message);
    while (text.ends_with('\n')) text.remove_suffix(1);
    (void)cmpkit_plugin::guarded([&] {
        cmpkit_plugin::log(*speaking_for, CMPKIT_TRANSPORT_LOG_ERROR, "coap: " + std::string(text));
        return CMPKIT_TRANSPORT_OK;
    });
}

}  // namespace

void start_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        coap_startup();
        coap_set_log_handler(take_log);
        // Below this libcoap names sessions in its words, in one buffer for all threads.
        coap_set_log_level(LOG_CRIT);
        coap_dtls_set_log_level(LOG_CRIT);
    });
}

Loop::Loop(ContextPointer context, const cmpkit_transport_host& host)
    : host_(host), context_(std::move(context)), mailbox_(std::make_shared<cmpkit_plugin::Mailbox>()), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    bool complete = context_ && epoll_ >= 0;
    for (const int fd : {mailbox_->fd(), context_ ? coap_context_get_coap_fd(context_.get()) : -1}) {
        epoll_event event{};
        event.events  = EPOLLIN;
        event.data.fd = fd;
        complete      = complete && epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
    }
    if (complete) return;
    const int why = errno;
    if (epoll_ >= 0) close(epoll_);
    throw std::system_error(why, std::generic_category());
}

Loop::~Loop() { close(epoll_); }

void Loop::post(cmpkit_plugin::Mailbox::Order order) {
    // One that throws must not take along those behind it.
    mailbox_->post([order = std::move(order)] {
        (void)cmpkit_plugin::guarded([&] { return order(), CMPKIT_TRANSPORT_OK; });
    });
}

void Loop::begin() {
    thread_ = cmpkit_plugin::quiet_thread([this] { run(); });
}

void Loop::join() {
    if (thread_.joinable()) thread_.join();
}

void Loop::run() {
    speaking_for = &host_;
    while (const auto until = guarded_turn()) {
        wait(*until);
        (void)cmpkit_plugin::guarded([&] { return mailbox_->run(), CMPKIT_TRANSPORT_OK; });
        coap_io_process(context_.get(), COAP_IO_NO_WAIT);
    }
    speaking_for = nullptr;
}

/// Without memory it tries again in a moment.
std::optional<Clock::time_point> Loop::guarded_turn() {
    std::optional<Clock::time_point> until = Clock::now() + std::chrono::milliseconds(100);
    (void)cmpkit_plugin::guarded([&] { return until = turn(), CMPKIT_TRANSPORT_OK; });
    return until;
}

void Loop::wait(Clock::time_point until) {
    using namespace std::chrono;
    static constexpr std::int64_t long_enough = 60'000;  // ms
    coap_tick_t now = 0;
    coap_ticks(&now);
    const unsigned due  = coap_io_prepare_epoll(context_.get(), now);  // 0: nothing
    const auto     left = until == Clock::time_point::max() ? long_enough : duration_cast<milliseconds>(until - Clock::now()).count() + 1;
    const auto     most = std::min(due == 0 ? long_enough : std::int64_t{due}, std::clamp<std::int64_t>(left, 0, long_enough));
    epoll_event    ignored[2];
    (void)epoll_wait(epoll_, ignored, 2, static_cast<int>(most));
}

}  // namespace cmpkit_coap

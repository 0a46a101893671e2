#define BOOST_ASIO_DISABLE_BOOST_DATE_TIME
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // as in kit/tcp_server.hpp
#include "client.hpp"

#include "errand.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <mutex>
#include <vector>

namespace cmpkit_tcp {

namespace {

using Clock = std::chrono::steady_clock;

class Client : public cmpkit_transport_channel, public Switchboard {
public:
    Client(Setting setting, Url url) : setting_(std::move(setting)), url_(std::move(url)), work_(loop_.get_executor()) {}
    ~Client() override;

    cmpkit_transport_rc submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) override;
    void                cancel(std::uint64_t id) override;

private:
    using Errands = std::vector<std::shared_ptr<Errand>>;  // shared with their pending operations

    struct Idle {
        std::shared_ptr<Line> line;
        Clock::time_point     since;
    };

    void run();
    void take_up(std::shared_ptr<Errand> errand);
    void end_all();

    asio::io_context&     loop() override { return loop_; }
    const Url&            url() const override { return url_; }
    const Options&        options() const override { return setting_.options; }
    std::shared_ptr<Line> take_idle() override;
    void                  give_back(std::shared_ptr<Line> line) override { idle_.push_back({std::move(line), Clock::now()}); }
    void                  over(const Errand& errand) override;

    const Setting    setting_;
    const Url        url_;
    asio::io_context loop_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_;

    Errands                             running_;  // of the loop's thread, as all below
    std::deque<std::shared_ptr<Errand>> waiting_;
    std::vector<Idle>                   idle_;
    bool                                ending_ = false;

    std::mutex  mutex_;
    std::thread thread_;
};

Client::~Client() {
    if (thread_.joinable()) {
        asio::post(loop_, [this] { end_all(); });
        work_.reset();
        thread_.join();
    }
}

cmpkit_transport_rc Client::submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) {
    if (request.kind != CMPKIT_TRANSPORT_CMP && request.kind != CMPKIT_TRANSPORT_ANNOUNCEMENT) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) thread_ = quiet_thread([this] { run(); });
    asio::post(loop_, [this, errand = std::make_shared<Errand>(*this, request, timeout_ms, id, done, user)] { take_up(errand); });
    return CMPKIT_TRANSPORT_OK;
}

void Client::cancel(std::uint64_t id) {
    asio::post(loop_, [this, id] {
        const Errands             running = running_;
        const auto                waiting = waiting_;
        for (const auto& errand : running)
            if (errand->id() == id) errand->end(CMPKIT_TRANSPORT_CANCELLED, {});
        for (const auto& errand : waiting)
            if (errand->id() == id) errand->end(CMPKIT_TRANSPORT_CANCELLED, {});
    });
}

void Client::run() {
    while (guarded([this] { return loop_.run(), CMPKIT_TRANSPORT_OK; }) != CMPKIT_TRANSPORT_OK) log(setting_.host, CMPKIT_TRANSPORT_LOG_ERROR, "tcp: out of memory");
}

void Client::take_up(std::shared_ptr<Errand> errand) {
    if (ending_) return errand->end(CMPKIT_TRANSPORT_CANCELLED, {});
    if (running_.size() >= options().max_connections) return waiting_.push_back(std::move(errand));
    running_.push_back(errand);
    errand->begin();
}

void Client::over(const Errand& errand) {
    const auto is_it = [&](const std::shared_ptr<Errand>& each) { return each.get() == &errand; };
    std::erase_if(running_, is_it);
    std::erase_if(waiting_, is_it);
    if (waiting_.empty() || running_.size() >= options().max_connections) return;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    take_up(std::move(next));
}

std::shared_ptr<Line> Client::take_idle() {
    const auto oldest = Clock::now() - setting_.options.idle_timeout;
    std::erase_if(idle_, [&](const Idle& each) { return each.since < oldest; });
    if (idle_.empty()) return nullptr;
    auto line = std::move(idle_.back().line);
    idle_.pop_back();
    return line;
}

void Client::end_all() {
    ending_            = true;
    const auto waiting = std::exchange(waiting_, {});
    const auto running = running_;
    for (const auto& errand : waiting) errand->end(CMPKIT_TRANSPORT_CANCELLED, {});
    for (const auto& errand : running) errand->end(CMPKIT_TRANSPORT_CANCELLED, {});
    idle_.clear();
}

}  // namespace

std::unique_ptr<cmpkit_transport_channel> open_client(Setting setting, Url url) { return std::make_unique<Client>(std::move(setting), std::move(url)); }

}  // namespace cmpkit_tcp

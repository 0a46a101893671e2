// The client: a loop and a thread a channel, from the first exchange on. Each exchange has a connection to itself while it lasts;
// connections are kept for the next, and exchanges beyond max-connections wait in line.
#include "errand.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <deque>
#include <mutex>
#include <vector>

namespace ocpp {

namespace {

class Client : public cmpkit_transport_channel, public Station {
public:
    Client(const Options& its_options, const Url& its_url, const Host& host) : Station(its_options, its_url), host_(host) {}
    ~Client() override;

    void submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) override;
    void cancel(std::uint64_t id) override;

private:
    using Errands = std::vector<std::shared_ptr<Errand>>;  // shared with their pending operations

    void begin(const std::shared_ptr<Errand>& errand);
    void end_all();

    std::unique_ptr<Line> take_idle() override;
    void                  over(Errand& errand, std::unique_ptr<Line> line) override;

    const Host host_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{loop.get_executor()};

    Errands                             running_;  // of the loop's thread, as all below
    std::deque<std::shared_ptr<Errand>> waiting_;
    std::vector<std::unique_ptr<Line>>  idle_;
    bool                                ending_ = false;

    std::mutex  mutex_;  // of thread_: submit comes from any
    std::thread thread_;
};

Client::~Client() {
    if (!thread_.joinable()) return;
    asio::post(loop, [this] { end_all(); });
    work_.reset();
    thread_.join();
}

void Client::submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) {
    auto                  errand = std::make_shared<Errand>(*this, request, id, done, user);
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) thread_ = quiet_thread([this] { run(loop, host_); });
    asio::post(loop, [this, errand = std::move(errand), timeout_ms] {
        errand->limit(timeout_ms);
        if (ending_) errand->stop({CMPKIT_TRANSPORT_CANCELLED});
        else if (running_.size() < options.max_connections) begin(errand);
        else waiting_.push_back(errand);
    });
}

void Client::begin(const std::shared_ptr<Errand>& errand) try {
    running_.push_back(errand);
    asio::co_spawn(loop, errand->run(), [errand](std::exception_ptr) {});  // run() lets no exception out
} catch (const std::bad_alloc&) {
    errand->stop({CMPKIT_TRANSPORT_NO_MEMORY});
}

void Client::cancel(std::uint64_t id) {
    asio::post(loop, [this, id] {
        Errands all = running_;
        all.insert(all.end(), waiting_.begin(), waiting_.end());
        for (const auto& errand : all)
            if (errand->id() == id) errand->stop({CMPKIT_TRANSPORT_CANCELLED});
    });
}

void Client::over(Errand& errand, std::unique_ptr<Line> line) {
    const auto is_it = [&](const std::shared_ptr<Errand>& each) { return each.get() == &errand; };
    std::erase_if(running_, is_it);
    std::erase_if(waiting_, is_it);
    if (line && !ending_) {
        line->idle_since = Clock::now();
        idle_.push_back(std::move(line));
    }
    if (waiting_.empty() || running_.size() >= options.max_connections) return;
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    begin(next);
}

std::unique_ptr<Line> Client::take_idle() {
    const auto oldest = Clock::now() - options.idle_timeout;
    std::erase_if(idle_, [&](const auto& line) { return line->idle_since < oldest; });
    if (idle_.empty()) return nullptr;
    auto line = std::move(idle_.back());
    idle_.pop_back();
    return line;
}

void Client::end_all() {
    ending_            = true;
    const auto waiting = std::exchange(waiting_, {});
    const auto running = running_;
    for (const auto& errand : waiting) errand->stop({CMPKIT_TRANSPORT_CANCELLED});
    for (const auto& errand : running) errand->stop({CMPKIT_TRANSPORT_CANCELLED});
    idle_.clear();
}

}  // namespace

std::unique_ptr<cmpkit_transport_channel> open(const Options& options, const Url& url, const Host& host) { return std::make_unique<Client>(options, url, host); }

}  // namespace ocpp

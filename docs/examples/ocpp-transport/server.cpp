// The server: one loop and one thread a listener, connections in a bounded number, an orderly end.
#include "connection.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <unordered_set>

namespace ocpp {

namespace {

class Server : public cmpkit_transport_listener, public House {
public:
    Server(const Options& its_options, const Url& its_url, const Host& host, cmpkit_transport_handler its_handler, void* its_user)
        : House(its_options, its_url, its_handler, its_user), host_(host) {}
    ~Server() override { stop(milliseconds(0)); }

    void        begin();
    const char* url() const override { return url_.c_str(); }
    void        stop(milliseconds grace) override;

private:
    asio::awaitable<void> accept();
    bool is_full() const { return connections_.size() >= options.max_connections; }
    bool has_room() const;
    void admit(tcp::socket socket);
    void make_room();
    void begin_stop();
    void check_quiet();
    void close_all();

    void idle() override;
    void left(Connection& connection) override;

    const Host         host_;
    std::string        url_;  // with the real port
    tcp::acceptor      acceptor_{loop};
    asio::steady_timer room_{loop};  // cancelled when a connection leaves or is idle
    std::unordered_set<std::shared_ptr<Connection>> connections_;  // shared with their pending operations
    bool               is_stopping_ = false;
    std::thread        thread_;

    std::mutex              mutex_;
    std::condition_variable changed_;
    bool                    is_quiet_ = false;
};

void Server::begin() try {
    const tcp::endpoint endpoint = *tcp::resolver(loop).resolve(asked.host, std::to_string(asked.port), tcp::resolver::passive).begin();
    acceptor_                    = tcp::acceptor(loop, endpoint);  // with SO_REUSEADDR
    url_                         = asked.text(acceptor_.local_endpoint().port());
    asio::co_spawn(loop, accept(), [](std::exception_ptr) {});
    thread_ = quiet_thread([this] { run(loop, host_); });
} catch (const boost::system::system_error& failure) {
    throw Failure{CMPKIT_TRANSPORT_FAILED, asked.text() + ": " + failure.code().message()};
}

asio::awaitable<void> Server::accept() {
    while (!is_stopping_) {
        room_.expires_after(std::chrono::seconds(1));
        if (!has_room()) {
            co_await room_.async_wait(as_tuple);  // those that come meanwhile wait in the backlog
            continue;
        }
        auto [failure, socket] = co_await acceptor_.async_accept(as_tuple);
        if (is_stopping_) break;
        if (!failure) admit(std::move(socket));
        else co_await room_.async_wait(as_tuple);  // no descriptor is left, or the like
    }
}

void Server::admit(tcp::socket socket) try {
    const std::string address    = text_of(socket.remote_endpoint());
    const auto        connection = std::make_shared<Connection>(*this, std::move(socket), address);
    if (is_full()) make_room();
    connections_.insert(connection);
    connection->begin();
} catch (const std::exception& failure) {
    host_.log(CMPKIT_TRANSPORT_LOG_WARNING, std::string("ocpp: a connection was dropped: ") + failure.what());
}

bool Server::has_room() const {
    return !is_full() || std::any_of(connections_.begin(), connections_.end(), [](const auto& each) { return !each->is_busy(); });
}

/// The connection that has been silent longest goes.
void Server::make_room() {
    std::shared_ptr<Connection> oldest;
    for (const auto& each : connections_)
        if (!each->is_busy() && (!oldest || each->deadline() < oldest->deadline())) oldest = each;
    if (oldest) oldest->close();
}

void Server::idle() {
    room_.cancel();
    check_quiet();
}

void Server::left(Connection& connection) {
    connections_.erase(connection.shared_from_this());
    idle();
}

void Server::stop(milliseconds grace) {
    if (!thread_.joinable()) return;
    asio::post(loop, [this] { begin_stop(); });
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, grace, [this] { return is_quiet_; });
    }
    asio::post(loop, [this] { close_all(); });
    thread_.join();
}

void Server::begin_stop() {
    is_stopping_ = true;
    ErrorCode ignored;
    acceptor_.close(ignored);
    room_.cancel();
    const auto connections = connections_;
    for (const auto& each : connections) each->is_busy() ? each->close_after_answer() : each->close();
    check_quiet();
}

void Server::check_quiet() {
    if (!is_stopping_ || !connections_.empty()) return;
    const std::lock_guard lock(mutex_);
    is_quiet_ = true;
    changed_.notify_all();
}

/// Then nothing is left to do, and the loop ends.
void Server::close_all() {
    const auto connections = connections_;
    for (const auto& each : connections) each->close();
}

}  // namespace

std::unique_ptr<cmpkit_transport_listener> listen(const Options& options, const Url& url, const Host& host, cmpkit_transport_handler handler, void* user) {
    auto server = std::make_unique<Server>(options, url, host, handler, user);
    server->begin();
    return server;
}

}  // namespace ocpp

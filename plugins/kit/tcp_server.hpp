// A server over TCP: one Asio loop and one thread, connections in a bounded number, an orderly end.
// Included by one unit a plugin: Asio is slow to compile.
//
//     class Server : public TcpServer {
//         std::shared_ptr<Guest> connect(tcp::socket socket, std::string address) override { … }
//     };
#pragma once
#define BOOST_ASIO_DISABLE_BOOST_DATE_TIME  // timers of std::chrono serve TLS streams as well
#define BOOST_ASIO_DISABLE_FENCED_BLOCK     // one thread runs the loop, and its queue is under a lock; ThreadSanitizer knows no fences
#include "household.hpp"
#include "plugin.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <mutex>
#include <unordered_set>

namespace cmpkit_plugin {

namespace asio  = boost::asio;
using tcp       = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

inline std::string text_of(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

class TcpServer : public cmpkit_transport_listener, public Household {
public:
    struct Limits {
        std::size_t               max_connections;
        std::chrono::milliseconds idle_timeout;
    };

    TcpServer(const char* name, const cmpkit_transport_host& host, Limits limits)
        : name_(name), host_(host), limits_(limits), acceptor_(loop_), tick_(loop_) {}

    const char* url() const override { return url_.c_str(); }
    void        stop(std::chrono::milliseconds grace) override;

protected:
    // Whoever derives stops it in its own destructor, before what connect() needs is gone.
    ~TcpServer() override = default;

    /// Takes the port; then url_ can be told. @param host  an IPv6 address may stand in brackets
    ErrorCode     bind(const std::string& host, std::uint16_t port);
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    void          start(std::string url);

    /// Null: it cannot be served.
    virtual std::shared_ptr<Guest> connect(tcp::socket socket, std::string address) = 0;

    asio::io_context& loop() { return loop_; }
    void              post(std::function<void()> order) override { asio::post(loop_, std::move(order)); }

private:
    void      run();
    void      accept();
    void      admit(tcp::socket socket);
    bool      is_full() const;
    bool      has_room() const;
    void      make_room();
    void      sweep();
    void      begin_stop();
    void      check_quiet();
    void      close_all();
    template <class Claim> void close_if(Claim claim);

    void idle() override;
    void left(Guest& guest) override;

    const char* const           name_;
    const cmpkit_transport_host host_;
    const Limits                limits_;
    std::string                 url_;
    asio::io_context            loop_{1};
    tcp::acceptor               acceptor_;
    asio::steady_timer          tick_;
    std::unordered_set<std::shared_ptr<Guest>> guests_;  // shared with their pending operations
    bool                        accepting_ = false;
    bool                        stopping_  = false;
    std::thread                 thread_;

    std::mutex              mutex_;
    std::condition_variable changed_;
    bool                    quiet_ = false;
};

inline ErrorCode TcpServer::bind(const std::string& name, std::uint16_t port) {
    ErrorCode         failure;
    const std::string host  = name.starts_with('[') ? name.substr(1, name.size() - 2) : name;
    const auto        found = tcp::resolver(loop_).resolve(host, std::to_string(port), tcp::resolver::passive, failure);
    if (failure) return failure;
    const tcp::endpoint endpoint = found.begin()->endpoint();
    if (acceptor_.open(endpoint.protocol(), failure)) return failure;
    if (acceptor_.set_option(tcp::acceptor::reuse_address(true), failure)) return failure;
    if (acceptor_.bind(endpoint, failure)) return failure;
    return acceptor_.listen(tcp::acceptor::max_listen_connections, failure), failure;
}

inline void TcpServer::start(std::string url) {
    url_ = std::move(url);
    sweep();
    thread_ = quiet_thread([this] { run(); });
}

inline void TcpServer::run() {
    for (;;) {
        const auto rc = guarded([this] { return loop_.run(), CMPKIT_TRANSPORT_OK; });
        if (rc == CMPKIT_TRANSPORT_OK) return;
        // The connection concerned has no operation pending any more, and the sweep will close it.
        log(host_, CMPKIT_TRANSPORT_LOG_ERROR, rc == CMPKIT_TRANSPORT_NO_MEMORY ? std::string(name_) + ": out of memory" : std::string(name_) + ": a connection failed");
    }
}

inline void TcpServer::accept() {
    if (accepting_ || stopping_ || !has_room()) return;
    accepting_ = true;
    acceptor_.async_accept([this](ErrorCode failure, tcp::socket socket) {
        accepting_ = false;
        if (stopping_) return;
        // No descriptor left, or the like: the sweep tries again.
        if (failure) return log(host_, CMPKIT_TRANSPORT_LOG_WARNING, std::string(name_) + ": accept: " + failure.message());
        admit(std::move(socket));
        accept();
    });
}

inline bool TcpServer::is_full() const { return guests_.size() >= limits_.max_connections; }

/// If all connections wait for answers, new ones wait in the backlog.
inline bool TcpServer::has_room() const {
    return !is_full() || std::ranges::any_of(guests_, [](const auto& connection) { return !connection->is_busy(); });
}

/// The connection that has been silent longest goes.
inline void TcpServer::make_room() {
    std::shared_ptr<Guest> oldest;
    for (const auto& connection : guests_)
        if (!connection->is_busy() && (!oldest || connection->deadline() < oldest->deadline())) oldest = connection;
    if (oldest) oldest->close();
}

inline void TcpServer::admit(tcp::socket socket) {
    ErrorCode  failure;
    const auto peer = socket.remote_endpoint(failure);
    if (failure) return;
    socket.set_option(tcp::no_delay(true), failure);  // else Nagle waits for the peer's delayed ACK between head and body
    const auto connection = connect(std::move(socket), text_of(peer));
    if (!connection) return;
    if (is_full()) make_room();
    guests_.insert(connection);
    connection->begin();
}

inline void TcpServer::sweep() {
    using namespace std::chrono_literals;
    close_if([now = Clock::now()](const Guest& guest) { return guest.deadline() <= now; });
    accept();
    tick_.expires_after(std::clamp<Clock::duration>(limits_.idle_timeout / 4, 10ms, 1s));
    tick_.async_wait([this](ErrorCode failure) {
        if (!failure && !stopping_) sweep();
    });
}

// Without a copy of the set, which there might be no memory for: a connection that closes takes itself out, and no other.
template <class Claim> void TcpServer::close_if(Claim claim) {
    for (auto at = guests_.begin(); at != guests_.end();) {
        const auto connection = *at++;
        if (claim(*connection)) connection->close();
    }
}

inline void TcpServer::idle() {
    check_quiet();
    accept();
}

inline void TcpServer::left(Guest& guest) {
    guests_.erase(guest.shared_from_this());
    check_quiet();
    accept();
}

inline void TcpServer::stop(std::chrono::milliseconds grace) {
    if (!thread_.joinable()) return;
    asio::post(loop_, [this] { begin_stop(); });
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, grace, [this] { return quiet_; });
    }
    asio::post(loop_, [this] { close_all(); });
    thread_.join();
}

inline void TcpServer::begin_stop() {
    stopping_ = true;
    ErrorCode ignored;
    acceptor_.close(ignored);
    tick_.cancel();
    for (const auto& connection : guests_) connection->close_after_answer();
    close_if([](const Guest& guest) { return !guest.is_busy(); });
    check_quiet();
}

inline void TcpServer::check_quiet() {
    if (!stopping_) return;
    for (const auto& connection : guests_)
        if (connection->is_busy()) return;
    const std::lock_guard lock(mutex_);
    quiet_ = true;
    changed_.notify_all();
}

inline void TcpServer::close_all() {
    close_if([](const Guest&) { return true; });
    loop_.stop();
}

}  // namespace cmpkit_plugin

// The one unit that includes Asio.
#define BOOST_ASIO_DISABLE_BOOST_DATE_TIME  // timers of std::chrono serve TLS streams as well
#define BOOST_ASIO_DISABLE_FENCED_BLOCK     // one thread runs the loop, and its queue is under a lock; ThreadSanitizer knows no fences
#include "stream.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <unordered_set>

namespace cmpkit_http {

namespace {

std::string text_of(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

class Server : public cmpkit_transport_listener, public Household {
public:
    explicit Server(Site site) : site_(std::move(site)), acceptor_(loop_), tick_(loop_) {}
    ~Server() override { stop(std::chrono::milliseconds(0)); }

    cmpkit_transport_rc start(std::string& error);
    const char*         url() const override { return url_.c_str(); }
    void                stop(std::chrono::milliseconds grace) override;

private:
    ErrorCode bind();
    void      run();
    void      accept();
    void      admit(tcp::socket socket);
    std::shared_ptr<Connection> connect(tcp::socket socket, std::string address);
    bool      is_full() const;
    bool      has_room() const;
    void      make_room();
    void      sweep();
    void      begin_stop();
    void      check_quiet();
    void      close_all();
    template <class Claim> void close_if(Claim claim);

    void idle() override;
    void left(Connection& connection) override;
    void post(std::shared_ptr<Connection> connection, Reply reply) override;

    const Site         site_;
    SslContext         tls_;
    std::string        url_;
    asio::io_context   loop_{1};
    tcp::acceptor      acceptor_;
    asio::steady_timer tick_;
    std::unordered_set<std::shared_ptr<Connection>> connections_;  // shared with their pending operations
    bool               accepting_ = false;
    bool               stopping_  = false;
    std::thread        thread_;

    std::mutex              mutex_;
    std::condition_variable changed_;
    bool                    quiet_ = false;
};

ErrorCode Server::bind() {
    ErrorCode failure;
    const bool        bracketed = site_.url.host.starts_with('[');
    const std::string host      = bracketed ? site_.url.host.substr(1, site_.url.host.size() - 2) : site_.url.host;
    const auto found = tcp::resolver(loop_).resolve(host, std::to_string(site_.url.port), tcp::resolver::passive, failure);
    if (failure) return failure;
    const tcp::endpoint endpoint = found.begin()->endpoint();
    if (acceptor_.open(endpoint.protocol(), failure)) return failure;
    if (acceptor_.set_option(tcp::acceptor::reuse_address(true), failure)) return failure;
    if (acceptor_.bind(endpoint, failure)) return failure;
    return acceptor_.listen(tcp::acceptor::max_listen_connections, failure), failure;
}

cmpkit_transport_rc Server::start(std::string& error) {
    if (site_.url.is_tls() && !(tls_ = server_context(site_.host, site_.tls))) return error = "the keys and trust for TLS could not be set up", CMPKIT_TRANSPORT_TLS;
    if (const ErrorCode failure = bind()) return error = failure.message(), CMPKIT_TRANSPORT_FAILED;
    url_ = cmpkit_http::text_of(site_.url, acceptor_.local_endpoint().port(), site_.url.path == "/" ? "" : site_.url.path);
    sweep();
    thread_ = quiet_thread([this] { run(); });
    return CMPKIT_TRANSPORT_OK;
}

void Server::run() {
    for (;;) {
        const auto rc = guarded([this] { return loop_.run(), CMPKIT_TRANSPORT_OK; });
        if (rc == CMPKIT_TRANSPORT_OK) return;
        // The connection concerned has no operation pending any more, and the sweep will close it.
        log(site_.host, CMPKIT_TRANSPORT_LOG_ERROR, rc == CMPKIT_TRANSPORT_NO_MEMORY ? "http: out of memory" : "http: a connection failed");
    }
}

void Server::accept() {
    if (accepting_ || stopping_ || !has_room()) return;
    accepting_ = true;
    acceptor_.async_accept([this](ErrorCode failure, tcp::socket socket) {
        accepting_ = false;
        if (stopping_) return;
        // No descriptor left, or the like: the sweep tries again.
        if (failure) return log(site_.host, CMPKIT_TRANSPORT_LOG_WARNING, "http: accept: " + failure.message());
        admit(std::move(socket));
        accept();
    });
}

bool Server::is_full() const { return connections_.size() >= site_.options.max_connections; }

/// If all connections wait for answers, new ones wait in the backlog.
bool Server::has_room() const {
    return !is_full() || std::ranges::any_of(connections_, [](const auto& connection) { return !connection->is_busy(); });
}

/// The connection that has been silent longest goes.
void Server::make_room() {
    std::shared_ptr<Connection> oldest;
    for (const auto& connection : connections_)
        if (!connection->is_busy() && (!oldest || connection->deadline() < oldest->deadline())) oldest = connection;
    if (oldest) oldest->close();
}

void Server::admit(tcp::socket socket) {
    ErrorCode  failure;
    const auto peer = socket.remote_endpoint(failure);
    if (failure) return;
    socket.set_option(tcp::no_delay(true), failure);  // else Nagle waits for the peer's delayed ACK between head and body
    const auto connection = connect(std::move(socket), text_of(peer));
    if (!connection) return;
    if (is_full()) make_room();
    connections_.insert(connection);
    connection->begin();
}

std::shared_ptr<Connection> Server::connect(tcp::socket socket, std::string address) {
    if (!tls_) return std::make_shared<Over<tcp::socket>>(site_, *this, std::move(address), std::move(socket));
    SslPointer ssl(SSL_new(tls_.get()));
    if (!ssl) return nullptr;
    return std::make_shared<Over<TlsStream>>(site_, *this, std::move(address), std::move(socket), ssl.release());
}

void Server::sweep() {
    using namespace std::chrono_literals;
    close_if([now = Clock::now()](const Connection& connection) { return connection.deadline() <= now; });
    accept();
    tick_.expires_after(std::clamp<Clock::duration>(site_.options.idle_timeout / 4, 10ms, 1s));
    tick_.async_wait([this](ErrorCode failure) {
        if (!failure && !stopping_) sweep();
    });
}

// Without a copy of the set, which there might be no memory for: a connection that closes takes itself out, and no other.
template <class Claim> void Server::close_if(Claim claim) {
    for (auto at = connections_.begin(); at != connections_.end();) {
        const auto connection = *at++;
        if (claim(*connection)) connection->close();
    }
}

void Server::idle() {
    check_quiet();
    accept();
}

void Server::left(Connection& connection) {
    connections_.erase(connection.shared_from_this());
    check_quiet();
    accept();
}

void Server::post(std::shared_ptr<Connection> connection, Reply reply) {
    asio::post(loop_, [connection = std::move(connection), reply = std::move(reply)]() mutable { connection->answer(std::move(reply)); });
}

void Server::stop(std::chrono::milliseconds grace) {
    if (!thread_.joinable()) return;
    asio::post(loop_, [this] { begin_stop(); });
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, grace, [this] { return quiet_; });
    }
    asio::post(loop_, [this] { close_all(); });
    thread_.join();
}

void Server::begin_stop() {
    stopping_ = true;
    ErrorCode ignored;
    acceptor_.close(ignored);
    tick_.cancel();
    for (const auto& connection : connections_) connection->close_after_answer();
    close_if([](const Connection& connection) { return !connection.is_busy(); });
    check_quiet();
}

void Server::check_quiet() {
    if (!stopping_) return;
    for (const auto& connection : connections_)
        if (connection->is_busy()) return;
    const std::lock_guard lock(mutex_);
    quiet_ = true;
    changed_.notify_all();
}

void Server::close_all() {
    close_if([](const Connection&) { return true; });
    loop_.stop();
}

}  // namespace

cmpkit_transport_rc listen(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
    auto       server = std::make_unique<Server>(std::move(site));
    const auto rc     = server->start(error);
    if (rc == CMPKIT_TRANSPORT_OK) out = std::move(server);
    return rc;
}

}  // namespace cmpkit_http

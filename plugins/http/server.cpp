// The one unit that includes Asio.
#include "kit/tcp_server.hpp"

#include "stream.hpp"

namespace cmpkit_http {

namespace {

class Server : public TcpServer {
public:
    explicit Server(Site site) : TcpServer("http", site.host, {site.options.max_connections, site.options.idle_timeout}), site_(std::move(site)) {}
    ~Server() override { stop(std::chrono::milliseconds(0)); }

    cmpkit_transport_rc start(std::string& error);

private:
    std::shared_ptr<Guest> connect(tcp::socket socket, std::string address) override;

    const Site site_;
    SslContext tls_;
};

cmpkit_transport_rc Server::start(std::string& error) {
    if (site_.url.is_tls() && !(tls_ = server_context(site_.host, site_.tls))) return error = "the keys and trust for TLS could not be set up", CMPKIT_TRANSPORT_TLS;
    if (const ErrorCode failure = bind(site_.url.host, site_.url.port)) return error = failure.message(), CMPKIT_TRANSPORT_FAILED;
    TcpServer::start(cmpkit_http::text_of(site_.url, port(), site_.url.path == "/" ? "" : site_.url.path));
    return CMPKIT_TRANSPORT_OK;
}

std::shared_ptr<Guest> Server::connect(tcp::socket socket, std::string address) {
    if (!tls_) return std::make_shared<Over<tcp::socket>>(site_, *this, std::move(address), std::move(socket));
    SslPointer ssl(SSL_new(tls_.get()));
    if (!ssl) return nullptr;
    return std::make_shared<Over<TlsStream>>(site_, *this, std::move(address), std::move(socket), ssl.release());
}

}  // namespace

cmpkit_transport_rc listen(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
    auto       server = std::make_unique<Server>(std::move(site));
    const auto rc     = server->start(error);
    if (rc == CMPKIT_TRANSPORT_OK) out = std::move(server);
    return rc;
}

}  // namespace cmpkit_http

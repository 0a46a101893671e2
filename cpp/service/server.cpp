#include "service/server.hpp"

#include "service/clock.hpp"
#include "service/files.hpp"
#include "service/tls.hpp"

namespace cmpkit::service {

Result<std::unique_ptr<Server>> Server::make(Configuration configuration, responder::Log log) {
    std::unique_ptr<Server> server(new Server);
    server->configuration_ = std::move(configuration);
    server->configuration_.ca.support.informants = std::make_shared<ca::Informants>();
    const Configuration& config = server->configuration_;
    if (config.store.empty()) {
        server->store_ = store::open_memory();
    } else {
        auto opened = store::open_sqlite(config.store);
        if (!opened) return opened.error();
        server->store_ = std::move(*opened);
    }
    const operations::Random random = [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };
    auto authority = ca::CertificationAuthority::make(config.ca, *server->store_, random);
    if (!authority) return authority.error();
    server->authority_ = std::move(*authority);
    server->responder_ = std::make_unique<responder::Responder>(*server->authority_, *server->store_, config.policy, random, std::move(log));
    return server;
}

Server::~Server() = default;

responder::Reply Server::answer(Bytes request, const responder::Origin& origin, std::int64_t now) { return responder_->answer(request, origin, now); }
Octets           Server::unavailable(Bytes request, std::int64_t now) { return responder_->unavailable(request, now); }

Result<void> Server::tick(std::int64_t now) {
    for (;;) {
        auto ended = responder_->end_overdue(now);
        if (!ended) return ended.error();
        if (*ended == 0) break;
    }
    auto due = authority_->is_crl_due(now);
    if (!due) return due.error();
    if (!*due) return {};
    auto crl = authority_->issue_crl(now);
    // Another node was faster: its CRL is as good as ours.
    if (!crl) return crl.error().code == Code::conflict ? Result<void>() : crl.error();
    return write_crl(crl->der);
}

// The operator wants one that is made now: if another node takes the number, the next one.
Result<ca::CertificationAuthority::Crl> Server::issue_crl(std::int64_t now) {
    auto crl = authority_->issue_crl(now);
    for (int tries = 0; tries < 8 && !crl && crl.error().code == Code::conflict; ++tries) crl = authority_->issue_crl(now);
    if (!crl) return crl;
    if (auto written = write_crl(crl->der); !written) return written.error();
    return crl;
}

Result<void> Server::write_crl(Bytes crl) {
    if (configuration_.crl_file.empty()) return {};
    return write_file(configuration_.crl_file, bytes_of(crypto::write_pem("X509 CRL", crl)), 0644);
}

// ---------------------------------------------------------------- listening

Listening::Listening(Server& server) : server_(server) {}

Result<std::unique_ptr<Listening>> Listening::start(Server& server, transport::Registry& registry, const std::vector<std::string>& urls, responder::Log log) {
    const Configuration& config = server.configuration();
    if (urls.empty()) return Error{.code = Code::bad_configuration, .detail = "there is no URL to listen at"};
    std::unique_ptr<Listening> listening(new Listening(server));
    if (config.tls) listening->tls_ = std::make_unique<TlsContext>(*config.tls);
    const unsigned threads = config.threads ? config.threads : std::thread::hardware_concurrency();
    listening->pool_       = std::make_unique<Pool>(threads, config.queue);
    const auto handler     = [here = listening.get()](std::unique_ptr<transport::Exchange> exchange, const transport::Request& request, const transport::Peer& peer) {
        here->take(std::move(exchange), request, peer);
    };
    for (const std::string& url : urls) {
        auto listener = registry.listen(url, listening->tls_.get(), handler, config.transport);
        if (!listener) return listener.error();
        listening->urls_.push_back((*listener)->url());
        listening->listeners_.push_back(std::move(*listener));
    }
    listening->timer_ = std::thread([here = listening.get(), log = std::move(log)] { here->keep_time(log); });
    return listening;
}

// In a plugin's thread: copies and leaves the work to the pool.
void Listening::take(std::shared_ptr<transport::Exchange> exchange, const transport::Request& request, const transport::Peer& peer) {
    const bool taken = pool_->submit([this, exchange, octets = copy_of(request.message), origin = responder::Origin{peer.address, request.profile}] {
        using Status = responder::Reply::Status;
        const responder::Reply reply  = server_.answer(octets, origin, unix_now());
        const std::int32_t     status = reply.status == Status::not_a_message ? CMPKIT_TRANSPORT_BAD : reply.status == Status::broken ? CMPKIT_TRANSPORT_BROKEN : CMPKIT_TRANSPORT_ANSWERED;
        (void)exchange->respond(reply.message, status);  // a peer that left asks again and gets the stored reply
    });
    if (!taken) (void)exchange->respond(server_.unavailable(request.message, unix_now()), CMPKIT_TRANSPORT_BUSY);
}

void Listening::keep_time(const responder::Log& log) {
    do {
        auto done = server_.tick(unix_now());
        if (!done && log) log({.transaction_id = {}, .requester = {}, .address = {}, .body = {}, .outcome = "timed work failed", .problem = done.error()});
    } while (!ending_.wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(1)));
}

void Listening::stop(std::chrono::milliseconds grace) {
    for (const auto& listener : listeners_) listener->stop(grace);
}

Listening::~Listening() {
    stop(std::chrono::milliseconds(0));
    ending_.fire();
    if (timer_.joinable()) timer_.join();
    pool_.reset();       // runs what is queued, so that every exchange is answered …
    listeners_.clear();  // … before its listener goes
}

}  // namespace cmpkit::service

#include "service/server.hpp"

#include "service/clock.hpp"
#include "service/offer.hpp"
#include "service/tls.hpp"

namespace cmpkit::service {

namespace {

constexpr int most_queries = 64;  // for one message

/// Who waits for the disk computes nothing meanwhile, and all who wait at the same time share one sync.
unsigned threads_of(const Configuration& config) {
    constexpr unsigned waiting_a_core = 8;
    const bool         is_kept        = !config.store.file.empty() || !config.store.url.empty();
    return config.threads ? config.threads : std::thread::hardware_concurrency() * (is_kept ? waiting_a_core : 1);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::make(Configuration configuration, responder::Log log, Fetcher fetcher, transport::Registry* registry) {
    std::unique_ptr<Server> server(new Server);
    auto                    store = open_store(configuration.store, configuration.modules);
    if (!store) return store.error();
    server->store_   = std::move(*store);
    server->log_     = std::move(log);
    server->fetcher_ = std::move(fetcher);
    server->registry_ = registry;
    for (auto* renewal : {&server->signer_renewal_, &server->tls_renewal_})
        *renewal = std::make_unique<Renewal>([here = server.get()](const responder::Incident& incident) { here->tell_of_own(incident); });
    server->fixed_   = fixed_in(configuration);
    auto edition     = server->edition_of(std::move(configuration));
    if (!edition) return edition.error();
    server->take(std::move(*edition));
    return server;
}

Server::~Server() = default;

Result<std::shared_ptr<const Edition>> Server::edition_of(Configuration configuration) const {
    for (AuthorityConfiguration& each : configuration.authorities) {
        each.ca.support.informants = informants_;
        each.ca.namer              = namer_;
    }
    if (configuration.ra) configuration.ra->settings.overseer = overseer_, configuration.ra->adapter = adapter_;
    configuration.audience = audience_;
    return Edition::make(std::move(configuration), *store_, log_, registry_);
}

Server::Fixed Server::fixed_in(const Configuration& configuration) {
    std::string urls, options;
    for (const std::string& url : configuration.listen) urls += url + "\n";
    for (const auto& [plugin, given] : configuration.transport)
        for (const auto& [name, value] : given) options += plugin + "." + name + "=" + value + "\n";
    return {{"listen", urls}, {"store.file", configuration.store.file}, {"store.url", configuration.store.url}, {"server.threads", std::to_string(configuration.threads)}, {"server.queue", std::to_string(configuration.queue)},
            {"transport, server.max_message or idle_timeout", options}, {"tls", configuration.tls ? "on" : "off"}};
}

Result<std::vector<std::string>> Server::reload(Configuration configuration) {
    const Fixed wanted  = fixed_in(configuration);
    auto        edition = edition_of(std::move(configuration));
    if (!edition) return edition.error();
    std::vector<std::string> unchanged;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i] != fixed_[i]) unchanged.push_back(wanted[i].first);
    take(std::move(*edition));
    is_reloaded_ = true;
    return unchanged;
}

// The one before is let go outside the lock: of an RA when what it carries has come back, else by whom needs it last.
void Server::take(std::shared_ptr<const Edition> edition) {
    {
        const std::lock_guard lock(mutex_);
        if (edition->tls()) tls_ = *edition->tls();
        edition_.swap(edition);
    }
    if (edition && edition->relay()) retire(std::move(edition));
}

std::shared_ptr<const Edition> Server::edition() const {
    const std::lock_guard lock(mutex_);
    return edition_;
}

crypto::TlsServer Server::tls() const {
    const std::lock_guard lock(mutex_);
    return tls_;
}

responder::Reply Server::answer(Bytes request, const responder::Origin& origin, std::int64_t now) {
    const auto edition = this->edition();
    if (edition->relay()) return relay_at_once(*edition, request, origin, now);
    for (int queries = 0; queries < most_queries; ++queries) {
        auto reply = edition->responder().answer(request, origin, now);
        if (!reply.missing) return reply;
        ask(*edition, *reply.missing->verifier, reply.missing->query, now, nullptr);
    }
    return {unavailable(request, now)};
}

std::string Server::links() const { return links_to(edition()->configuration()); }

Octets Server::unavailable(Bytes request, std::int64_t now) {
    const auto edition = this->edition();
    return edition->relay() ? edition->relay()->unavailable(request, now) : edition->responder().unavailable(request, now);
}

Result<void> Server::tick(std::int64_t now) {
    const auto edition = this->edition();
    let_go_of_retired();
    if (edition->relay()) return carry_what_is_due(*edition, now);
    for (;;) {
        auto ended = edition->responder().end_overdue(now);
        if (!ended) return ended.error();
        if (*ended == 0) break;
    }
    auto renewed   = edition->renew_crls(now);
    auto forgotten = edition->forget_expired(now);
    return renewed ? forgotten : renewed;
}

// Many messages of one moment may miss the same.
void Server::ask(const Edition& edition, crypto::Verifier& verifier, const crypto::StatusQuery& query, std::int64_t now, transport::Cancel* cancel) {
    const std::lock_guard lock(asking_);
    if (!verifier.is_worth_asking(query, now)) return;
    const auto answer  = fetcher_ ? fetcher_(query, edition.configuration().fetching, cancel) : Error{.code = Code::unsupported, .detail = "nobody fetches here"};
    const auto learned = verifier.learn(query, answer, now);
    if (!learned && log_)
        log_({.transaction_id = {}, .requester = {}, .address = query.url, .body = {}, .outcome = "no revocation status", .problem = learned.error()});
}

void Server::ask_what_is_due(const Edition& edition, std::int64_t now, transport::Cancel* cancel) {
    for (const auto& verifier : edition.verifiers_of_others())
        for (const crypto::StatusQuery& query : verifier->due(now)) ask(edition, *verifier, query, now, cancel);
}

void Server::ask_ahead(std::int64_t now, transport::Cancel* cancel) {
    const auto edition = this->edition();
    ask_what_is_due(*edition, now, cancel);
    if (!edition->tls()) return;
    for (const crypto::StatusQuery& query : edition->tls()->peers()->take_wanted()) ask(*edition, *edition->tls()->peers()->verifier(), query, now, cancel);
}

// The operator wants one that is made now: if another node takes the number, the next one.
Result<ca::CertificationAuthority::Crl> Server::issue_crl(std::string_view name, std::int64_t now) {
    const auto edition = this->edition();
    const auto office  = edition->office(name);
    if (!office) return office.error();
    auto crl = office->authority.issue_crl(now);
    for (int tries = 0; tries < 8 && !crl && crl.error().code == Code::conflict; ++tries) crl = office->authority.issue_crl(now);
    if (!crl) return crl;
    if (auto written = write_crl(crl->der, office->configuration); !written) return written.error();
    return crl;
}

// ---------------------------------------------------------------- listening

Listening::Listening(Server& server) : server_(server) {}

Result<std::unique_ptr<Listening>> Listening::start(Server& server, transport::Registry& registry, const std::vector<std::string>& urls, responder::Log log) {
    const auto           edition = server.edition();
    const Configuration& config  = edition->configuration();
    if (urls.empty()) return Error{.code = Code::bad_configuration, .detail = "there is no URL to listen at"};
    if (auto good = edition->relay() ? edition->couriers().check() : Result<void>(); !good) return good.error();
    std::unique_ptr<Listening> listening(new Listening(server));
    if (config.tls) listening->tls_ = std::make_unique<ListenerTls>([&server] { return server.tls_for_handshake(); });
    listening->pool_ = std::make_unique<Pool>(threads_of(config), config.queue);
    const auto handler     = [here = listening.get()](std::unique_ptr<transport::Exchange> exchange, const transport::Request& request, const transport::Peer& peer) {
        here->take(std::move(exchange), request, peer);
    };
    for (const std::string& url : urls) {
        auto listener = registry.listen(url, listening->tls_.get(), handler, transport::options_for(config.transport, url));
        if (!listener) return listener.error();
        listening->urls_.push_back((*listener)->url());
        listening->listeners_.push_back(std::move(*listener));
    }
    if (edition->relay()) listening->looker_ = std::thread([here = listening.get()] { here->keep_looking(); });
    if (edition->relay()) listening->renewer_ = std::thread([here = listening.get()] { here->keep_own(); });
    listening->asker_ = std::thread([here = listening.get()] { here->keep_asking(); });
    listening->timer_ = std::thread([here = listening.get(), log = std::move(log)] { here->keep_time(log); });
    return listening;
}

namespace {

/// As logs name a peer.
std::string who(const transport::Peer& peer) { return peer.psk_identity.empty() ? peer.address : peer.address + " (" + peer.psk_identity + ")"; }

}  // namespace

// In a plugin's thread: copies and leaves the work to the pool.
void Listening::take(std::shared_ptr<transport::Exchange> exchange, const transport::Request& request, const transport::Peer& peer) {
    if (request.kind == CMPKIT_TRANSPORT_LINKS) return (void)exchange->respond(bytes_of(server_.links()), CMPKIT_TRANSPORT_ANSWERED, CMPKIT_TRANSPORT_LINKS);
    if (request.kind != CMPKIT_TRANSPORT_CMP) return (void)exchange->respond({}, CMPKIT_TRANSPORT_NOT_OFFERED, request.kind);
    const bool taken = pool_->submit([this, exchange, octets = copy_of(request.message), origin = responder::Origin{who(peer), request.profile}] {
        server_.receive(exchange, octets, origin);
    });
    if (!taken) (void)exchange->respond(server_.unavailable(request.message, unix_now()), CMPKIT_TRANSPORT_BUSY);
}

void Listening::keep_time(const responder::Log& log) {
    do {
        auto done = server_.tick(unix_now());
        if (!done && log) log({.transaction_id = {}, .requester = {}, .address = {}, .body = {}, .outcome = "timed work failed", .problem = done.error()});
    } while (!ending_.wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(1)));
}

// Beside the timer, whose work does not wait for other people's servers.
void Listening::keep_asking() {
    do server_.ask_ahead(unix_now(), &ending_);
    while (!ending_.wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(1)));
}

// Requesters of an RA wait for other servers.
void Listening::keep_looking() {
    do server_.look_around();
    while (!ending_.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(50)));
}

// Its CA may keep an RA waiting for days.
void Listening::keep_own() {
    do server_.look_after_own(ending_renewal_);
    while (!ending_renewal_.wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(1)));
}

void Listening::stop(std::chrono::milliseconds grace) {
    for (const auto& listener : listeners_) listener->stop(grace);
}

Listening::~Listening() {
    stop(std::chrono::milliseconds(0));
    ending_.fire();
    ending_renewal_.fire();
    if (timer_.joinable()) timer_.join();
    if (asker_.joinable()) asker_.join();
    if (looker_.joinable()) looker_.join();
    if (renewer_.joinable()) renewer_.join();
    server_.dismiss();
    pool_.reset();       // runs what is queued, so that every exchange is answered …
    server_.dismiss();   // and who came in meanwhile
    listeners_.clear();  // … before its listener goes
}

}  // namespace cmpkit::service

// A server that is an RA and looks after its CMP signer and the certificate of its listeners itself: it asks the CA, takes up what is new, and lets what began
// under the old one come to its end.
#include "service/clock.hpp"
#include "service/label.hpp"
#include "service/server.hpp"

namespace cmpkit::service {
namespace {

constexpr std::chrono::minutes longest_run{5};  // then what was begun is kept, and gone on with after a pause
constexpr std::int64_t         between_words = 60;  // seconds; of handshakes that fail

const operations::Random system_random = [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };

}  // namespace

// ---------------------------------------------------------------- before there is a signer

// What would have to be signed is asked for again later; all else is served.
std::optional<responder::Step> Server::withhold(const Edition& edition, Bytes request, const responder::Origin& origin, std::int64_t now) {
    if (edition.withheld().empty()) return std::nullopt;
    const auto message = der::parse<PKIMessage>(copy_of(request));
    if (!message) return std::nullopt;
    const BodyType type = type_of((*message)->body);
    if (std::ranges::find(edition.withheld(), type) == edition.withheld().end()) return std::nullopt;
    const Error none_yet{.code = Code::bad_state, .fail_info = FailInfo::systemUnavail, .detail = "this registration authority has no certificate yet"};
    if (log_) log_({.transaction_id = {}, .requester = {}, .address = origin.address, .body = std::string(name_of(type)), .outcome = "error", .problem = none_yet});
    return responder::Step{.reply = responder::Reply{unavailable(request, now)}};
}

// Anybody may begin handshakes all day long.
crypto::TlsServer Server::tls_for_handshake() {
    const auto edition = this->edition();
    const auto now     = unix_now();
    auto       told    = told_of_handshake_.load();
    if (edition->awaits_tls() && now >= told + between_words && told_of_handshake_.compare_exchange_strong(told, now) && log_) {
        const Error none_yet{.code = Code::bad_state, .detail = "there is no certificate for TLS yet"};
        log_({.transaction_id = {}, .requester = {}, .address = {}, .body = for_listeners.told_as, .outcome = "handshake refused", .problem = none_yet});
    }
    return tls();
}

// ---------------------------------------------------------------- getting one

Result<Road> Server::road_to(const Configuration& configuration, const SignerEnrollment& enroll, transport::Cancel& cancel) {
    const UpstreamConfiguration& upstream = *configuration.ra->upstream_for(enroll);
    const std::string&           url      = enroll.url.empty() ? upstream.url : enroll.url;
    auto opened = Connection::open(*registry_, url, upstream.tls ? &*upstream.tls : nullptr, upstream.options, configuration.fetching);
    if (!opened) return Error{.code = opened.error().code, .detail = "upstream \"" + escaped(upstream.upstream.name) + "\""}.because_of(opened.error());
    const std::shared_ptr<Connection> connection = std::move(*opened);  // shared by the copies of the function below
    Road road{.carry = {}, .way = connection->way(), .trust = upstream.upstream.trust, .recipient = upstream.upstream.recipient};
    road.carry = [connection, &cancel](const operations::Send& send, std::chrono::milliseconds timeout) {
        const bool is_left_behind = send.is_report && connection->way() == Way::offline;
        return connection->exchange({.message   = send.message,
                                     .operation = std::string(send.label),
                                     .profile   = send.profile,
                                     .kind      = is_left_behind ? CMPKIT_TRANSPORT_ANNOUNCEMENT : CMPKIT_TRANSPORT_CMP,
                                     .label     = label_of(send.message)},
                                    timeout, &cancel);
    };
    road.fetch = [this, limits = configuration.fetching, &cancel](const crypto::StatusQuery& query, std::chrono::milliseconds left) mutable {
        limits.time = std::min(limits.time, left);
        return fetcher_ ? fetcher_(query, limits, &cancel) : Result<Octets>(Error{.code = Code::unsupported, .detail = "nobody fetches here"});
    };
    road.limits.exchange = upstream.exchange;
    // Where the RA has two certificates to look after, neither waits for months for what the other has asked.
    const bool is_alone  = !configuration.ra->enroll || !configuration.tls_enroll;
    road.limits.total    = road.way == Way::offline && is_alone ? std::chrono::seconds(upstream.upstream.give_up_seconds) : std::chrono::seconds(longest_run);
    return road;
}

// A certificate of one's own is asked for by nobody who could be refused it: where the audit log fails, that is told, and no more.
void Server::tell_of_own(const responder::Incident& incident) {
    if (log_) log_(incident);
    auto kept = edition()->audit(incident, unix_now());
    if (!kept && log_) log_({.transaction_id = {}, .requester = {}, .address = {}, .body = incident.body, .outcome = "audit failed", .problem = kept.error()});
}

// The signer goes first: it may be who asks for the other one.
void Server::look_after_own(transport::Cancel& cancel) {
    if (is_reloaded_.exchange(false))
        for (const auto& renewal : {signer_renewal_.get(), tls_renewal_.get()}) renewal->begin_afresh();
    if (const auto edition = this->edition(); edition->configuration().ra && edition->configuration().ra->enroll)
        look_after(*signer_renewal_, *edition->configuration().ra->enroll, edition, cancel);
    if (const auto edition = this->edition(); edition->configuration().ra && edition->configuration().tls_enroll)
        look_after(*tls_renewal_, edition->configuration().ra->asked_by_ra(*edition->configuration().tls_enroll), edition, cancel);
}

void Server::look_after(Renewal& renewal, const SignerEnrollment& enroll, const std::shared_ptr<const Edition>& edition, transport::Cancel& cancel) {
    const auto signer = renewal.turn(enroll, [&] { return road_to(edition->configuration(), enroll, cancel); }, &unix_now, cancel);
    if (!signer) return;
    if (auto taken = take_up(*signer, *enroll.use, edition, cancel); !taken) renewal.refused(*signer, taken.error(), unix_now(), enroll);
}

// ---------------------------------------------------------------- going by it

namespace {

void go_by_signer(Configuration& next, const OwnSigner& signer) {
    next.ra->enroll->before  = std::exchange(next.ra->enroll->current, signer);
    next.ra->settings.signer = signer.key;
    next.ra->settings.chain  = signer.chain;
}

void show_in_tls(Configuration& next, const OwnSigner& shown) {
    next.tls_enroll->current = shown;
    next.tls->key            = shown.key;
    next.tls->chain          = shown.chain;
}

}  // namespace

Result<void> Server::take_up(const OwnSigner& signer, const CertificateUse& use, const std::shared_ptr<const Edition>& before, transport::Cancel& cancel) {
    Configuration next = before->configuration();
    if (&use == &for_listeners) show_in_tls(next, signer);
    else go_by_signer(next, signer);
    auto edition = edition_of(std::move(next));
    if (!edition) return edition.error();
    // A handshake waits for no CRL: what the edition before knew is known to this one when its time begins.
    ask_what_is_due(**edition, unix_now(), &cancel);
    // Whoever reloaded meanwhile has read another configuration; the next turn finds the signer in its file.
    if (this->edition() == before) take(std::move(*edition));
    return {};
}

void Server::retire(std::shared_ptr<const Edition> edition) {
    const std::lock_guard lock(mutex_);
    retired_.push_back(std::move(edition));
}

// An edition's couriers end with it, so none of them may be who lets it go: this is the one place where that happens while the server runs.
void Server::let_go_of_retired() {
    std::vector<std::shared_ptr<const Edition>> idle;
    const std::lock_guard lock(mutex_);
    const auto is_busy = [](const std::shared_ptr<const Edition>& each) { return each.use_count() > 1 || !each->couriers().is_idle(); };
    const auto rest    = std::partition(retired_.begin(), retired_.end(), is_busy);
    idle.assign(std::make_move_iterator(rest), std::make_move_iterator(retired_.end()));
    retired_.erase(rest, retired_.end());
}

}  // namespace cmpkit::service

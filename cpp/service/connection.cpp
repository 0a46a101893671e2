#include "service/connection.hpp"

#include "service/clock.hpp"

namespace cmpkit::service {
namespace {

constexpr int most_handshakes = 8;  // of one exchange: a path of that many certificates, each asked about

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(transport::Registry& registry, const std::string& url, const crypto::TlsCredentials* tls, const transport::Options& options,
                                                     const FetchLimits& limits) {
    std::unique_ptr<Connection> connection(new Connection(registry, limits));
    if (tls) {
        auto client = crypto::TlsClient::make(*tls);
        if (!client) return client.error();
        connection->tls_ = std::make_unique<TlsContext>(*std::move(client));
    }
    auto channel = registry.open(url, connection->tls_.get(), options);
    if (!channel) return channel.error();
    connection->channel_ = *std::move(channel);
    return connection;
}

Result<Octets> Connection::exchange(const transport::Request& request, std::chrono::milliseconds timeout, transport::Cancel* cancel) {
    for (int handshakes = 1;; ++handshakes) {
        auto answer = channel_->exchange(request, timeout, cancel);
        if (answer) return std::move(answer->message);
        if (answer.error().code != Code::tls_failed || handshakes == most_handshakes || !ask_what_is_wanted(cancel)) return answer.error();
    }
}

/// @return whether anything was
bool Connection::ask_what_is_wanted(transport::Cancel* cancel) {
    if (!tls_) return false;
    const auto wanted = tls_->peers().take_wanted();
    for (const crypto::StatusQuery& query : wanted) (void)tls_->peers().verifier()->learn(query, fetch(registry_, query, limits_, cancel), unix_now());
    return !wanted.empty();
}

}  // namespace cmpkit::service

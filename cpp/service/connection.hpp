// A client's way to one URL. Where TLS cannot know whether the server's certificate is revoked, that is asked and the handshake begun again.
#pragma once
#include "service/drive.hpp"
#include "service/fetch.hpp"
#include "service/tls.hpp"

namespace cmpkit::service {

/// Threads: any, several at a time.
class Connection {
public:
    /// Does no I/O. @param tls  null: none  @error the registry's; as TlsClient::make
    static Result<std::unique_ptr<Connection>> open(transport::Registry& registry, const std::string& url, const crypto::TlsCredentials* tls, const transport::Options& options,
                                                    const FetchLimits& limits);

    Way way() const { return channel_->is_offline() ? Way::offline : Way::online; }

    /// As Channel::exchange.
    Result<Octets> exchange(const transport::Request& request, std::chrono::milliseconds timeout, transport::Cancel* cancel);

private:
    explicit Connection(transport::Registry& registry, const FetchLimits& limits) : registry_(registry), limits_(limits) {}
    bool ask_what_is_wanted(transport::Cancel* cancel);

    transport::Registry&                registry_;
    FetchLimits                         limits_;
    std::unique_ptr<TlsContext>         tls_;
    std::unique_ptr<transport::Channel> channel_;  // goes before what it borrows
};

}  // namespace cmpkit::service

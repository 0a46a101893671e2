// Asks whether a certificate is revoked: one CRL or one OCSP answer from one URL, over the transport plugin for http.
#pragma once
#include "crypto/status.hpp"
#include "transport/registry.hpp"

#include <functional>

namespace cmpkit::service {

/// How far a fetch may go.
struct FetchLimits {
    std::size_t               octets = 4 << 20;  // of the answer
    std::chrono::milliseconds time{10'000};
    std::string               named_addresses = "remote";  // that a URL of a certificate may lead to: "any", "remote", "internet" (plugins/http/README.md)

    /// @error bad_argument  another word, or nothing could be fetched
    Result<void> check() const;
};

/// Blocks. @param cancel  may be null  @error the transport's; no_plugin
Result<Octets> fetch(transport::Registry& registry, const crypto::StatusQuery& query, const FetchLimits& limits, transport::Cancel* cancel);

/// Fetches for who cannot: empty where nobody does.
using Fetcher = std::function<Result<Octets>(const crypto::StatusQuery&, const FetchLimits&, transport::Cancel*)>;

}  // namespace cmpkit::service

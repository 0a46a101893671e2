// Connections that operations of one context share: the next operation to the same URL, with the same options and the same identity towards TLS, goes over
// the connection of the one before.
// It refuses to guess whether two sets of TLS keys are the same: only the very handle, unchanged, is.
#pragma once
#include "service/connection.hpp"

#include <list>

namespace cmpkit::capi {

/// Any thread.
class Connections {
public:
    /// What must be the same.
    struct Terms {
        std::string        url;
        transport::Options options;
        std::uint64_t      tls = 0;   // number of the handle as it was last changed; 0: none
        Octets             shown{};   // certificate that TLS shows in the place of the handle's
        friend bool operator==(const Terms&, const Terms&) = default;
    };
    using Open = std::function<Result<std::unique_ptr<service::Connection>>()>;

    /// That of the terms, made by `open` if there is none. A few are kept, those used last; who has one keeps it for as long as it needs.
    Result<std::shared_ptr<service::Connection>> to(const Terms& terms, const Open& open);

private:
    static constexpr std::size_t most = 4;

    struct Kept {
        Terms                                terms;
        std::shared_ptr<service::Connection> connection;  // shared with the operations that run over it
    };
    std::mutex      mutex_;
    std::list<Kept> kept_;  // the one used last in front
};

/// A number that no handle had before.
std::uint64_t fresh_tls_number();

}  // namespace cmpkit::capi

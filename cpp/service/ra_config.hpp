// What makes a server a registration authority: [ra], [pki], [external], [support], [[secret]], [[upstream]] and [[rule]] of a configuration.
#pragma once
#include "crypto/tls.hpp"
#include "ra/registration.hpp"
#include "responder/relay.hpp"
#include "transport/registry.hpp"

namespace cmpkit::service {

class Reader;
class Table;

/// An upstream, and the way to it.
struct UpstreamConfiguration {
    ra::Upstream                          upstream;
    std::string                           url;
    std::optional<crypto::TlsCredentials> tls;
    transport::Options                    options;
    std::chrono::seconds                  exchange{30};     // one message there and its answer back
    unsigned                              connections = 8;  // messages that are carried at the same time
};

struct RaConfiguration {
    ra::Settings                       settings;   // its upstreams are made of these:
    std::vector<UpstreamConfiguration> upstreams;  // not empty; the first is the default
    responder::Doorway                 doorway;
};

/// @param table  the outermost one of the configuration
RaConfiguration read_ra(Table& table, Reader& reader);

}  // namespace cmpkit::service

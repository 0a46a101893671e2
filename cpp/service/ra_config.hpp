// What makes a server a registration authority: [ra], [pki], [external], [support], [[secret]], [[upstream]] and [[rule]] of a configuration.
#pragma once
#include "crypto/tls.hpp"
#include "ra/registration.hpp"
#include "responder/relay.hpp"
#include "service/own_enrollment.hpp"
#include "transport/registry.hpp"

namespace cmpkit::service {

class Reader;
class Table;

class Adapter;

/// An upstream, and the way to it.
struct UpstreamConfiguration {
    ra::Upstream                          upstream;
    std::string                           url;                    // empty: it knows PKCS#10 alone, and is asked by
    std::vector<std::string>              command{};              // this, or where it is empty by the application
    std::optional<crypto::TlsCredentials> tls;
    transport::Options                    options;
    std::chrono::seconds                  exchange{30};     // one message there and its answer back
    unsigned                              connections = 8;  // messages that are carried at the same time
};

struct RaConfiguration {
    ra::Settings                       settings;   // its upstreams are made of these:
    std::vector<UpstreamConfiguration> upstreams;  // not empty; the first is the default
    responder::Doorway                 doorway;
    std::optional<SignerEnrollment>    enroll;     // none: its signer is looked after by hand
    std::shared_ptr<const Adapter>     adapter{};  // shared with the application that sets its answer; null: there is none

    /// The one whose CA issues it; null: there is none of that name.
    const UpstreamConfiguration* upstream_for(const SignerEnrollment& which) const;
    /// The same; where it has nothing of its own to begin with, the RA asks for it as it speaks to that upstream, if it has a signer by now.
    SignerEnrollment asked_by_ra(SignerEnrollment wanted) const;
};

/// @param table  the outermost one of the configuration
RaConfiguration read_ra(Table& table, Reader& reader);

}  // namespace cmpkit::service

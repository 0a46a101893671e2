// What makes a server a registration authority: [ra], [pki], [external], [support], [[secret]], [[upstream]] and [[rule]] of a configuration.
#pragma once
#include "crypto/tls.hpp"
#include "ra/registration.hpp"
#include "responder/relay.hpp"
#include "service/own_signer.hpp"
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

/// How the RA gets its CMP signer by itself, and another one in time.
struct SignerEnrollment {
    std::string             file;         // where it is, see OwnSigner
    std::string             upstream;     // whose CA issues it; empty: the first
    std::string             url;          // where that is asked; empty: at the upstream's
    operations::Credentials first;        // for the first certificate; neither signer nor secret: there was one by hand
    Octets                  subject;      // DER of its Name
    std::string             key_kind = "ec:P-256";
    std::string             profile;      // certProfile; empty: none
    bool                    by_update = false;  // by kur: the CA may take the certificate before out of use at once; else by cr
    bool                    by_others = false;  // whoever writes the file renews it; here nothing is asked for
    bool                    anew      = false;  // who let it expire begins as at first
    std::int64_t            renew_before = 0;   // seconds before it expires; 0: when a third of its validity is left
    std::int64_t            retry        = 10;  // seconds after a first failure; the pauses grow
    OwnSigner               current{}, before{};  // as they are now; none: there is none

    std::string draft() const { return file + ".new"; }      // what an enrollment under way needs
    std::string kept() const { return file + ".before"; }    // the signer before, for what began under it
    std::string lock() const { return file + ".lock"; }      // whoever enrolls holds it
};

struct RaConfiguration {
    ra::Settings                       settings;   // its upstreams are made of these:
    std::vector<UpstreamConfiguration> upstreams;  // not empty; the first is the default
    responder::Doorway                 doorway;
    std::optional<SignerEnrollment>    enroll;     // none: its signer is looked after by hand
    std::shared_ptr<const Adapter>     adapter{};  // shared with the application that sets its answer; null: there is none

    /// The one whose CA issues the signer; null: there is none of that name.
    const UpstreamConfiguration* upstream_for(const SignerEnrollment& which) const;
};

/// @param table  the outermost one of the configuration
RaConfiguration read_ra(Table& table, Reader& reader);

}  // namespace cmpkit::service

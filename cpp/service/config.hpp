// The configuration text of a server (TOML): read whole, checked whole, every key known. docs/configuration.md describes the keys.
#pragma once
#include "ca/authority.hpp"
#include "crypto/tls.hpp"
#include "responder/responder.hpp"
#include "service/fetch.hpp"
#include "service/ra_config.hpp"
#include "service/store_module.hpp"

namespace cmpkit::service {

class Audience;

/// One CA of the server.
struct AuthorityConfiguration {
    ca::Settings      ca;
    responder::Policy policy;
    std::string       crl_file;  // PEM, written anew with each CRL; empty: none
};

struct Configuration {
    std::vector<std::string> listen;              // URLs
    StoreConfiguration       store;
    std::vector<std::string> modules;             // folders of the store's module, see open_store; not from the text
    std::optional<RaConfiguration> ra;            // set: the server is a registration authority, and has no CA
    std::vector<AuthorityConfiguration> authorities;  // not empty but for an RA; their names, issuing keys, CRL files and references of secrets differ
    std::size_t              standard = 0;        // index of the one that answers what is for nobody in particular
    std::optional<crypto::TlsCredentials> tls;    // for https listeners
    std::optional<SignerEnrollment>       tls_enroll;  // set: an RA gets the certificate of `tls` by itself, which has none as long as there is none
    FetchLimits              fetching;            // of CRLs and OCSP answers
    std::string              audit_file;          // what was asked and decided is told there, a line each; empty: nowhere
    std::string              events_file;         // what came of requests, the same
    std::shared_ptr<Audience> audience;         // the application that hears it too, shared with it; not from the text; null: there is none
    unsigned                 threads = 0;         // of the pool; 0: one a core, or eight where they wait for a disk
    std::size_t              queue   = 1024;      // requests that may wait; more are told to come again
    transport::OptionsByPlugin transport;         // for the listeners
};

/// @param folder  where relative paths begin
/// @error bad_configuration  detail names line, key and what is wrong; io and the errors of keys and certificates as causes
Result<Configuration> read_configuration(std::string_view text, const std::string& folder);

}  // namespace cmpkit::service

// What a cmpkit_operation is: an end entity's operation, the application's callbacks and what has come of it so far.
#pragma once
#include "handles.hpp"
#include "service/connection.hpp"
#include "service/drive.hpp"

struct cmpkit_operation {
    /// @param trust  may be null
    cmpkit_operation(cmpkit_context* c, cmpkit::operations::EndEntity made, const cmpkit_trust* trust) : context(c), machine(std::move(made)) {
        if (trust) peer = trust->peer, fetching = trust->fetching;
    }

    cmpkit_context*               context;
    cmpkit::operations::EndEntity machine;
    bool                          is_restored = false;  // and has not gone on yet
    cmpkit::Octets                memo;                 // the application's, saved beside
    std::atomic<bool>             busy{false};
    cmpkit::transport::Cancel     cancel;
    cmpkit::service::Application  application;
    cmpkit::service::Carry        carry;  // empty: a channel
    cmpkit::service::Limits       limits;
    std::uint32_t                 connect_ms = 10'000;
    cmpkit::service::FetchLimits  fetching;
    cmpkit::service::PeerProfile  peer;

    // of the last action
    cmpkit::Octets                             message;
    std::string                                label;
    cmpkit::crypto::StatusQuery                query;  // that is to be fetched
    cmpkit::crypto::Cert                       certificate;
    std::vector<cmpkit::crypto::Cert>          chain, ca_pubs;
    std::optional<cmpkit::Octets>              information;  // DER of a GenRepContent
    bool                                       with_mods = false;
    std::int64_t                  check_after = 0;  // seconds
    std::string                                peer_text;
};

namespace cmpkit::capi {

/// Whose answers count, as the operation takes it; NULL: nobody's but by a secret. @error as Verifier::make
Result<operations::PeerTrust> peer_trust(const cmpkit_trust* trust);

/// @error bad_argument; detail names the option
Result<operations::Order> order_in(const cmpkit_enroll_options& options, const operations::Credentials& credentials);
Result<operations::Order> order_in(const cmpkit_get_options& options, const operations::Credentials& credentials);
Result<operations::Order> order_in(const cmpkit_revoke_options& options, const operations::Credentials& credentials);

/// The name of the CA that a message is for: the one given, else, within one PKI, the issuer of our certificate.
Result<void> choose_recipient(const char* text, bool same_pki, const operations::Credentials& credentials, operations::Order& order);

}  // namespace cmpkit::capi

// What the opaque handles are.
#pragma once
#include "connections.hpp"
#include "guard.hpp"
#include "operations/end_entity.hpp"
#include "service/fetch.hpp"
#include "service/peer.hpp"
#include "transport/registry.hpp"

struct cmpkit_context {
    using Logger = std::function<void(cmpkit_log_level, std::string_view)>;

    std::mutex               mutex;  // guards all below
    std::vector<std::string> plugin_folders;
    std::shared_ptr<const Logger> logger;  // shared with calls under way while it is replaced
    cmpkit_log_level         most = CMPKIT_LOG_INFO;
    std::unique_ptr<cmpkit::transport::Registry> registry;
    cmpkit::transport::OptionsByPlugin options;
    cmpkit::capi::Connections          connections;  // has a lock of its own; goes before the registry that it borrows

    void log(cmpkit_log_level level, std::string_view text);
    cmpkit::transport::Registry& plugins();
    std::vector<std::string>     folders();  // that were added
    /// Those of `first`, and over them those that were set.
    cmpkit::transport::Options options_for(const std::string& url, const cmpkit::transport::OptionsByPlugin& first);
};

struct cmpkit_key {
    std::shared_ptr<const cmpkit::crypto::Signer>     signer;
    std::shared_ptr<const cmpkit::crypto::PrivateKey> own;  // the same, if its private half is in memory
};

struct cmpkit_credentials {
    cmpkit::operations::Credentials value;
};

struct cmpkit_trust {
    cmpkit::crypto::Trust             anchors, verify_new;
    std::vector<cmpkit::crypto::Cert> pins;
    cmpkit::service::FetchLimits      fetching;
    cmpkit::service::PeerProfile      peer;
};

struct cmpkit_tls {
    cmpkit::crypto::TlsCredentials credentials;
    cmpkit::service::FetchLimits   fetching;
    std::uint64_t                  number = cmpkit::capi::fresh_tls_number();  // another one with each change

    void changed() { number = cmpkit::capi::fresh_tls_number(); }
};

namespace cmpkit::capi {

inline const Error no_handle{.code = Code::bad_argument, .detail = "the handle is NULL"};
/// Of OpenSSL: the source of nonces, IDs and serial numbers.
inline Result<void> system_random(std::span<std::uint8_t> out) { return crypto::random_octets(out); }

/// A passphrase of the caller; empty: none is known.
Result<crypto::Secret> passphrase_in(const std::uint8_t* data, std::size_t size);
/// Certificates of the caller, at least one.
Result<std::vector<crypto::Cert>> certificates_in(const std::uint8_t* data, std::size_t size);
Result<void>                      append_certificates(std::vector<crypto::Cert>& to, const std::uint8_t* data, std::size_t size);
std::string                       pem_of(std::span<const crypto::Cert> certificates);
/// @error bad_key  the key is not that of the certificate
Result<void>                      check_pair(const crypto::Signer& signer, const crypto::Cert& certificate);
/// DER of a name of the caller.
Result<Octets>                    name_in(const char* text, const char* what);
/// Content octets of the OID of an infoType of the caller.
Result<Octets>                    type_in(const char* info_type);

/// The members of cmpkit_certificate_summary's object, without its braces.
std::string summary_of(const crypto::Cert& cert);

}  // namespace cmpkit::capi

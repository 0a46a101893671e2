// Founds a CA on disk: keys, certificates, a first CRL and the configuration that a server starts from.
#pragma once
#include "ca/founding.hpp"
#include "operations/compose.hpp"

namespace cmpkit::service {

struct FoundingOrder {
    ca::Founding             founding;
    std::string              listen = "http://127.0.0.1:8080";
    std::string              reference;          // a first shared secret; empty: none
    std::string              secret;             // "file:PATH" (of the caller's folder), "env:NAME", or the secret itself
    std::vector<std::string> trust_external;     // PEM files, copied
    std::string              external_revocation = "hard";  // "none", "soft", "hard"
    crypto::Secret           passphrase;         // of the keys; empty: none
    std::string              passphrase_source;  // how the configuration names it
};

/// Makes `folder` (0700) with root.pem, issuing.pem, cmp-signer.pem, ca-chain.pem, their keys (0600), ca.crl.pem and cmpkit.toml. The root's key is
/// not named in the configuration: it may be moved away.
///
/// @error exists  the folder holds a CA already    @error io, bad_argument, bad_value, bad_certificate
Result<void> found_on_disk(const std::string& folder, const FoundingOrder& order, const operations::Random& random, std::int64_t now);

}  // namespace cmpkit::service

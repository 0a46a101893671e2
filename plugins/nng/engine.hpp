// OpenSSL as NNG's engine for TLS, in place of the Mbed TLS that NNG was built with.
// NNG has one slot for an engine in the whole process; it is taken when the first nng+tls channel or listener is made. A configuration that did
// not come from here has no keys and trust, and every connection made with it is refused.
#pragma once
#include "peers.hpp"
#include "tls.hpp"

struct nng_tls_config;

namespace cmpkit_nng {

struct FreeConfig {
    void operator()(nng_tls_config* config) const;
};
using TlsConfig = std::unique_ptr<nng_tls_config, FreeConfig>;

/// What a dialer or a listener of NNG is given; it shares `setting` with its connections, which may outlive the socket by a moment.
/// @throws std::bad_alloc, std::runtime_error
TlsConfig make_config(const std::shared_ptr<TlsSetting>& setting);

/// Notes the certificate that the peer sent, and the identity by which its secret is known; both may be empty. @throws std::bad_alloc
void take_identity(nng_pipe pipe, Peer& peer);

}  // namespace cmpkit_nng

// DTLS by libcoap, with keys and trust from the host, which fills each SSL before its handshake.
// It refuses to verify anything: what the host put into the SSL does. Where the host's call did not come, libcoap trusts nobody.
#pragma once
#include "kit/message.hpp"
#include "library.hpp"

#include <string>

namespace cmpkit_coap {

/// What the SSLs of a context have in common; the context's app data points to it, and it outlives the context.
struct Security {
    cmpkit_transport_host       host;
    const cmpkit_transport_tls* tls;   // null: none
    std::string                 name;  // client: of the server, as its certificate must have it; host or address
    bool                        name_is_address = false;
    bool                        failed = false;  // client: the host did not fill an SSL
    void*                       owner  = nullptr;  // server: whom the context belongs to
};

/// A context; its SSLs are filled from `security` if that has keys. Null: out of memory
ContextPointer make_context(Security& security);
/// Lets servers of the context speak DTLS. @return false: libcoap refuses
bool serve_dtls(coap_context_t* context);
/// A client's session over DTLS, its ClientHello sent. Null: it could not be, see `security.failed`
coap_session_t* connect_dtls(coap_context_t* context, Security& security, const coap_address_t& address);

/// Why the handshake of the session failed, as far as this thread knows; for the event that tells of it.
std::string failure_of(coap_session_t* session);
/// Notes the certificate that the peer sent, and the identity by which its secret is known; both may be empty.
void take_identity(cmpkit_plugin::Peer& peer, const cmpkit_transport_host& host, const coap_session_t* session);

}  // namespace cmpkit_coap

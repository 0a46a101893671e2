// Who is at the other end of a connection, which NNG calls a pipe.
// It refuses to guess: an identity comes from a handshake of TLS that is over, or there is none.
#pragma once
#include "kit/message.hpp"
#include "url.hpp"

#include <nng/nng.h>

namespace cmpkit_nng {

using cmpkit_plugin::Peer;

/// In the callback that NNG makes for a new pipe. @throws std::bad_alloc
Peer peer_of(nng_pipe pipe, const Url& url);

}  // namespace cmpkit_nng

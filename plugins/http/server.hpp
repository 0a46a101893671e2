// The server: one Asio loop and one thread a listener.
// It refuses everything but POST of CMP, on the paths of paths.hpp, in bounded time and memory.
#pragma once
#include "contract.h"

#include "options.hpp"
#include "url.hpp"

#include <memory>

/// A listener as the host holds it.
struct cmpkit_transport_listener {
    virtual ~cmpkit_transport_listener() = default;
    virtual const char* url() const = 0;
    virtual void        stop(std::chrono::milliseconds grace) = 0;
};

namespace cmpkit_http {

/// What a listener is made of.
struct Site {
    Url                         url;
    Options                     options;
    cmpkit_transport_host       host;
    const cmpkit_transport_tls* tls;
    cmpkit_transport_handler    handler;
    void*                       user;
};

/// @param error  the reason, for the operator, if it is not OK
cmpkit_transport_rc listen(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error);

/// Takes the exchange, in all cases. Any thread.
cmpkit_transport_rc respond(cmpkit_transport_exchange* exchange, const cmpkit_transport_message& answer);

}  // namespace cmpkit_http

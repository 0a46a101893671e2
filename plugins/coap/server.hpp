// The server: one libcoap context and one thread a listener.
// It refuses everything but POST of CMP and GET of the links, on the paths of paths.hpp, in bounded time and memory; and tells announcements to observers.
#pragma once
#include "kit/plugin.hpp"
#include "options.hpp"
#include "url.hpp"

namespace cmpkit_coap {

/// What a listener is made of.
struct Site : cmpkit_plugin::Site<Options> {
    Url url;
};

/// @param error  the reason, for the operator, if it is not OK
cmpkit_transport_rc listen(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error);

}  // namespace cmpkit_coap

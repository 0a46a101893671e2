// The server: one Asio loop and one thread a listener.
// It refuses everything but POST of CMP, on the paths of paths.hpp, in bounded time and memory.
#pragma once
#include "kit/plugin.hpp"
#include "options.hpp"
#include "url.hpp"

namespace cmpkit_http {

/// What a listener is made of.
struct Site : cmpkit_plugin::Site<Options> {
    Url url;
};

/// @param error  the reason, for the operator, if it is not OK
cmpkit_transport_rc listen(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error);

}  // namespace cmpkit_http

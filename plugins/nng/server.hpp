// The server: one rep socket of NNG a listener, and as many contexts of it as requests are open at a time, one more to receive the next.
// It refuses more than `max-exchanges` of them, which wait in the socket, and more than `max-connections`.
#pragma once
#include "engine.hpp"
#include "kit/plugin.hpp"
#include "options.hpp"

namespace cmpkit_nng {

/// What a listener is made of.
struct Site : cmpkit_plugin::Site<Options> {
    Url url;
};

/// @param error  the reason, for the operator, if it is not OK
cmpkit_transport_rc open_server(Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error);

}  // namespace cmpkit_nng

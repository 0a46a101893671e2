// The server: TCP messages in both forms, each answered in its own.
// It refuses other versions by VersionNotSupported, and lets whoever waits long poll for its answer.
#pragma once
#include "kit/plugin.hpp"
#include "options.hpp"
#include "url.hpp"

namespace cmpkit_tcp {

/// @param error  the reason, for the operator, if it is not OK
cmpkit_transport_rc listen(cmpkit_plugin::Site<Options> site, const Url& url, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error);

}  // namespace cmpkit_tcp

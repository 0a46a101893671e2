// The client: a loop and a thread a channel, from the first exchange on; a connection carries one exchange at a time and is kept for the next.
#pragma once
#include "kit/plugin.hpp"
#include "options.hpp"
#include "url.hpp"

namespace cmpkit_tcp {

using Setting = cmpkit_plugin::Client<Options>;

std::unique_ptr<cmpkit_transport_channel> open_client(Setting setting, Url url);

}  // namespace cmpkit_tcp

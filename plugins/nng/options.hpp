// The options of an instance.
#pragma once
#include "kit/options.hpp"

#include <utility>

namespace cmpkit_nng {

using namespace cmpkit_plugin;

struct Options {
    std::size_t               max_message;
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds idle_timeout;
    std::size_t               max_exchanges;
    std::size_t               max_connections;
    std::chrono::milliseconds resend_time;
    bool                      hints;
    int                       ipc_permissions;
};

inline constexpr std::pair<std::string_view, bool> switches[]    = {{"on", true}, {"off", false}};
inline constexpr std::pair<std::string_view, int>  permissions[] = {{"600", 0600}, {"660", 0660}, {"666", 0666}};

inline constexpr Option<Options> known_options[] = {
    {"max-message", "1048576", "octets of a message, either way", octets<&Options::max_message>},
    {"connect-timeout", "10000", "client: ms without a connection, at first or after it was lost, until an exchange fails", milliseconds<&Options::connect_timeout>},
    {"idle-timeout", "60000", "taken for the sake of the other transports: a bus keeps its connections", milliseconds<&Options::idle_timeout>},
    {"max-exchanges", "1024", "server: requests open at a time; more of them wait in the socket", count<&Options::max_exchanges>},
    {"max-connections", "1024", "server: above it new ones are closed", count<&Options::max_connections>},
    {"resend-time", "60000", "client: ms after which an unanswered request is sent again", milliseconds<&Options::resend_time>},
    {"hints", "on", "client: whether operation and profile go ahead of the message; off: bare DER", word<&Options::hints, switches>},
    {"ipc-permissions", "600", "server: who may connect to the file of nng+ipc: 600, 660 or 666", word<&Options::ipc_permissions, permissions>},
};

}  // namespace cmpkit_nng

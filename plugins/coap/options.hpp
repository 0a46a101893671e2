// The options of an instance.
#pragma once
#include "kit/options.hpp"

#include <utility>

namespace cmpkit_coap {

using namespace cmpkit_plugin;

struct Options {
    std::size_t               max_message;
    std::size_t               max_connections;
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds idle_timeout;
    unsigned                  szx;  // blocks of 2^(szx + 4) octets (RFC 7959 2.2)
};

inline constexpr std::pair<std::string_view, unsigned> block_sizes[] = {{"16", 0}, {"32", 1}, {"64", 2}, {"128", 3}, {"256", 4}, {"512", 5}, {"1024", 6}};

inline constexpr Option<Options> known_options[] = {
    {"max-message", "1048576", "octets of a message, either way", octets<&Options::max_message>},
    {"connect-timeout", "10000", "client: ms until the name is resolved and DTLS stands", milliseconds<&Options::connect_timeout>},
    {"idle-timeout", "60000", "ms that a session may be silent; whole seconds for a server", milliseconds<&Options::idle_timeout>},
    {"max-connections", "1024", "server: peers at a time, and exchanges that wait for answers; client: sessions, of one exchange each at a time", count<&Options::max_connections>},
    {"block-size", "1024", "octets of a block at most: 16, 32, 64, 128, 256, 512 or 1024", word<&Options::szx, block_sizes>},
};

}  // namespace cmpkit_coap

// The options of an instance.
#pragma once
#include "kit/framing.hpp"
#include "kit/options.hpp"

#include <utility>

namespace cmpkit_tcp {

using namespace cmpkit_plugin;

struct Options {
    std::size_t               max_message;
    std::size_t               max_connections;
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds idle_timeout;
    Form                      form;        // of what a client sends
    std::chrono::milliseconds poll_after;  // server
    std::chrono::milliseconds poll_keep;   // server
    std::chrono::seconds      poll_most;   // client
    std::chrono::seconds      check_back;  // server

    static bool take_check_back(Options& options, std::string_view text) { return take_seconds(options.check_back, text); }
    static bool take_poll_most(Options& options, std::string_view text) { return take_seconds(options.poll_most, text); }

private:
    static bool take_seconds(std::chrono::seconds& member, std::string_view text) {
        const auto value = number(text, 1, 86400);
        if (value) member = std::chrono::seconds(*value);
        return value.has_value();
    }
};

inline constexpr std::pair<std::string_view, Form> forms[] = {{"version10", Form::version10}, {"rfc2510", Form::rfc2510}};

inline constexpr Option<Options> known_options[] = {
    {"max-message", "1048576", "octets of a message, either way", octets<&Options::max_message>},
    {"connect-timeout", "10000", "client: ms until the connection stands", milliseconds<&Options::connect_timeout>},
    {"idle-timeout", "60000", "ms; server: for a message to begin, to come in whole, for an answer to be taken; client: how long a connection is kept", milliseconds<&Options::idle_timeout>},
    {"max-connections", "1024", "server: a new one replaces the one silent longest, or waits; client: open at a time", count<&Options::max_connections>},
    {"form", "version10", "client: version10; rfc2510. A server answers each in its own", word<&Options::form, forms>},
    {"poll-after", "10000", "server: ms after which a client is told to poll for its answer", milliseconds<&Options::poll_after>},
    {"poll-interval", "10", "server: seconds until it is to poll", Options::take_check_back},
    {"poll-keep", "3600000", "server: ms that an answer nobody polled for is kept", milliseconds<&Options::poll_keep, 31>},
    {"poll-most", "60", "client: seconds between two polls at most, whatever the server says", Options::take_poll_most},
};

}  // namespace cmpkit_tcp

// The options of an instance, as README.md lists them.
#pragma once
#include "contract.h"
#include "reach.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace cmpkit_http {

/// Which content type an answer must have (RFC 9811 3.4).
enum class ContentType {
    exact,     // application/pkixcmp
    known,     // or a name that it had in drafts
    optional,  // or none at all
};

/// How the path names operation and profile where the URL has none of its own.
enum class Paths {
    rfc,    // RFC 9483 6.1: /.well-known/cmp[/p/<profile>]/<operation>
    draft,  // draft-ietf-lamps-lightweight-cmp-profile-04 6.1: [/cmp/<profile>]/<operation>
};

struct Options {
    std::size_t               max_message     = std::size_t{1} << 20;
    std::size_t               max_connections = 1024;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds idle_timeout{60'000};
    ContentType               content_type = ContentType::known;  // of an answer
    Paths                     paths        = Paths::rfc;
    std::string               proxy;  // empty: none, whatever the environment says
    Reach                     addresses = Reach::any;
};

/// @return BAD_ARGUMENT for an unknown name, or a value that is no number in the option's bounds
cmpkit_transport_rc set(Options& options, std::string_view name, std::string_view value);

}  // namespace cmpkit_http

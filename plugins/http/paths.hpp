// Which paths carry CMP, and what they say beside the message (RFC 9483 6.1; the wider table of its drafts).
// A path is a hint: the body of the message decides what operation it is, so nothing here is a reason to refuse a message that arrived.
#pragma once
#include "kit/route.hpp"
#include "options.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_http {

/// @param target    of the request line: path and query, or a whole URL (RFC 9112 3.2)
/// @param own_path  of the listener's URL; served beside the usual ones
/// @return nothing if no CMP is spoken there
std::optional<Route> route_of(std::string_view target, std::string_view own_path);

/// The path a client posts to: that of its URL; or the well-known one, then with the profile and operation that the request names.
std::string path_for(std::string_view url_path, std::string_view profile, std::string_view operation, Paths paths);

}  // namespace cmpkit_http

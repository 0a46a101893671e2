// Which paths carry CMP over CoAP, and what they say beside the message (RFC 9482 2.1).
// A path is a hint: the body of the message decides what operation it is, so nothing here is a reason to refuse a message that arrived.
#pragma once
#include "kit/route.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cmpkit_coap {

using cmpkit_plugin::Route;

constexpr std::string_view core_path = "/.well-known/core";  // RFC 6690 4

/// @param path      escaped, beginning with a slash
/// @param own_path  of the listener's URL; served beside the usual ones
/// @return nothing if no CMP is spoken there
std::optional<Route> route_of(std::string_view path, std::string_view own_path);
/// The profile whose announcements are observed there; empty: all. Nothing: nobody observes there (RFC 9482 2.6).
std::optional<std::string> observed_at(std::string_view path);

/// The path that a client posts to: that of its URL; or the well-known one, then with the profile and the operation's short label.
std::string path_for(std::string_view url_path, std::string_view profile, std::string_view operation);
/// Where a client observes.
std::string path_of_announcements(std::string_view url_path, std::string_view profile);

/// The segments of an escaped path, unescaped: what Uri-Path options hold (RFC 7252 6.4).
std::vector<std::string> segments_of(std::string_view path);

}  // namespace cmpkit_coap

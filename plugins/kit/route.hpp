// What paths below /.well-known/cmp say beside the message (RFC 9483 6.1, RFC 9482 2.1), and the escapes of their segments.
// A path is a hint: the body of the message decides what operation it is.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_plugin {

constexpr std::string_view well_known = "/.well-known/cmp";

struct Route {
    std::string operation;  // RFC 9483's label, whatever name the peer used for it; empty: none
    std::string profile;    // decoded; empty: none
};

/// RFC 9483's label for it or for a name it has in RFC 9482 or in the drafts; empty for one that has none. Nothing: no such operation.
std::optional<std::string> operation_of(std::string_view segment);
/// RFC 9482's label for one of RFC 9483's.
std::string coap_label(std::string_view operation);
/// The drafts' label, where they have another.
std::string draft_label(std::string_view operation);
/// Decoded. Nothing if it is empty, too long or malformed.
std::optional<std::string> profile_of(std::string_view segment);

/// Takes the first segment off `path`, which is empty or begins with a slash.
std::string_view take_segment(std::string_view& path);
/// `[/<operation>]`
std::optional<Route> end_of_path(std::string_view path, std::string profile);
/// `[/p/<name>][/<operation>]`: what may follow the well-known path.
std::optional<Route> hints(std::string_view path);

std::string percent_encode(std::string_view segment);
/// @return nothing if an escape is malformed or stands for a control character
std::optional<std::string> percent_decode(std::string_view segment);

}  // namespace cmpkit_plugin

// What a server offers, told as CoRE links (RFC 6690) with the paths of RFC 9483 6.1; the transports carry the text.
#pragma once
#include "service/config.hpp"

namespace cmpkit::service {

/// One link for each operation by itself, each operation of each profile, and what each CA tells under its name.
std::string links_to(const Configuration& configuration);

/// One operation at one place.
struct Link {
    std::string path, profile, operation;  // path as it stands in the link; the others are empty where it names none
};
/// What a peer offers. Takes commas and line breaks between links, ct as number or name, quoted or bare, links of the drafts without
/// `.well-known`; leaves out what is not of CMP.
/// @error bad_value  it is no link format; offset says where
Result<std::vector<Link>> links_in(std::string_view text);

}  // namespace cmpkit::service

// What a peer offers, read from its CoRE links (RFC 6690); what a server of ours offers is told in offer.hpp.
#pragma once
#include "result.hpp"

namespace cmpkit::service {

inline constexpr std::string_view well_known = "/.well-known/cmp";  // RFC 9483 6.1

/// One operation at one place.
struct Link {
    std::string path, profile, operation;  // path as it stands in the link; the others are empty where it names none
};
/// What a peer offers. Takes commas and line breaks between links, ct as number or name, quoted or bare, links of the drafts without
/// `.well-known`; leaves out what is not of CMP.
/// @error bad_value  it is no link format; offset says where
Result<std::vector<Link>> links_in(std::string_view text);

}  // namespace cmpkit::service

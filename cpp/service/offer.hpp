// What a server offers, told as CoRE links (RFC 6690) with the paths of RFC 9483 6.1; the transports carry the text.
#pragma once
#include "service/config.hpp"

namespace cmpkit::service {

/// One link for each operation by itself, each operation of each profile, and what each CA tells under its name.
std::string links_to(const Configuration& configuration);

}  // namespace cmpkit::service

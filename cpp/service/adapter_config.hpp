// An [[upstream]] that knows PKCS#10 alone: in the place of a url it has the command, or the application, that asks it. It reads those keys, and refuses the
// ones that are for CMP; what is common to all upstreams is read elsewhere.
#pragma once
#include "service/ra_config.hpp"

namespace cmpkit::service {

bool is_for_adapter(Table& table);
void read_adapter(Table& table, const Reader& reader, UpstreamConfiguration& config);

}  // namespace cmpkit::service

// One [[profile]] of the configuration.
#pragma once
#include "ca/profile.hpp"
#include "service/table.hpp"

namespace cmpkit::service {

/// @param folder  where relative paths begin
ca::Profile read_profile(Table& table, const std::string& folder);

}  // namespace cmpkit::service

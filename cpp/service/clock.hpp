// The time that the rooms below are given.
#pragma once
#include <cstdint>
#include <ctime>

namespace cmpkit::service {

inline std::int64_t unix_now() { return static_cast<std::int64_t>(std::time(nullptr)); }

}  // namespace cmpkit::service

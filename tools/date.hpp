// Dates of the command line.
#pragma once
#include <cstdint>
#include <string>

namespace tool {

/// Unix seconds of "2027-01-31" or "2027-01-31T12:00:00Z"; 0: none was given. Fails with Exit::usage, naming the option.
std::int64_t unix_time(const std::string& date, const char* option);

}  // namespace tool

#include "date.hpp"

#include "failure.hpp"

#include <ctime>

namespace tool {

std::int64_t unix_time(const std::string& date, const char* option) {
    if (date.empty()) return 0;
    for (const char* form : {"%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"}) {
        std::tm     time{};
        const char* end = ::strptime(date.c_str(), form, &time);
        if (end && !*end) return ::timegm(&time);
    }
    throw Failure(Exit::usage, std::string(option) + ": a date such as 2027-01-31 or 2027-01-31T12:00:00Z is expected");
}

}  // namespace tool

// What holds of every schema type, whatever the octets: what parses is written back from its members, prints, and equals itself; what does not parse says
// where, within the input.
#pragma once
#include "der/compare.hpp"
#include "der/parse.hpp"
#include "der/print.hpp"

#include <cstdlib>

namespace cmpkit::fuzz {

/// The property of a target; a broken one is a finding.
inline void hold(bool claim) {
    if (!claim) std::abort();
}

/// Whether `octets` are the value's canonical form: they parse to an equal value, which is written the same way.
template <class T> bool is_canonical(const T& value, const Octets& octets) {
    der::Arena arena(der::arena_budget(octets.size()));
    const auto again = der::parse<T>(octets, arena);
    return again && !der::first_difference(value, *again) && der::rebuild(*again) == octets;
}

/// @tparam T  a schema type that is default-constructed empty
template <class T> bool hold_schema(Bytes input) {
    der::Arena arena(der::arena_budget(input.size()));
    const auto value = der::parse<T>(input, arena);
    if (!value) {
        hold(value.error().offset <= input.size() && !value.error().text().empty());
        return false;
    }
    // Trailing zeros of named bits are read and lost (X.690 11.2.2), so what is rebuilt need not be the input.
    const Octets rebuilt = der::rebuild(*value);
    hold(rebuilt.size() <= input.size() && is_canonical(*value, rebuilt));
    hold(!der::print(*value, input, {.json = true}).empty() && !der::print(*value, input, {}).empty());
    return true;
}

}  // namespace cmpkit::fuzz

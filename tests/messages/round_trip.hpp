// What every schema promises: octets become a value and the same octets again, the value equals itself and can be shown.
#pragma once
#include "data.hpp"
#include "der/compare.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "der/print.hpp"
#include "messages/general.hpp"
#include "messages/json_check.hpp"

#include <catch2/catch.hpp>

namespace cmpkit {

inline void check_round_trip(const der::Type& type, Bytes octets) {
    der::Arena arena;
    void*      value  = type.make(arena);
    const auto parsed = der::parse(type, octets, value, arena);
    INFO((parsed ? to_hex(octets) : parsed.error().text()));
    REQUIRE(parsed);

    der::Writer spliced, rebuilt;
    der::encode(type, value, spliced);
    der::rebuild(type, value, rebuilt);
    CHECK(to_hex(spliced.written()) == to_hex(octets));
    CHECK(to_hex(rebuilt.written()) == to_hex(octets));
    CHECK_FALSE(der::first_difference(type, value, value));
    CHECK(der::print(type, value, octets, {.oid_name = oid_name}).size() > 8);
    CHECK(JsonCheck::is_valid(der::print(type, value, octets, {.json = true, .oid_name = oid_name})));
}

/// The same, beginning with a value.
template <class T> void check_built(const T& value) {
    const Octets octets = der::encode(value);
    check_round_trip(der::describe<T>(), octets);
    const auto parsed = der::parse<T>(octets);
    REQUIRE(parsed);
    const auto difference = der::first_difference(value, **parsed);
    CHECK((difference ? difference->text() : "none") == "none");
}

/// The value of those octets, which live as long as it.
template <class T> der::Parsed<T> parsed(Octets octets) {
    auto value = der::parse<T>(std::move(octets));
    INFO((value ? "" : value.error().text()));
    REQUIRE(value);
    return std::move(*value);
}
template <class T> der::Parsed<T> parsed(std::string_view hex) { return parsed<T>(from_hex(hex)); }

}  // namespace cmpkit

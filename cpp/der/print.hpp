// A value as text or JSON, with the offset of each element in its encoding. What a peer wrote is escaped by the leaves.
#pragma once
#include "der/encode.hpp"

namespace cmpkit::der {

struct PrintStyle {
    std::string_view name = "value";  // of the whole, on the first line of the text
    bool             json = false;
    std::string_view (*oid_name)(Bytes oid) = nullptr;  // empty: unknown, print the dotted form
};

/// @param octets  the encoding of `value`, which gives the offsets
std::string print(const Type& type, const void* value, Bytes octets, const PrintStyle& style);

template <class T> std::string print(const T& value, Bytes octets, const PrintStyle& style = {}) { return print(describe<T>(), &value, octets, style); }
template <class T> std::string print(const T& value, const PrintStyle& style = {}) { return print(value, encode(value), style); }

/// Unix seconds of the years 0000 to 9999 as "2026-11-21T01:45:02Z".
std::string shown_time(std::int64_t seconds);

/// `text` as a JSON string with its quotes.
std::string json_string(std::string_view text);

}  // namespace cmpkit::der

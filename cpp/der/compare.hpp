// Where two values of one type first differ: one walk over both.
#pragma once
#include "der/schema.hpp"

namespace cmpkit::der {

/// @return nothing if equal, else the path of the first member that differs; the whole value's path is empty
std::optional<Path> first_difference(const Type& type, const void* a, const void* b);

template <class T> std::optional<Path> first_difference(const T& a, const T& b) { return first_difference(describe<T>(), &a, &b); }

}  // namespace cmpkit::der

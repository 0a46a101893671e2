// Values to octets: one walk, back to front. A value that carries `received` is written as it was received; who copies such a value
// in order to change it clears `received` in the copy and in all that contain it.
#pragma once
#include "der/schema.hpp"

namespace cmpkit::der {

void encode(const Type& type, const void* value, Writer& out);
/// From the members alone, ignoring what was received: the oracle of tests and fuzzers.
void rebuild(const Type& type, const void* value, Writer& out);

template <class T> Octets encode(const T& value) {
    Writer out;
    encode(describe<T>(), &value, out);
    return out.finish();
}
template <class T> Octets rebuild(const T& value) {
    Writer out;
    rebuild(describe<T>(), &value, out);
    return out.finish();
}

}  // namespace cmpkit::der

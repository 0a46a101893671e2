// What protection covers, written where it is only looked at. For protection's own files.
#pragma once
#include "der/writer.hpp"

namespace cmpkit::protection {

/// As protected_part(). @param out  empty
void write_part(Bytes header, Bytes body, der::Writer& out);

}  // namespace cmpkit::protection

// A bare walk over tags and lengths: the least that reading DER can cost.
#pragma once
#include "der/reader.hpp"

namespace cmpkit::bench {

/// The elements, and those in an OCTET STRING that one element fills, as an extension's value does: as far as the typed parse looks.
inline std::size_t elements(const std::uint8_t* at, const std::uint8_t* end) {
    std::size_t  count = 0;
    der::Element element, inner;
    Code problem;
    for (; at != end && der::find_element(at, end, element, problem); at = element.end, ++count) {
        const bool is_filled = element.tag() == der::tag::octet_string && der::find_element(element.content, element.end, inner, problem) && inner.end == element.end;
        if (is_filled || element.tag() & der::tag::constructed) count += elements(element.content, element.end);
    }
    return count;
}

}  // namespace cmpkit::bench

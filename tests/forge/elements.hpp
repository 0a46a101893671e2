// DER by hand, element by element, for octets that no schema would write.
#pragma once
#include "der/reader.hpp"
#include "der/writer.hpp"

#include <catch2/catch.hpp>

namespace cmpkit::test {

inline Octets tlv(std::uint8_t tag, Bytes content) {
    der::Writer out;
    out.element(tag, content);
    return out.finish();
}

inline Octets joined(std::uint8_t tag, const std::vector<Octets>& elements) {
    Octets content;
    for (const Octets& each : elements) content.insert(content.end(), each.begin(), each.end());
    return tlv(tag, content);
}

inline std::vector<Octets> elements_of(Bytes constructed) {
    std::vector<Octets> elements;
    der::Tlv            outer, each;
    REQUIRE_FALSE(der::take(constructed, outer));
    while (!outer.content.empty()) {
        REQUIRE_FALSE(der::take(outer.content, each));
        elements.push_back(copy_of(each.whole));
    }
    return elements;
}

/// `inner` inside that many elements of that tag.
inline Octets wrapped(Octets inner, std::uint8_t tag, int times) {
    while (times-- > 0) inner = tlv(tag, inner);
    return inner;
}

}  // namespace cmpkit::test

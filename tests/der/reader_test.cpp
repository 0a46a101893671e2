#include "der/reader.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::der;

namespace {
std::optional<Code> refusal(Octets octets) {
    Bytes in = octets;
    Tlv   tlv;
    return take(in, tlv);
}
}  // namespace

TEST_CASE("an element is taken off the front and the rest stays", "[der]") {
    const Octets octets{0x04, 0x02, 0xaa, 0xbb, 0x05, 0x00};
    Bytes        in = octets;
    Tlv          tlv;
    REQUIRE_FALSE(take(in, tlv));
    CHECK(tlv.tag == tag::octet_string);
    CHECK(to_hex(tlv.content) == "aabb");
    CHECK(to_hex(tlv.whole) == "0402aabb");
    CHECK(to_hex(in) == "0500");
}

TEST_CASE("lengths that DER forbids are refused", "[der]") {
    CHECK(refusal({0x04, 0x80, 0x00, 0x00}) == Code::bad_length);              // indefinite
    CHECK(refusal({0x04, 0x81, 0x01, 0xaa}) == Code::bad_length);              // long form below 128
    CHECK(refusal({0x04, 0x82, 0x00, 0x80}) == Code::bad_length);              // leading zero
    CHECK(refusal({0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00}) == Code::bad_length);  // more than four octets
    CHECK(refusal({0x04, 0x84, 0xff, 0xff, 0xff, 0xff}) == Code::truncated);
    CHECK(refusal({0x04, 0x02, 0xaa}) == Code::truncated);
    CHECK(refusal({0x04}) == Code::truncated);
    CHECK(refusal({0x04, 0x82, 0x01}) == Code::truncated);
}

TEST_CASE("high tag numbers and end-of-contents are refused", "[der]") {
    CHECK(refusal({0x1f, 0x81, 0x00, 0x00}) == Code::bad_tag);
    CHECK(refusal({0xbf, 0x20, 0x00}) == Code::bad_tag);
    CHECK(refusal({0x00, 0x00}) == Code::bad_tag);
}

TEST_CASE("what no schema describes must still be DER all the way down", "[der]") {
    CHECK(well_formed(Octets{0x30, 0x03, 0x02, 0x01, 0x05}, 4));
    CHECK_FALSE(well_formed(Octets{0x30, 0x04, 0x02, 0x02, 0x00, 0x05}, 4));  // padded INTEGER
    CHECK_FALSE(well_formed(Octets{0x30, 0x03, 0x01, 0x01, 0x01}, 4));        // TRUE is ff
    CHECK_FALSE(well_formed(Octets{0x24, 0x02, 0x04, 0x00}, 4));              // constructed OCTET STRING
    CHECK_FALSE(well_formed(Octets{0x0c, 0x01, 0xff}, 4));                    // not UTF-8
    CHECK_FALSE(well_formed(Octets{0x1e, 0x03, 0x00, 0x61, 0x00}, 4));        // BMPString, half a character
    CHECK_FALSE(well_formed(Octets{0x1c, 0x02, 0x00, 0x61}, 4));              // UniversalString, the same
    CHECK_FALSE(well_formed(Octets{0x30, 0x02, 0x10, 0x00}, 4));              // SEQUENCE, as if it were no construction
    CHECK_FALSE(well_formed(Octets{0x30, 0x02, 0x11, 0x00}, 4));
    CHECK(well_formed(Octets{0x30, 0x0a, 0x1e, 0x02, 0x00, 0x61, 0x1c, 0x04, 0x00, 0x00, 0x00, 0x61}, 4));
    CHECK_FALSE(well_formed(Octets{0x30, 0x80, 0x00, 0x00}, 4));
    CHECK(well_formed(Octets{0x30, 0x04, 0x30, 0x02, 0x30, 0x00}, 2));
    CHECK_FALSE(well_formed(Octets{0x30, 0x04, 0x30, 0x02, 0x30, 0x00}, 1));  // deeper than allowed
}

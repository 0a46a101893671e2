#include "der/types.hpp"

#include "data.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::der;

namespace {
std::string generalized(std::int64_t seconds) {
    Arena arena;
    return std::string(text_of(generalized_time(seconds, arena).content));
}
std::string utc(std::int64_t seconds) {
    Arena arena;
    return std::string(text_of(utc_time(seconds, arena).content));
}
std::int64_t from_generalized(std::string_view text) { return unix_seconds(GeneralizedTime{bytes_of(text)}); }
std::int64_t from_utc(std::string_view text) { return unix_seconds(UTCTime{bytes_of(text)}); }
}  // namespace

TEST_CASE("times become seconds and seconds become times", "[der]") {
    const struct {
        std::int64_t     seconds;
        std::string_view text;
    } times[] = {{0, "19700101000000Z"},          {-1, "19691231235959Z"},         {951782400, "20000229000000Z"},    {1709164800, "20240229000000Z"},
                 {4107542400, "21000301000000Z"}, {-2203977600, "19000228000000Z"}, {253402300799, "99991231235959Z"}, {-62167219200, "00000101000000Z"}};
    for (const auto& time : times) {
        INFO(time.text);
        CHECK(generalized(time.seconds) == time.text);
        CHECK(from_generalized(time.text) == time.seconds);
    }
}

TEST_CASE("UTCTime spans 1950 to 2049", "[der]") {
    CHECK(from_utc("500101000000Z") == -631152000);
    CHECK(from_utc("491231235959Z") == 2524607999);
    CHECK(utc(-631152000) == "500101000000Z");
    CHECK(utc(2524607999) == "491231235959Z");
    CHECK(valid_utc_time(bytes_of("000229000000Z")));
    CHECK_FALSE(valid_utc_time(bytes_of("010229000000Z")));
    CHECK_FALSE(valid_utc_time(bytes_of("0001010000Z")));
    CHECK_FALSE(valid_utc_time(bytes_of("000101000000+0000")));
}

TEST_CASE("the days of a month are known", "[der]") {
    CHECK(valid_generalized_time(bytes_of("20000229000000Z")));
    CHECK_FALSE(valid_generalized_time(bytes_of("19000229000000Z")));
    CHECK_FALSE(valid_generalized_time(bytes_of("21000229000000Z")));
    CHECK_FALSE(valid_generalized_time(bytes_of("20250431000000Z")));
    CHECK_FALSE(valid_generalized_time(bytes_of("20250400000000Z")));
    CHECK_FALSE(valid_generalized_time(bytes_of("20250001000000Z")));
    CHECK(valid_generalized_time(bytes_of("99991231235959Z")));
}

TEST_CASE("times are shown in ISO 8601", "[der]") {
    CHECK(shown_time(bytes_of("500101000000Z")) == "1950-01-01T00:00:00Z");
    CHECK(shown_time(bytes_of("491231235959Z")) == "2049-12-31T23:59:59Z");
    CHECK(shown_time(bytes_of("20500101000000Z")) == "2050-01-01T00:00:00Z");
}

TEST_CASE("an octet that is no ASCII is found wherever it stands", "[der]") {
    for (std::size_t size = 0; size < 26; ++size) {
        Octets text(size, 0x7f);
        CHECK(valid_ascii(text));
        for (std::uint8_t& octet : text) {
            INFO(&octet - text.data() << " of " << size);
            octet = 0x80;
            CHECK_FALSE(valid_ascii(text));
            CHECK_FALSE(valid_utf8(text));
            octet = 0x7f;
        }
    }
}

TEST_CASE("integers are written minimally and read back", "[der]") {
    const struct {
        std::int64_t value;
        const char*  hex;
    } integers[] = {{0, "020100"},    {127, "02017f"},    {128, "02020080"}, {255, "020200ff"},           {256, "02020100"},
                    {-1, "0201ff"},   {-128, "020180"},   {-129, "0202ff7f"}, {INT64_MAX, "02087fffffffffffffff"}, {INT64_MIN, "02088000000000000000"}};
    for (const auto& integer : integers) {
        CHECK(to_hex(encode(integer.value)) == integer.hex);
        CHECK(**parse<std::int64_t>(from_hex(integer.hex)) == integer.value);
    }
}

TEST_CASE("a number made of octets has no sign", "[der]") {
    CHECK(to_hex(unsigned_integer(from_hex("0080"))) == "0080");
    CHECK(to_hex(unsigned_integer(from_hex("ff01"))) == "00ff01");
    CHECK(to_hex(unsigned_integer(from_hex("000001"))) == "01");
    CHECK(to_hex(unsigned_integer({})) == "00");
    CHECK(to_hex(unsigned_integer(from_hex("00"))) == "00");
}

TEST_CASE("object identifiers are shown dotted", "[der]") {
    CHECK(dotted(from_hex("2a864886f70d")) == "1.2.840.113549");
    CHECK(dotted(from_hex("883703")) == "2.999.3");
    CHECK(dotted(from_hex("00")) == "0.0");
    CHECK(dotted(from_hex("7f")) == "2.47");
    CHECK(dotted(from_hex("2affffffffffffffffffff7f")) == "2affffffffffffffffffff7f");
}

TEST_CASE("integers are shown in decimal while they fit", "[der]") {
    CHECK(shown_integer(from_hex("ff")) == "-1");
    CHECK(shown_integer(from_hex("7fffffffffffffff")) == "9223372036854775807");
    CHECK(shown_integer(from_hex("008000000000000000")) == "0x8000000000000000");
    CHECK(hex_integer(from_hex("00d3")) == "0xd3");  // as openssl x509 -serial does
    CHECK(hex_integer(from_hex("0d03")) == "0x0d03");
    CHECK(hex_integer(from_hex("00")) == "0x00");
    CHECK(hex_integer({}) == "0x");
}

namespace {
enum class Letter : std::uint8_t { a, b, c, z = 31 };
std::string_view name_of(Letter letter) { return letter == Letter::a ? "a" : letter == Letter::b ? "b" : "unknown"; }
}  // namespace

TEST_CASE("named bits are written without trailing zeros", "[der]") {
    using Letters = NamedBits<Letter>;
    CHECK(to_hex(encode(Letters::of({Letter::a}))) == "03020780");
    CHECK(to_hex(encode(Letters::of({Letter::a, Letter::c}))) == "030205a0");
    CHECK(to_hex(encode(Letters::of({Letter::z}))) == "03050000000001");
    CHECK(Leaf<Letters>::show(Letters::of({Letter::a, Letter::b, Letter::z})) == "a, b, bit 31");
    const auto wide = parse<Letters>(from_hex("030600800000" "01ff"));
    REQUIRE(wide);
    CHECK((*wide)->bits == (1u | 1u << 31));  // what no name can say is lost
}

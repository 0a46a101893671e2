#include "messages/ip_address.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;

namespace {
std::string again(std::string_view text) {
    const auto address = ip_from_text(text);
    return address ? ip_to_text(*address) : "refused";
}
}  // namespace

TEST_CASE("IPv4 addresses are read strictly", "[messages]") {
    CHECK(to_hex(*ip_from_text("192.0.2.255")) == "c00002ff");
    CHECK(again("0.0.0.0") == "0.0.0.0");
    for (const std::string_view text : {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.04", "1.2.3.-4", "1.2.3.4 ", " 1.2.3.4", "1..3.4", "1.2.3.", "0x1.2.3.4", "1.2.3.+4"}) {
        INFO(text);
        CHECK_FALSE(ip_from_text(text));
    }
}

TEST_CASE("IPv6 addresses are read in every form and written by RFC 5952", "[messages]") {
    CHECK(to_hex(*ip_from_text("2001:db8::1")) == "20010db8000000000000000000000001");
    CHECK(again("::") == "::");
    CHECK(again("::1") == "::1");
    CHECK(again("1::") == "1::");
    CHECK(again("2001:0DB8:0:0:0:0:0:1") == "2001:db8::1");
    CHECK(again("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
    CHECK(again("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");
    CHECK(again("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
    CHECK(again("::ffff:192.0.2.1") == "::ffff:c000:201");
    CHECK(again("1:2:3:4:5:6:7::") == "1:2:3:4:5:6:7:0");
    CHECK(again("1:2:3:4:5:6:1.2.3.4") == "1:2:3:4:5:6:102:304");
}

TEST_CASE("text that is no IPv6 address is refused", "[messages]") {
    for (const std::string_view text : {":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "1::2::3", "12345::", "g::", "1:", ":1", "::1:", "fe80::1%eth0",
                                        "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::-1"}) {
        INFO(text);
        CHECK_FALSE(ip_from_text(text));
    }
}

TEST_CASE("octets that are no address have no text", "[messages]") {
    CHECK(ip_to_text(Octets{1, 2, 3}).empty());
    CHECK(ip_to_text(Octets(8, 255)) == "255.255.255.255/255.255.255.255");
    CHECK(ip_to_text(Octets(32, 0)) == "::/::");
}

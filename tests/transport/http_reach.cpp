// Which addresses the http client may be kept from.
#include "http/reach.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <string>

using namespace cmpkit_http;

namespace {

bool is_within(const std::string& address, Reach reach) {
    sockaddr_storage storage{};
    auto&            v4 = reinterpret_cast<sockaddr_in&>(storage);
    auto&            v6 = reinterpret_cast<sockaddr_in6&>(storage);
    const bool       is_v6 = address.find(':') != std::string::npos;
    storage.ss_family = is_v6 ? AF_INET6 : AF_INET;
    REQUIRE(inet_pton(storage.ss_family, address.c_str(), is_v6 ? static_cast<void*>(&v6.sin6_addr) : &v4.sin_addr) == 1);
    return cmpkit_http::is_within(reinterpret_cast<const sockaddr&>(storage), reach);
}

}  // namespace

TEST_CASE("an address is of this machine, of the neighbourhood, of the plant or of the internet", "[transport]") {
    for (const char* here : {"0.0.0.0", "127.0.0.1", "127.255.255.255", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.1.1", "fe80::1", "febf::1",
                             "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::"}) {
        INFO(here);
        CHECK(is_within(here, Reach::any));
        CHECK_FALSE(is_within(here, Reach::remote));
        CHECK_FALSE(is_within(here, Reach::internet));
    }
    for (const char* plant : {"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "100.127.255.255", "fc00::1", "fdff::1", "::ffff:10.0.0.1"}) {
        INFO(plant);
        CHECK(is_within(plant, Reach::remote));
        CHECK_FALSE(is_within(plant, Reach::internet));
    }
    for (const char* far : {"1.1.1.1", "9.255.255.255", "11.0.0.1", "172.15.255.255", "172.32.0.1", "192.167.0.1", "100.63.255.255", "100.128.0.1", "223.255.255.255", "2001:db8::1", "::ffff:1.1.1.1"}) {
        INFO(far);
        CHECK(is_within(far, Reach::internet));
    }
    sockaddr other{};
    other.sa_family = AF_UNIX;
    CHECK_FALSE(cmpkit_http::is_within(other, Reach::remote));
}

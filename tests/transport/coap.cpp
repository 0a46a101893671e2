#include "conformance.hpp"
#include "tls_keys.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport::test;

TEST_CASE("the coap plugin conforms", "[transport][coap]") {
    conform({.name = "coap", .listen_url = [] { return std::string("coap://127.0.0.1:0"); }, .sees_peer_leave = false});
}

TEST_CASE("the coap plugin conforms under DTLS, both sides with certificates", "[transport][coap]") {
    const Identity authority = make_authority("Test Root");
    Keys           keys(make_identity(authority, "both", "IP:127.0.0.1"), authority);
    keys.asks_certificate = true;
    conform({.name = "coaps", .listen_url = [] { return std::string("coaps://127.0.0.1:0"); }, .tls = &keys});
}

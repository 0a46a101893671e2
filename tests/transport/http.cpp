#include "conformance.hpp"
#include "loopback.hpp"
#include "siege.hpp"
#include "tls_keys.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport::test;

TEST_CASE("the http plugin conforms", "[transport]") {
    conform({.name = "http", .listen_url = [] { return std::string("http://127.0.0.1:0"); }, .truncating = [] {
        auto server = std::make_shared<ScriptedServer>("HTTP/1.1 200 OK\r\nContent-Type: application/pkixcmp\r\nContent-Length: 100\r\n\r\nabc");
        return std::pair(server->url(), std::static_pointer_cast<void>(server));
    }});
}

TEST_CASE("a thousand bad connections do not keep the http plugin from serving", "[transport]") {
    const Siege siege{.beginning = "POST /.well-known/cmp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pkixcmp\r\nContent-Length: 100000\r\n\r\n0", .garbage = "\x80\x01\x02 GARBAGE \r\n\r\n"};
    besiege({.name = "http", .listen_url = [] { return std::string("http://127.0.0.1:0"); }}, siege);
}

TEST_CASE("nor under TLS", "[transport]") {
    const Identity authority = make_authority("Test Root");
    const Keys     keys(make_identity(authority, "both", "IP:127.0.0.1"), authority);
    const Siege    siege{.beginning = "\x16\x03\x01\x02", .garbage = "GET / HTTP/1.1\r\n\r\n"};
    besiege({.name = "https", .listen_url = [] { return std::string("https://127.0.0.1:0"); }, .tls = &keys}, siege);
}

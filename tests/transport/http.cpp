#include "conformance.hpp"
#include "loopback.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport::test;

TEST_CASE("the http plugin conforms", "[transport]") {
    conform({.name = "http", .listen_url = [] { return std::string("http://127.0.0.1:0"); }, .truncating = [] {
        auto server = std::make_shared<ScriptedServer>("HTTP/1.1 200 OK\r\nContent-Type: application/pkixcmp\r\nContent-Length: 100\r\n\r\nabc");
        return std::pair(server->url(), std::static_pointer_cast<void>(server));
    }});
}

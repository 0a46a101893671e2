#include "conformance.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport::test;

TEST_CASE("the http plugin conforms", "[transport]") {
    conform({.name = "http", .listen_url = [] { return std::string("http://127.0.0.1:0"); }});
}

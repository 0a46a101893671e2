#include "conformance.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport::test;

TEST_CASE("the tcp plugin conforms in both forms", "[transport]") {
    const std::string form = GENERATE("version10", "rfc2510");
    conform({.name = "tcp " + form, .listen_url = [] { return std::string("tcp://127.0.0.1:0"); }, .options = {}, .client_options = {{"form", form}}, .carries_hints = false});
}

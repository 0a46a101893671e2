#include "conformance.hpp"
#include "spooled.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport::test;

TEST_CASE("the file plugin conforms", "[transport]") {
    TemporaryFolder folder;
    // The suite sends octets that are no DER, and the same ones again and again as new requests.
    conform({.name            = "file",
             .listen_url      = [&] { return "file://" + folder.fresh(); },
             .options         = {{"content", "any"}, {"keep", "0"}, {"rescan", "100"}, {"durability", "none"}},
             .sees_peer_leave = false});
}

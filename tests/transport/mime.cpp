#include "conformance.hpp"
#include "spooled.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport::test;

TEST_CASE("the mime plugin conforms", "[transport]") {
    TemporaryFolder folder;
    // The suite sends octets that are no DER, and the same ones again and again as new requests.
    conform({.name            = "mime",
             .listen_url      = [&] { return "mime+file://" + folder.fresh(); },
             .options         = {{"content", "any"}, {"keep", "0"}, {"rescan", "100"}, {"durability", "none"}},
             .sees_peer_leave = false});
}

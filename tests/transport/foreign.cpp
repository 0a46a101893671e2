// The suite for a plugin that was built elsewhere, as its author runs it:
//
//     CMPKIT_CONFORM_FOLDER=$PWD/build-ocpp/plugins CMPKIT_CONFORM_URL=ocpp://127.0.0.1:0/ build/bin/test_transport "[.foreign]"
//
// CMPKIT_CONFORM_LACKS names what its carrier cannot do: "hints", "peer-leave", "parallel", in any number; CMPKIT_CONFORM_OPTION="name=value" is told to its clients.
#include "conformance.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace cmpkit::transport::test;

namespace {

std::string told(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

TEST_CASE("a plugin from elsewhere conforms", "[.foreign]") {
    const std::string url = told("CMPKIT_CONFORM_URL"), lacks = told("CMPKIT_CONFORM_LACKS");
    INFO("CMPKIT_CONFORM_URL is where it is to listen, at a port that the system chooses; CMPKIT_CONFORM_FOLDER is where it lies");
    REQUIRE(!url.empty());
    REQUIRE(!told("CMPKIT_CONFORM_FOLDER").empty());
    const std::string option = told("CMPKIT_CONFORM_OPTION");
    const auto        equals = option.find('=');
    conform({.name            = url,
             .listen_url      = [&] { return url; },
             .client_options  = equals == option.npos ? cmpkit::transport::Options{} : cmpkit::transport::Options{{option.substr(0, equals), option.substr(equals + 1)}},
             .sees_peer_leave = lacks.find("peer-leave") == lacks.npos,
             .carries_hints   = lacks.find("hints") == lacks.npos,
             .at_a_time       = lacks.find("parallel") == lacks.npos ? 200u : 1u});
}

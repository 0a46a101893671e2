// Profiles of peers as data: those of the library, and a site's own.
#include "../forge/value_of.hpp"
#include "service/peer.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::service;
using cmpkit::test::value_of;

namespace {

std::string refusal(std::string_view text) {
    const auto read = read_peer(text);
    return read ? "it was taken" : read.error().detail;
}

}  // namespace

TEST_CASE("every profile of the library can be read and says its own name and what it is for", "[service]") {
    CHECK(peer_files().size() >= 7);
    for (const PeerFile& file : peer_files()) {
        INFO(file.name);
        const PeerProfile profile = value_of(peer_named(file.name));
        CHECK(profile.peer.name == file.name);
        CHECK_FALSE(profile.peer.comment.empty());
        CHECK(to_json(profile).find("{\"name\":\"" + std::string(file.name) + "\"") == 0);
    }
}

TEST_CASE("the profiles of the library use no option of a transport but those that its tests know", "[service]") {
    for (const PeerFile& file : peer_files())
        for (const auto& [plugin, options] : value_of(peer_named(file.name)).transport)
            for (const auto& [name, value] : options) CHECK((plugin == "http" && (name == "content-type" || name == "paths")));
}

TEST_CASE("a profile that nobody knows is refused with those that are known", "[service]") {
    const auto found = peer_named("acme");
    REQUIRE_FALSE(found);
    CHECK(found.error().code == Code::bad_argument);
    CHECK(found.error().detail.find("\"acme\"; known are cryptlib, ejbca, ") != std::string::npos);
}

TEST_CASE("a site's own profile begins with another one and says what differs", "[service]") {
    const auto own = value_of(read_peer("name = \"ours\"\nbase = \"ejbca\"\n[takes]\nunprotected_pkiconf = false\nmost_iterations = 500000\n[transport.http]\nproxy = \"http://127.0.0.1:3128\"\n"));
    CHECK(own.peer.name == "ours");
    CHECK(own.peer.comment == value_of(peer_named("ejbca")).peer.comment);
    CHECK(own.peer.unprotected_refusals);
    CHECK_FALSE(own.peer.unprotected_pkiconf);
    CHECK(own.peer.mac_limits.max_iterations == 500'000);
    CHECK(to_json(own).find("\"takes\":{\"unprotected_refusals\":true,\"signature_for_mac\":true,\"most_iterations\":500000},\"sends\":{},\"transport\":{\"http\":{\"proxy\":") != std::string::npos);
}

TEST_CASE("a slip in a profile is named with its line and key", "[service]") {
    CHECK(refusal("comment = \"x\"").find("name: it is required") != std::string::npos);
    CHECK(refusal("name = \"x\"\n[takes]\nunprotected = true").find("line 3, takes.unprotected: no such key") == 0);
    CHECK(refusal("name = \"x\"\n[takes]\nunprotected_pkiconf = 1").find("takes.unprotected_pkiconf: true or false") != std::string::npos);
    CHECK(refusal("name = \"x\"\n[takes]\noctets_before_message = 17").find("takes.octets_before_message: a number from 0 to 16") != std::string::npos);
    CHECK(refusal("name = \"x\"\n[sends]\nunprotected_pkiconf = true").find("sends.unprotected_pkiconf: no such key") != std::string::npos);
    CHECK(refusal("name = \"x\"\n[takes]\nleast_iterations = 5000\nmost_iterations = 1000").find("least_iterations is above") != std::string::npos);
    CHECK(refusal("name = \"x\"\n[transport.http]\npaths = 1").find("transport.http.paths: a text") != std::string::npos);
    CHECK(refusal("name = \"x\"\nbase = \"acme\"").find("base: there is no profile") != std::string::npos);
    CHECK(refusal("name = ").find("line 1") == 0);
}

TEST_CASE("a transport is told the options for the plugin that its scheme means", "[service]") {
    const auto strict = value_of(peer_named("strict"));
    for (const char* url : {"http://127.0.0.1", "https://127.0.0.1/pkix", "HTTP://127.0.0.1"}) CHECK(transport::options_for(strict.transport, url).at("content-type") == "exact");
    for (const char* url : {"file:/tmp", "coap://127.0.0.1", "nng+tcp://127.0.0.1", "", "httpx://127.0.0.1"}) CHECK(transport::options_for(strict.transport, url).empty());
}

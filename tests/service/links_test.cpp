#include "plant.hpp"

#include "service/links.hpp"
#include "service/offer.hpp"

using namespace cmpkit;
using namespace cmpkit::service;

namespace {

std::vector<std::string> read(const std::string& text) {
    std::vector<std::string> read;
    const auto               links = links_in(text);
    REQUIRE(links);
    for (const Link& link : *links) read.push_back(link.path + "|" + link.profile + "|" + link.operation);
    return read;
}

ca::Profile profile(const char* name) {
    ca::Profile made;
    made.name = name;
    return made;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a server tells its operations by themselves and under each profile and CA", "[service]") {
    Configuration config;
    config.authorities.resize(2);
    config.authorities[0].ca.profiles = {profile("pump 7"), profile("line/ü")};
    config.authorities[1].ca.name     = "lab";
    config.authorities[1].ca.profiles = {profile("pump 7")};
    const std::string text = links_to(config);
    for (const char* link : {"</.well-known/cmp/initialization>;ct=259", "</.well-known/cmp/getcacerts>;ct=259", "</.well-known/cmp/p/pump%207/keyupdate>;ct=259",
                             "</.well-known/cmp/p/line%2f%c3%bc/pkcs10>;ct=259", "</.well-known/cmp/p/lab/revocation>;ct=259", "</.well-known/cmp/p/lab/getrootupdate>;ct=259", "</.well-known/cmp/nested>;ct=259"})
        CHECK(text.find(link) != text.npos);
    CHECK(text.find("pump%207/revocation") == text.npos);  // that is of a CA
    const std::string once = "<" + std::string("/.well-known/cmp/p/pump%207/initialization>");
    CHECK(text.find(once) == text.rfind(once));
    const auto links = links_in(text);
    REQUIRE(links);
    CHECK(std::ranges::any_of(*links, [](const Link& link) { return link.profile == "line/ü" && link.operation == "pkcs10"; }));
}

TEST_CASE("links are read as RFC 6690 writes them, and as the drafts did", "[service]") {
    CHECK(read("</.well-known/cmp>;ct=259") == Lines{"/.well-known/cmp||"});
    CHECK(read("</.well-known/cmp/p/a%20b/initialization>;rt=\"cmp\";ct=\"0 259\", </.well-known/cmp/rr>") == Lines{"/.well-known/cmp/p/a%20b/initialization|a b|initialization", "/.well-known/cmp/rr||rr"});
    CHECK(read("</cmp/certprofile1/initialization>;ct=pkixcmp\n</cmp/certprofile1/certification >;ct=pkixcmp\r\n</cmp/getcacerts>;ct=pkixcmp\n") ==
          Lines{"/cmp/certprofile1/initialization|certprofile1|initialization", "/cmp/certprofile1/certification|certprofile1|certification", "/cmp/getcacerts||getcacerts"});
    CHECK(read("<coap://127.0.0.1:5683/.well-known/cmp/p/x/ir>;ct=259") == Lines{"/.well-known/cmp/p/x/ir|x|ir"});
    CHECK(read("</.well-known/cmp>;title=\"a, b; <c>\";ct=259") == Lines{"/.well-known/cmp||"});
    CHECK(read("").empty());
}

TEST_CASE("links to other things are left out", "[service]") {
    CHECK(read("</sensors/temp>;ct=40,</.well-known/est>;ct=281,</.well-known/cmp>;ct=40,</.well-known/cmpx>;ct=259,</.well-known/core>").empty());
}

TEST_CASE("what is no list of links is refused with its place", "[service]") {
    for (const char* text : {"<html>", "hello", "</.well-known/cmp", "</a>,x"}) {
        INFO(text);
        const auto links = links_in(text);
        if (std::string_view(text) == "<html>") {
            CHECK(links);  // a link to a place called html, and no CMP
            continue;
        }
        REQUIRE_FALSE(links);
        CHECK(links.error().code == Code::bad_value);
        CHECK(std::string_view(links.error().clause) == "RFC 6690 2");
    }
    CHECK(links_in("</a>,x").error().offset == 5);
    CHECK_FALSE(links_in(std::string(1000, '<')));
}

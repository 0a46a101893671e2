#include "plant.hpp"

using namespace cmpkit;
using namespace cmpkit::service;

TEST_CASE("the configuration that a founding writes is read", "[service]") {
    const Plant plant;
    auto        read = read_configuration(plant.text, plant.folder);
    if (!read) FAIL(read.error().text());
    REQUIRE(read->authorities.size() == 1);
    const AuthorityConfiguration& authority = read->authorities.front();
    CHECK(authority.ca.profiles.size() == 1);
    CHECK(authority.ca.secrets.front().reference == "dev1");
    CHECK(authority.ca.secrets.front().uses == 1);
    CHECK(authority.policy.time_window == 300);
    CHECK(read->store.file == plant.folder + "/store.db");
    CHECK(authority.ca.profiles.front().validity_seconds == 365 * 86400);
}

TEST_CASE("keys and the configuration are private, the folder too", "[service]") {
    const Plant plant;
    using perms = std::filesystem::perms;
    const auto mode = [&](const char* name) { return std::filesystem::status(plant.folder + name).permissions() & perms::mask; };
    CHECK(mode("") == perms::owner_all);
    for (const char* name : {"/root.key.pem", "/issuing.key.pem", "/cmp-signer.key.pem", "/cmpkit.toml", "/first.secret"})
        CHECK(mode(name) == (perms::owner_read | perms::owner_write));
}

TEST_CASE("a slip in the configuration is named with its line and key", "[service]") {
    const Plant plant;
    CHECK(plant.refusal(plant.with("time_window ", "time_windows")).find("cmp.time_windows: no such key") != std::string::npos);
    CHECK(plant.refusal(plant.with("\"5m\"    #", "\"5 minutes\" #")).find("cmp.time_window: a duration") != std::string::npos);
    CHECK(plant.refusal(plant.with("issuing.pem", "missing.pem")).find("missing.pem") != std::string::npos);
    CHECK(plant.refusal(plant.with("max_iterations    = 10000", "max_iterations = 99")).find("cmp.max_iterations: a number from 100") != std::string::npos);
    CHECK(plant.refusal("listen = [").find("line 1") != std::string::npos);
    CHECK(plant.refusal("listen = []").find("[ca] and [cmp] are required") != std::string::npos);
    CHECK(plant.refusal(plant.with("first.secret", "no.secret")).find("secret.secret: it cannot be read") != std::string::npos);
}

TEST_CASE("a profile says what RAs may ask for, and whether their approval is needed", "[service]") {
    const Plant plant;
    const auto  profile_with = [&](const std::string& keys) { return plant.with("secret_subjects ", keys + "\nsecret_subjects "); };
    auto read = read_configuration(profile_with("requesters = [\"own\", \"ra\"]\nra_subjects = [\"CN=*,O=Plant\"]\nra_sans = [\"dns:*.plant\"]\napproval = \"ra\""), plant.folder);
    if (!read) FAIL(read.error().text());
    const ca::Profile& profile = read->authorities.front().ca.profiles.front();
    CHECK(profile.requesters == std::vector{operations::RequesterKind::own, operations::RequesterKind::ra});
    CHECK(profile.ra_subjects == std::vector<std::string>{"CN=*,O=Plant"});
    CHECK(profile.ra_sans == std::vector<std::string>{"dns:*.plant"});
    CHECK(profile.needs_ra_approval);
    CHECK(plant.refusal(profile_with("requesters = [\"kga\"]")).find("profile.requesters: \"secret\", \"external\", \"own\" or \"ra\" is expected") != std::string::npos);
    CHECK(plant.refusal(profile_with("approval = \"me\"")).find("profile.approval: \"ra\" is expected") != std::string::npos);
}

namespace {

// Another CA in the configuration of `plant`, with its files in the folder of `other`.
std::string with_lab(const Plant& plant, const Plant& other, const std::string& more = {}) {
    const auto file = [&](const char* name) { return "\"" + other.folder + "/" + name + "\"\n"; };
    return plant.text + "\n[[authority]]\nname = \"lab\"\n" + more + "[authority.ca]\ncertificate = " + file("issuing.pem") + "key = " + file("issuing.key.pem") + "chain = " + file("root.pem") +
           "[authority.cmp]\ncertificate = " + file("cmp-signer.pem") + "key = " + file("cmp-signer.key.pem");
}

}  // namespace

TEST_CASE("a configuration with several CAs has the one at its top first", "[service]") {
    const Plant plant, other;
    auto        read = read_configuration(with_lab(plant, other), plant.folder);
    if (!read) FAIL(read.error().text());
    REQUIRE(read->authorities.size() == 2);
    CHECK(read->authorities[0].ca.name.empty());
    CHECK(read->authorities[0].ca.is_first);
    CHECK(read->authorities[1].ca.name == "lab");
    CHECK_FALSE(read->authorities[1].ca.is_first);
    CHECK(read->standard == 0);
    CHECK(read_configuration(with_lab(plant, other, "default = true\n"), plant.folder)->standard == 1);
}

TEST_CASE("CAs that could not be told apart are refused", "[service]") {
    const Plant plant, other;
    CHECK(plant.refusal(with_lab(plant, plant)).find("the same issuing key") != std::string::npos);
    const std::string text = with_lab(plant, other), secret = "[[authority.secret]]\nreference = \"dev1\"\nsecret = \"another\"\n";
    CHECK(plant.refusal(text + secret).find("two secrets have the reference \"dev1\"") != std::string::npos);
    CHECK(plant.refusal(text + "[authority.crl]\nfile = \"ca.crl.pem\"\n").find("two CAs write") != std::string::npos);
    std::string named = text;
    named.replace(named.find("[ca]\n"), 5, "[ca]\nname = \"lab\"\n");
    CHECK(plant.refusal(named).find("two CAs are called \"lab\"") != std::string::npos);
    CHECK(plant.refusal(with_lab(plant, other, "nickname = \"x\"\n")).find("authority.nickname: no such key") != std::string::npos);
}

TEST_CASE("a founding does not touch a CA that is there", "[service]") {
    const Plant   plant;
    FoundingOrder order;
    order.founding.subject = "/CN=Other";
    auto again             = found_on_disk(plant.folder, order, system_random, 1'800'000'000);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::exists);
    CHECK(text_of(*read_file(plant.folder + "/cmpkit.toml")) == plant.text);
}

TEST_CASE("files are written whole or not at all", "[service]") {
    const Plant plant;
    REQUIRE(write_file(plant.folder + "/x", bytes_of("one"), 0600));
    REQUIRE(write_file(plant.folder + "/x", bytes_of("two"), 0600));
    CHECK(text_of(*read_file(plant.folder + "/x")) == "two");
    CHECK_FALSE(write_file(plant.folder + "/no/x", bytes_of("three"), 0600));
    CHECK(read_file(plant.folder + "/y").error().code == Code::io);
    CHECK(read_file(plant.folder + "/x", 2).error().code == Code::too_large);
}

#include "service/config.hpp"
#include "service/files.hpp"
#include "service/found.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace cmpkit;
using namespace cmpkit::service;

namespace {

const operations::Random system_random = [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };

class Plant {
public:
    Plant() {
        std::string name = (std::filesystem::temp_directory_path() / "cmpkit-service-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()));
        folder = name + "/ca";
        FoundingOrder order;
        order.founding.subject = "/CN=Root";
        order.reference        = "dev1";
        order.secret           = "first";
        auto founded           = found_on_disk(folder, order, system_random, 1'800'000'000);
        if (!founded) FAIL(founded.error().text());
        text = std::string(text_of(*read_file(folder + "/cmpkit.toml")));
    }
    ~Plant() { std::filesystem::remove_all(std::filesystem::path(folder).parent_path()); }

    std::string with(std::string_view mark, std::string_view instead) const {
        std::string changed = text;
        const auto  at      = changed.find(mark);
        REQUIRE(at != std::string::npos);
        return changed.replace(at, mark.size(), instead);
    }
    std::string refusal(const std::string& changed) const {
        auto read = read_configuration(changed, folder);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == Code::bad_configuration);
        return read.error().text();
    }
    std::string folder, text;
};

}  // namespace

TEST_CASE("the configuration that a founding writes is read", "[service]") {
    const Plant plant;
    auto        read = read_configuration(plant.text, plant.folder);
    if (!read) FAIL(read.error().text());
    CHECK(read->ca.profiles.size() == 1);
    CHECK(read->ca.secrets.front().reference == "dev1");
    CHECK(read->ca.secrets.front().uses == 1);
    CHECK(read->policy.time_window == 300);
    CHECK(read->store == plant.folder + "/store.db");
    CHECK(read->ca.profiles.front().validity_seconds == 365 * 86400);
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

// A CA on disk for the tests of this room, gone with the test.
#pragma once
#include "service/config.hpp"
#include "service/files.hpp"
#include "service/found.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace cmpkit::service {

inline const operations::Random system_random = [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };

/// A CA founded in a folder of its own, with the secret «first» for one certificate.
class Plant {
public:
    static constexpr std::int64_t founded = 1'800'000'000;

    Plant() {
        std::string name = (std::filesystem::temp_directory_path() / "cmpkit-service-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()));
        folder = name + "/ca";
        FoundingOrder order;
        order.founding.subject = "/CN=Root";
        order.reference        = "dev1";
        order.secret           = "first";
        auto done              = found_on_disk(folder, order, system_random, founded);
        if (!done) FAIL(done.error().text());
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

}  // namespace cmpkit::service

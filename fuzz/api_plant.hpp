// A CA in a folder, which programs for the C ABI make responders of.
#pragma once
#include "cmpkit.h"
#include "schema.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace cmpkit::fuzz {

inline constexpr std::int64_t founded = 1'790'000'000;

/// Made once for the process.
class Plant {
public:
    static const Plant& one() {
        static const Plant plant;
        return plant;
    }

    std::string folder, config, root, key;  // config: one that writes no files

private:
    Plant() {
        std::string name = std::filesystem::temp_directory_path() / "cmpkit-fuzz-XXXXXX";
        hold(mkdtemp(name.data()) != nullptr);
        folder                    = name;
        cmpkit_context*   context = nullptr;
        cmpkit_ca_options options = CMPKIT_CA_OPTIONS_INIT;
        options.subject           = "/O=Plant/CN=Plant Root";
        options.reference         = "dev1";
        options.secret            = "device";
        hold(cmpkit_context_new(&context, nullptr) == CMPKIT_OK && cmpkit_ca_init(context, (folder + "/ca").c_str(), &options, founded, nullptr) == CMPKIT_OK);
        cmpkit_context_free(context);
        root   = content_of("root.pem");
        key    = content_of("root.key.pem");
        config = content_of("cmpkit.toml");
        for (const std::string_view file : {"file = \"store.db\"", "file     = \"ca.crl.pem\""}) {
            hold(config.find(file) != std::string::npos);
            config.erase(config.find(file), file.size());
        }
        folder += "/ca";
    }
    ~Plant() { std::filesystem::remove_all(std::filesystem::path(folder).parent_path()); }

    std::string content_of(const std::string& file) const {
        std::ifstream stream(folder + "/ca/" + file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
};

}  // namespace cmpkit::fuzz

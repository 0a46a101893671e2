// A CA in a folder, which programs for the C ABI make responders of.
#pragma once
#include "cmpkit.h"
#include "temporary_folder.hpp"

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

private:
    TemporaryFolder temporary_;

public:
    const std::string folder = temporary_.path("ca");
    std::string       config, root, key;  // config: one that writes no files

private:
    Plant() {
        cmpkit_context*   context = nullptr;
        cmpkit_ca_options options = CMPKIT_CA_OPTIONS_INIT;
        options.subject           = "/O=Plant/CN=Plant Root";
        options.reference         = "dev1";
        options.secret            = "device";
        hold(cmpkit_context_new(&context, nullptr) == CMPKIT_OK && cmpkit_ca_init(context, folder.c_str(), &options, founded, nullptr) == CMPKIT_OK);
        cmpkit_context_free(context);
        root   = content_of("root.pem");
        key    = content_of("root.key.pem");
        config = content_of("cmpkit.toml");
        for (const std::string_view file : {"file = \"store.db\"", "file     = \"ca.crl.pem\""}) {
            hold(config.find(file) != std::string::npos);
            config.erase(config.find(file), file.size());
        }
    }

    std::string content_of(const std::string& file) const {
        std::ifstream stream(folder + "/" + file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
};

}  // namespace cmpkit::fuzz

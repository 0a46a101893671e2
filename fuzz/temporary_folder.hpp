// A folder of this process, gone with it; in memory where there is such a place.
#pragma once
#include "schema.hpp"

#include <filesystem>

namespace cmpkit::fuzz {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) / "cmpkit-fuzz-XXXXXX";
        hold(mkdtemp(name.data()));
        path_ = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    std::string path(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace cmpkit::fuzz

// Places for listeners of the nng plugin that nobody else uses.
#pragma once
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace cmpkit::transport::test {

inline std::string fresh_name() {
    static std::atomic<int> count = 0;
    return "cmpkit-" + std::to_string(getpid()) + "-" + std::to_string(count++);
}

/// One of its own, gone with it.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "cmpkit-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error("no folder");
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string fresh_path() const { return (path_ / fresh_name()).string(); }

private:
    std::filesystem::path path_;
};

}  // namespace cmpkit::transport::test

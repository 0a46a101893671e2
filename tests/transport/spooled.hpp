// Folders of a spool for tests, and a look into them.
#pragma once
#include "answering.hpp"

#include <filesystem>
#include <fstream>
#include <stdlib.h>

namespace cmpkit::transport::test {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = std::filesystem::temp_directory_path() / "cmpkit-spool-XXXXXX";
        path_            = mkdtemp(name.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// The path of one that nobody else uses.
    std::string fresh() { return path_ / ("spool-" + std::to_string(++used_)); }

private:
    std::filesystem::path path_;
    int                   used_ = 0;
};

/// Waits until `claim` holds; false: it does not within patience.
template <class Claim> bool eventually(Claim claim) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!claim()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

inline std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void put(const std::filesystem::path& file, const std::string& octets) { std::ofstream(file, std::ios::binary) << octets; }

/// Names without the hidden ones, in order.
inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    std::error_code          ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (const std::string name = entry.path().filename(); name.front() != '.') names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

/// One DER value: an OCTET STRING with these contents, at most 127 octets of them.
inline std::string der(const std::string& contents) { return std::string("\x04") + static_cast<char>(contents.size()) + contents; }

inline Octets octets_of(const std::string& text) { return Octets(text.begin(), text.end()); }

}  // namespace cmpkit::transport::test

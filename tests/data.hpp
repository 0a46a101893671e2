// Where tests find the messages that other implementations made.
#pragma once
#include "result.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace cmpkit {

inline std::filesystem::path data_folder() { return CMPKIT_TEST_DATA; }

inline Octets read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The files of that ending in a folder of the test data, by name.
inline std::vector<std::filesystem::path> data_files(const char* folder, const char* ending) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(data_folder() / folder))
        if (entry.path().extension() == ending) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

/// "a0 0203" to octets; anything but a hexadecimal digit is skipped.
inline Octets from_hex(std::string_view hex) {
    Octets octets;
    int    half = -1;
    for (const char c : hex) {
        const std::size_t digit = std::string_view("0123456789abcdef").find(c);
        if (digit == std::string_view::npos) continue;
        if (half >= 0) octets.push_back(static_cast<std::uint8_t>(half << 4 | static_cast<int>(digit)));
        half = half >= 0 ? -1 : static_cast<int>(digit);
    }
    return octets;
}

/// A message or value that the protocol notes give in hexadecimal digits.
inline Octets oracle(const std::string& name) { return from_hex(text_of(read_file(data_folder() / "oracles" / name))); }

}  // namespace cmpkit

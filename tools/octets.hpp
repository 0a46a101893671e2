// Octets of the program: plain ones, and those that are wiped when they go.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

using Octets = std::vector<std::uint8_t>;

inline std::string_view text_of(const Octets& octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }
inline Octets           octets_of(std::string_view text) { return {text.begin(), text.end()}; }

inline std::string hex(std::string_view octets) {
    constexpr const char* digits = "0123456789abcdef";
    std::string           text;
    for (const char c : octets) (text += digits[static_cast<unsigned char>(c) >> 4]) += digits[static_cast<unsigned char>(c) & 15];
    return text;
}

/// A password, shared secret or private key. Not copyable; its room is wiped, also when it has grown.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view text) { append(text); }
    Secret(Secret&& other) noexcept : octets_(std::move(other.octets_)) {}
    Secret& operator=(Secret&& other) noexcept {
        octets_.swap(other.octets_);
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(octets_); }

    void append(std::string_view text) {
        if (octets_.capacity() < octets_.size() + text.size()) {
            Octets larger;
            larger.reserve(2 * (octets_.size() + text.size()));
            larger.assign(octets_.begin(), octets_.end());
            octets_.swap(larger);
            wipe(larger);
        }
        octets_.insert(octets_.end(), text.begin(), text.end());
    }
    void drop_last() { octets_.pop_back(); }

    bool                empty() const { return octets_.empty(); }
    std::string_view    text() const { return text_of(octets_); }
    const std::uint8_t* data() const { return octets_.data(); }
    std::size_t         size() const { return octets_.size(); }

private:
    static void wipe(Octets& octets) {
        if (!octets.empty()) explicit_bzero(octets.data(), octets.size());
    }
    Octets octets_;
};

}  // namespace tool

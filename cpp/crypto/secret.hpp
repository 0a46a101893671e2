// Octets that nobody else shall see: wiped when they go, not copied by accident, not printable.
#pragma once
#include "result.hpp"

namespace cmpkit::crypto {

class Secret {
public:
    Secret() = default;
    /// Takes the octets over; what they stood in is wiped with this object.
    explicit Secret(Octets&& octets) : octets_(std::move(octets)) {}
    static Secret copy_of(Bytes octets) { return Secret(Octets(octets.begin(), octets.end())); }
    Secret(Secret&& other) noexcept : octets_(std::move(other.octets_)) {}
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    Bytes  view() const { return octets_; }
    bool   empty() const { return octets_.empty(); }
    Secret clone() const { return copy_of(octets_); }

private:
    Octets octets_;
};

/// In time that depends on the sizes alone.
bool equal_in_constant_time(Bytes a, Bytes b);

/// Fills from the system's generator. The rooms below service take random octets as arguments; this is what is given to them.
/// @error crypto_failed  the generator failed
Result<void> random_octets(std::span<std::uint8_t> out);

}  // namespace cmpkit::crypto

// The octets of an input, taken off one after the other; behind their end there are zeros.
#pragma once
#include "schema.hpp"

namespace cmpkit::fuzz {

class Input {
public:
    explicit Input(Bytes octets) : rest_(octets) {}

    bool         is_over() const { return rest_.empty(); }
    std::uint8_t octet() { return rest_.empty() ? std::uint8_t{0} : octets(1)[0]; }
    /// Fewer if they end before.
    Bytes octets(std::size_t most) {
        const Bytes taken = rest_.first(std::min(most, rest_.size()));
        rest_             = rest_.subspan(taken.size());
        return taken;
    }
    template <class T, std::size_t n> const T& one_of(const T (&all)[n]) { return all[octet() % n]; }

private:
    Bytes rest_;
};

}  // namespace cmpkit::fuzz

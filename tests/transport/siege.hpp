// A thousand ill-behaved connections at a listener over TCP, while somebody well-behaved wants to be served.
#pragma once
#include "conformance.hpp"

namespace cmpkit::transport::test {

/// What they say.
struct Siege {
    std::string beginning;  // of a message that never goes on
    std::string garbage;    // what is none
};

/// Opens and holds them: silent ones, ones that begin and fall silent, ones that talk nonsense. Checks that a client is served all the while, that
/// memory stays bounded, and that those who drip a message octet by octet are let go.
void besiege(const Carrier& carrier, const Siege& siege);

}  // namespace cmpkit::transport::test

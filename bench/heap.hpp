// Counts what the program and the library take from the heap; OpenSSL and SQLite, which do not come here, are not counted. In one unit of a program.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <new>

namespace cmpkit::bench {
inline std::size_t allocations = 0;
}

// None of them inline: the compiler would see one half of a pair, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++cmpkit::bench::allocations;
    if (void* place = std::malloc(size)) return place;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* place) noexcept { std::free(place); }
[[gnu::noinline]] void operator delete(void* place, std::size_t) noexcept { std::free(place); }

#include "data.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "messages/body.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

using namespace cmpkit;

namespace {
thread_local std::size_t allocations = 0;
}
// How this program allocates: the tests below ask how often. A sanitizer wants each form that it knows to be replaced with its delete.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size);
}
void* operator new(std::size_t size) {
    if (void* place = operator new(size, std::nothrow)) return place;
    throw std::bad_alloc();
}
void operator delete(void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }

namespace {
std::size_t allocations_of(auto&& run) {
    const std::size_t before = allocations;
    run();
    return allocations - before;
}
}  // namespace

TEST_CASE("parsing and encoding again in an arena and a writer that were used before allocates nothing", "[der]") {
    for (const char* name : {"openssl/genp.der", "openssl/ir.der", "openssl/ec384-ip.der"}) {
        const Octets octets = read_file(data_folder() / name);
        der::Arena   arena;
        der::Writer  out;
        PKIMessage   message;
        bool         is_parsed = false;
        const auto   run = [&] {
            arena.reset();
            out.clear();
            message = PKIMessage();
            is_parsed = static_cast<bool>(der::parse(der::describe<PKIMessage>(), octets, &message, arena));
            der::rebuild(der::describe<PKIMessage>(), &message, out);
        };
        run(), run();
        CHECK(allocations_of(run) == 0);
        CHECK(is_parsed);
        CHECK(equal(out.written(), octets));
    }
}

TEST_CASE("a message that fits the first block of an arena is parsed without the heap", "[der]") {
    const Octets octets = read_file(data_folder() / "openssl/genp.der");
    der::Arena   arena(der::arena_budget(octets.size()));
    PKIMessage   message;
    bool         is_parsed = false;
    CHECK(allocations_of([&] { is_parsed = static_cast<bool>(der::parse(der::describe<PKIMessage>(), octets, &message, arena)); }) == 0);
    CHECK(is_parsed);
    CHECK(message.body.is<"genp">());
}

TEST_CASE("an arena gives no more than its budget, and after a reset the same again", "[der]") {
    der::Arena arena(10000);
    for (int round = 0; round < 3; ++round) {
        CHECK(arena.make<std::uint64_t>(1000));
        CHECK(arena.make<std::uint64_t>(200));
        CHECK_FALSE(arena.make<std::uint64_t>(1250));
        arena.reset();
    }
}

TEST_CASE("what an arena gives is aligned for any type, whatever was asked before", "[der]") {
    der::Arena arena;
    for (std::size_t size = 1; size < 3000; size += 7) {
        const auto place = reinterpret_cast<std::uintptr_t>(arena.keep(Octets(size)).data());
        CHECK(place % alignof(std::max_align_t) == 0);
    }
}

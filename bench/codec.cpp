// What the codec costs: each input is walked bare, parsed into its type and encoded from the members. Under callgrind each of the three
// leaves its own count of instructions, which codec.sh makes a table of; the allocations are counted here.
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "messages/body.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <new>
#include <valgrind/callgrind.h>

namespace {
std::size_t allocations = 0;
}
void* operator new(std::size_t size) {
    ++allocations;
    if (void* place = std::malloc(size)) return place;
    throw std::bad_alloc();
}
void operator delete(void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }

namespace {

using namespace cmpkit;

Octets read_file(const std::string& name) {
    std::ifstream file(CMPKIT_TEST_DATA "/openssl/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The certificates of the test data, four times over, as one SEQUENCE OF.
Octets long_chain() {
    der::Writer out;
    for (int i = 0; i < 4; ++i)
        for (const char* name : {"ca", "ec", "ec384", "ed", "rsa", "srv"}) out.octets(read_file(name + std::string(".cert")));
    out.header(der::tag::sequence, out.size());
    return out.finish();
}

/// The elements, and those in an OCTET STRING that one element fills, as an extension's value does: as far as the typed parse looks.
std::size_t elements(const std::uint8_t* at, const std::uint8_t* end) {
    std::size_t  count = 0;
    der::Element element, inner;
    for (; at != end && !der::find_element(at, end, element); at = element.end, ++count) {
        const bool is_filled = element.tag() == der::tag::octet_string && !der::find_element(element.content, element.end, inner) && inner.end == element.end;
        if (is_filled || element.tag() & der::tag::constructed) count += elements(element.content, element.end);
    }
    return count;
}

void require(bool is_so, const char* what) {
    if (!is_so) std::fprintf(stderr, "%s\n", what), std::exit(1);
}

/// The third run is counted: by then the arena and the writer have the memory they need.
template <class Run> std::size_t counted(const std::string& label, Run run) {
    run(), run();
    const std::size_t before = allocations;
    CALLGRIND_ZERO_STATS;
    run();
    CALLGRIND_DUMP_STATS_AT(label.c_str());
    return allocations - before;
}

template <class T> void measure(const std::string& name, const Octets& octets) {
    der::Arena  arena;
    der::Writer out;
    T           value;
    std::size_t count = 0;
    counted(name + " walk", [&] { count = elements(octets.data(), octets.data() + octets.size()); });
    std::size_t heap = counted(name + " parse", [&] {
        arena.reset();
        value = T();
        require(static_cast<bool>(der::parse(der::describe<T>(), octets, &value, arena)), "parse failed");
    });
    heap += counted(name + " encode", [&] {
        out.clear();
        der::rebuild(der::describe<T>(), &value, out);
    });
    require(equal(out.written(), octets), "the encoding differs from what was parsed");
    std::printf("%s %zu %zu %zu\n", name.c_str(), octets.size(), count, heap);
}

}  // namespace

int main() {
    for (const char* name : {"ir", "ec384-ip", "rsa-cr", "genp"}) measure<PKIMessage>(name, read_file(name + std::string(".der")));
    measure<CMPCertificates>("24-certificates", long_chain());
}

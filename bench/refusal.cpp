// What it costs to say no: messages of others, mutated octet by octet and element by element, cut short, or not DER at all, as far as the parse refuses them; beside
// each a walk over the message that it was made of. Under callgrind each leaves its own count of instructions, which refusal.sh makes a table of; what is taken from
// the heap is counted here. And the time in which a CA refuses a MAC with more iterations than it does.
#include "../fuzz/der_mutator.hpp"
#include "der/parse.hpp"
#include "heap.hpp"
#include "plant.hpp"
#include "walk.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace {
std::minstd_rand chance(1);
}

// In the place of libFuzzer's.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most) {
    if (size == 0 || chance() % 8 == 0) size = std::min(most, size + 1), data[size - 1] = 0;
    data[chance() % size] = static_cast<std::uint8_t>(chance());
    return size;
}

namespace {

using namespace cmpkit;
using namespace cmpkit::bench;

constexpr int mutations = 4;  // of each kind, of each message

std::vector<Octets> messages() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(CMPKIT_TEST_DATA "/openssl"))
        if (entry.path().extension() == ".der") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<Octets> all;
    for (const auto& path : files) {
        std::ifstream file(path, std::ios::binary);
        all.push_back({std::istreambuf_iterator<char>(file), {}});
    }
    return all;
}

Octets cut_short(const Octets& message) { return copy_of(Bytes(message).first(chance() % message.size())); }
Octets with_other_octets(Octets message) {
    for (auto left = 1 + chance() % 4; left > 0; --left) message[chance() % message.size()] = static_cast<std::uint8_t>(chance());
    return message;
}
Octets with_other_elements(const Octets& message) {
    auto tree = fuzz::tree_of(message);
    for (auto left = 1 + chance() % 3; left > 0 && !tree.empty(); --left) fuzz::TreeMutator(static_cast<unsigned>(chance())).mutate(tree);
    return fuzz::octets_of(tree);
}
/// As many octets, of which each might begin an element.
Octets noise(const Octets& message) {
    Octets octets(message.size());
    for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(chance() % 4 == 0 ? chance() : 0x30);
    return octets;
}

struct Kind {
    const char* name;
    Octets (*mutate)(const Octets& message);
};
constexpr Kind kinds[] = {{"cut", cut_short}, {"octets", [](const Octets& message) { return with_other_octets(message); }}, {"elements", with_other_elements}, {"noise", noise}};

/// An arena that has its memory already, as that of a server has, once it has read as much before.
class Reader {
public:
    explicit Reader(const Octets& message) { require(reads(message), "a message of OpenSSL is refused"); }
    bool reads(const Octets& octets) {
        arena_.reset();
        PKIMessage message;
        return static_cast<bool>(der::parse(der::describe<PKIMessage>(), octets, &message, arena_));
    }

private:
    der::Arena arena_;
};

/// A message and what was made of it.
struct Case {
    const char* kind;
    Octets      message, input;
    std::size_t heap;
};

/// Those that are refused. All of them before the first is measured: callgrind counts some of what came right before.
std::vector<Case> refused_cases() {
    std::vector<Case> cases;
    for (const Octets& message : messages()) {
        Reader reader(message);
        for (const Kind& kind : kinds)
            for (int i = 0; i < mutations; ++i) {
                Octets input = kind.mutate(message);
                reader.reads(input);
                const auto before  = allocations;
                const bool is_read = reader.reads(input);
                const auto heap    = allocations - before;
                if (!is_read) cases.push_back({kind.name, message, std::move(input), heap});
            }
    }
    return cases;
}

void measure(const std::vector<Case>& cases) {
    const Octets* last = nullptr;
    for (const Case& each : cases) {
        Reader reader(each.message);
        Meter  walk("walk"), refusal("refusal");
        if (!last || *last != each.message) walk([&] { return elements(each.message.data(), each.message.data() + each.message.size()); });
        last = &each.message;
        reader.reads(each.input);
        refusal([&] { return reader.reads(each.input); });
        std::printf("%s %zu %zu %zu\n", each.kind, each.message.size(), each.input.size(), each.heap);
    }
}

void measure_mac() {
    const Ca                ca("/CN=Maker", {});
    operations::Credentials who;
    who.secret     = Ca::secret();
    who.reference  = "line";
    who.iterations = 20'000;  // twice as many as a server does
    auto         operation = enrollment_of(fresh_key(), who, {});
    const Octets request   = std::get<operations::Send>(operation.step(operations::Begin{}, now, random_source())).message;
    const auto   parsed    = sure(der::parse<PKIMessage>(copy_of(request)));
    const double check     = least_of(1000, [&] {
        Meter meter("check");
        meter([&] { return static_cast<bool>(protection::check_mac_parameters(*parsed->header.protectionAlg, responder::Policy{}.mac_limits)); });
        return meter.microseconds();
    });
    const double answer = least_of(1000, [&] {
        Meter meter("answer");
        meter([&] { return ca.answer(request); });
        return meter.microseconds();
    });
    std::printf("mac %.1f %.1f 0\n", check, answer);
}

}  // namespace

int main() {
    measure(refused_cases());
    if (!RUNNING_ON_VALGRIND) measure_mac();
}

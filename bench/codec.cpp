// What the codec costs: instructions a message over the messages in tests/data, counted by count.sh under callgrind.
//
//     bench_codec FOLDER [ROUNDS]
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "messages/body.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using namespace cmpkit;

std::vector<Octets> read_messages(const char* folder) {
    std::vector<Octets> messages;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".der") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        messages.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return messages;
}

std::size_t elements(const std::uint8_t* at, const std::uint8_t* end) {
    std::size_t count = 0;
    for (der::Element element; at != end && !der::find_element(at, end, element); at = element.end, ++count)
        if (element.tag() & der::tag::constructed) count += elements(element.content, element.end);
    return count;
}

}  // namespace

// The names that count.sh looks for. Not inlined, so that what they call is counted and nothing else.
[[gnu::noinline]] std::size_t bench_walk(Bytes message) { return elements(message.data(), message.data() + message.size()); }
[[gnu::noinline]] bool        bench_parse(Bytes message, PKIMessage& out, der::Arena& arena) {
    return static_cast<bool>(der::parse(der::describe<PKIMessage>(), message, &out, arena));
}
[[gnu::noinline]] std::size_t bench_encode(const PKIMessage& message) {
    der::Writer out;
    der::rebuild(der::describe<PKIMessage>(), &message, out);
    return out.size();
}

int main(int count, char** arguments) {
    if (count < 2) return std::fprintf(stderr, "usage: bench_codec FOLDER [ROUNDS]\n"), 2;
    const auto messages = read_messages(arguments[1]);
    const int  rounds   = count > 2 ? std::atoi(arguments[2]) : 1;
    der::Arena arena;
    std::size_t octets = 0, walked = 0;
    for (int round = 0; round < rounds; ++round)
        for (const Octets& octets_received : messages) {
            PKIMessage message;
            arena.reset();
            walked += bench_walk(octets_received);
            if (!bench_parse(octets_received, message, arena) || bench_encode(message) != octets_received.size()) return 1;
            octets += octets_received.size();
        }
    std::printf("%zu messages, %zu octets, %zu elements\n", messages.size() * static_cast<std::size_t>(rounds), octets, walked);
}

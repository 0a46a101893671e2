#include "der/encode.hpp"

#include "data.hpp"
#include "der/compare.hpp"
#include "der/parse.hpp"
#include "der/print.hpp"
#include "der/types.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::der;

namespace {
struct Pair {
    std::int64_t               first = 5;
    std::optional<OctetString> second;
    Bytes                      received;
    static constexpr auto      schema() { return sequence(field<&Pair::first, with_default>(), field<&Pair::second>(explicit_tag(3))); }
};
struct Pairs {
    List<Pair> pairs;
    Bytes      received;
    static constexpr auto schema() { return sequence(field<&Pairs::pairs>(implicit_tag(0))); }
};
}  // namespace

TEST_CASE("defaults and absent members are not written", "[der]") {
    CHECK(to_hex(encode(Pair{})) == "3000");
    CHECK(to_hex(encode(Pair{6, {}, {}})) == "3003020106");
    CHECK(to_hex(encode(Pair{5, OctetString{}, {}})) == "3004a3020400");
}

TEST_CASE("a value that was received is written as received, its rebuilt octets from its members", "[der]") {
    const auto pair = parse<Pair>(from_hex("3003020106"));
    REQUIRE(pair);
    Pair changed  = **pair;
    changed.first = 7;
    CHECK(to_hex(encode(changed)) == "3003020106");
    CHECK(to_hex(rebuild(changed)) == "3003020107");
    changed.received = {};
    CHECK(to_hex(encode(changed)) == "3003020107");
}

TEST_CASE("a part that was received is written under the tag it needs now", "[der]") {
    const auto pairs = parse<Pairs>(from_hex("3007a0053003020106"));
    REQUIRE(pairs);
    const Pairs copy{(*pairs)->pairs, {}};
    CHECK(to_hex(encode(copy)) == "3007a0053003020106");
    CHECK(to_hex(encode(copy.pairs)) == "30053003020106");
}

TEST_CASE("lengths take as many octets as they need", "[der]") {
    for (const std::size_t size : {127u, 128u, 255u, 256u, 65535u, 65536u, 70000u}) {
        const Octets content(size, 0xab);
        const Octets octets = encode(OctetString{content});
        CHECK(octets.size() == size + (size < 128 ? 2 : size < 256 ? 3 : size < 65536 ? 4 : 5));
        Bytes in = octets;
        Tlv   tlv;
        REQUIRE_FALSE(take(in, tlv));
        CHECK(tlv.content.size() == size);
    }
}

TEST_CASE("a writer grows from its end", "[der]") {
    Writer out;
    Octets expected;
    for (int i = 0; i < 30000; ++i) out.octet(static_cast<std::uint8_t>(i % 251)), expected.push_back(static_cast<std::uint8_t>(i % 251));
    std::ranges::reverse(expected);
    CHECK(out.finish() == expected);
    CHECK(out.size() == 30000);
}

TEST_CASE("a SET OF is written in order however it was built", "[der]") {
    const std::int64_t numbers[] = {300, 2, -1, 1};
    const SetOf<std::int64_t> set(numbers, 4);
    const Octets octets = encode(set);
    CHECK(to_hex(octets) == "310d" "020101" "020102" "0201ff" "0202012c");
    CHECK(parse<SetOf<std::int64_t>>(octets));
    CHECK(to_hex(encode(SetOf<std::int64_t>(numbers + 1, 1))) == "3103020102");
}

TEST_CASE("the first difference names the member, the index or the whole", "[der]") {
    const Pair one{1, {}, {}}, two{2, {}, {}}, with{1, OctetString{}, {}};
    CHECK_FALSE(first_difference(one, one));
    CHECK(first_difference(one, two)->text() == "first");
    CHECK(first_difference(one, Pair{})->text() == "first");
    CHECK(first_difference(one, with)->text() == "second");
    const Pair left[] = {one, two}, right[] = {one, with};
    CHECK(first_difference(Pairs{List<Pair>(left, 2), {}}, Pairs{List<Pair>(right, 2), {}})->text() == "pairs[1].first");
    CHECK(first_difference(Pairs{List<Pair>(left, 2), {}}, Pairs{List<Pair>(left, 1), {}})->text() == "pairs[1]");
    CHECK(first_difference(std::int64_t{1}, std::int64_t{2})->empty());
}

TEST_CASE("a value is printed with the offsets of its encoding", "[der]") {
    const Octets octets = from_hex("300ba009" "3007020106a3020400");
    const auto pairs = parse<Pairs>(octets);
    REQUIRE(pairs);
    CHECK(print(**pairs, octets) == "     0  value\n     2    pairs\n     4      [0]\n     6        first: 6\n    11        second: (empty)\n");
    CHECK(print(**pairs, octets, {.json = true}) == R"({"@offset":0,"pairs":[{"@offset":4,"first":6,"second":""}]})");
    CHECK(print(std::int64_t{7}) == "     0  value: 7\n");
    CHECK(json_string("a\"\\\n") == R"("a\"\\\u000a")");
}

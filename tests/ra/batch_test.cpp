#include "ra/batch.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::ra;

namespace {

std::vector<Octets> octets_of(std::initializer_list<int> numbers) {
    std::vector<Octets> all;
    for (int number : numbers) all.emplace_back(16, static_cast<std::uint8_t>(number));
    return all;
}

}  // namespace

TEST_CASE("a batch is full by count or by octets", "[ra]") {
    const auto ids = octets_of({1, 2, 3});
    const BatchCandidate waiting[] = {{ids[0], ids[0], 400}, {ids[1], ids[1], 400}};
    CHECK_FALSE(is_full({.count = 3, .octets = 1000}, waiting));
    CHECK(is_full({.count = 2, .octets = 1000}, waiting));
    CHECK(is_full({.count = 3, .octets = 800}, waiting));
    CHECK_FALSE(is_full({}, {}));
}

TEST_CASE("a batch takes what the limits allow, and one in any case", "[ra]") {
    const auto ids = octets_of({1, 2, 3});
    const BatchCandidate waiting[] = {{ids[0], ids[0], 2000}, {ids[1], ids[1], 10}, {ids[2], ids[2], 10}};
    CHECK(members_of({.count = 9, .octets = 1000}, waiting) == std::vector<std::size_t>{0});
    CHECK(members_of({.count = 2, .octets = 9000}, waiting) == std::vector<std::size_t>{0, 1});
}

TEST_CASE("no two in a batch could be taken for one another", "[ra]") {
    const auto ids = octets_of({1, 2, 3, 4});
    const BatchCandidate waiting[] = {{ids[0], ids[0], 1}, {ids[0], ids[1], 1}, {ids[1], ids[0], 1}, {ids[2], ids[2], 1}};
    CHECK(members_of({}, waiting) == std::vector<std::size_t>{0, 3});
}

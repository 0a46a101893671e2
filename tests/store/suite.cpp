// The contract of cpp/store/store.hpp, run over every implementation.
#include "stores.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <random>

using namespace cmpkit;
using namespace cmpkit::store;

TEMPLATE_LIST_TEST_CASE("a record is read back as it was written", "[store]", Stores) {
    TestType    made;
    const Write write{.table = Table::certificates, .key = octets("key"), .value = octets("value"), .index = octets("name"), .due = -7};
    REQUIRE(commit(*made.store, {write}));
    const auto record = made.store->get(Table::certificates, bytes_of("key"));
    REQUIRE(record);
    REQUIRE(*record);
    CHECK((*record)->key == write.key);
    CHECK((*record)->version == 1);
    CHECK((*record)->value == *write.value);
    CHECK((*record)->index == write.index);
    CHECK((*record)->due == -7);
}

TEMPLATE_LIST_TEST_CASE("what was never written is nothing, not an error", "[store]", Stores) {
    TestType made;
    CHECK(read(*made.store, "key") == "nothing");
    CHECK(read(*made.store, "") == "nothing");
    CHECK(said(made.store->find(Table::transactions, bytes_of("name"), 10)).empty());
    CHECK(said(made.store->due(Table::transactions, INT64_MAX, 10)).empty());
    CHECK(said(made.store->scan(Table::transactions, {}, 10)).empty());
}

TEMPLATE_LIST_TEST_CASE("a key belongs to its table alone", "[store]", Stores) {
    TestType made;
    Write    elsewhere = written("key", "secret");
    elsewhere.table    = Table::secrets;
    REQUIRE(commit(*made.store, {written("key", "transaction"), elsewhere}));
    CHECK(said(made.store->get(Table::secrets, bytes_of("key"))) == "key=secret v1");
    CHECK(read(*made.store, "key") == "key=transaction v1");
    CHECK(said(made.store->get(Table::crls, bytes_of("key"))) == "nothing");
    CHECK(said(made.store->scan(Table::secrets, {}, 10)) == Texts{"key=secret v1"});
}

TEMPLATE_LIST_TEST_CASE("octets of any value and number are kept", "[store]", Stores) {
    TestType made;
    SECTION("NUL inside key, index and value, and keys that differ after it") {
        using namespace std::string_view_literals;
        Write a = written("k\0a"sv, "\0x\0"sv), b = written("k\0b"sv, "\0y\0"sv);
        a.index = octets("i\0a"sv);
        b.index = octets("i\0b"sv);
        REQUIRE(commit(*made.store, {a, b}));
        CHECK(read(*made.store, "k\0b"sv) == "k\0b=\0y\0 v1"sv);
        CHECK(read(*made.store, "k"sv) == "nothing");
        CHECK(said(made.store->find(Table::transactions, bytes_of("i\0a"sv), 10)) == Texts{std::string("k\0a=\0x\0 v1"sv)});
    }
    SECTION("a key and an index as long as they may be, which nothing can compress, and a value of some megabytes") {
        std::mt19937 random(7);
        const auto   some = [&random](std::size_t size) {
            Octets made_up(size);
            std::ranges::generate(made_up, [&random] { return static_cast<std::uint8_t>(random()); });
            return made_up;
        };
        const Write write{.table = Table::crls, .key = some(max_key), .value = some(std::size_t{5} << 20), .index = some(max_key), .due = 1};
        REQUIRE(commit(*made.store, {write}));
        const auto found = made.store->find(Table::crls, write.index, 1);
        REQUIRE(found);
        REQUIRE(found->size() == 1);
        CHECK((*found)[0].key == write.key);
        CHECK((*found)[0].value == *write.value);
    }
    SECTION("a value without octets is a record, not an erasure") {
        REQUIRE(commit(*made.store, {written("key", "")}));
        CHECK(read(*made.store, "key") == "key= v1");
    }
}

TEMPLATE_LIST_TEST_CASE("each write counts the version up, and an erasure starts it over", "[store]", Stores) {
    TestType made;
    REQUIRE(commit(*made.store, {written("key", "a")}));
    REQUIRE(commit(*made.store, {written("key", "b", 1)}));
    CHECK(read(*made.store, "key") == "key=b v2");
    REQUIRE(commit(*made.store, {erased("key", 2)}));
    CHECK(read(*made.store, "key") == "nothing");
    REQUIRE(commit(*made.store, {written("key", "c")}));
    CHECK(read(*made.store, "key") == "key=c v1");
}

TEMPLATE_LIST_TEST_CASE("a write that read another version is a conflict and changes nothing", "[store]", Stores) {
    TestType made;
    REQUIRE(commit(*made.store, {written("key", "a")}));
    REQUIRE(commit(*made.store, {written("key", "b", 1)}));
    const Write refused = GENERATE(written("key", "x"), written("key", "x", 1), written("key", "x", 3), written("key", "x", UINT64_MAX),
                                   written("other", "x", 1), written("other", "x", std::uint64_t{1} << 63), erased("key", 0), erased("key", 1),
                                   erased("other", 1));
    const auto done = commit(*made.store, {refused});
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::conflict);
    CHECK(done.error().path.text() == "writes[0]");
    CHECK(said(made.store->scan(Table::transactions, {}, 10)) == Texts{"key=b v2"});
}

TEMPLATE_LIST_TEST_CASE("a batch is written whole or not at all", "[store]", Stores) {
    TestType made;
    REQUIRE(commit(*made.store, {written("old", "a")}));
    SECTION("the second write conflicts: the first is not applied") {
        const auto done = commit(*made.store, {written("new", "x"), written("old", "x", 7), erased("gone", 0)});
        REQUIRE_FALSE(done);
        CHECK(done.error().code == Code::conflict);
        CHECK(done.error().path.text() == "writes[1]");
        CHECK(said(made.store->scan(Table::transactions, {}, 10)) == Texts{"old=a v1"});
    }
    SECTION("an erasure of nothing holds the batch to there being nothing") {
        CHECK_FALSE(commit(*made.store, {written("new", "x"), erased("old", 0)}));
        CHECK(read(*made.store, "new") == "nothing");
        CHECK(commit(*made.store, {written("new", "x"), erased("never", 0)}));
        CHECK(read(*made.store, "new") == "new=x v1");
    }
    SECTION("all fit: all are there") {
        REQUIRE(commit(*made.store, {written("new", "x"), written("old", "b", 1)}));
        CHECK(said(made.store->scan(Table::transactions, {}, 10)) == Texts{"new=x v1", "old=b v2"});
    }
    SECTION("a batch without writes is done at once") { CHECK(commit(*made.store, {})); }
}

TEMPLATE_LIST_TEST_CASE("a batch that no store could write is a bad argument", "[store]", Stores) {
    TestType           made;
    std::vector<Write> writes{written("fine", "x"), written("key", "x")};
    std::string        member = "key";
    SECTION("one key twice") { writes[0] = erased("key", 0); }
    SECTION("an empty key") { writes[1].key.clear(); }
    SECTION("a key above its bound") { writes[1].key.resize(max_key + 1); }
    SECTION("an index above its bound") { writes[1].index.resize(max_key + 1), member = "index"; }
    SECTION("a value above its bound") { writes[1].value->resize(max_value + 1), member = "value"; }
    const auto done = commit(*made.store, std::move(writes));
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::bad_argument);
    CHECK(done.error().path.text() == "writes[1]." + member);
    CHECK(said(made.store->scan(Table::transactions, {}, 10)).empty());
}

TEMPLATE_LIST_TEST_CASE("find gives the records of one index in the order of their keys", "[store]", Stores) {
    TestType made;
    auto     indexed = [](std::string_view key, std::string_view index, std::uint64_t read_version = 0) {
        Write write = written(key, "", read_version);
        write.index = octets(index);
        return write;
    };
    REQUIRE(commit(*made.store, {indexed("b", "name"), indexed("\xff", "name"), indexed("a\xff", "name"), indexed("a", "name"),
                                 indexed("c", "nam"), indexed("d", "name2"), written("e", "")}));
    auto find = [&](std::string_view index, std::size_t limit) { return said(made.store->find(Table::transactions, bytes_of(index), limit)); };
    CHECK(find("name", 10) == Texts{"a= v1", "a\xff= v1", "b= v1", "\xff= v1"});
    CHECK(find("name", SIZE_MAX) == find("name", 4));
    CHECK(find("name", 2) == Texts{"a= v1", "a\xff= v1"});
    CHECK(find("name", 0).empty());
    CHECK(find("", 10).empty());
    REQUIRE(commit(*made.store, {indexed("b", "nam", 1), indexed("a", "", 1), erased("\xff", 1)}));
    CHECK(find("name", 10) == Texts{"a\xff= v1"});
    CHECK(find("nam", 10) == Texts{"b= v2", "c= v1"});
}

TEMPLATE_LIST_TEST_CASE("due gives what is due, earliest first", "[store]", Stores) {
    TestType made;
    auto     timed = [](std::string_view key, std::int64_t due, std::uint64_t read_version = 0) {
        Write write = written(key, "", read_version);
        write.due   = due;
        return write;
    };
    REQUIRE(commit(*made.store, {timed("late", 30), timed("never", 0), timed("b", 10), timed("a", 10), timed("mid", 20), timed("z", INT64_MIN),
                                 timed("end", INT64_MAX)}));
    auto due = [&](std::int64_t now, std::size_t limit) { return said(made.store->due(Table::transactions, now, limit)); };
    CHECK(due(20, 10) == Texts{"z= v1", "a= v1", "b= v1", "mid= v1"});
    CHECK(due(19, 10) == Texts{"z= v1", "a= v1", "b= v1"});
    CHECK(due(20, 2) == Texts{"z= v1", "a= v1"});
    CHECK(due(20, 0).empty());
    CHECK(due(0, SIZE_MAX) == Texts{"z= v1"});
    CHECK(due(INT64_MAX, 10).size() == 6);
    REQUIRE(commit(*made.store, {timed("a", 0, 1), timed("late", 5, 1), erased("z", 1)}));
    CHECK(due(20, 10) == Texts{"late= v2", "b= v1", "mid= v1"});
    CHECK(said(made.store->due(Table::secrets, INT64_MAX, 10)).empty());
}

TEMPLATE_LIST_TEST_CASE("scan goes through a table in pages", "[store]", Stores) {
    TestType made;
    REQUIRE(commit(*made.store, {written("b", ""), written("a", ""), written("\x80", ""), written("ab", ""), written({"a\0", 2}, "")}));
    Texts  all;
    Octets after;
    for (std::size_t pages = 0; pages < 10; ++pages) {
        const auto page = made.store->scan(Table::transactions, after, 2);
        REQUIRE(page);
        if (page->empty()) break;
        for (const Record& record : *page) all.push_back(said(record));
        after = page->back().key;
    }
    CHECK(all == Texts{"a= v1", {"a\0= v1", 6}, "ab= v1", "b= v1", "\x80= v1"});
    CHECK(said(made.store->scan(Table::transactions, bytes_of("aa"), 1)) == Texts{"ab= v1"});
    CHECK(said(made.store->scan(Table::transactions, {}, 0)).empty());
}

TEMPLATE_LIST_TEST_CASE("of writers that read the same version exactly one wins", "[store]", Stores) {
    TestType                         made;
    constexpr std::size_t            writers = 8, rounds = 20;
    std::array<std::size_t, writers> won{}, refused{};
    for (std::size_t round = 0; round < rounds; ++round)
        in_threads(writers, [&](std::size_t writer) {
            const auto done = commit(*made.store, {written("key", "x", round), written("of " + std::to_string(writer), "x", won[writer])});
            if (done) ++won[writer];
            else if (done.error().code == Code::conflict) ++refused[writer];
        });
    CHECK(std::accumulate(won.begin(), won.end(), std::size_t{0}) == rounds);
    CHECK(std::accumulate(refused.begin(), refused.end(), std::size_t{0}) == rounds * (writers - 1));
    CHECK(read(*made.store, "key") == "key=x v" + std::to_string(rounds));
    for (std::size_t writer = 0; writer < writers; ++writer) {
        const std::string key = "of " + std::to_string(writer);
        CHECK(read(*made.store, key) == (won[writer] ? key + "=x v" + std::to_string(won[writer]) : "nothing"));
    }
}

TEMPLATE_LIST_TEST_CASE("a counter that threads claim from gives each number once", "[store]", Stores) {
    TestType              made;
    constexpr std::size_t threads = 4, claims = 25;
    std::atomic<bool>     failed = false;
    in_threads(threads, [&](std::size_t) {
        for (std::size_t claimed = 0; claimed < claims && !failed;) {
            const auto record = made.store->get(Table::transactions, bytes_of("counter"));
            if (!record) failed = true;
            const auto done = commit(*made.store, {written("counter", "", failed || !*record ? 0 : (*record)->version)});
            if (done) ++claimed;
            else if (done.error().code != Code::conflict) failed = true;
        }
    });
    CHECK_FALSE(failed);
    CHECK(read(*made.store, "counter") == "counter= v" + std::to_string(threads * claims));
}

TEMPLATE_LIST_TEST_CASE("what a commit has returned for is seen by every reader", "[store]", Stores) {
    TestType              made;
    constexpr std::size_t threads = 8, commits = 25;
    std::atomic<int>      unseen = 0;
    in_threads(threads, [&](std::size_t thread) {
        for (std::size_t i = 0; i < commits; ++i) {
            const std::string key = std::to_string(thread) + "." + std::to_string(i);
            if (!commit(*made.store, {written(key, "x")})) ++unseen;
            if (read(*made.store, key) != key + "=x v1") ++unseen;
        }
    });
    CHECK(unseen == 0);
    CHECK(said(made.store->scan(Table::transactions, {}, SIZE_MAX)).size() == threads * commits);
}

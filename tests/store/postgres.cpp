// What the PostgreSQL store promises beyond the contract: other nodes, connections that break, a server that refuses or falls silent.
#include "stores.hpp"

#include <atomic>
#include <csignal>

using namespace cmpkit;
using namespace cmpkit::store;

namespace {

// What a node holds while it writes a group with many records: it keeps all others out.
constexpr const char* hold_store = "BEGIN; SELECT pg_advisory_xact_lock(1668116587, 2)";

Result<std::unique_ptr<Store>> open(const std::string& url, std::string_view password = {}) {
    return service::open_store({.file = {}, .url = url, .password = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of(password)))}, {});
}

std::string refusal(const std::string& url, std::string_view password = {}) {
    const auto store = open(url, password);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == Code::store_failed);
    return store.error().text();
}

}  // namespace

TEST_CASE("two nodes on one database see each other's commits and conflicts", "[store]") {
    const InPostgres one;
    const auto       other = opened(one.schema.url());
    REQUIRE(commit(*one.store, {written("key", "a")}));
    CHECK(read(*other, "key") == "key=a v1");
    REQUIRE(commit(*other, {written("key", "b", 1)}));
    CHECK(read(*one.store, "key") == "key=b v2");
    const auto late = commit(*one.store, {written("key", "x", 1)});
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Code::conflict);
    CHECK(late.error().path.text() == "writes[0]");
}

TEST_CASE("two nodes claim from one counter, each number once", "[store]") {
    const InPostgres      one;
    const auto            other = opened(one.schema.url());
    constexpr std::size_t threads = 4, claims = 25;
    std::atomic<bool>     failed = false;
    in_threads(threads, [&](std::size_t thread) {
        Store& store = thread % 2 ? *one.store : *other;
        for (std::size_t claimed = 0, version = 0; claimed < claims && !failed;) {
            const auto done = commit(store, {written("counter", "", version)});
            if (done) ++claimed;
            else if (done.error().code != Code::conflict) failed = true;
            const auto record = store.get(Table::transactions, bytes_of("counter"));
            if (!record || !*record) failed = true;
            else version = (*record)->version;
        }
    });
    CHECK_FALSE(failed);
    CHECK(read(*one.store, "counter") == "counter= v" + std::to_string(threads * claims));
}

TEST_CASE("of two nodes of which each writes what the other must not find, one writes", "[store]") {
    const InPostgres      one;
    const auto            other = opened(one.schema.url());
    constexpr std::size_t rounds = 100;
    std::atomic<int>      won = 0, refused = 0;
    for (std::size_t round = 0; round < rounds; ++round)
        in_threads(2, [&](std::size_t node) {
            const std::string mine = std::to_string(round) + (node ? "a" : "b"), yours = std::to_string(round) + (node ? "b" : "a");
            const auto        done = commit(node ? *one.store : *other, {written(mine, ""), erased(yours, 0)});
            if (done) ++won;
            else if (done.error().code == Code::conflict) ++refused;
        });
    CHECK(won == rounds);
    CHECK(refused == rounds);
    CHECK(said(one.store->scan(Table::transactions, {}, SIZE_MAX)).size() == rounds);
}

TEST_CASE("nodes that write the same records in another order never wait for each other without end", "[store]") {
    const InPostgres      one;
    const auto            other = opened(one.schema.url());
    constexpr std::size_t threads = 4, tries = 50;
    const std::size_t     records = GENERATE(5u, 200u);  // below and above what gets a lock each
    std::atomic<int>      strange = 0;
    std::atomic<unsigned> won     = 0;
    in_threads(threads, [&](std::size_t thread) {
        for (std::size_t i = 0; i < tries; ++i) {
            std::vector<Write> writes;
            for (std::size_t record = 0; record < records; ++record) writes.push_back(written(std::to_string(thread % 2 ? record : records - 1 - record), "", won));
            const auto done = commit(thread / 2 ? *one.store : *other, std::move(writes));
            if (done) ++won;
            else if (done.error().code != Code::conflict) ++strange;
        }
    });
    CHECK(strange == 0);
    const auto all = one.store->scan(Table::transactions, {}, SIZE_MAX);
    REQUIRE(all);
    CHECK(all->size() == records);
    for (const Record& record : *all) CHECK(record.version == won);
}

TEST_CASE("a batch in conflict does no harm to those that share its transaction", "[store]") {
    const InPostgres      made;
    constexpr std::size_t threads = 8, commits = 50;
    std::atomic<int>      strange = 0;
    REQUIRE(commit(*made.store, {written("taken", "")}));
    in_threads(threads, [&](std::size_t thread) {
        for (std::size_t i = 0; i < commits; ++i) {
            const std::string  key = std::to_string(thread) + "." + std::to_string(i);
            std::vector<Write> writes{written(key, "")};
            if (i % 2) writes.push_back(written("taken", "x"));
            const auto done = commit(*made.store, std::move(writes));
            if (i % 2 ? done || done.error().code != Code::conflict : !done) ++strange;
        }
    });
    CHECK(strange == 0);
    CHECK(said(made.store->scan(Table::transactions, {}, SIZE_MAX)).size() == threads * commits / 2 + 1);
    const std::string transactions = Database(made.schema.url()).answer("SELECT count(DISTINCT xmin::text) FROM cmpkit_record");
    CHECK(std::stoul(transactions) < threads * commits / 2);
}

TEST_CASE("nodes that start at the same time make one store", "[store]") {
    const Schema          schema;
    constexpr std::size_t nodes  = 8;
    std::atomic<int>      failed = 0;
    in_threads(nodes, [&](std::size_t node) {
        auto store = open(schema.url());
        if (!store || !commit(**store, {written(std::to_string(node), "")})) ++failed;
    });
    CHECK(failed == 0);
    CHECK(said(opened(schema.url())->scan(Table::transactions, {}, SIZE_MAX)).size() == nodes);
}

TEST_CASE("connections that broke while nobody used them are opened anew", "[store]") {
    const InPostgres made;
    Database         server(made.schema.url());
    REQUIRE(commit(*made.store, {written("key", "a")}));
    CHECK(read(*made.store, "key") == "key=a v1");
    for (std::uint64_t version = 1; version < 4; ++version) {
        server.end_others();
        CHECK(commit(*made.store, {written("key", "b", version)}));
        server.end_others();
        CHECK(read(*made.store, "key") == "key=b v" + std::to_string(version + 1));
    }
}

TEST_CASE("a connection that breaks before anything is written costs the commit a second try", "[store]") {
    const InPostgres made;
    Database         server(made.schema.url()), holder(made.schema.url());
    holder.run(hold_store);
    Result<void> done = Error{};
    std::thread  writer([&] { done = commit(*made.store, {written("key", "a")}); });
    server.wait_for_a_wait();
    server.end_others();
    server.wait_for_a_wait();
    holder.run("COMMIT");
    writer.join();
    CHECK(done);
    CHECK(read(*made.store, "key") == "key=a v1");
}

TEST_CASE("a connection that breaks while it commits is a failure, and the next commit goes on", "[store]") {
    const InPostgres made;
    Database         server(made.schema.url()), stranger(made.schema.url());
    stranger.run("BEGIN; INSERT INTO cmpkit_record (tbl, key, version, value) VALUES (1, 'key', 1, '')");  // without the lock: the write itself waits
    Result<void> done{};
    std::thread  writer([&] { done = commit(*made.store, {written("other", ""), written("key", "a")}); });
    server.wait_for_a_wait();
    server.end_others();
    stranger.run("ROLLBACK");  // nobody would wait any longer
    writer.join();
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::store_failed);
    CHECK(said(made.store->scan(Table::transactions, {}, 10)).empty());
    CHECK(commit(*made.store, {written("key", "b")}));
    CHECK(read(*made.store, "key") == "key=b v1");
}

TEST_CASE("a commit waits for another node that writes, a read does not", "[store]") {
    const InPostgres made;
    Database         server(made.schema.url()), holder(made.schema.url());
    holder.run(hold_store);
    Result<void> done = Error{};
    std::thread  writer([&] { done = commit(*made.store, {written("key", "a")}); });
    server.wait_for_a_wait();
    CHECK(read(*made.store, "key") == "nothing");
    holder.run("COMMIT");
    writer.join();
    CHECK(done);
}

TEST_CASE("a commit does not wait for another node that writes other records", "[store]") {
    const Schema schema;
    const auto   store = opened(schema.url("lock_timeout=1000"));
    Database     holder(schema.url());
    holder.run("BEGIN; SELECT pg_advisory_xact_lock_shared(1668116587, 2); SELECT pg_advisory_xact_lock(7)");
    CHECK(commit(*store, {written("key", "a")}));
}

TEST_CASE("a commit does not wait for another node for ever", "[store]") {
    const Schema schema;
    const auto   store = opened(schema.url("lock_timeout=100"));
    Database     holder(schema.url());
    holder.run(hold_store);
    const auto done = commit(*store, {written("key", "a")});
    holder.run("COMMIT");
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::store_failed);
    CHECK_THAT(done.error().detail, Catch::Contains("lock timeout"));
    CHECK(commit(*store, {written("key", "a")}));
}

TEST_CASE("a server that says nothing is not waited for without end", "[store]") {
    const Schema schema;
    const auto   store = opened(schema.url("statement_timeout=1000"));
    Database     server(schema.url());
    REQUIRE(commit(*store, {written("key", "a")}));
    const auto writer = static_cast<pid_t>(std::stoi(server.answer("SELECT pid FROM pg_stat_activity WHERE application_name = 'cmpkit'")));
    REQUIRE(kill(writer, SIGSTOP) == 0);
    const auto done = commit(*store, {written("key", "b", 1)});  // nothing was written yet: its second try has a connection of its own
    kill(writer, SIGCONT);
    CHECK(done);
    CHECK(read(*store, "key") == "key=b v2");
}

TEST_CASE("a batch that the database refuses half way leaves nothing there", "[store]") {
    const InPostgres made;
    Database(made.schema.url()).run("ALTER TABLE cmpkit_record ADD CHECK (key <> 'no')");
    const auto done = commit(*made.store, {written("a", ""), written("no", ""), written("z", "")});
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::store_failed);
    CHECK_THAT(done.error().detail, Catch::Contains("violates check constraint") && Catch::Contains("SQLSTATE 23514"));
    CHECK(said(made.store->scan(Table::transactions, {}, 10)).empty());
    CHECK(commit(*made.store, {written("a", "")}));
}

TEST_CASE("a database whose table is gone says so, each time", "[store]") {
    const InPostgres made;
    Database(made.schema.url()).run("DROP TABLE cmpkit_record");
    for (int i = 0; i < 10; ++i) {
        CHECK_THAT(read(*made.store, "key"), Catch::Contains("does not exist"));
        CHECK_THAT(said(made.store->scan(Table::transactions, {}, 1))[0], Catch::Contains("does not exist"));
        CHECK_FALSE(commit(*made.store, {written("key", "")}));
    }
}

TEST_CASE("a schema that is not ours is refused and left alone", "[store]") {
    const Schema schema;
    Database     server(schema.url());
    SECTION("a later version's") {
        opened(schema.url());
        server.run("UPDATE cmpkit_schema SET version = 2");
        CHECK_THAT(refusal(schema.url()), Catch::Contains("its schema has version 2, this library knows 1"));
    }
    SECTION("one without a version") {
        opened(schema.url());
        server.run("DELETE FROM cmpkit_schema");
        CHECK_THAT(refusal(schema.url()), Catch::Contains("not a store of this library"));
    }
    SECTION("another's table of our name") {
        server.run("CREATE TABLE cmpkit_record (theirs text)");
        CHECK_THAT(refusal(schema.url()), Catch::Contains("already exists"));
        CHECK(server.answer("SELECT to_regclass('cmpkit_schema')").empty());
    }
    SECTION("none at all") { CHECK_THAT(refusal(server_url() + "&options=-csearch_path%3Dnowhere"), Catch::Contains("no schema has been selected")); }
}

TEST_CASE("a store whose schema changed is not written by those who knew the old one", "[store]") {
    const InPostgres made;
    Database         server(made.schema.url());
    server.run("UPDATE cmpkit_schema SET version = 2");
    server.end_others();
    const auto done = commit(*made.store, {written("key", "a")});
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error().detail, Catch::Contains("its schema has version 2"));
}

TEST_CASE("no error tells a password", "[store]") {
    CHECK_THAT(refusal("postgresql://ann:hush-hush@/postgres?host=/nonexistent"), Catch::Contains("store.password") && !Catch::Contains("hush"));
    CHECK_THAT(refusal("postgresql://ann@/postgres?host=/nonexistent&password=hush-hush"), Catch::Contains("store.password") && !Catch::Contains("hush"));
    CHECK_THAT(refusal("postgresql://ann:hush-hush@[/postgres"), Catch::Contains("connection URI") && !Catch::Contains("hush"));
    CHECK_THAT(refusal("postgresql://ann@/postgres?host=/nonexistent", "hush-hush"), Catch::Contains("/nonexistent") && !Catch::Contains("hush"));
}

// What the SQLite store promises beyond the contract: other processes, a disk that fails, a sync that many share.
#include "disk.hpp"
#include "foreigner.hpp"
#include "stores.hpp"

#include <atomic>
#include <csignal>
#include <sys/resource.h>

using namespace cmpkit;
using namespace cmpkit::store;

namespace {

// No file may grow beyond a limit, which is how a full disk looks.
class FullDisk {
public:
    explicit FullDisk(rlim_t octets) {
        getrlimit(RLIMIT_FSIZE, &before_);
        signal_ = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit full{octets, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &full);
    }
    FullDisk(const FullDisk&)            = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    ~FullDisk() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_);
    }

private:
    rlimit before_{};
    void (*signal_)(int) = nullptr;
};

}  // namespace

TEST_CASE("two stores on one file see each other's commits and conflicts", "[store]") {
    const InSqlite one;
    const auto     other = opened(one.folder / "store.db");
    REQUIRE(commit(*one.store, {written("key", "a")}));
    CHECK(read(*other, "key") == "key=a v1");
    REQUIRE(commit(*other, {written("key", "b", 1)}));
    CHECK(read(*one.store, "key") == "key=b v2");
    const auto late = commit(*one.store, {written("key", "x", 1)});
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Code::conflict);
}

TEST_CASE("two stores on one file claim from one counter, each number once", "[store]") {
    const InSqlite        one;
    const auto            other = opened(one.folder / "store.db");
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

TEST_CASE("a commit waits for another process that is writing, a read does not", "[store]") {
    const InSqlite made;
    Foreigner      foreigner(made.folder / "store.db");
    foreigner.run("BEGIN IMMEDIATE; INSERT INTO record (tbl, key, version, value) VALUES (1, x'61', 1, x'62')");
    bool        done = false;
    std::thread writer([&] { done = bool(commit(*made.store, {written("b", "c")})); });
    CHECK(read(*made.store, "a") == "nothing");
    foreigner.run("COMMIT");
    writer.join();
    CHECK(done);
    CHECK(said(made.store->scan(Table::transactions, {}, 10)) == Texts{"a=b v1", "b=c v1"});
}

TEST_CASE("a read does not wait for the disk and sees what was there before", "[store]") {
    const InSqlite made;
    REQUIRE(commit(*made.store, {written("key", "a")}));
    bool done  = false;
    disk.holds = true;
    std::thread writer([&] { done = bool(commit(*made.store, {written("key", "b", 1)})); });
    disk.held.acquire();
    const std::string meanwhile = read(*made.store, "key");
    disk.holds                  = false;
    disk.let_go.release();
    writer.join();
    CHECK(meanwhile == "key=a v1");
    CHECK(done);
    CHECK(read(*made.store, "key") == "key=b v2");
}

TEST_CASE("commits of many threads are all there, and they share syncs", "[store]") {
    const InSqlite        made;
    constexpr std::size_t threads = 8, commits = 200;
    std::atomic<int>      failed = 0;
    disk.syncs                   = 0;
    disk.yields                  = true;
    in_threads(threads, [&](std::size_t thread) {
        for (std::size_t i = 0; i < commits; ++i)
            if (!commit(*made.store, {written(std::to_string(thread) + "." + std::to_string(i), "x")})) ++failed;
    });
    disk.yields = false;
    CHECK(failed == 0);
    CHECK(disk.syncs > 0);
    CHECK(disk.syncs < threads * commits / 2);
    CHECK(said(made.store->scan(Table::transactions, {}, SIZE_MAX)).size() == threads * commits);
}

TEST_CASE("a commit whose sync fails wrote nothing, and the next one goes on", "[store]") {
    InSqlite made;
    disk.fails      = true;
    const auto done = commit(*made.store, {written("key", "a")});
    disk.fails      = false;
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::store_failed);
    CHECK(done.error().detail == (made.folder / "store.db") + ": disk I/O error (SQLite's code 1034)");  // SQLITE_IOERR_FSYNC
    CHECK(read(*made.store, "key") == "nothing");
    REQUIRE(commit(*made.store, {written("key", "b")}));
    made.store.reset();
    CHECK(read(*opened(made.folder / "store.db"), "key") == "key=b v1");
}

TEST_CASE("when a shared sync fails, who was told so has nothing and who was told yes has all", "[store]") {
    const InSqlite           made;
    constexpr std::size_t    threads = 8, commits = 50;
    std::atomic<std::size_t> good = 0, strange = 0;
    in_threads(threads, [&](std::size_t thread) {
        for (std::size_t i = 0; i < commits; ++i) {
            if (thread == 0) disk.fails = i % 2 == 0;
            const std::string key  = std::to_string(thread) + "." + std::to_string(i);
            const auto        done = commit(*made.store, {written(key, "")});
            if (done) ++good;
            else if (done.error().code != Code::store_failed) ++strange;
            if (read(*made.store, key) != (done ? key + "= v1" : "nothing")) ++strange;
        }
    });
    disk.fails = false;
    CHECK(strange == 0);
    CHECK(said(made.store->scan(Table::transactions, {}, SIZE_MAX)).size() == good);
}

TEST_CASE("a full disk stops commits and not reads, and room lets them go on", "[store]") {
    const InSqlite    made;
    const std::string large(std::size_t{1} << 20, 'x');
    REQUIRE(commit(*made.store, {written("key", "a")}));
    {
        const FullDisk full(std::size_t{1} << 18);
        const auto     done = commit(*made.store, {written("key", "b", 1), written("large", large)});
        REQUIRE_FALSE(done);
        CHECK(done.error().code == Code::store_failed);
        CHECK(read(*made.store, "key") == "key=a v1");
    }
    CHECK(commit(*made.store, {written("key", "b", 1), written("large", large)}));
    CHECK(read(*made.store, "key") == "key=b v2");
}

TEST_CASE("a batch that the database refuses half way leaves nothing", "[store]") {
    const InSqlite made;
    Foreigner(made.folder / "store.db")
        .run("CREATE TRIGGER no BEFORE INSERT ON record WHEN NEW.key = x'6e6f' BEGIN SELECT RAISE(ABORT, 'not this'); END");
    const auto done = commit(*made.store, {written("yes", ""), written("no", "")});
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::store_failed);
    CHECK_THAT(done.error().detail, Catch::Contains("not this"));
    CHECK(said(made.store->scan(Table::transactions, {}, 10)).empty());
    CHECK(commit(*made.store, {written("yes", "")}));
}

TEST_CASE("a store whose table is gone says so, each time", "[store]") {
    const InSqlite made;
    Foreigner(made.folder / "store.db").run("DROP TABLE record");
    for (int i = 0; i < 10; ++i) {
        CHECK_THAT(read(*made.store, "key"), Catch::Contains("no such table"));
        CHECK_THAT(said(made.store->scan(Table::transactions, {}, 1))[0], Catch::Contains("no such table"));
        CHECK_FALSE(commit(*made.store, {written("key", "")}));
    }
}

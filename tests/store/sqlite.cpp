// What the SQLite store promises beyond the contract: its file, other processes, a disk that fails, a commit that many share.
#include "disk.hpp"
#include "stores.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace cmpkit;
using namespace cmpkit::store;

namespace {

// SQL from outside, as another process would run it.
class Foreigner {
public:
    explicit Foreigner(const std::string& path) { REQUIRE(sqlite3_open(path.c_str(), &connection_) == SQLITE_OK); }
    Foreigner(const Foreigner&)            = delete;
    Foreigner& operator=(const Foreigner&) = delete;
    ~Foreigner() { sqlite3_close(connection_); }
    void run(const char* text) { REQUIRE(sqlite3_exec(connection_, text, nullptr, nullptr, nullptr) == SQLITE_OK); }

private:
    sqlite3* connection_ = nullptr;
};

// Root may write anywhere: what must be refused is tried as somebody else.
class Unprivileged {
public:
    Unprivileged() { REQUIRE((geteuid() != 0 || seteuid(nobody) == 0)); }
    Unprivileged(const Unprivileged&)            = delete;
    Unprivileged& operator=(const Unprivileged&) = delete;
    ~Unprivileged() { static_cast<void>(getuid() != 0 || seteuid(0) == 0); }
    static void own(const std::string& path) { REQUIRE((geteuid() != 0 || chown(path.c_str(), nobody, nobody) == 0)); }

private:
    static constexpr uid_t nobody = 65534;
};

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

void check_refused(const std::string& path, const std::string& reason) {
    const auto store = open_sqlite(path);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == Code::store_failed);
    CHECK_THAT(store.error().detail, Catch::StartsWith(path) && Catch::Contains(reason));
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

mode_t mode_of(const std::string& path) {
    struct stat found{};
    REQUIRE(stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

}  // namespace

TEST_CASE("a store that is opened again has all it had", "[store]") {
    InSqlite made;
    Write    write = written("key", "a");
    write.index    = octets("name");
    write.due      = 10;
    REQUIRE(commit(*made.store, {write, written("gone", "")}));
    REQUIRE(commit(*made.store, {written("other", "b"), erased("gone", 1)}));
    made.store.reset();
    made.store = opened(made.folder / "store.db");
    CHECK(said(made.store->scan(Table::transactions, {}, 10)) == Texts{"key=a v1", "other=b v1"});
    CHECK(said(made.store->find(Table::transactions, bytes_of("name"), 10)) == Texts{"key=a v1"});
    CHECK(said(made.store->due(Table::transactions, 10, 10)) == Texts{"key=a v1"});
    CHECK(commit(*made.store, {written("key", "b", 1)}));
}

TEST_CASE("the files of a store are its owner's alone", "[store]") {
    const mode_t   before = umask(0);
    const InSqlite made;
    REQUIRE(commit(*made.store, {written("key", "a")}));
    umask(before);
    for (const char* name : {"store.db", "store.db-wal", "store.db-shm"}) CHECK(mode_of(made.folder / name) == 0600);
}

TEST_CASE("a name that SQLite would read as a URI or as memory is a file's name", "[store]") {
    const Folder folder;
    const auto   before = std::filesystem::current_path();
    std::filesystem::current_path(folder / "");
    const std::string name = GENERATE(":memory:", "file:x?mode=memory");
    REQUIRE(commit(*opened(name), {written("key", "a")}));
    CHECK(std::filesystem::is_regular_file(name));
    CHECK(read(*opened(name), "key") == "key=a v1");
    std::filesystem::current_path(before);
}

TEST_CASE("what is not a store is refused, unchanged, and nothing of it stays open", "[store]") {
    const Folder      folder;
    const std::string path   = folder / "store.db";
    std::string       reason = "not a store of this library";
    SECTION("some text") {
        std::ofstream(path) << "This is longer than the hundred octets of a header, so that no one takes the file for one that was cut off at once.";
        reason = "not a database";
    }
    SECTION("nothing at all, as after a cut") { std::ofstream(path) << ""; }
    SECTION("another application's tables") { Foreigner(path).run("CREATE TABLE record (tbl, key)"); }
    SECTION("another application's name") { Foreigner(path).run("PRAGMA application_id = 7"); }
    SECTION("a later schema") {
        opened(path).reset();
        Foreigner(path).run("PRAGMA user_version = 2");
        reason = "its schema has version 2, this library knows 1";
    }
    SECTION("our name on somebody else's tables") {
        Foreigner(path).run("PRAGMA application_id = 0x636d706b; PRAGMA user_version = 1; CREATE TABLE record (tbl, key)");
        reason = "no such column";
    }
    const std::string before      = content_of(path);
    const std::size_t descriptors = open_descriptors();
    check_refused(path, reason);
    CHECK(open_descriptors() == descriptors);
    if (reason != "no such column") CHECK(content_of(path) == before);
}

TEST_CASE("a path where no store can be is refused", "[store]") {
    const Folder      folder;
    const std::size_t descriptors = open_descriptors();
    SECTION("a folder") { check_refused(folder / "", "not a regular file"); }
    SECTION("a pipe") {
        REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
        check_refused(folder / "pipe", "not a regular file");
    }
    SECTION("a link to nowhere") {
        std::filesystem::create_symlink("nowhere", folder / "link");
        check_refused(folder / "link", "No such file");
    }
    SECTION("a folder that does not exist") { check_refused(folder / "none/store.db", "No such file"); }
    SECTION("no name") { check_refused("", "not a file name"); }
    SECTION("a name that goes on after NUL") {
        const auto store = open_sqlite(std::string(folder / "a") + '\0' + "b");
        REQUIRE_FALSE(store);
        CHECK_THAT(store.error().detail, Catch::EndsWith("a\\x00b: this is not a file name"));
    }
    CHECK(open_descriptors() == descriptors);
    for (const auto& left : std::filesystem::directory_iterator(folder / "")) CHECK(!left.is_regular_file());
}

TEST_CASE("a new store is not made beside the log of one that was removed", "[store]") {
    const InSqlite    made;
    const std::string path = made.folder / "store.db";
    REQUIRE(commit(*made.store, {written("key", "a")}));
    REQUIRE(std::filesystem::remove(path));
    check_refused(path, "the log of one lies beside it");
}

TEST_CASE("a store that cannot be written is refused", "[store]") {
    const Folder      folder;
    const std::string path = folder / "store.db";
    SECTION("a new one in a folder without write permission") {
        REQUIRE(chmod((folder / "").c_str(), 0555) == 0);
        const Unprivileged somebody;
        check_refused(path, "it cannot be made: Permission denied");
    }
    SECTION("an old one in a folder without write permission") {
        opened(path).reset();
        Unprivileged::own(path);
        REQUIRE(chmod((folder / "").c_str(), 0555) == 0);
        const Unprivileged somebody;
        check_refused(path, "readonly database");
    }
    SECTION("an old one that may not be read") {
        opened(path).reset();
        REQUIRE(chmod((folder / "").c_str(), 0777) == 0);
        REQUIRE(chmod(path.c_str(), 0000) == 0);
        const Unprivileged somebody;
        check_refused(path, "Permission denied");
    }
    SECTION("an old one that may be read only") {
        opened(path).reset();
        REQUIRE(chmod((folder / "").c_str(), 0777) == 0);
        REQUIRE(chmod(path.c_str(), 0444) == 0);
        const Unprivileged somebody;
        check_refused(path, "it cannot be written");
    }
    REQUIRE(chmod((folder / "").c_str(), 0700) == 0);
}

TEST_CASE("a store that several open at once for the first time is made once", "[store]") {
    constexpr std::size_t openers = 8;
    for (std::size_t round = 0; round < 10; ++round) {
        const Folder             folder;
        std::vector<std::string> failures(openers);
        in_threads(openers, [&](std::size_t opener) {
            auto store = open_sqlite(folder / "store.db");
            if (!store) failures[opener] = store.error().text();
            else if (auto done = commit(**store, {written(std::to_string(opener), "")}); !done) failures[opener] = done.error().text();
        });
        CHECK(failures == std::vector<std::string>(openers));
        CHECK(said(opened(folder / "store.db")->scan(Table::transactions, {}, 100)).size() == openers);
        CHECK(std::distance(std::filesystem::directory_iterator(folder / ""), {}) == 1);
    }
}

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
    Foreigner(made.folder / "store.db").run("CREATE TRIGGER no BEFORE INSERT ON record WHEN NEW.key = x'6e6f' BEGIN SELECT RAISE(ABORT, 'not this'); END");
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

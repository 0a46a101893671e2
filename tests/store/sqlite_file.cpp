// The file of a SQLite store: how it is made, and what is refused in its place.
#include "foreigner.hpp"
#include "stores.hpp"

#include <fstream>
#include <sys/stat.h>

using namespace cmpkit;
using namespace cmpkit::store;

namespace {

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

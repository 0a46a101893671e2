#include "store/sqlite_file.hpp"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace cmpkit::store::sqlite {
namespace {

static_assert(SQLITE_VERSION_NUMBER >= 3037000, "STRICT tables came with SQLite 3.37");

constexpr std::int64_t application_id = 0x636d706b;  // "cmpk"
constexpr std::int64_t schema_version = 1;

// The value stands last: versions, indexes and due times are read without the overflow pages of a large one.
constexpr const char* schema = R"(
CREATE TABLE record (
    tbl     INTEGER NOT NULL,
    key     BLOB    NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    due     INTEGER,
    idx     BLOB,
    value   BLOB    NOT NULL,
    PRIMARY KEY (tbl, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX record_by_index ON record (tbl, idx, key) WHERE idx IS NOT NULL;
CREATE INDEX record_by_due   ON record (tbl, due, key) WHERE due IS NOT NULL;
PRAGMA application_id = 0x636d706b;
PRAGMA user_version = 1;
)";

// Absolute, so that SQLite takes no path for a URI or for one of its own names such as ":memory:".
Result<std::string> absolute(const std::string& path) {
    if (path.empty() || path.find('\0') != std::string::npos) return failure(path, "this is not a file name");
    std::error_code ignored;
    const auto      whole = std::filesystem::absolute(path, ignored);
    if (ignored) return failure(path, ignored.message());
    return whole.string();
}

// Made without opening it: closing a descriptor would drop the locks that another Store of this process has on the file.
Result<void> make_private_file(const std::string& path) {
    if (mknod(path.c_str(), S_IFREG | S_IRUSR | S_IWUSR, 0) != 0 && errno != EEXIST)
        return failure(path, "it cannot be made: " + std::generic_category().message(errno));
    struct stat found{};
    if (stat(path.c_str(), &found) != 0) return failure(path, std::generic_category().message(errno));
    if (!S_ISREG(found.st_mode)) return failure(path, "it is not a regular file");
    return {};
}

/// @return whether it is a store of ours; false: it is empty
Result<bool> is_store(const std::string& path, sqlite3& connection) {
    const auto application = number(connection, "PRAGMA application_id");
    if (!application) return application.error();
    const auto version = number(connection, "PRAGMA user_version");
    if (!version) return version.error();
    const auto objects = number(connection, "SELECT count(*) FROM sqlite_schema");
    if (!objects) return objects.error();
    if (*application == 0 && *version == 0 && *objects == 0) return false;
    if (*application != application_id) return failure(path, "it is a database of another application");
    if (*version != schema_version)
        return failure(path, "its schema has version " + std::to_string(*version) + ", this library knows " + std::to_string(schema_version));
    return true;
}

// In one transaction: another process may be making the schema just now, and half of an answer from before it would look foreign.
Result<bool> recognise(const std::string& path, sqlite3& connection) {
    if (auto begun = execute(connection, "BEGIN"); !begun) return begun.error();
    const auto found = is_store(path, connection);
    if (auto ended = execute(connection, "COMMIT"); found && !ended) return ended.error();
    return found;
}

// Two processes may come to the same empty file: who gets the lock second finds a store.
Result<void> make_schema(const std::string& path, sqlite3& connection) {
    if (auto begun = execute(connection, "BEGIN IMMEDIATE"); !begun) return begun;
    const auto found = is_store(path, connection);
    if (!found) return found.error();
    if (!*found)
        if (auto made = execute(connection, schema); !made) return made;
    return execute(connection, "COMMIT");
}

// Not inside a transaction, hence after the schema; the file keeps it.
Result<void> use_log(const std::string& path, sqlite3& connection) {
    Statement statement;
    if (auto prepared = prepare(connection, {{statement, "PRAGMA journal_mode = WAL"}}); !prepared) return prepared;
    Query      query(*statement);
    const auto row = query.next();
    if (!row) return row.error();
    if (text_of(query.octets(0)) != "wal") return failure(path, "its file system has no shared memory for a write-ahead log");
    return {};
}

}  // namespace

Result<Connection> open_for_writing(const std::string& path) {
    const auto whole = absolute(path);
    if (!whole) return whole.error();
    if (auto made = make_private_file(*whole); !made) return made.error();
    auto connection = connect(*whole);
    if (!connection) return connection;
    sqlite3& opened = **connection;
    const auto found = recognise(*whole, opened);
    if (!found) return found.error();
    if (!*found)
        if (auto made = make_schema(*whole, opened); !made) return made.error();
    if (auto log = use_log(*whole, opened); !log) return log.error();
    // FULL: a commit has returned only after its log is on the disk. secure_delete: an erased secret is overwritten in the file.
    if (auto set = execute(opened, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF"); !set) return set.error();
    return connection;
}

Result<Connection> open_for_reading(const std::string& path) {
    const auto whole = absolute(path);
    if (!whole) return whole.error();
    auto connection = connect(*whole);
    if (!connection) return connection;
    if (auto set = execute(**connection, "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF"); !set) return set.error();
    return connection;
}

}  // namespace cmpkit::store::sqlite

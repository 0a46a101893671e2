#include "store/sqlite_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace cmpkit::store::sqlite {
namespace {

static_assert(SQLITE_VERSION_NUMBER >= 3037000, "STRICT tables came with SQLite 3.37");

constexpr std::int64_t application_id = 0x636d706b;  // "cmpk"
constexpr std::int64_t schema_version = 1;

// Rows lie in the order in which they came, apart from their keys: a group of new records fills whole pages, where a table ordered by
// random keys would write a page and an overflow page each (measured: half the commits a second).
// The value stands last, so that a version is read without the overflow pages of a large one.
constexpr const char* schema = R"(
CREATE TABLE record (
    tbl     INTEGER NOT NULL,
    key     BLOB    NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    due     INTEGER,
    idx     BLOB,
    value   BLOB    NOT NULL,
    UNIQUE (tbl, key)
) STRICT;
CREATE INDEX record_by_index ON record (tbl, idx, key) WHERE idx IS NOT NULL;
CREATE INDEX record_by_due   ON record (tbl, due, key) WHERE due IS NOT NULL;
)";

std::string text_of_system(int error) { return std::generic_category().message(error); }

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Absolute, so that SQLite takes no path for a URI or for one of its own names such as ":memory:".
Result<std::string> absolute(const std::string& path) {
    if (path.empty() || path.find('\0') != std::string::npos) return failure(path, "this is not a file name");
    std::error_code error;
    const auto      whole = std::filesystem::absolute(path, error);
    if (error) return failure(path, error.message());
    return whole.string();
}

// Written in the file, so this asks more often than it changes.
Result<void> use_log(const std::string& path, sqlite3& connection) {
    Statement statement;
    if (auto prepared = prepare(connection, {{statement, "PRAGMA journal_mode = WAL"}}); !prepared) return prepared;
    Query      query(*statement);
    const auto row = query.next();
    if (!row) return row.error();
    if (text_of(query.octets(0)) != "wal") return failure(path, "its file system has no shared memory for a write-ahead log");
    return {};
}

// A file with a name that nobody else has; the name is gone when this is.
class PrivateFile {
public:
    explicit PrivateFile(const std::string& beside) : path_(beside + ".XXXXXX") {
        const int descriptor = mkostemp(path_.data(), O_CLOEXEC);  // mode 0600
        error_               = descriptor < 0 ? errno : 0;
        if (descriptor >= 0) close(descriptor);
    }
    PrivateFile(const PrivateFile&)            = delete;
    PrivateFile& operator=(const PrivateFile&) = delete;
    ~PrivateFile() {
        if (!error_) unlink(path_.c_str());
    }
    const std::string& path() const { return path_; }
    int                error() const { return error_; }

private:
    std::string path_;
    int         error_ = 0;
};

Result<void> make_schema(const std::string& path) {
    auto connection = connect(path);
    if (!connection) return connection.error();
    const std::string all = "BEGIN;" + std::string(schema) + "PRAGMA application_id = " + std::to_string(application_id) +
                            "; PRAGMA user_version = " + std::to_string(schema_version) + "; COMMIT";
    if (auto made = execute(**connection, all.c_str()); !made) return made;
    return use_log(path, **connection);
}

// Whole under another name first: nobody ever finds half a store, and of several who come at once all open the one of the first.
Result<void> make_store(const std::string& path) {
    // SQLite would take the log of a store that was removed for the new one's. One that somebody makes just now has its file before its log.
    if (exists(path + "-wal") && !exists(path)) return failure(path, "there is no such file, but the log of one lies beside it");
    const PrivateFile file(path);
    if (file.error()) return failure(path, "it cannot be made: " + text_of_system(file.error()));
    if (auto made = make_schema(file.path()); !made) return made;
    if (link(file.path().c_str(), path.c_str()) != 0 && errno != EEXIST) return failure(path, "it cannot be made: " + text_of_system(errno));
    return {};
}

// An empty file is refused too: it was a store that somebody cut off, and a CA must not begin anew without a word.
Result<void> require_store(const std::string& path, sqlite3& connection) {
    const auto application = number(connection, "PRAGMA application_id");
    if (!application) return application.error();
    const auto version = number(connection, "PRAGMA user_version");
    if (!version) return version.error();
    if (*application != application_id) return failure(path, "it is not a store of this library");
    if (*version != schema_version)
        return failure(path, "its schema has version " + std::to_string(*version) + ", this library knows " + std::to_string(schema_version));
    return {};
}

}  // namespace

Result<Connection> open_for_writing(const std::string& path) {
    const auto whole = absolute(path);
    if (!whole) return whole.error();
    struct stat found{};
    if (stat(whole->c_str(), &found) != 0) {
        if (auto made = make_store(*whole); !made) return made.error();
    } else if (!S_ISREG(found.st_mode)) {
        return failure(*whole, "it is not a regular file");
    }
    auto connection = connect(*whole);
    if (!connection) return connection;
    if (auto ours = require_store(*whole, **connection); !ours) return ours.error();
    if (auto log = use_log(*whole, **connection); !log) return log.error();
    // FULL: a commit has returned only after its log is on the disk. secure_delete: an erased secret is overwritten in the file.
    auto set = execute(**connection, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF");
    if (!set) return set.error();
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

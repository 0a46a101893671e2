#include "store/sqlite_connection.hpp"

#include <chrono>
#include <system_error>

namespace cmpkit::store::sqlite {
namespace {

// How long another process may write before we give up; a group of commits takes milliseconds.
constexpr std::chrono::milliseconds patience = std::chrono::seconds(10);

std::string reason_of(sqlite3& connection) {
    const int code = sqlite3_extended_errcode(&connection);
    return std::string(sqlite3_errmsg(&connection)) + (code > 0xff ? " (SQLite's code " + std::to_string(code) + ")" : "");
}

// Right after opening alone: later SQLite keeps the system's code of some failures and not of others.
std::string reason_not_opened(sqlite3& connection) {
    const int system = sqlite3_system_errno(&connection);
    return system ? std::generic_category().message(system) : reason_of(connection);
}

}  // namespace

Error failure(const std::string& path, std::string_view detail) {
    return Error{.code = Code::store_failed, .detail = escaped(path) + ": " + std::string(detail)};
}

Error failure(sqlite3& connection) {
    const char* path = sqlite3_db_filename(&connection, "main");
    return failure(path ? path : "", reason_of(connection));
}

Result<Connection> connect(const std::string& path) {
    sqlite3*   opened = nullptr;
    const int  code   = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    Connection connection(opened);
    if (code != SQLITE_OK) return failure(path, connection ? reason_not_opened(*connection) : sqlite3_errstr(code));
    // A file without write permission is opened for reading without a word.
    if (sqlite3_db_readonly(opened, "main") != 0) return failure(path, "it cannot be written");
    sqlite3_busy_timeout(opened, static_cast<int>(patience.count()));
    return connection;
}

Result<void> execute(sqlite3& connection, const char* text) {
    if (sqlite3_exec(&connection, text, nullptr, nullptr, nullptr) != SQLITE_OK) return failure(connection);
    return {};
}

Result<void> prepare(sqlite3& connection, std::initializer_list<Preparation> preparations) {
    for (const auto& [statement, text] : preparations) {
        sqlite3_stmt* prepared = nullptr;
        if (sqlite3_prepare_v3(&connection, text, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) != SQLITE_OK) return failure(connection);
        statement.reset(prepared);
    }
    return {};
}

Result<std::int64_t> number(sqlite3& connection, const char* text) {
    Statement statement;
    if (auto prepared = prepare(connection, {{statement, text}}); !prepared) return prepared.error();
    Query      query(*statement);
    const auto row = query.next();
    if (!row) return row.error();
    return query.number(0);
}

Query::~Query() {
    sqlite3_reset(&statement_);  // repeats the failure that next() has reported
    sqlite3_clear_bindings(&statement_);
}

Query& Query::with(std::int64_t number) { return noted(sqlite3_bind_int64(&statement_, ++bound_, number)); }

Query& Query::with(Bytes octets) {
    // A null pointer would be bound as NULL, and a span without octets may have one.
    const void* data = octets.empty() ? "" : static_cast<const void*>(octets.data());
    return noted(sqlite3_bind_blob64(&statement_, ++bound_, data, octets.size(), SQLITE_STATIC));
}

Query& Query::with_null() { return noted(sqlite3_bind_null(&statement_, ++bound_)); }

Query& Query::noted(int code) {
    if (bind_code_ == SQLITE_OK) bind_code_ = code;
    return *this;
}

Result<bool> Query::next() {
    sqlite3& connection = *sqlite3_db_handle(&statement_);
    if (bind_code_ != SQLITE_OK) return failure(sqlite3_db_filename(&connection, "main"), sqlite3_errstr(bind_code_));
    const int code = sqlite3_step(&statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) return failure(connection);
    return code == SQLITE_ROW;
}

Result<void> Query::finish() {
    for (;;) {
        const auto row = next();
        if (!row) return row.error();
        if (!*row) return {};
    }
}

Octets Query::octets(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(&statement_, column));
    const auto  size = static_cast<std::size_t>(sqlite3_column_bytes(&statement_, column));
    return data ? Octets(data, data + size) : Octets{};
}

}  // namespace cmpkit::store::sqlite

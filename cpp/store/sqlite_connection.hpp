// A connection to SQLite and its queries: what owns them, and SQLite's failures as errors of ours.
// It knows no table; a connection belongs to one thread at a time, so that an error's text is that of the call that failed.
//
//     Query query(*statement);
//     query.with(number).with(key);
//     for (auto row = query.next(); …; row = query.next())      // reset when the query ends, so that no read stays open
#pragma once
#include "result.hpp"

#include <initializer_list>
#include <sqlite3.h>

namespace cmpkit::store::sqlite {

struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};
struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, Close>;
using Statement  = std::unique_ptr<sqlite3_stmt, Finalize>;

struct Preparation {
    Statement&  statement;
    const char* text;
};

/// @error store_failed  detail names the file and says what SQLite and the system say
Error failure(sqlite3& connection);
Error failure(const std::string& path, std::string_view detail);

/// Opens an existing file; nothing of it is read yet.
Result<Connection> connect(const std::string& path);
Result<void>       execute(sqlite3& connection, const char* text);
Result<void>       prepare(sqlite3& connection, std::initializer_list<Preparation> preparations);
/// The first column of the only row of `text`, say of a PRAGMA.
Result<std::int64_t> number(sqlite3& connection, const char* text);

/// One run of a statement. Octets are borrowed until it ends.
class Query {
public:
    explicit Query(sqlite3_stmt& statement) : statement_(statement) {}
    Query(const Query&)            = delete;
    Query& operator=(const Query&) = delete;
    ~Query();

    /// The value of the next parameter.
    Query& with(std::int64_t number);
    Query& with(Bytes octets);
    Query& with_null();

    /// @return whether there is another row; columns are read from it
    Result<bool> next();
    /// Runs to the end.
    Result<void> finish();

    std::int64_t number(int column) const { return sqlite3_column_int64(&statement_, column); }
    Octets       octets(int column) const;

private:
    Query& noted(int code);

    sqlite3_stmt& statement_;
    int           bound_     = 0;
    int           bind_code_ = SQLITE_OK;  // the first failure of `with`
};

}  // namespace cmpkit::store::sqlite

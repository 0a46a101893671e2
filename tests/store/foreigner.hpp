// Another program at a store's file: what it does there, the tests do through SQLite itself.
#pragma once
#include <catch2/catch.hpp>
#include <sqlite3.h>
#include <string>

namespace cmpkit::store {

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

}  // namespace cmpkit::store

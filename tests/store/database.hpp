// A PostgreSQL server beside the tests: a schema of the test's own there, and another program at its tables, which speaks through libpq itself.
// tests/interop/postgres.py starts the server and runs this program.
#pragma once
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <libpq-fe.h>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>

namespace cmpkit::store {

inline std::string server_url() {
    const char* url = std::getenv("CMPKIT_TEST_POSTGRES");
    if (!url) FAIL("these tests need a server: python3 tests/interop/postgres.py build/bin/test_store");
    return url;
}

class Database {
public:
    explicit Database(const std::string& url) : connection_(PQconnectdb(url.c_str()), &PQfinish) { REQUIRE(PQstatus(connection_.get()) == CONNECTION_OK); }

    void run(const std::string& text) { answer(text); }

    /// The first column of the first row; empty: there is none.
    std::string answer(const std::string& text) {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), text.c_str()), &PQclear);
        INFO(text << ": " << PQresultErrorMessage(result.get()));
        REQUIRE((PQresultStatus(result.get()) == PGRES_COMMAND_OK || PQresultStatus(result.get()) == PGRES_TUPLES_OK));
        return PQntuples(result.get()) ? PQgetvalue(result.get(), 0, 0) : "";
    }

    /// Asks until the answer is `wanted`.
    void wait_for(const std::string& text, const std::string& wanted) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (answer(text) != wanted) {
            if (std::chrono::steady_clock::now() > deadline) FAIL(text << " is not " << wanted);
            std::this_thread::yield();
        }
    }

    /// Ends the sessions of all stores, as a server does that goes down.
    void end_others() { run("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = 'cmpkit'"); }
    /// Until one of them waits for a lock.
    void wait_for_a_wait() { wait_for("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted", "t"); }

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

// A schema of the test's own, gone with it.
class Schema {
public:
    Schema() : name_("of_" + std::to_string(getpid()) + "_" + std::to_string(++made)) { Database(server_url()).run("CREATE SCHEMA " + name_); }
    Schema(const Schema&)            = delete;
    Schema& operator=(const Schema&) = delete;
    ~Schema() {
        const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(server_url().c_str()), &PQfinish);
        PQclear(PQexec(connection.get(), ("SET client_min_messages = error; DROP SCHEMA " + name_ + " CASCADE").c_str()));
    }

    /// @param setting  one more of the session, such as "lock_timeout=100"
    std::string url(const std::string& setting = {}) const {
        return server_url() + "&options=-csearch_path%3D" + name_ + (setting.empty() ? "" : "%20-c" + std::string(setting).replace(setting.find('='), 1, "%3D"));
    }

private:
    static inline int made = 0;
    std::string       name_;
};

}  // namespace cmpkit::store

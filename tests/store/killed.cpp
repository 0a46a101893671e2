// A process that is killed while it commits: what it reported is there, and no batch is there by half.
// The child is this program again, running the hidden case below.
#include "stores.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <spawn.h>
#include <sys/wait.h>

using namespace cmpkit;
using namespace cmpkit::store;

namespace {

constexpr int         report_descriptor = 3;
constexpr const char* path_variable     = "CMPKIT_TEST_STORE";
constexpr std::size_t child_threads     = 4;

struct Report {
    std::uint32_t thread, number;  // this commit has returned
};

std::string key_of(const Report& report) { return std::to_string(report.thread) + "." + std::to_string(report.number); }

// The same two records in two tables: one that is new each time, one that is rewritten.
Batch pair_of(const Report& report) {
    Batch batch;
    for (const Table table : {Table::transactions, Table::certificates}) {
        batch.writes.push_back({.table = table, .key = octets(key_of(report)), .value = octets("new"), .due = report.number});
        batch.writes.push_back({.table = table, .key = octets("last of " + std::to_string(report.thread)), .read_version = report.number,
                                .value = octets(key_of(report)), .index = octets("last")});
    }
    return batch;
}

struct Child {
    pid_t pid     = 0;
    int   reports = -1;
};

Child start_child(const std::string& path) {
    int pipe_ends[2];
    REQUIRE(pipe2(pipe_ends, O_CLOEXEC) == 0);
    setenv(path_variable, path.c_str(), 1);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], report_descriptor);
    std::string name = "a child that commits until it is killed";
    char        program[] = "/proc/self/exe";
    char* const arguments[] = {program, name.data(), nullptr};
    Child       child{.reports = pipe_ends[0]};
    REQUIRE(posix_spawn(&child.pid, program, &actions, nullptr, arguments, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    return child;
}

// Reads until the child is gone, and kills it after `enough` reports.
std::vector<Report> reports_of(const Child& child, std::size_t enough) {
    std::vector<Report> reports;
    Report              report{};
    while (::read(child.reports, &report, sizeof report) == sizeof report) {
        reports.push_back(report);
        if (reports.size() == enough) kill(child.pid, SIGKILL);
    }
    close(child.reports);
    return reports;
}

std::vector<std::string> all_of(Store& store, Table table) { return said(store.scan(table, {}, SIZE_MAX)); }

}  // namespace

TEST_CASE("a child that commits until it is killed", "[.child]") {
    const char* path = std::getenv(path_variable);
    REQUIRE(path);
    const auto store = opened(path);
    in_threads(child_threads, [&](std::size_t thread) {
        Report report{static_cast<std::uint32_t>(thread), 0};
        while (store->commit(pair_of(report)) && ::write(report_descriptor, &report, sizeof report) == sizeof report) ++report.number;
    });
}

TEST_CASE("a process killed while it commits loses nothing that it reported and leaves no half batch", "[store]") {
    const Folder           folder;
    const Schema           schema;
    const bool             in_file = GENERATE(true, false);
    const std::string      path    = in_file ? folder / "store.db" : schema.url();
    const std::size_t      enough  = GENERATE(1u, 50u, 300u);
    std::unique_ptr<Store> other;
    SECTION("and nobody else has the store open") {}
    SECTION("and another process has it open") { other = opened(path); }
    const Child child   = start_child(path);
    const auto  reports = reports_of(child, enough);
    int         status  = 0;
    REQUIRE(waitpid(child.pid, &status, 0) == child.pid);
    REQUIRE(WIFSIGNALED(status));
    CHECK(reports.size() >= enough);
    // What the child sent last, the server still does.
    if (!in_file) Database(path).wait_for("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cmpkit' AND state <> 'idle'", "0");

    const auto                             store = opened(path);
    std::map<std::uint32_t, std::uint32_t> last;
    for (const Report& report : reports) {
        CHECK(read(*store, key_of(report)) == key_of(report) + "=new v1");
        last[report.thread] = report.number;
    }
    CHECK(all_of(*store, Table::transactions) == all_of(*store, Table::certificates));
    for (const auto& [thread, number] : last) {
        const auto record = store->get(Table::transactions, octets("last of " + std::to_string(thread)));
        REQUIRE(record);
        REQUIRE(*record);
        CHECK((*record)->version > number);
        CHECK((*record)->value == octets(key_of({thread, static_cast<std::uint32_t>((*record)->version - 1)})));
    }
}

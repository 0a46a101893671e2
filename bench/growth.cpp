// How a server grows: its time for an enrollment and its memory over the number of connections, of stored certificates and of open transactions.
// Lines of: what grows, where the records are, how many, microseconds of the floor, microseconds of the server, resident kB.
#include "bare.hpp"
#include "crowd.hpp"
#include "server_process.hpp"

#include <filesystem>
#include <sys/resource.h>

namespace {

using namespace cmpkit;
using namespace cmpkit::bench;

constexpr Work of_ca{.verifications = 4, .signatures = 3, .imports = 2};
constexpr long enrollments = 300;

struct Site {
    std::string folder;
    Ca          maker{"/CN=Maker", {}};
    Bare        bare;
    Crowd       crowd;

    explicit Site(std::string place) : folder(std::move(place)), crowd(maker, found_server(folder, maker.founded.root.certificate)) {}
};

void measure(const char* what, const std::string& store, long count, std::size_t connections, Site& site, const ServerProcess& server) {
    site.crowd.enroll(server.url(), connections, 50);
    const double floor  = least_of(100, [&] { return floor_of(of_ca, site.bare, {Octets(1400), Octets(900), Octets(600), Octets(300)}, "floor"); });
    const double before = server.microseconds();
    const long   all    = std::max(enrollments, 2 * static_cast<long>(connections));
    site.crowd.enroll(server.url(), connections, all);
    std::printf("%s %s %ld %.1f %.1f %ld\n", what, store.c_str(), count, floor, (server.microseconds() - before) / static_cast<double>(all), server.resident());
    std::fflush(stdout);
}

void grow_connections(Site& site) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;  // the server's, too, which inherits it
    setrlimit(RLIMIT_NOFILE, &limit);
    const ServerProcess server(site.folder, "memory");
    for (const long count : {1, 3, 10, 30, 100, 300, 1000}) measure("connections", "memory", count, static_cast<std::size_t>(count), site, server);
}

/// Adds copies of a certificate's record under serial numbers of their own.
void add_certificates(store::Store& records, store::Record like, long count) {
    const std::size_t serial = like.key.size() - 19;  // a first octet of the number stays, which says its sign
    while (count > 0) {
        store::Batch batch;
        for (; count > 0 && batch.writes.size() < 1000; --count) {
            (void)random_source()(std::span(like.key).subspan(serial));
            batch.writes.push_back({.table = store::Table::certificates, .key = like.key, .read_version = 0, .value = like.value});
        }
        require(static_cast<bool>(records.commit(batch)), "the store takes no certificates");
    }
}

void grow_certificates(Site& site) {
    const std::string file = site.folder + "/store.db";
    long              held = 0;
    for (const long count : {1, 1000, 10'000, 100'000, 1'000'000}) {  // at the first, what is measured adds its own
        if (held > 0) {
            const auto records = sure(store::open_sqlite(file));
            add_certificates(*records, sure(records->scan(store::Table::certificates, {}, 1)).front(), count - held);
        }
        held = count;
        measure("certificates", "sqlite", count, 8, site, ServerProcess(site.folder, "sqlite"));
    }
}

void grow_transactions(Site& site, const std::string& store) {
    std::filesystem::remove(site.folder + "/store.db");
    const ServerProcess server(site.folder, store);
    long                open = 0;
    for (const long count : {1, 10, 100, 1000, 10'000}) {
        site.crowd.begin(server.url(), count - open);
        open = count;
        measure("transactions", store, count, 8, site, server);
    }
}

}  // namespace

/// @param arguments  a folder for the CA
int main(int count, char** arguments) {
    if (count == 5 && std::string_view(arguments[1]) == "serve") return serve(arguments + 2);
    require(count == 2, "usage: bench_growth FOLDER");
    Site site(arguments[1] + std::string("/ca"));
    grow_connections(site);
    for (const char* store : {"memory", "sqlite"}) grow_transactions(site, store);
    std::filesystem::remove(site.folder + "/store.db");
    grow_certificates(site);
}

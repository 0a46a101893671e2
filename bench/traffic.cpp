// What enrollments cost a server as it runs, over HTTP on this machine: the time of its process, with the records in memory and in SQLite, of 1, 8 and 64 devices at
// once; how often it synced; and how long one enrollment takes over a connection that is kept. What the devices do is in another process and not counted.
#include "bare.hpp"
#include "crowd.hpp"
#include "server_process.hpp"

namespace {

using namespace cmpkit;
using namespace cmpkit::bench;

constexpr Work of_ca{.verifications = 4, .signatures = 3, .imports = 2};
constexpr long enrollments = 300;

/// The floor of this minute, which others on the machine make slower, too.
double floor_now(const Bare& bare) {
    return least_of(100, [&] { return floor_of(of_ca, bare, {Octets(1400), Octets(900), Octets(600), Octets(300)}, "floor"); });
}

/// The cheapest of three rounds.
void measure_crowd(const std::string& folder, const std::string& store, std::size_t connections, Crowd& crowd, const Bare& bare) {
    const ServerProcess server(folder, store);
    crowd.enroll(server.url(), connections, 50);
    double floor = 1e9, cpu = 1e9;
    const long synced = server.synced();
    for (int i = 0; i < 3; ++i) {
        floor             = std::min(floor, floor_now(bare));
        const double before = server.microseconds();
        crowd.enroll(server.url(), connections, enrollments);
        cpu = std::min(cpu, (server.microseconds() - before) / enrollments);
    }
    std::printf("%s %zu %.1f %.1f %.2f %ld\n", store.c_str(), connections, floor, cpu, static_cast<double>(server.synced() - synced) / (3.0 * enrollments), server.resident());
    std::fflush(stdout);
}

/// One device after the other: the shortest enrollment, and the least that both sides computed for one.
void measure_latency(const std::string& folder, Crowd& crowd) {
    const ServerProcess server(folder, "memory");
    const auto          channel = crowd.open(server.url());
    double              wall = 1e9, cpu = 1e9;
    const auto          spent = [&] { return server.microseconds() + microseconds_of(CLOCK_PROCESS_CPUTIME_ID); };
    for (long i = 0; i < enrollments; ++i) {
        auto         operation = crowd.operation();
        const double begun = microseconds_of(CLOCK_MONOTONIC), spent_before = spent();
        Crowd::enroll(std::move(operation), *channel);
        const double took = microseconds_of(CLOCK_MONOTONIC) - begun, computed = spent() - spent_before;
        if (i < 10) continue;
        wall = std::min(wall, took);
        cpu  = std::min(cpu, computed);
    }
    std::printf("latency 1 %.1f %.1f 0 0\n", wall, cpu);
}

}  // namespace

/// @param arguments  a folder for the CA
int main(int count, char** arguments) {
    if (count == 5 && std::string_view(arguments[1]) == "serve") return serve(arguments + 2);
    require(count == 2, "usage: bench_traffic FOLDER");
    const std::string folder = arguments[1] + std::string("/ca");
    const Ca          maker("/CN=Maker", {});
    const Bare        bare;
    Crowd             crowd(maker, found_server(folder, maker.founded.root.certificate));
    for (const std::string store : {"memory", "sqlite"})
        for (const std::size_t connections : {1u, 8u, 16u, 64u}) measure_crowd(folder, store, connections, crowd, bare);
    measure_latency(folder, crowd);
}

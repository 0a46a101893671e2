// What one enrollment costs a CA and a device: ir, ip, certConf and pkiconf with P-256, signed by the certificate of the device's maker. The floor of the CA are 4
// verifications (ir, proof of possession, the device's certificate, certConf), 3 signatures (certificate, ip, pkiconf) and the import of 2 keys; that of a device that
// knows its CA 3 verifications (ip, the new certificate, pkiconf) and 3 signatures (proof of possession, ir, certConf). Keys are made before. OpenSSL's CMP stands
// beside it, on both sides, with the same certificates. enrollment.sh makes a table of it.
#include "bare.hpp"
#include "heap.hpp"
#include "openssl_ca.hpp"
#include "plant.hpp"

namespace {

using namespace cmpkit;
using namespace cmpkit::bench;

constexpr Work of_ca{.verifications = 4, .signatures = 3, .imports = 2}, of_device{.verifications = 3, .signatures = 3};
constexpr int  runs = 200;

/// The least of many runs, apart for each side.
struct Cost {
    double      ca = 1e9, device = 1e9;  // microseconds
    std::size_t ca_heap = 0, device_heap = 0;

    void take(const Meter& ca_meter, const Meter& device_meter) {
        ca     = std::min(ca, ca_meter.microseconds());
        device = std::min(device, device_meter.microseconds());
    }
    void print(const std::string& name) const { std::printf("%s %.1f %.1f %zu %zu\n", name.c_str(), ca, device, ca_heap, device_heap), std::fflush(stdout); }
};

/// One enrollment. @param device  may have measured already what the device did before
void enroll_once(const Ca& plant, const operations::PeerTrust& trust, const Ca& maker, const std::string& name, Meter& device, Cost& cost) {
    Meter                 ca(name + " ca");
    const auto            key  = fresh_key();
    auto                  who  = device_of(maker);
    std::size_t           heap = 0;
    operations::EndEntity operation = enrollment_of(key, std::move(who), trust);
    const auto            begun     = allocations;
    driven([&](const operations::Event& event) { return device([&] { return operation.step(event, now, random_source()); }); },
           [&](const Octets& message) {
               const auto before = allocations;
               Octets     answer = ca([&] { return plant.answer(message); });
               heap += allocations - before;
               return answer;
           });
    cost.ca_heap     = heap;
    cost.device_heap = allocations - begun - heap;
    cost.take(ca, device);
}

/// Of a device whose trust is at hand, as in a process that enrolls more than once. The first enrollment fills what both sides know of CAs; the others are counted.
void measure(const std::string& name, const Ca& plant, const Ca& maker) {
    const auto trust = trust_of_device(plant.founded.root.certificate);
    Cost       cost;
    for (int i = 0; i < (RUNNING_ON_VALGRIND ? 3 : runs); ++i) {
        Cost  first;
        Meter device((i < 2 ? "first" : name) + " device");
        enroll_once(plant, trust, maker, i < 2 ? "first" : name, device, i < 2 ? first : cost);
    }
    cost.print(name);
}

/// Of a device that has its trust made first, as each operation of the C ABI does.
void measure_fresh(const Ca& plant, const Ca& maker) {
    Cost cost;
    for (int i = 0; i < (RUNNING_ON_VALGRIND ? 3 : runs); ++i) {
        Cost        first;
        const char* name = i < 2 ? "first" : "fresh";
        Meter       device(std::string(name) + " device");
        const auto  trust = device([&] { return trust_of_device(plant.founded.root.certificate); });
        enroll_once(plant, trust, maker, name, device, i < 2 ? first : cost);
    }
    cost.print("fresh");
}

void measure_openssl(const Ca& plant, const Ca& maker) {
    OpensslCa  ca(plant.founded, maker.founded.root.certificate);
    const auto device = device_of(maker);
    Cost       cost;
    for (int i = 0; i < (RUNNING_ON_VALGRIND ? 2 : runs); ++i) {
        Meter ca_meter(i ? "openssl ca" : "first ca"), device_meter(i ? "openssl device" : "first device");
        OpensslEnrollment(ca, ca_meter, device_meter).run(device, plant.founded.root.certificate);
        if (i) cost.take(ca_meter, device_meter);
    }
    cost.print("openssl");
}

void measure_floor(const Bare& bare, const std::vector<Octets>& parts) {
    Cost cost;
    floor_of(of_ca, bare, parts, "first");
    cost.ca     = least_of(runs, [&] { return floor_of(of_ca, bare, parts, "floor ca"); });
    cost.device = least_of(runs, [&] { return floor_of(of_device, bare, parts, "floor device"); });
    cost.print("floor");
    const double verification = least_of(runs, [&] { return floor_of({.verifications = 1, .signatures = 0}, bare, parts, "verification ca"); });
    std::printf("verification %.1f 0 0 0\n", verification);
}

}  // namespace

/// @param arguments  a folder for SQLite's file
int main(int count, char** arguments) {
    require(count == 2, "usage: bench_enrollment FOLDER");
    const Ca   maker("/CN=Maker", {});
    const Bare bare;
    measure_floor(bare, {Octets(1400), Octets(900), Octets(600), Octets(300)});
    const Ca plant("/CN=Plant", maker.founded.root.certificate);
    measure("memory", plant, maker);
    measure_fresh(plant, maker);
    measure("sqlite", Ca("/CN=Plant", maker.founded.root.certificate, sure(store::open_sqlite(arguments[1] + std::string("/store")))), maker);
    measure_openssl(plant, maker);
    measure_floor(bare, {Octets(1400), Octets(900), Octets(600), Octets(300)});
}

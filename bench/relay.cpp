// What one enrollment costs inside a relay: a new device, signed for by its maker, sends ir and certConf through an RA to the embedded CA. Only what the
// relay does is measured, beside its floor: the verifications (of four messages, the proof of possession and the device's certificate) and the signatures that
// RFC 9483 5.2 asks of it, done bare with OpenSSL on the same octets and kind of key. Under callgrind each part leaves its own count of instructions; else the times
// are told. relay.sh makes a table of both.
#include "bare.hpp"
#include "plant.hpp"
#include "responder/relay.hpp"

namespace {

using namespace cmpkit;
using namespace cmpkit::bench;
using namespace cmpkit::operations;

struct Row {
    const char* name;
    ra::Action  action;
    bool        answers_protected_here = false;
    std::size_t signatures;  // that the relay cannot do without
};
constexpr Row rows[] = {
    {"both-ways", ra::Action::reprotect, true, 4},   // ir, certConf, ip and pkiconf under the RA's signature
    {"requests", ra::Action::reprotect, false, 2},   // ir and certConf
    {"nested", ra::Action::nest, false, 1},          // around the ir
    {"unchanged", ra::Action::unchanged, false, 0},
};

struct Office {
    std::unique_ptr<store::Store>              store;
    std::unique_ptr<ra::RegistrationAuthority> authority;
    std::unique_ptr<responder::Relay>          relay;

    Office(const Row& row, const Ca& plant, const Ca& maker, std::unique_ptr<store::Store> records) : store(std::move(records)) {
        ra::Settings settings;
        settings.signer   = plant.founded.ra->key;
        settings.chain    = {plant.founded.ra->certificate, plant.founded.issuing.certificate};
        settings.external = trust_in(maker.founded.root.certificate);
        settings.pki      = trust_in(plant.founded.root.certificate);
        settings.rules    = {{.name = row.name, .reason = "it is measured", .about = {.bodies = {BodyType::ir}}, .action = row.action}};
        settings.answers_protected_here = row.answers_protected_here;
        settings.upstreams.resize(1);
        settings.upstreams[0].name  = "ca";
        settings.upstreams[0].trust = trust_of_device(plant.founded.root.certificate);
        authority = sure(ra::RegistrationAuthority::make(std::move(settings), *store));
        relay     = std::make_unique<responder::Relay>(*authority, responder::Doorway{}, *store, random_source(), responder::Log());
    }
};

/// What is verified and, the first of it, signed: ir, certConf, ip, pkiconf, the request that the proof of possession is about, and the device's certificate.
std::vector<Octets> signed_parts(const std::vector<Octets>& asked, const std::vector<Octets>& told) {
    require(asked.size() == 2 && told.size() == 2, "an enrollment has four messages");
    const auto ir = sure(der::parse<PKIMessage>(asked[0]));
    return {asked[0], asked[1], told[0], told[1], copy_of(cert_requests(ir->body)->front().certReq.received), copy_of(ir->extraCerts->front().received)};
}

constexpr std::size_t verifications = 6;

struct Times {
    double relay, floor;  // microseconds
};

/// One enrollment through the relay, then its floor. @param label  of callgrind's counts
Times run_once(const Row& row, const Office& office, const Ca& plant, const Ca& maker, const Bare& bare, const std::string& label) {
    Meter               relay(label + " relay");
    std::vector<Octets> asked, told;
    enrolled(enrollment_of(fresh_key(), device_of(maker), trust_of_device(plant.founded.root.certificate)), now, [&](const Octets& message) {
        responder::Step step = relay([&] { return office.relay->arrived(message, {.address = "bench", .profile = {}}, now); });
        require(step.parcel.has_value(), "the relay forwards nothing");
        const Octets answer = plant.answer(step.parcel->message);
        step = relay([&] { return office.relay->returned(*step.parcel, answer, now); });
        require(step.reply.has_value(), "the relay does not believe the CA");
        asked.push_back(message);
        told.push_back(answer);
        return step.reply->message;
    });
    return {relay.microseconds(), floor_of({.verifications = verifications, .signatures = row.signatures}, bare, signed_parts(asked, told), label + " floor")};
}

/// The fastest: what others on the machine do to it only adds.
double least(const std::vector<Times>& all, double Times::*which) { return (*std::ranges::min_element(all, {}, which)).*which; }

/// The first enrollments fill what a relay knows of makers and CAs; the others are counted.
void measure(const Row& row, const std::string& where, std::unique_ptr<store::Store> records, const Ca& plant, const Ca& maker, const Bare& bare) {
    const Office      office(row, plant, maker, std::move(records));
    const std::string label = row.name + (" " + where);
    for (int i = 0; i < 2; ++i) run_once(row, office, plant, maker, bare, "first runs");
    std::vector<Times> all;
    for (int i = RUNNING_ON_VALGRIND ? 1 : 100; i > 0; --i) all.push_back(run_once(row, office, plant, maker, bare, label));
    std::printf("%s %zu %zu %.0f %.0f\n", label.c_str(), verifications, row.signatures, least(all, &Times::relay), least(all, &Times::floor));
    std::fflush(stdout);
}

}  // namespace

/// @param arguments  a folder for SQLite's files
int main(int count, char** arguments) {
    require(count == 2, "usage: bench_relay FOLDER");
    const Ca   maker("/CN=Maker", {}), plant("/CN=Plant", maker.founded.root.certificate);
    const Bare bare;
    for (const Row& row : rows) {
        measure(row, "memory", store::open_memory(), plant, maker, bare);
        measure(row, "sqlite", sure(store::open_sqlite(arguments[1] + std::string("/") + row.name)), plant, maker, bare);
    }
}

// Ten thousand devices that wait while the RA is started again, on a store that is a file.
#include "relay_world.hpp"

#include <filesystem>
#include <unistd.h>

using namespace cmpkit;
using namespace cmpkit::responder;

// What a process writes outlives the process without a sync, and no power fails here: SQLite's syncs would be all that this program waits for.
extern "C" __attribute__((visibility("default"))) int fdatasync(int) { return 0; }

namespace {

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("cmpkit-relay-" + std::to_string(::getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::unique_ptr<store::Store> open() const { return value_of(store::open_sqlite(path / "store")); }
};

}  // namespace

TEST_CASE("ten thousand devices that wait get their certificates after the RA was started again", "[responder][relay]") {
    constexpr std::size_t count = 10'000;
    const Folder folder;
    RelayWorld   world(folder.open());
    world.settings.upstreams[0].is_offline = true;
    world.forwards(ra::Action::reprotect);
    const auto             what = wanted(BodyType::ir);
    const auto             who  = world.by_secret();
    std::vector<EndEntity> devices;
    std::vector<Octets>    polls;
    for (std::size_t i = 0; i < count; ++i) {
        devices.push_back(world.device(what, who));
        polls.push_back(world.next(devices.back(), world.exchange(world.first(devices.back()))));
    }

    world.relay.reset();
    world.authority.reset();
    world.store.reopen([&] { return folder.open(); });
    world.start();
    world.incidents.clear();
    std::size_t carried = 0;
    for (;;) {
        const auto parcels = value_of(world.relay->due(world.time, 500));
        for (const Parcel& parcel : parcels) world.relay->returned(parcel, world.ca.answer(parcel.message), world.time);
        carried += parcels.size();
        if (parcels.size() < 500) break;
    }
    CHECK(carried == count);
    std::size_t granted = 0;
    for (const Octets& poll : polls) granted += said(world.ask(poll).reply->message).status == PKIStatus::accepted;
    CHECK(granted == count);
}

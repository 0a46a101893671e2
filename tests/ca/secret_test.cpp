#include "plant.hpp"

#include <atomic>
#include <list>
#include <thread>

namespace cmpkit::ca {
namespace {

Request ask() { return {BodyType::ir, ""}; }

bool is_open(Plant& plant, std::string_view reference) { return good(plant.ca().secret(bytes_of(reference), plant.now)).for_new; }

void fail_to_guess(Plant& plant, std::string_view reference) {
    good(plant.records->commit({good(plant.ca().failed_try(bytes_of(reference), plant.now))}));
}

/// Whichever way a secret has ended, its holder is told the same.
void check_closed(Plant& plant, const std::string& reference) {
    const auto secret = good(plant.ca().secret(bytes_of(reference), plant.now));
    CHECK(secret.value);  // to end what it began
    CHECK_FALSE(secret.for_new);
    const auto refused = plant.refusal(ask(), plant.with_secret(reference));
    CHECK(refused.fail_info == FailInfo::notAuthorized);
    CHECK(refused.text == "the secret is not good for a new certificate");
}

TEST_CASE("a secret is found by its reference, octet for octet", "[ca]") {
    Plant plant;
    plant.secret("pump-7");
    const auto found = good(plant.ca().secret(bytes_of("pump-7"), noon));
    REQUIRE(found.value);
    CHECK(text_of(found.value->view()) == "swordfish");
    CHECK(found.for_new);
    for (const char* other : {"", "pump-", "pump-77", "PUMP-7"}) CHECK_FALSE(good(plant.ca().secret(bytes_of(other), noon)).value);
}

TEST_CASE("a secret is good for one certificate", "[ca]") {
    Plant plant;
    plant.secret("pump-7");
    plant.issue(ask(), plant.with_secret("pump-7"));
    check_closed(plant, "pump-7");
}

TEST_CASE("a secret is good for as many certificates as its entry says, also after a restart", "[ca]") {
    Plant plant;
    plant.secret("pump-7").uses = 3;
    for (int i = 0; i < 3; ++i) {
        plant.issue(ask(), plant.with_secret("pump-7"));
        plant.restart();
    }
    check_closed(plant, "pump-7");
}

TEST_CASE("a secret without a limit stays good and is not counted", "[ca]") {
    Plant plant;
    plant.secret("pump-7").uses = 0;
    for (int i = 0; i < 5; ++i) plant.issue(ask(), plant.with_secret("pump-7"));
    CHECK(is_open(plant, "pump-7"));
    CHECK_FALSE(good(plant.records->get(store::Table::secrets, bytes_of("pump-7"))));
}

TEST_CASE("a withdrawn certificate does not give the use back", "[ca]") {
    Plant plant;
    plant.secret("pump-7");
    plant.withdraw(plant.issue(ask(), plant.with_secret("pump-7")));
    check_closed(plant, "pump-7");
}

TEST_CASE("of two uses at the same time one meets a conflict and is then refused", "[ca]") {
    Plant plant;
    plant.secret("pump-7");
    Request    one = ask(), two = ask();
    const auto first = plant.decision(one, plant.with_secret("pump-7")), second = plant.decision(two, plant.with_secret("pump-7"));
    good(plant.records->commit({first.writes}));
    const auto late = plant.records->commit({second.writes});
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Code::conflict);
    CHECK(plant.refusal(two, plant.with_secret("pump-7")).fail_info == FailInfo::notAuthorized);
    CHECK(good(plant.ca().list({}, 10)).size() == 1);
}

TEST_CASE("threads that share a secret get as many certificates as it has uses", "[ca]") {
    Plant plant;
    plant.secret("pump-7").uses = 5;
    CertificationAuthority&  ca        = plant.ca();
    const auto               requester = plant.with_secret("pump-7");
    std::atomic<int>         granted = 0, failed = 0;
    std::vector<std::thread> threads;
    std::list<Request>       requests;
    for (int i = 0; i < 8; ++i) requests.emplace_back(BodyType::ir, "").view();
    for (Request& request : requests)
        threads.emplace_back([&] {
            const auto& view = request.view();
            while (true) {
                const auto decided = ca.enroll(view, requester, noon);
                if (!decided) return void(++failed);
                if (std::holds_alternative<operations::Refusal>(decided->outcome)) return;
                const auto done = plant.records->commit({decided->writes});
                if (done) return void(++granted);
                if (done.error().code != Code::conflict) return void(++failed);
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(failed == 0);
    CHECK(granted == 5);
    CHECK(good(ca.list({}, 100)).size() == 5);
}

TEST_CASE("an expired secret is good for nothing new", "[ca]") {
    Plant plant;
    plant.secret("pump-7").not_after = noon;
    CHECK(is_open(plant, "pump-7"));
    plant.now = noon + 1;
    check_closed(plant, "pump-7");
}

TEST_CASE("a secret is locked after as many wrong tries as its entry allows", "[ca]") {
    Plant plant;
    plant.secret("pump-7").tries = 3;
    for (int i = 0; i < 2; ++i) fail_to_guess(plant, "pump-7");
    CHECK(is_open(plant, "pump-7"));
    fail_to_guess(plant, "pump-7");
    check_closed(plant, "pump-7");
    CHECK(good(plant.ca().failed_try(bytes_of("pump-7"), noon)).empty());  // nothing more to write
}

TEST_CASE("wrong tries at the same time are each counted", "[ca]") {
    Plant plant;
    plant.secret("pump-7").tries = 2;
    const auto one = good(plant.ca().failed_try(bytes_of("pump-7"), noon)), two = good(plant.ca().failed_try(bytes_of("pump-7"), noon));
    good(plant.records->commit({one}));
    CHECK(plant.records->commit({two}).error().code == Code::conflict);
    CHECK(is_open(plant, "pump-7"));
}

TEST_CASE("a guess at an unknown reference, or without a limit, writes nothing", "[ca]") {
    Plant plant;
    plant.secret("pump-7").tries = 0;
    CHECK(good(plant.ca().failed_try(bytes_of("pump-8"), noon)).empty());
    CHECK(good(plant.ca().failed_try(bytes_of("pump-7"), noon)).empty());
}

TEST_CASE("a wrong try between a request's decision and its commit makes it decide again", "[ca]") {
    Plant plant;
    plant.secret("pump-7").tries = 1;
    Request    request = ask();
    const auto decided = plant.decision(request, plant.with_secret("pump-7"));
    fail_to_guess(plant, "pump-7");
    CHECK(plant.records->commit({decided.writes}).error().code == Code::conflict);
    check_closed(plant, "pump-7");
}

TEST_CASE("a requester whose secret the configuration has no more is refused", "[ca]") {
    Plant plant;
    CHECK(plant.refusal(ask(), plant.with_secret("gone")).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("a record of a secret that cannot be read is our failure, not a refusal", "[ca]") {
    Plant plant;
    plant.secret("pump-7");
    good(plant.records->commit({{{store::Table::secrets, copy_of(bytes_of("pump-7")), 0, copy_of(bytes_of("junk"))}}}));
    Request    request = ask();
    const auto decided = plant.ca().enroll(request.view(), plant.with_secret("pump-7"), noon);
    REQUIRE_FALSE(decided);
    CHECK(decided.error().code == Code::store_failed);
    CHECK_FALSE(decided.error().fail_info);
    CHECK(plant.ca().secret(bytes_of("pump-7"), noon).error().code == Code::store_failed);
}

}  // namespace
}  // namespace cmpkit::ca

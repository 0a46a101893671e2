// How long the records of expired certificates stay.
#include "plant.hpp"

namespace cmpkit::ca {
namespace {

constexpr std::int64_t day = 86400, year = 365 * day;

struct Kept : Plant {
    Kept() { settings.keep_expired_seconds = 30 * day; }
    std::size_t listed() { return good(ca().list({}, 10'000)).size(); }
    /// A walk through all records, as the ticks of a server make it.
    void tidy() {
        for (int i = 0; i < 5; ++i) good(ca().forget_expired(now));
    }
};

TEST_CASE("a record outlives its certificate for as long as the settings say", "[ca]") {
    Kept plant;
    plant.enrolled("/CN=dev1");
    plant.now = noon + year + 29 * day;
    plant.tidy();
    CHECK(plant.listed() == 1);
    plant.now += 2 * day;
    plant.tidy();
    CHECK(plant.listed() == 0);
}

TEST_CASE("without such a time records stay for ever", "[ca]") {
    Plant plant;
    plant.enrolled("/CN=dev1");
    good(plant.ca().forget_expired(noon + 100 * year));
    CHECK(good(plant.ca().list({}, 10)).size() == 1);
    CHECK(good(plant.records->scan(store::Table::counters, {}, 10)).empty());
}

TEST_CASE("a revoked certificate is on a CRL after its expiry before its record goes", "[ca]") {
    Kept       plant;
    const auto device = plant.enrolled("/CN=dev1");
    plant.now         = noon + year - day;
    plant.revoke(device.certificate, plant.as(device.certificate));
    plant.now = noon + 2 * year;
    plant.tidy();
    CHECK(plant.listed() == 1);
    const auto lists_it = [&] {
        const auto crl = good(der::parse<CertificateList>(good(plant.ca().issue_crl(plant.now)).der));
        return crl->tbsCertList.revokedCertificates.has_value();
    };
    CHECK(lists_it());
    CHECK_FALSE(lists_it());
    plant.now += day;
    plant.tidy();
    CHECK(plant.listed() == 0);
}

TEST_CASE("what awaits its confirmation is left to its transaction", "[ca]") {
    Kept plant;
    plant.issue(Request(BodyType::ir, "/CN=dev1"), plant.as(device_of(maker().issuing, "/CN=dev1").certificate));
    plant.now = noon + 2 * year;
    plant.tidy();
    CHECK(plant.listed() == 1);
}

TEST_CASE("a walk is made once a day, a page at a time, by several nodes as by one", "[ca]") {
    Kept plant;
    const auto fill = [&](int count) {
        const auto device = device_of(maker().issuing, "/CN=dev1");
        const auto key    = fresh_key()->public_key();
        for (int i = 0; i < count; ++i) plant.issue(Request(BodyType::ir, "/CN=dev1", key).implicit(), plant.as(device.certificate));
    };
    fill(410);
    const auto other = good(CertificationAuthority::make(plant.settings, *plant.records, system_random()));
    plant.now        = noon + year + 31 * day;
    good(plant.ca().forget_expired(plant.now));
    CHECK(plant.listed() == 210);
    good(other->forget_expired(plant.now));
    CHECK(plant.listed() == 10);
    good(plant.ca().forget_expired(plant.now));
    CHECK(plant.listed() == 0);
    plant.now = noon;
    fill(1);
    plant.now = noon + year + 31 * day + 60;
    good(other->forget_expired(plant.now));
    CHECK(plant.listed() == 1);  // the next walk is tomorrow's
    good(other->forget_expired(plant.now + day));
    CHECK(plant.listed() == 0);
}

TEST_CASE("a CA forgets nothing of another one in the same store", "[ca]") {
    Kept plant;
    plant.enrolled("/CN=dev1");
    Plant other;
    other.settings.issuing_certificate = maker().issuing.certificate;
    other.settings.issuing_key         = maker().issuing.key;
    other.settings.chain               = {maker().root.certificate};
    other.settings.cmp_certificate     = maker().cmp.certificate;
    other.settings.cmp_key             = maker().cmp.key;
    other.settings.keep_expired_seconds = 0;
    const auto neighbour = good(CertificationAuthority::make(other.settings, *plant.records, system_random()));
    good(neighbour->forget_expired(noon + 10 * year));
    CHECK(plant.listed() == 1);
}

}  // namespace
}  // namespace cmpkit::ca

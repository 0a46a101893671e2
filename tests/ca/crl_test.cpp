#include "openssl.hpp"
#include "plant.hpp"

namespace cmpkit::ca {
namespace {

/// A CRL as its readers see it.
struct Read {
    der::Parsed<CertificateList> parsed;
    explicit Read(const CertificationAuthority::Crl& crl) : parsed(good(der::parse<CertificateList>(Octets(crl.der)))) {}

    const TBSCertList&        list() const { return parsed->tbsCertList; }
    const RevokedCertificate* entry_of(const crypto::Cert& certificate) const {
        if (!list().revokedCertificates) return nullptr;
        for (const RevokedCertificate& entry : *list().revokedCertificates)
            if (equal(entry.userCertificate.content, certificate.serial())) return &entry;
        return nullptr;
    }
    std::size_t size() const { return list().revokedCertificates ? list().revokedCertificates->size() : 0; }
};

Read fresh_crl(Plant& plant) { return Read(good(plant.ca().issue_crl(plant.now))); }

void revoke(Plant& plant, const Device& device, Reason reason) { good(plant.ca().revoke_by_operator(device.certificate.serial(), reason, plant.now)); }

TEST_CASE("openssl reads a CRL, verifies it and finds what it lists", "[ca]") {
    Plant      plant;
    const auto bad = plant.enrolled("/CN=bad"), fine = plant.enrolled("/CN=fine");
    revoke(plant, bad, Reason::keyCompromise);
    const auto        crl = good(plant.ca().issue_crl(noon));
    const Files       files;
    const std::string root = files.pem("root.pem", founded().root.certificate), issuing = files.pem("issuing.pem", founded().issuing.certificate);
    const std::string list = files.pem("crl.pem", "X509 CRL", crl.der);
    const Said        shown = openssl("crl -noout -text -in " + list);
    for (const char* part : {"Version 2", "X509v3 CRL Number", "X509v3 Authority Key Identifier", "X509v3 CRL Reason Code", "Key Compromise"}) CHECK(shown.text.find(part) != std::string::npos);
    CHECK(openssl("crl -noout -verify -CAfile " + issuing + " -in " + list).text.find("verify OK") != std::string::npos);
    const auto judged = [&](const Device& device) {
        return openssl("verify -x509_strict -crl_check -attime " + std::to_string(noon + 60) + " -CAfile " + root + " -untrusted " + issuing + " -CRLfile " + list + " " +
                       files.pem("leaf.pem", device.certificate));
    };
    CHECK(judged(fine).status == 0);
    CHECK(judged(bad).text.find("certificate revoked") != std::string::npos);
}

TEST_CASE("a CRL without entries has no list of them", "[ca]") {
    Plant      plant;
    const auto crl = good(plant.ca().issue_crl(noon));
    const Read read(crl);
    CHECK_FALSE(read.list().revokedCertificates);
    CHECK(read.list().version == CertificateVersion::v2);
    CHECK(unix_seconds(read.list().thisUpdate) == noon);
    CHECK(unix_seconds(*read.list().nextUpdate) == noon + 7 * 86400);
    CHECK(crl.next_update == noon + 7 * 86400);
    CHECK(crl.number == 1);
    const Files files;
    CHECK(openssl("crl -noout -in " + files.pem("crl.pem", "X509 CRL", crl.der)).status == 0);
}

TEST_CASE("an entry tells the date and the reason, unless that is unspecified", "[ca]") {
    Plant      plant;
    const auto one = plant.enrolled("/CN=dev1"), two = plant.enrolled("/CN=dev2");
    revoke(plant, one, Reason::superseded);
    plant.now += 50;
    revoke(plant, two, Reason::unspecified);
    const Read  crl   = fresh_crl(plant);
    const auto* first = crl.entry_of(one.certificate);
    REQUIRE(first);
    CHECK(unix_seconds(first->revocationDate) == noon);
    CHECK(extension_value<CRLReason>(first->crlEntryExtensions, oids::id_ce_cRLReasons)->value == Reason::superseded);
    const auto* second = crl.entry_of(two.certificate);
    REQUIRE(second);
    CHECK(unix_seconds(second->revocationDate) == noon + 50);
    CHECK_FALSE(second->crlEntryExtensions);
}

TEST_CASE("an entry tells since when the certificate was not good, beside the reason or alone", "[ca]") {
    Plant      plant;
    const auto one = plant.enrolled("/CN=dev1"), two = plant.enrolled("/CN=dev2");
    good(plant.ca().revoke_by_operator(one.certificate.serial(), Reason::keyCompromise, noon + 900, noon + 100));
    good(plant.ca().revoke_by_operator(two.certificate.serial(), Reason::unspecified, noon + 900, noon + 200));
    const auto crl   = good(plant.ca().issue_crl(noon + 900));
    const Read read(crl);
    const auto since = [&](const Device& device) {
        const auto* entry = read.entry_of(device.certificate);
        REQUIRE(entry);
        CHECK(unix_seconds(entry->revocationDate) == noon + 900);
        return der::unix_seconds(*extension_value<der::GeneralizedTime>(entry->crlEntryExtensions, oids::id_ce_invalidityDate));
    };
    CHECK(since(one) == noon + 100);
    CHECK(since(two) == noon + 200);
    CHECK(read.entry_of(two.certificate)->crlEntryExtensions->size() == 1);
    const Files       files;
    const std::string shown = openssl("crl -noout -text -in " + files.pem("crl.pem", "X509 CRL", crl.der)).text;
    CHECK(shown.find("Invalidity Date") != std::string::npos);
    CHECK(shown.find("Jan 15 08:01:40 2027 GMT") != std::string::npos);
}

TEST_CASE("CRL numbers rise by one, whoever makes the CRL", "[ca]") {
    Plant        plant;
    const auto   other  = good(CertificationAuthority::make(plant.settings, *plant.records, system_random()));
    std::int64_t expected = 0;
    for (int i = 0; i < 3; ++i)
        for (CertificationAuthority* node : {&plant.ca(), other.get()}) {
            const auto crl = good(node->issue_crl(noon));
            CHECK(crl.number == ++expected);
            const Read  read(crl);
            const auto* number = extension_value<der::Integer>(read.list().crlExtensions, oids::id_ce_cRLNumber);
            REQUIRE(number);
            CHECK(der::to_int64(number->content) == expected);
        }
    CHECK(good(other->latest_crl())->number == expected);
}

/// A store in which somebody else commits before each commit of ours.
class Hurried : public store::Store {
public:
    explicit Hurried(store::Store& inner) : inner_(inner) {}
    Result<std::optional<store::Record>> get(store::Table table, Bytes key) override { return inner_.get(table, key); }
    Result<std::vector<store::Record>>   find(store::Table table, Bytes index, std::size_t limit) override { return inner_.find(table, index, limit); }
    Result<std::vector<store::Record>>   due(store::Table table, std::int64_t now, std::size_t limit) override { return inner_.due(table, now, limit); }
    Result<std::vector<store::Record>>   scan(store::Table table, Bytes after, std::size_t limit) override { return inner_.scan(table, after, limit); }
    Result<void>                         commit(const store::Batch& batch) override {
        if (before_commit) std::exchange(before_commit, nullptr)();
        return inner_.commit(batch);
    }
    std::function<void()> before_commit;

private:
    store::Store& inner_;
};

TEST_CASE("of two nodes that make a CRL at the same time one meets a conflict and reads the other's", "[ca]") {
    Plant      plant;
    Hurried    hurried(*plant.records);
    const auto slow       = good(CertificationAuthority::make(plant.settings, hurried, system_random()));
    hurried.before_commit = [&] { good(plant.ca().issue_crl(noon)); };
    const auto late       = slow->issue_crl(noon);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Code::conflict);
    CHECK(good(slow->latest_crl())->number == 1);
}

TEST_CASE("what changes while a CRL is made is in none or in the next", "[ca]") {
    Plant      plant;
    const auto device = plant.enrolled("/CN=dev1");
    revoke(plant, device, Reason::certificateHold);
    Hurried    hurried(*plant.records);
    const auto slow       = good(CertificationAuthority::make(plant.settings, hurried, system_random()));
    hurried.before_commit = [&] { revoke(plant, device, Reason::removeFromCRL); };
    CHECK(slow->issue_crl(noon).error().code == Code::conflict);
    CHECK(good(slow->is_crl_due(noon)));
    CHECK(Read(good(slow->issue_crl(noon))).size() == 0);
    CHECK_FALSE(good(slow->is_crl_due(noon)));
}

TEST_CASE("the newest CRL is read as it was made; older ones go", "[ca]") {
    Plant plant;
    CHECK_FALSE(good(plant.ca().latest_crl()));
    for (int i = 0; i < 5; ++i) {
        const auto made = good(plant.ca().issue_crl(noon + i)), read = *good(plant.ca().latest_crl());
        CHECK(made.der == read.der);
        CHECK(made.number == read.number);
        CHECK(made.next_update == read.next_update);
    }
    CHECK(good(plant.records->scan(store::Table::crls, {}, 10)).size() == 2);
}

TEST_CASE("a CRL is due at first, after each change and before its nextUpdate", "[ca]") {
    Plant      plant;
    const auto device = plant.enrolled("/CN=dev1");
    const auto is_due = [&] { return good(plant.ca().is_crl_due(plant.now)); };
    CHECK(is_due());
    fresh_crl(plant);
    CHECK_FALSE(is_due());
    for (const Reason change : {Reason::certificateHold, Reason::removeFromCRL, Reason::keyCompromise}) {
        revoke(plant, device, change);
        CHECK(is_due());
        fresh_crl(plant);
        CHECK_FALSE(is_due());
    }
    plant.now += 6 * 86400 - 1;
    CHECK_FALSE(is_due());
    plant.now += 1;
    CHECK(is_due());
}

TEST_CASE("a certificate on hold is listed as such until it is taken off", "[ca]") {
    Plant      plant;
    const auto device = plant.enrolled("/CN=dev1");
    revoke(plant, device, Reason::certificateHold);
    const Read  held  = fresh_crl(plant);
    const auto* entry = held.entry_of(device.certificate);
    REQUIRE(entry);
    CHECK(extension_value<CRLReason>(entry->crlEntryExtensions, oids::id_ce_cRLReasons)->value == Reason::certificateHold);
    revoke(plant, device, Reason::removeFromCRL);
    CHECK(fresh_crl(plant).size() == 0);
    CHECK(fresh_crl(plant).size() == 0);
}

TEST_CASE("a withdrawn certificate is listed", "[ca]") {
    Plant      plant;
    const auto issued = plant.issue(Request(BodyType::ir, "/CN=dev1"), plant.as(device_of(maker().issuing, "/CN=dev1").certificate));
    plant.withdraw(issued);
    const Read  crl   = fresh_crl(plant);
    const auto* entry = crl.entry_of(issued.certificate);
    REQUIRE(entry);
    CHECK(extension_value<CRLReason>(entry->crlEntryExtensions, oids::id_ce_cRLReasons)->value == Reason::cessationOfOperation);
}

TEST_CASE("an expired certificate leaves the CRL after it was on one from after its expiry", "[ca]") {
    Plant plant;
    plant.settings.profiles[0].validity_seconds = 3600;
    const auto listed = plant.enrolled("/CN=dev1"), late = plant.enrolled("/CN=dev2");
    revoke(plant, listed, Reason::keyCompromise);
    CHECK(fresh_crl(plant).size() == 1);
    revoke(plant, late, Reason::keyCompromise);
    plant.now += 7200;
    const Read crl = fresh_crl(plant);
    CHECK(crl.entry_of(listed.certificate));
    CHECK(crl.entry_of(late.certificate));
    CHECK(fresh_crl(plant).size() == 0);
    CHECK(plant.state_of(listed.certificate) == CertificateState::revoked);
}

TEST_CASE("an update or a further hold does not take a certificate off the list of news", "[ca]") {
    Plant      plant;
    const auto device = plant.enrolled("/CN=dev1");
    revoke(plant, device, Reason::certificateHold);
    fresh_crl(plant);
    revoke(plant, device, Reason::removeFromCRL);
    plant.issue(Request(BodyType::kur, "/CN=dev1"), plant.as(device.certificate));
    CHECK(good(plant.ca().is_crl_due(noon)));
    CHECK(fresh_crl(plant).size() == 0);
}

}  // namespace
}  // namespace cmpkit::ca

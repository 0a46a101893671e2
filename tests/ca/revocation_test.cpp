#include "plant.hpp"

namespace cmpkit::ca {
namespace {

struct TwoDevices : Plant {
    Device                one = enrolled("/CN=dev1"), two = enrolled("/CN=dev2");
    operations::Requester ra() { return as(founded().ra->certificate); }
    std::optional<std::int64_t> since(const crypto::Cert& certificate) {
        for (const auto& listed : good(ca().list({}, 10)))
            if (listed.certificate == certificate) return listed.invalid_since;
        return std::nullopt;
    }
};

TEST_CASE("a device revokes its own certificate", "[ca]") {
    TwoDevices plant;
    plant.revoke(plant.one.certificate, plant.as(plant.one.certificate), Reason::superseded);
    const auto listed = good(plant.ca().list({}, 10));
    const auto mine   = std::ranges::find_if(listed, [&](const auto& entry) { return entry.certificate == plant.one.certificate; });
    REQUIRE(mine != listed.end());
    CHECK(mine->state == CertificateState::revoked);
    CHECK(mine->reason == Reason::superseded);
    CHECK(mine->revoked_at == noon);
    CHECK(plant.state_of(plant.two.certificate) == CertificateState::valid);
}

TEST_CASE("a device revokes another certificate of its name, not one of another's", "[ca]") {
    TwoDevices plant;
    const auto second = plant.enrolled("/CN=dev1");
    plant.revoke(second.certificate, plant.as(plant.one.certificate));
    CHECK(plant.revocation_refusal(plant.two.certificate, plant.as(plant.one.certificate)) == FailInfo::notAuthorized);
    CHECK(plant.state_of(plant.two.certificate) == CertificateState::valid);
}

TEST_CASE("two devices without a subject do not share a name", "[ca]") {
    Plant plant;
    plant.profile().subjects = {"*"};
    plant.profile().sans     = {"dns:{subject.CN}"};
    const auto nameless = [&](const std::string& cn) {
        return plant.issue(Request(BodyType::ir, "").sans({"dns:" + cn}).implicit(), plant.as(device_of(maker().issuing, "/CN=" + cn).certificate)).certificate;
    };
    const auto one = nameless("dev1"), two = nameless("dev2");
    CHECK(plant.revocation_refusal(two, plant.as(one)) == FailInfo::notAuthorized);
    plant.revoke(one, plant.as(one));
}

TEST_CASE("an RA of ours revokes any certificate", "[ca]") {
    TwoDevices plant;
    plant.revoke(plant.one.certificate, plant.ra());
    CHECK(plant.state_of(plant.one.certificate) == CertificateState::revoked);
}

TEST_CASE("secrets and certificates of others revoke nothing", "[ca]") {
    TwoDevices plant;
    plant.restart();
    plant.secret("dev1").uses = 0;
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.with_secret("dev1")) == FailInfo::notAuthorized);
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.as(device_of(maker().issuing, "/CN=dev1").certificate)) == FailInfo::notAuthorized);
    const auto maker_ra = device_of(maker().issuing, "/CN=RA", &oids::id_kp_cmcRA);
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.as(maker_ra.certificate)) == FailInfo::notAuthorized);
}

TEST_CASE("a certificate that is not ours or not in the records is not found", "[ca]") {
    TwoDevices plant;
    CHECK(plant.revocation_refusal(founded().cmp.certificate, plant.ra()) == FailInfo::badCertId);
    CHECK(plant.revocation_refusal(maker().cmp.certificate, plant.ra()) == FailInfo::badCertId);
    operations::RevocationRequest request{.id = {}, .serialNumber = plant.one.certificate->serialNumber, .issuer = &maker().root.certificate->subject};
    for (const Name* issuer : {&maker().root.certificate->subject, static_cast<const Name*>(nullptr)}) {
        request.issuer     = issuer;
        const auto decided = good(plant.ca().revoke(request, plant.ra(), noon));
        REQUIRE(std::holds_alternative<operations::Refusal>(decided.outcome));
        CHECK(std::get<operations::Refusal>(decided.outcome).fail_info == FailInfo::badCertId);
    }
}

TEST_CASE("what is revoked is not revoked a second time", "[ca]") {
    TwoDevices plant;
    plant.revoke(plant.one.certificate, plant.ra());
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.ra()) == FailInfo::certRevoked);
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.ra(), Reason::certificateHold) == FailInfo::certRevoked);
    CHECK(plant.ca().revoke_by_operator(plant.one.certificate.serial(), Reason::keyCompromise, noon).error().code == Code::certificate_revoked);
}

TEST_CASE("a requester that was revoked since it was recognised revokes nothing", "[ca]") {
    TwoDevices plant;
    const auto second = plant.enrolled("/CN=dev1");
    const auto me     = plant.as(plant.one.certificate);
    plant.revoke(plant.one.certificate, plant.ra());
    CHECK(plant.revocation_refusal(second.certificate, me) == FailInfo::certRevoked);
}

TEST_CASE("a certificate on hold is taken off it again, or revoked for good with the date of the hold", "[ca]") {
    TwoDevices plant;
    plant.revoke(plant.one.certificate, plant.ra(), Reason::certificateHold);
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.ra(), Reason::certificateHold) == FailInfo::certRevoked);
    plant.revoke(plant.one.certificate, plant.ra(), Reason::removeFromCRL);
    CHECK(plant.as(plant.one.certificate).kind == operations::RequesterKind::own);
    plant.revoke(plant.one.certificate, plant.ra(), Reason::certificateHold);
    plant.now += 100;
    plant.revoke(plant.one.certificate, plant.ra(), Reason::keyCompromise);
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.ra(), Reason::removeFromCRL) == FailInfo::certRevoked);
    for (const auto& listed : good(plant.ca().list({}, 10))) {
        if (listed.certificate != plant.one.certificate) continue;
        CHECK(listed.revoked_at == noon);
        CHECK(listed.reason == Reason::keyCompromise);
    }
}

TEST_CASE("only a valid certificate is put on hold, and only one on hold is taken off it", "[ca]") {
    TwoDevices plant;
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.ra(), Reason::removeFromCRL) == FailInfo::badRequest);
    const auto unconfirmed = plant.issue(Request(BodyType::kur, "/CN=dev1"), plant.as(plant.one.certificate));
    CHECK(plant.revocation_refusal(unconfirmed.certificate, plant.ra(), Reason::certificateHold) == FailInfo::badRequest);
    plant.confirm(unconfirmed);
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.ra(), Reason::certificateHold) == FailInfo::badRequest);  // it was updated
    plant.revoke(plant.one.certificate, plant.ra());
}

TEST_CASE("the operator revokes by serial number", "[ca]") {
    TwoDevices plant;
    good(plant.ca().revoke_by_operator(plant.one.certificate.serial(), Reason::cessationOfOperation, noon));
    CHECK(plant.state_of(plant.one.certificate) == CertificateState::revoked);
    CHECK(plant.ca().revoke_by_operator(bytes_of("none"), Reason::cessationOfOperation, noon).error().code == Code::bad_cert_id);
}

TEST_CASE("the operator in another process makes a request in flight decide again", "[ca]") {
    TwoDevices plant;
    const auto decided = plant.revocation(plant.one.certificate, plant.ra());
    const auto desk    = good(CertificationAuthority::make(plant.settings, *plant.records, system_random()));
    good(desk->revoke_by_operator(plant.one.certificate.serial(), Reason::keyCompromise, noon));
    CHECK(plant.records->commit({decided.writes}).error().code == Code::conflict);
    CHECK(plant.revocation_refusal(plant.one.certificate, plant.ra()) == FailInfo::certRevoked);
}

/// What is recorded after a revocation that names a date; nothing: it was refused.
std::optional<std::int64_t> recorded(TwoDevices& plant, std::int64_t since) {
    const crypto::Cert&                 target = plant.one.certificate;
    const operations::RevocationRequest request{.id = {}, .serialNumber = target->serialNumber, .issuer = &target->issuer, .reason = Reason::keyCompromise, .invalid_since = since};
    const auto decided = good(plant.ca().revoke(request, plant.as(target), plant.now));
    if (const auto* refused = std::get_if<operations::Refusal>(&decided.outcome)) {
        CHECK(refused->fail_info == FailInfo::badRequest);
        return std::nullopt;
    }
    good(plant.records->commit({decided.writes}));
    return plant.since(target);
}

TEST_CASE("the date of a revocation lies between the certificate's beginning and now", "[ca]") {
    TwoDevices plant;
    plant.now += 3600;
    const std::int64_t begins = plant.one.certificate.not_before();
    SECTION("as it is said") { CHECK(recorded(plant, noon + 60) == noon + 60); }
    SECTION("before the certificate: its beginning") { CHECK(recorded(plant, begins - 1'000'000) == begins); }
    SECTION("before the era: the same") { CHECK(recorded(plant, -1) == begins); }
    SECTION("by a clock that is ahead: now") { CHECK(recorded(plant, plant.now + 299) == plant.now); }
    SECTION("to come: refused, and nothing is revoked") {
        CHECK_FALSE(recorded(plant, plant.now + 301));
        CHECK(plant.state_of(plant.one.certificate) == CertificateState::valid);
    }
}

TEST_CASE("a hold that becomes a revocation keeps its date unless another is said, and off hold there is none", "[ca]") {
    TwoDevices plant;
    const auto serial = plant.one.certificate.serial();
    good(plant.ca().revoke_by_operator(serial, Reason::certificateHold, noon, noon - 60));
    CHECK(plant.since(plant.one.certificate) == noon - 60);
    good(plant.ca().revoke_by_operator(serial, Reason::removeFromCRL, noon));
    CHECK_FALSE(plant.since(plant.one.certificate));
    good(plant.ca().revoke_by_operator(serial, Reason::certificateHold, noon, noon - 60));
    good(plant.ca().revoke_by_operator(serial, Reason::keyCompromise, noon));
    CHECK(plant.since(plant.one.certificate) == noon - 60);
}

}  // namespace
}  // namespace cmpkit::ca

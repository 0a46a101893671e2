#include "plant.hpp"

namespace cmpkit::ca {
namespace {

using operations::RequesterKind;

Error not_recognised(Plant& plant, const crypto::Cert& certificate, std::span<const crypto::Cert> extra = {}) {
    const auto result = plant.ca().recognise(certificate, extra, plant.now);
    REQUIRE_FALSE(result);
    CHECK_FALSE(result.error().detail.empty());
    return result.error();
}

TEST_CASE("a certificate of a trusted maker is recognised as external, by its hash", "[ca]") {
    Plant      plant;
    const auto device = device_of(maker().issuing, "/CN=dev1");
    const auto found  = plant.as(device.certificate);
    CHECK(found.kind == RequesterKind::external);
    CHECK(found.id == "certificate:" + to_hex(device.certificate.hash()));
    CHECK(found.certificate == device.certificate);
    CHECK(found.reference.empty());
}

TEST_CASE("a maker's intermediate certificate may come with the message", "[ca]") {
    Plant plant;
    plant.settings.external.intermediates.clear();
    const auto         device  = device_of(maker().issuing, "/CN=dev1");
    const crypto::Cert extra[] = {maker().issuing.certificate};
    CHECK(not_recognised(plant, device.certificate).code == Code::signer_not_trusted);
    CHECK(good(plant.ca().recognise(device.certificate, extra, noon)).kind == RequesterKind::external);
}

TEST_CASE("a certificate of an unknown maker, an expired one and one that may not sign are refused", "[ca]") {
    Plant         plant;
    const Founded unknown = good(found({.subject = "/O=Maker/CN=Maker Root"}, system_random(), noon));
    const crypto::Cert extra[] = {unknown.issuing.certificate, unknown.root.certificate};
    const auto strange = not_recognised(plant, device_of(unknown.issuing, "/CN=dev1").certificate, extra);
    CHECK(strange.code == Code::signer_not_trusted);
    CHECK(strange.fail_info == FailInfo::signerNotTrusted);
    const auto signing = KeyUsage::of({KeyUsageBit::digitalSignature});
    const auto expired = not_recognised(plant, device_of(maker().issuing, "/CN=dev1", nullptr, signing, noon - 1).certificate);
    CHECK(expired.code == Code::certificate_expired);
    CHECK(expired.fail_info == FailInfo::signerNotTrusted);
    const auto mute = not_recognised(plant, device_of(maker().issuing, "/CN=dev1", nullptr, KeyUsage::of({KeyUsageBit::keyAgreement})).certificate);
    CHECK(mute.code == Code::signer_not_trusted);
    CHECK(mute.detail == "its keyUsage is without digitalSignature");
}

TEST_CASE("without a trusted maker nobody from outside is recognised", "[ca]") {
    Plant plant;
    plant.settings.external = {};
    CHECK(not_recognised(plant, device_of(maker().issuing, "/CN=dev1").certificate).code == Code::signer_not_trusted);
}

TEST_CASE("a certificate that we issued is good once it is confirmed", "[ca]") {
    Plant      plant;
    const auto issued = plant.issue(Request(BodyType::ir, "/CN=dev1"), plant.as(device_of(maker().issuing, "/CN=dev1").certificate));
    const auto early  = not_recognised(plant, issued.certificate);
    CHECK(early.code == Code::signer_not_trusted);
    CHECK(early.fail_info == FailInfo::signerNotTrusted);
    plant.confirm(issued);
    CHECK(plant.as(issued.certificate).kind == RequesterKind::own);
}

TEST_CASE("a certificate that is revoked or on hold is recognised as such", "[ca]") {
    Plant      plant;
    const auto device = plant.enrolled("/CN=dev1");
    plant.revoke(device.certificate, plant.as(device.certificate), GENERATE(Reason::keyCompromise, Reason::certificateHold));
    const auto error = not_recognised(plant, device.certificate);
    CHECK(error.code == Code::certificate_revoked);
    CHECK(error.fail_info == FailInfo::certRevoked);
}

TEST_CASE("a revoked certificate of ours is no stranger's, even where our root is trusted for requests", "[ca]") {
    Plant plant;
    plant.settings.external.anchors.push_back(founded().root.certificate);
    plant.settings.external.intermediates.push_back(founded().issuing.certificate);
    const auto device = plant.enrolled("/CN=dev1");
    plant.revoke(device.certificate, plant.as(device.certificate));
    CHECK(not_recognised(plant, device.certificate).code == Code::certificate_revoked);
}

TEST_CASE("a certificate that our key signed but that is not in the records is not trusted", "[ca]") {
    Plant plant;
    CHECK(not_recognised(plant, device_of(founded().issuing, "/CN=dev1").certificate).detail == "the certificate is not in the records of this CA");
    CHECK(not_recognised(plant, founded().cmp.certificate).code == Code::signer_not_trusted);
    CHECK(not_recognised(plant, founded().kga->certificate).code == Code::signer_not_trusted);
    CHECK(not_recognised(plant, founded().issuing.certificate).code == Code::signer_not_trusted);
}

TEST_CASE("one serial number does not stand for another certificate", "[ca]") {
    Plant      plant;
    const auto device = plant.enrolled("/CN=dev1");
    der::Arena arena;
    const auto key = fresh_key();
    Statement  statement;
    statement.subject    = good(name_from_text("/CN=dev1", arena));
    statement.key        = key->public_key();
    statement.not_before = noon, statement.not_after = noon + 86400;
    statement.keyUsage   = KeyUsage::of({KeyUsageBit::digitalSignature});
    const auto twin = good(certify(statement, Issuer::of(founded().issuing.certificate, *founded().issuing.key), device.certificate.serial()));
    CHECK(not_recognised(plant, twin).code == Code::signer_not_trusted);
}

TEST_CASE("our RA signer is recognised from its founding on, and as an RA", "[ca]") {
    Plant plant;
    CHECK(plant.as(founded().ra->certificate).kind == RequesterKind::ra);
}

TEST_CASE("an RA of a sister CA under our root speaks only for itself", "[ca]") {
    Plant         plant;
    Founded       sister = founded();
    der::Arena    arena;
    Statement     statement;
    const auto    key = fresh_key();
    statement.subject          = good(name_from_text("/O=Plant/CN=Sister CA", arena));
    statement.key              = key->public_key();
    statement.not_before       = noon - 3600, statement.not_after = noon + 86400;
    statement.basicConstraints = {true, 0};
    statement.keyUsage         = KeyUsage::of({KeyUsageBit::keyCertSign});
    sister.issuing.certificate = good(certify(statement, Issuer::of(founded().root.certificate, *founded().root.key), good(fresh_serial(system_random()))));
    sister.issuing.key         = key;
    const crypto::Cert extra[] = {sister.issuing.certificate};
    CHECK(not_recognised(plant, device_of(sister.issuing, "/CN=RA", &oids::id_kp_cmcRA).certificate, extra).code == Code::signer_not_trusted);
}

TEST_CASE("a signer that was adopted into the records can be revoked", "[ca]") {
    Plant       plant;
    const auto& ra = founded().ra->certificate;
    good(plant.ca().adopt(ra));
    CHECK(plant.as(ra).kind == RequesterKind::ra);
    good(plant.ca().revoke_by_operator(ra.serial(), Reason::keyCompromise, noon));
    CHECK(not_recognised(plant, ra).code == Code::certificate_revoked);
    CHECK(plant.ca().adopt(ra).error().code == Code::conflict);
    CHECK(plant.ca().adopt(maker().cmp.certificate).error().code == Code::bad_certificate);
}

}  // namespace
}  // namespace cmpkit::ca

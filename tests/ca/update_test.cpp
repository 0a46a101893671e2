// Requests signed with a certificate of ours: kur, cr and p10cr, which cannot leave the old identity; confirmation and withdrawal.
#include "plant.hpp"

namespace cmpkit::ca {
namespace {

/// A plant with one device that has a certificate of ours.
struct Running : Plant {
    explicit Running(std::vector<std::string> patterns = {}, std::initializer_list<std::string_view> sans = {}) {
        profile().sans       = std::move(patterns);
        const auto requester = as(device_of(maker().issuing, "/CN=dev1").certificate);
        Request    request(BodyType::ir, "/O=Plant/CN=dev1", device.key->public_key());
        if (sans.size()) request.sans(sans);
        const auto issued = issue(request, requester);
        confirm(issued);
        device.certificate = issued.certificate;
    }
    operations::Requester me() { return as(device.certificate); }

    Device device{fresh_key(), {}};
};

Request update(std::string_view subject = "/O=Plant/CN=dev1") { return {BodyType::kur, subject}; }

std::string sans_of(const crypto::Cert& certificate) {
    std::string texts;
    if (const auto* names = extension_value<GeneralNames>(certificate->extensions, oids::id_ce_subjectAltName))
        for (const GeneralName& name : *names) texts += to_text(name) + " ";
    return texts;
}

TEST_CASE("an update has the names of what it updates, which goes on until the confirmation", "[ca]") {
    Running    plant;
    const auto issued = plant.issue(update(), plant.me());
    CHECK(to_text(issued.certificate->subject) == "CN=dev1,O=Plant");
    CHECK_FALSE(issued.with_mods);
    CHECK(plant.state_of(plant.device.certificate) == CertificateState::valid);
    CHECK(plant.state_of(issued.certificate) == CertificateState::unconfirmed);
    plant.confirm(issued);
    CHECK(plant.state_of(plant.device.certificate) == CertificateState::updated);
    CHECK(plant.state_of(issued.certificate) == CertificateState::valid);
    const auto again = plant.ca().recognise(plant.device.certificate, {}, noon);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::certificate_revoked);
    CHECK(again.error().fail_info == FailInfo::certRevoked);
}

TEST_CASE("an update that is confirmed implicitly ends the old certificate at once", "[ca]") {
    Running    plant;
    const auto issued = plant.issue(update().implicit(), plant.me());
    CHECK(plant.state_of(issued.certificate) == CertificateState::valid);
    CHECK(plant.state_of(plant.device.certificate) == CertificateState::updated);
}

TEST_CASE("no request leaves the identity of the certificate that signed it", "[ca]") {
    Running           plant;
    const BodyType    type    = GENERATE(BodyType::kur, BodyType::cr, BodyType::p10cr);
    const auto [subject, attribute] = GENERATE(table<const char*, const char*>({{"/O=Plant/CN=dev2", "CN"}, {"/O=Bank/CN=dev1", "O"}, {"/CN=dev1", "CN"},
                                               {"/O=Plant/CN=dev1/CN=dev2", "CN"}, {"/O=Plant/CN=dev1+UID=0", "CN"}, {"/O=Plant", "CN"}, {"/CN=dev1/O=Plant", "CN"},
                                               {"/O=Plant/OU=Line/CN=dev1", "OU"}, {"O=Plant,CN=#1e080064006500760031", "CN"}}));
    INFO(subject);
    const auto refused = plant.refusal(Request(type, subject), plant.me());
    CHECK(refused.fail_info == FailInfo::notAuthorized);
    CHECK(refused.text == "subject: " + std::string(attribute) + " is not that of the certificate that signed");
}

TEST_CASE("the subject stays spelled as it was; one that is not said is filled in", "[ca]") {
    Running plant;
    for (const char* subject : {"/O=PLANT/CN=Dev1", ""}) {
        const auto issued = plant.issue(Request(BodyType::cr, subject), plant.me());
        CHECK(to_text(issued.certificate->subject) == "CN=dev1,O=Plant");
        CHECK(issued.mods == "subject is the one that was proved");
    }
    Request absent = Request(BodyType::cr, "");
    absent.without_subject();
    CHECK(plant.issue(absent, plant.me()).with_mods);
}

TEST_CASE("every alternative name must be one of the old certificate, whatever the patterns allow", "[ca]") {
    Running    plant({"*"}, {"dns:dev1.plant", "ip:10.0.0.1"});
    const auto part = plant.issue(Request(BodyType::cr, "/O=Plant/CN=dev1").sans({"ip:10.0.0.1"}), plant.me());
    CHECK(sans_of(part.certificate) == "ip:10.0.0.1 ");
    for (const BodyType type : {BodyType::kur, BodyType::cr, BodyType::p10cr}) {
        const auto refused = plant.refusal(Request(type, "/O=Plant/CN=dev1").sans({"dns:dev1.plant", "dns:dev2.plant"}), plant.me());
        CHECK(refused.fail_info == FailInfo::notAuthorized);
        CHECK(refused.text == "subjectAltName: a dNSName is not this requester's");
    }
}

TEST_CASE("an update that does not say alternative names keeps the old ones; another request does not", "[ca]") {
    Running    plant({"*"}, {"dns:dev1.plant", "ip:10.0.0.1"});
    const auto updated = plant.issue(update(), plant.me());
    CHECK(sans_of(updated.certificate) == "dns:dev1.plant ip:10.0.0.1 ");
    CHECK(updated.mods == "subjectAltName is that of the updated certificate");
    const auto further = plant.issue(Request(BodyType::cr, "/O=Plant/CN=dev1"), plant.me());
    CHECK(sans_of(further.certificate).empty());
    CHECK_FALSE(further.with_mods);
}

TEST_CASE("oldCertID must be the certificate that signed", "[ca]") {
    Running    plant;
    const auto me    = plant.me();
    const auto other = plant.enrolled("/CN=dev2");
    const Name& ours = plant.settings.issuing_certificate->subject;
    Request     of_another = update(), of_another_ca = update(), right = update();
    of_another.updating(ours, other.certificate.serial());
    of_another_ca.updating(maker().issuing.certificate->subject, plant.device.certificate.serial());
    right.updating(ours, plant.device.certificate.serial());
    for (Request* wrong : {&of_another, &of_another_ca}) {
        const auto refused = plant.refusal(*wrong, me);
        CHECK(refused.fail_info == FailInfo::badCertId);
        CHECK(refused.text == "oldCertID is not the certificate that signed");
    }
    plant.issue(right, me);
}

TEST_CASE("while an update awaits its confirmation another one is refused", "[ca]") {
    Running    plant;
    const auto first   = plant.issue(update(), plant.me());
    const auto refused = plant.refusal(update(), plant.me());
    CHECK(refused.fail_info == FailInfo::badRequest);
    CHECK(refused.text == "an update of this certificate awaits its confirmation");
    plant.withdraw(first);
    plant.confirm(plant.issue(update(), plant.me()));
}

TEST_CASE("of two updates at the same time one meets a conflict and is then refused", "[ca]") {
    Running    plant;
    Request    one = update(), two = update();
    const auto me = plant.me();
    const auto first = plant.decision(one, me), second = plant.decision(two, me);
    good(plant.records->commit({first.writes}));
    CHECK(plant.records->commit({second.writes}).error().code == Code::conflict);
    CHECK(plant.refusal(two, me).fail_info == FailInfo::badRequest);
}

TEST_CASE("a certificate that was revoked or updated since it was recognised updates nothing", "[ca]") {
    Running    plant;
    const auto me      = plant.me();
    Request    request = update();
    SECTION("revoked") { plant.revoke(plant.device.certificate, me); }
    SECTION("updated") { plant.issue(update().implicit(), me); }
    CHECK(plant.refusal(request, me).fail_info == FailInfo::certRevoked);
}

TEST_CASE("a revocation between an update's decision and its commit makes it decide again", "[ca]") {
    Running    plant;
    const auto me      = plant.me();
    Request    request = update();
    const auto decided = plant.decision(request, me);
    plant.revoke(plant.device.certificate, me);
    CHECK(plant.records->commit({decided.writes}).error().code == Code::conflict);
    CHECK(plant.refusal(request, me).fail_info == FailInfo::certRevoked);
}

TEST_CASE("a certificate of this CA that is not in its records continues nothing", "[ca]") {
    Running                     plant;
    const operations::Requester stranger{operations::RequesterKind::own, "certificate:00", "", device_of(founded().issuing, "/CN=dev1").certificate};
    for (const BodyType type : {BodyType::kur, BodyType::cr, BodyType::p10cr}) {
        CHECK(plant.refusal(Request(type, ""), stranger).fail_info == FailInfo::notAuthorized);
    }
}

TEST_CASE("an update goes on by the profile of what it updates, unless it names another", "[ca]") {
    Plant   plant;
    Profile other;
    other.name = "other", other.extended_key_usage = {"id-kp-codeSigning"};
    plant.settings.profiles.push_back(other);
    const auto key    = fresh_key();
    const auto issued = plant.issue(Request(BodyType::ir, "/CN=dev1", key->public_key()).profile("other").implicit(),
                                    plant.as(device_of(maker().issuing, "/CN=dev1").certificate));
    const auto me = plant.as(issued.certificate);
    CHECK(plant.issue(Request(BodyType::cr, "/CN=dev1"), me).certificate.has_purpose(oids::id_kp_clientAuth));
    CHECK(plant.issue(Request(BodyType::cr, "/CN=dev1").profile("other"), me).certificate.has_purpose(oids::id_kp_codeSigning));
    CHECK(plant.issue(Request(BodyType::kur, "/CN=dev1"), me).certificate.has_purpose(oids::id_kp_codeSigning));
}

TEST_CASE("to confirm and to withdraw can be said twice", "[ca]") {
    Running    plant;
    const auto one = plant.issue(update(), plant.me());
    plant.confirm(one);
    CHECK(good(plant.ca().confirm(one.key, noon)).empty());
    const auto two = plant.issue(update(), plant.as(one.certificate));
    plant.withdraw(two);
    CHECK(good(plant.ca().withdraw(two.key, noon)).empty());
}

TEST_CASE("a withdrawn certificate is revoked and cannot be confirmed any more", "[ca]") {
    Running    plant;
    const auto issued = plant.issue(update(), plant.me());
    plant.withdraw(issued);
    const auto listed = good(plant.ca().list({}, 10));
    const auto mine   = std::ranges::find_if(listed, [&](const auto& one) { return one.certificate == issued.certificate; });
    REQUIRE(mine != listed.end());
    CHECK(mine->state == CertificateState::revoked);
    CHECK(mine->reason == Reason::cessationOfOperation);
    CHECK(mine->revoked_at == noon);
    CHECK(plant.state_of(plant.device.certificate) == CertificateState::valid);
    CHECK(plant.ca().confirm(issued.key, noon).error().code == Code::certificate_revoked);
}

TEST_CASE("a confirmation and a withdrawal at the same time do not both happen", "[ca]") {
    Running    plant;
    const auto issued  = plant.issue(update(), plant.me());
    const auto confirm = good(plant.ca().confirm(issued.key, noon)), withdraw = good(plant.ca().withdraw(issued.key, noon));
    good(plant.records->commit({withdraw}));
    CHECK(plant.records->commit({confirm}).error().code == Code::conflict);
    CHECK(plant.state_of(issued.certificate) == CertificateState::revoked);
    CHECK(plant.state_of(plant.device.certificate) == CertificateState::valid);
}

TEST_CASE("an implicitly confirmed update that its device refuses gives the old certificate back", "[ca]") {
    Running    plant;
    const auto issued = plant.issue(update().implicit(), plant.me());
    plant.withdraw(issued);
    CHECK(plant.state_of(issued.certificate) == CertificateState::revoked);
    CHECK(plant.state_of(plant.device.certificate) == CertificateState::valid);
    plant.confirm(plant.issue(update(), plant.me()));
}

TEST_CASE("what is not in the records can be neither confirmed nor withdrawn", "[ca]") {
    Plant plant;
    CHECK(plant.ca().confirm(bytes_of("nothing"), noon).error().code == Code::bad_cert_id);
    CHECK(plant.ca().withdraw(bytes_of("nothing"), noon).error().code == Code::bad_cert_id);
}

}  // namespace
}  // namespace cmpkit::ca

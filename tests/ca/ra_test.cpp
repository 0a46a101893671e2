// What an RA may ask for in the name of others, and for itself.
#include "admission/inventory.hpp"
#include "plant.hpp"

namespace cmpkit::ca {
namespace {

using operations::Requester, operations::RequesterKind;

std::string subject_of(const operations::Issued& issued) { return to_text(issued.certificate->subject); }

std::string sans_of(const crypto::Cert& certificate) {
    std::string text;
    if (const auto* names = extension_value<GeneralNames>(certificate->extensions, oids::id_ce_subjectAltName))
        for (const GeneralName& name : *names) text += to_text(name) + " ";
    return text;
}

/// With the RA signer that was made when the CA was founded.
struct WithRa : Plant {
    Requester ra() { return as(founded().ra->certificate); }
};

/// An update that says of what.
struct Update : Request {
    Update(const crypto::Cert& old, std::string_view subject) : Request(BodyType::kur, subject) { updating(old->issuer, old.serial()); }
};

/// With an RA that enrolled here like a device.
struct WithEnrolledRa : WithRa {
    WithEnrolledRa() {
        Profile ras;
        ras.name               = "ras";
        ras.extended_key_usage = {"id-kp-cmcRA"};
        settings.profiles.push_back(ras);
    }
    crypto::Cert enrolled_ra(std::string_view subject = "/CN=Hall 3 RA") {
        return issue(Request(BodyType::ir, subject).profile("ras").implicit(), as(device_of(maker().issuing, subject).certificate)).certificate;
    }
};

TEST_CASE("an RA asks for certificates in the name of any device, and is on record as who asked", "[ca]") {
    WithRa     plant;
    const auto type   = GENERATE(BodyType::ir, BodyType::cr, BodyType::p10cr);
    const auto issued = plant.issue(Request(type, "/O=Anywhere/CN=dev7").sans({"dns:dev7.plant", "ip:192.0.2.7"}).implicit(), plant.ra());
    CHECK(subject_of(issued) == "CN=dev7,O=Anywhere");
    CHECK(sans_of(issued.certificate) == "dns:dev7.plant ip:192.0.2.7 ");
    CHECK_FALSE(issued.with_mods);
    CHECK(issued.confirmed_implicitly);
    CHECK(good(plant.ca().list({}, 10)).front().requester == plant.ra().id);
}

TEST_CASE("raVerified stands for the proof of possession from an RA, and from nobody else", "[ca]") {
    WithRa     plant;
    const auto device = plant.enrolled("/CN=dev1");
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/CN=dev7").vouched(), plant.ra())) == "CN=dev7");
    CHECK(plant.refusal(Request(BodyType::cr, "/CN=dev1").vouched(), plant.as(device.certificate)).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev1").vouched(), plant.as(device_of(maker().issuing, "/CN=dev1").certificate)).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("who has no id-kp-cmcRA of ours speaks for itself alone", "[ca]") {
    WithRa     plant;
    const auto would_be = plant.enrolled("/CN=Hall 3 RA");
    CHECK(plant.as(would_be.certificate).kind == RequesterKind::own);
    CHECK(plant.refusal(Request(BodyType::cr, "/CN=dev7"), plant.as(would_be.certificate)).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev7"), plant.as(would_be.certificate)).fail_info == FailInfo::notAuthorized);
    const auto of_maker = device_of(maker().issuing, "/CN=Maker RA", &oids::id_kp_cmcRA);
    CHECK(plant.as(of_maker.certificate).kind == RequesterKind::external);
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev7"), plant.as(of_maker.certificate)).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("an RA that was revoked since it was recognised asks for nothing any more", "[ca]") {
    WithEnrolledRa plant;
    const auto     certificate = plant.enrolled_ra();
    const auto     ra          = plant.as(certificate);
    CHECK(ra.kind == RequesterKind::ra);
    good(plant.ca().revoke_by_operator(certificate.serial(), Reason::keyCompromise, noon));
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev7"), ra).fail_info == FailInfo::certRevoked);
    CHECK(good(plant.ca().list({}, 10)).size() == 1);
}

TEST_CASE("a profile says for which names an RA may ask", "[ca]") {
    WithRa plant;
    plant.profile().ra_subjects = {"CN=*,O=Plant"};
    plant.profile().ra_sans     = {"dns:*.plant"};
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/O=Plant/CN=dev7").sans({"dns:dev7.plant"}), plant.ra())) == "CN=dev7,O=Plant");
    CHECK(plant.refusal(Request(BodyType::ir, "/O=Bank/CN=dev7"), plant.ra()).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, "/O=Plant/CN=dev7").sans({"dns:dev7.bank"}), plant.ra()).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, "/O=Plant/CN=dev7").sans({"ip:192.0.2.7"}), plant.ra()).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, ""), plant.ra()).fail_info == FailInfo::badCertTemplate);
}

TEST_CASE("no name of the CA itself can be had through an RA", "[ca]") {
    WithRa plant;
    CHECK(plant.refusal(Request(BodyType::ir, "/O=Plant/CN=Plant Root"), plant.ra()).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, ""), plant.ra()).fail_info == FailInfo::badCertTemplate);
}

TEST_CASE("placeholders stand for nothing in what an RA may ask for", "[ca]") {
    Plant plant;
    SECTION("of a certificate") { plant.profile().ra_subjects = {"CN={subject.CN}"}; }
    SECTION("of a secret") { plant.profile().ra_sans = {"dns:{reference}"}; }
    const auto made = CertificationAuthority::make(plant.settings, *plant.records, system_random());
    REQUIRE_FALSE(made);
    CHECK(made.error().code == Code::bad_configuration);
}

TEST_CASE("a profile that is not for RAs takes nothing from them for others", "[ca]") {
    WithEnrolledRa plant;
    const auto     certificate = plant.enrolled_ra();
    const auto     device      = plant.enrolled("/CN=dev1");
    plant.restart();
    for (Profile& each : plant.settings.profiles) each.requesters = {RequesterKind::secret, RequesterKind::external, RequesterKind::own};
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev7"), plant.as(certificate)).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Update(device.certificate, "/CN=dev1"), plant.as(certificate)).fail_info == FailInfo::notAuthorized);
    CHECK(subject_of(plant.issue(Update(certificate, "/CN=Hall 3 RA"), plant.as(certificate))) == "CN=Hall 3 RA");
}

TEST_CASE("an RA updates the certificate that oldCertID names, which keeps its names and is updated once the new one is confirmed", "[ca]") {
    WithRa     plant;
    plant.profile().sans = {"dns:{subject.CN}.plant"};
    const auto old = plant.issue(Request(BodyType::ir, "/CN=dev1").sans({"dns:dev1.plant"}).implicit(), plant.as(device_of(maker().issuing, "/CN=dev1").certificate));
    const auto next = plant.issue(Update(old.certificate, "/CN=dev1"), plant.ra());
    CHECK(subject_of(next) == "CN=dev1");
    CHECK(sans_of(next.certificate) == "dns:dev1.plant ");
    CHECK(plant.state_of(old.certificate) == CertificateState::valid);
    plant.confirm(next);
    CHECK(plant.state_of(old.certificate) == CertificateState::updated);
    CHECK(plant.state_of(next.certificate) == CertificateState::valid);
}

TEST_CASE("an RA's update without an old certificate of ours that is valid is refused", "[ca]") {
    WithEnrolledRa plant;
    const auto     other_ra = plant.enrolled_ra("/CN=Hall 4 RA");
    const auto     device   = plant.enrolled("/CN=dev1");
    const auto     ra       = plant.ra();
    SECTION("none is named") {
        for (const char* subject : {"/CN=dev1", ""}) CHECK(plant.refusal(Request(BodyType::kur, subject), ra).fail_info == FailInfo::badRequest);
    }
    SECTION("it is unknown") {
        CHECK(plant.refusal(Request(BodyType::kur, "/CN=dev1").updating(device.certificate->issuer, bytes_of("\x01\x02")), ra).fail_info == FailInfo::badCertId);
        CHECK(plant.refusal(Request(BodyType::kur, "/CN=dev1").updating(maker().root.certificate->subject, device.certificate.serial()), ra).fail_info == FailInfo::badCertId);
    }
    SECTION("it is revoked") {
        good(plant.ca().revoke_by_operator(device.certificate.serial(), Reason::keyCompromise, noon));
        CHECK(plant.refusal(Update(device.certificate, "/CN=dev1"), ra).fail_info == FailInfo::certRevoked);
    }
    SECTION("it was updated already") {
        plant.confirm(plant.issue(Update(device.certificate, "/CN=dev1"), ra));
        CHECK(plant.refusal(Update(device.certificate, "/CN=dev1"), ra).fail_info == FailInfo::certRevoked);
    }
    SECTION("its update awaits confirmation") {
        plant.issue(Update(device.certificate, "/CN=dev1"), ra);
        CHECK(plant.refusal(Update(device.certificate, "/CN=dev1"), ra).fail_info == FailInfo::badRequest);
    }
    SECTION("it has expired") {
        plant.now = device.certificate.not_after() + 1;
        CHECK(plant.refusal(Update(device.certificate, "/CN=dev1"), ra).fail_info == FailInfo::certRevoked);
    }
    SECTION("it is another RA's") { CHECK(plant.refusal(Update(other_ra, "/CN=Hall 4 RA"), ra).fail_info == FailInfo::notAuthorized); }
    SECTION("it is the RA's own, which is in no records") {
        CHECK(plant.refusal(Update(founded().ra->certificate, to_text(founded().ra->certificate->subject)), ra).fail_info == FailInfo::notAuthorized);
    }
}

TEST_CASE("an update through an RA cannot leave the old names", "[ca]") {
    WithRa     plant;
    const auto device = plant.enrolled("/CN=dev1");
    CHECK(plant.refusal(Update(device.certificate, "/CN=dev2"), plant.ra()).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Update(device.certificate, "/CN=dev1").sans({"dns:dev2.plant"}), plant.ra()).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("of an RA's update and a revocation at the same time one meets a conflict and the update is then refused", "[ca]") {
    WithRa     plant;
    const auto device  = plant.enrolled("/CN=dev1");
    Update     request(device.certificate, "/CN=dev1");
    const auto decided = plant.decision(request, plant.ra());
    good(plant.ca().revoke_by_operator(device.certificate.serial(), Reason::keyCompromise, noon));
    CHECK(plant.records->commit({decided.writes}).error().code == Code::conflict);
    CHECK(plant.refusal(request, plant.ra()).fail_info == FailInfo::certRevoked);
}

TEST_CASE("an RA that is in the records updates its own certificate and keeps its names", "[ca]") {
    WithEnrolledRa plant;
    const auto     old = plant.enrolled_ra();
    const auto     ra  = plant.as(old);
    Request        request(BodyType::kur, "/CN=Hall 3 RA");
    SECTION("named") { request.updating(old->issuer, old.serial()); }
    SECTION("not named") {}
    const auto next = plant.issue(request.implicit(), ra);
    CHECK(subject_of(next) == "CN=Hall 3 RA");
    CHECK(plant.as(next.certificate).kind == RequesterKind::ra);
    CHECK(plant.state_of(old) == CertificateState::updated);
    CHECK(plant.refusal(Update(next.certificate, "/CN=dev1"), plant.as(next.certificate)).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("an inventory has the devices for which an RA may ask", "[ca]") {
    WithRa     plant;
    const auto old = plant.enrolled("/CN=dev1"), listed = plant.enrolled("/CN=press 4");
    plant.restart();
    Inventory inventory;
    good(inventory.add({"press4", "SN-4", {"CN=press 4", {"dns:press4.plant"}, 0}}));
    plant.profile().inventory = std::make_shared<const Inventory>(std::move(inventory));
    const auto issued = plant.issue(Request(BodyType::ir, "/CN=Press 4").sans({"dns:other.plant"}), plant.ra());
    CHECK(subject_of(issued) == "CN=press 4");
    CHECK(sans_of(issued.certificate) == "dns:press4.plant ");
    CHECK(issued.with_mods);
    const auto refused = plant.refusal(Request(BodyType::ir, "/CN=press 5"), plant.ra());
    CHECK(refused.fail_info == FailInfo::notAuthorized);
    CHECK(refused.text == "subject: no device on record here is called so");
    CHECK(plant.refusal(Request(BodyType::ir, ""), plant.ra()).fail_info == FailInfo::notAuthorized);
    CHECK(subject_of(plant.issue(Update(listed.certificate, "/CN=press 4"), plant.ra())) == "CN=press 4");
    CHECK(plant.refusal(Update(old.certificate, "/CN=dev1"), plant.ra()).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("the application is asked about a device for which an RA asks", "[ca]") {
    WithRa plant;
    plant.settings.namer = std::make_shared<Namer>();
    plant.settings.namer->set([](const NamingQuestion& question) -> Result<std::optional<GivenNames>> {
        CHECK(question.requester.kind == RequesterKind::ra);
        CHECK(to_text(*question.subject) == "CN=dev7");
        return std::optional(GivenNames{"CN=device 7", {}, 0});
    });
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/CN=dev7"), plant.ra())) == "CN=device 7");
}

TEST_CASE("a profile that wants an RA's approval takes requests with it, and no others", "[ca]") {
    WithRa plant;
    plant.profile().needs_ra_approval = true;
    plant.secret("dev1").uses         = 0;
    const auto device = plant.as(device_of(maker().issuing, "/CN=dev1").certificate);
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev1"), device).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev1"), plant.with_secret("dev1")).fail_info == FailInfo::notAuthorized);
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/CN=dev1").approved_by(plant.ra().id), device)) == "CN=dev1");
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/CN=dev1").approved_by(plant.ra().id), plant.with_secret("dev1"))) == "CN=dev1");
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/CN=dev7"), plant.ra())) == "CN=dev7");
    // An approval says nothing of names.
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev2").approved_by(plant.ra().id), device).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("an operator sees that an RA has approved a request", "[ca]") {
    WithRa plant;
    plant.profile().approve_by_hand = true;
    Request request(BodyType::ir, "/CN=dev1");
    request.approved_by(plant.ra().id);
    const auto decided = plant.decision(request, plant.as(device_of(maker().issuing, "/CN=dev1").certificate));
    REQUIRE(std::holds_alternative<operations::Waiting>(decided.outcome));
    const auto shown = good(der::parse<PendingRequest>(*decided.writes.front().value));
    CHECK(text_of(shown->details.content).ends_with("approved by " + plant.ra().id));
}

}  // namespace
}  // namespace cmpkit::ca

// Names that are not the request's to say: an inventory's, or the application's.
#include "admission/inventory.hpp"
#include "plant.hpp"

namespace cmpkit::ca {
namespace {

using operations::Requester;

std::string subject_of(const operations::Issued& issued) { return to_text(issued.certificate->subject); }

std::string sans_of(const crypto::Cert& certificate) {
    std::string text;
    if (const auto* names = extension_value<GeneralNames>(certificate->extensions, oids::id_ce_subjectAltName))
        for (const GeneralName& name : *names) text += to_text(name) + " ";
    return text;
}

Inventory inventory_of(std::vector<InventoryRow> rows) {
    Inventory inventory;
    for (InventoryRow& row : rows) good(inventory.add(std::move(row)));
    return inventory;
}
std::shared_ptr<const Inventory> two_presses() {
    return std::make_shared<const Inventory>(inventory_of({{"press4", "SN-4", {"CN=press 4,O=Plant", {"dns:press4.plant", "ip:192.0.2.4"}, 0}},
                                                           {"", "SN-5", {"CN=press 5,O=Plant", {}, noon + 86400}}}));
}

struct Listed : Plant {
    Listed() { profile().inventory = two_presses(); }
    Requester maker_of(std::string_view subject) { return as(device_of(maker().issuing, subject).certificate); }
    Device press4() {
        const auto key    = fresh_key();
        const auto issued = issue(Request(BodyType::ir, "/CN=anything", key->public_key()).implicit(), maker_of("/O=Maker/serialNumber=SN-4"));
        return {key, issued.certificate};
    }
};

TEST_CASE("a device is called as its row says, whatever it asks for", "[ca]") {
    Listed     plant;
    const auto issued = plant.issue(Request(BodyType::ir, "/CN=press 5/O=Bank").sans({"dns:bank.example"}), plant.maker_of("/O=Maker/serialNumber=SN-4"));
    CHECK(subject_of(issued) == "CN=press 4,O=Plant");
    CHECK(sans_of(issued.certificate) == "dns:press4.plant ip:192.0.2.4 ");
    CHECK(issued.with_mods);
    CHECK(issued.mods == "subject is the one on record here; subjectAltName is the one on record here");
}

TEST_CASE("a device that asks for what its row says gets it unchanged", "[ca]") {
    Listed     plant;
    const auto issued = plant.issue(Request(BodyType::ir, "/O=Plant/CN=press 4").sans({"dns:press4.plant", "ip:192.0.2.4"}), plant.maker_of("/serialNumber=SN-4"));
    CHECK_FALSE(issued.with_mods);
}

TEST_CASE("a secret finds its row by its reference", "[ca]") {
    Listed plant;
    plant.secret("press4").subjects = {"CN=somebody"};
    plant.secret("SN-5");
    CHECK(subject_of(plant.issue(Request(BodyType::ir, ""), plant.with_secret("press4"))) == "CN=press 4,O=Plant");
    CHECK(plant.refusal(Request(BodyType::ir, ""), plant.with_secret("SN-5")).fail_info == FailInfo::notAuthorized);  // that is a device, no reference
}

TEST_CASE("who is not in the inventory is refused and told little", "[ca]") {
    Listed            plant;
    const std::string subject = GENERATE(as<std::string>(), "/serialNumber=SN-6", "/CN=SN-4", "/serialNumber=sn-4", "/serialNumber=SN-4/serialNumber=SN-5", "/serialNumber=press4");
    INFO(subject);
    const auto refused = plant.refusal(Request(BodyType::ir, "/O=Plant/CN=press 4"), plant.maker_of(subject));
    CHECK(refused.fail_info == FailInfo::notAuthorized);
    CHECK(refused.text == "no certificate may be had here by this requester");
    CHECK(refused.for_operator.text().find("the inventory has no device for") != std::string::npos);
}

TEST_CASE("the key of the inventory tells the makers apart", "[ca]") {
    Plant plant;
    plant.profile().inventory     = std::make_shared<const Inventory>(inventory_of({{"", "Maker/7", {"CN=pump 7", {}, 0}}}));
    plant.profile().inventory_key = "{subject.O}/{subject.CN}";
    const auto requester          = [&](std::string_view subject) { return plant.as(device_of(maker().issuing, subject).certificate); };
    CHECK(subject_of(plant.issue(Request(BodyType::ir, ""), requester("/O=Maker/CN=7"))) == "CN=pump 7");
    CHECK(plant.refusal(Request(BodyType::ir, ""), requester("/O=Other/CN=7")).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("an update keeps its names, and ends with its row", "[ca]") {
    Listed     plant;
    const auto device = plant.press4();
    const auto next   = plant.issue(Request(BodyType::kur, "/O=Plant/CN=press 4").implicit(), plant.as(device.certificate));
    CHECK(subject_of(next) == "CN=press 4,O=Plant");
    plant.restart();
    plant.profile().inventory = std::make_shared<const Inventory>(inventory_of({{"", "SN-4", {"CN=press 44,O=Plant", {}, 0}}}));
    CHECK(plant.refusal(Request(BodyType::kur, "/O=Plant/CN=press 4"), plant.as(next.certificate)).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::cr, "/O=Plant/CN=press 44"), plant.as(next.certificate)).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("no update leaves the old identity for another row", "[ca]") {
    Listed     plant;
    const auto device = plant.press4();
    for (const BodyType type : {BodyType::cr, BodyType::kur})
        CHECK(plant.refusal(Request(type, "/O=Plant/CN=press 5"), plant.as(device.certificate)).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("a row's date ends its certificates, and then gives none", "[ca]") {
    Listed     plant;
    const auto requester = plant.maker_of("/serialNumber=SN-5");
    CHECK(plant.issue(Request(BodyType::ir, "/O=Plant/CN=press 5"), requester).certificate.not_after() == noon + 86400);
    plant.now += 86401;
    CHECK(plant.refusal(Request(BodyType::ir, "/O=Plant/CN=press 5"), requester).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("rows that contradict one another or cannot be read are refused", "[ca]") {
    Inventory  inventory = inventory_of({{"press4", "SN-4", {"CN=press 4,O=Plant", {}, 0}}, {"", "SN-5", {"", {"dns:press5.plant"}, 0}}});
    const auto why_not   = [&](InventoryRow row) {
        const auto added = inventory.add(std::move(row));
        REQUIRE_FALSE(added);
        CHECK(added.error().code == Code::bad_value);
        return added.error().detail;
    };
    CHECK(why_not({"press4", "", {"CN=x", {}, 0}}).starts_with("another row has this reference"));
    CHECK(why_not({"", "SN-4", {"CN=x", {}, 0}}).starts_with("another row has this device"));
    CHECK(why_not({"", "SN-6", {"cn=PRESS  4, O=plant", {}, 0}}).starts_with("another row has this name"));
    CHECK(why_not({"", "SN-6", {"", {"dns:PRESS5.plant"}, 0}}).starts_with("another row has this name"));
    CHECK(why_not({"", "", {"CN=x", {}, 0}}).starts_with("the row says not who"));
    CHECK(why_not({"", "SN-6", {"", {}, 0}}).starts_with("there is neither"));
    CHECK_FALSE(why_not({"", "SN-6", {"CN", {}, 0}}).empty());
    CHECK_FALSE(why_not({"", "SN-6", {"CN=x", {"dns:"}, 0}}).empty());
    CHECK_FALSE(why_not({"", "SN-6", {"CN=x", {"nothing"}, 0}}).empty());
    CHECK_FALSE(why_not({"", "SN-6", {"CN=x\xe2\x80\xae", {}, 0}}).empty());
    CHECK(inventory.size() == 2);
    good(inventory.add({"", "SN-6", {"CN=press 6,O=Plant", {}, 0}}));
}

struct Named : Plant {
    GivenNames                  names{"CN=named,O=App", {"dns:named.app"}, 0};
    std::vector<std::string>    asked;
    std::optional<Error>        error;
    bool                        has_an_opinion = true;
    Named() {
        settings.namer = std::make_shared<Namer>();
        settings.namer->set([this](const NamingQuestion& question) -> Result<std::optional<GivenNames>> {
            asked.push_back(question.requester.id + " " + std::string(question.profile) + " " + (question.subject ? to_text(*question.subject) : "nothing"));
            if (error) return *error;
            return has_an_opinion ? std::optional(names) : std::nullopt;
        });
    }
    Requester device() { return as(device_of(maker().issuing, "/CN=dev1").certificate); }
};

TEST_CASE("the application names a device", "[ca]") {
    Named plant;
    plant.secret("dev1");
    const auto issued = plant.issue(Request(BodyType::ir, "/CN=dev1"), plant.with_secret("dev1"));
    CHECK(subject_of(issued) == "CN=named,O=App");
    CHECK(sans_of(issued.certificate) == "dns:named.app ");
    CHECK(plant.asked == std::vector<std::string>{"secret:dev1 default CN=dev1"});
}

TEST_CASE("an application without an opinion leaves names to the profile", "[ca]") {
    Named plant;
    plant.has_an_opinion = false;
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/CN=dev1"), plant.device())) == "CN=dev1");
}

TEST_CASE("an application that refuses is heard, with its words", "[ca]") {
    Named plant;
    plant.error        = Error{.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .detail = "not before Monday"};
    const auto refused = plant.refusal(Request(BodyType::ir, "/CN=dev1"), plant.device());
    CHECK(refused.fail_info == FailInfo::notAuthorized);
    CHECK(refused.text == "not before Monday");
}

TEST_CASE("names that no certificate can have are a failure of ours", "[ca]") {
    Named plant;
    plant.names     = GENERATE(GivenNames{"CN", {}, 0}, GivenNames{"", {}, 0}, GivenNames{"CN=x", {"dns:a b"}, 0}, GivenNames{"CN=x\x01", {}, 0});
    Request request(BodyType::ir, "/CN=dev1");
    auto    decided = plant.ca().enroll(request.view(), plant.device(), plant.now);
    REQUIRE_FALSE(decided);
    CHECK_FALSE(decided.error().fail_info);
}

TEST_CASE("not even the application gives a device the name of the CA", "[ca]") {
    Named plant;
    plant.names = {to_text(founded().issuing.certificate->subject), {}, 0};
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev1"), plant.device()).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("for an update the application can only refuse", "[ca]") {
    Named plant;
    plant.has_an_opinion = false;
    const auto device    = plant.enrolled("/CN=dev1");
    plant.has_an_opinion = true;
    const auto next      = plant.issue(Request(BodyType::kur, "/CN=dev1"), plant.as(device.certificate));
    CHECK(subject_of(next) == "CN=dev1");
    plant.withdraw(next);
    plant.error = Error{.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .detail = "scrapped"};
    CHECK(plant.refusal(Request(BodyType::kur, "/CN=dev1"), plant.as(device.certificate)).text == "scrapped");
}

}  // namespace
}  // namespace cmpkit::ca

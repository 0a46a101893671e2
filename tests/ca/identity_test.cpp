// What a requester may be called: every way in which one device could try to get another's name.
#include "plant.hpp"

namespace cmpkit::ca {
namespace {

std::string subject_of(const operations::Issued& issued) { return to_text(issued.certificate->subject); }

std::vector<std::string> sans_of(const crypto::Cert& certificate) {
    std::vector<std::string> texts;
    if (const auto* names = extension_value<GeneralNames>(certificate->extensions, oids::id_ce_subjectAltName))
        for (const GeneralName& name : *names) texts.push_back(to_text(name));
    return texts;
}

TEST_CASE("a device gets the name that its maker gave it, and may say where it stands", "[ca]") {
    Plant      plant;
    const auto device = device_of(maker().issuing, "/O=Maker/CN=dev1");
    const auto issued = plant.issue(Request(BodyType::ir, "/C=DE/O=Plant/OU=Line 4/CN=dev1"), plant.as(device.certificate));
    CHECK(subject_of(issued) == "CN=dev1,OU=Line 4,O=Plant,C=DE");
    CHECK_FALSE(issued.with_mods);
    CHECK(issued.mods.empty());
}

TEST_CASE("a device that asks for another's name is refused by the attribute and told no name", "[ca]") {
    Plant             plant;
    const auto        requester = plant.as(device_of(maker().issuing, "/O=Maker/CN=dev1").certificate);
    const auto        asks      = [&](std::string_view subject) { return plant.refusal(Request(BodyType::ir, subject), requester); };
    const std::string subject   = GENERATE(as<std::string>(), "/CN=dev2", "/CN=DEV2", "/CN=dev1/CN=dev2", "/CN=dev2/CN=dev1", "/CN=dev1+CN=dev2",
                                           "/CN=dev1+serialNumber=dev2", "/O=Plant/CN=dev1+O=Bank", "/CN=dev1/UID=dev2", "/O=Plant", "/CN=dev1 2",
                                           "CN=#1e080064006500760032", "CN=#140464657632", "CN=#0c06646576310032");
    INFO(subject);
    const auto refused = asks(subject);
    CHECK(refused.fail_info == FailInfo::notAuthorized);
    CHECK(refused.text.starts_with("subject: "));
    CHECK(refused.text.find("dev") == std::string::npos);
    CHECK(refused.for_operator.code == Code::not_authorized);
}

TEST_CASE("another spelling of a device's own name is granted in the maker's spelling", "[ca]") {
    Plant      plant;
    const auto issued = plant.issue(Request(BodyType::ir, "/CN=  DEV1 "), plant.as(device_of(maker().issuing, "/CN=dev1").certificate));
    CHECK(subject_of(issued) == "CN=dev1");
    CHECK(issued.with_mods);
    CHECK(issued.mods == "subject is the one that was proved");
}

TEST_CASE("without a subject a device gets the one that its pattern makes", "[ca]") {
    Plant      plant;
    const auto requester = plant.as(device_of(maker().issuing, "/CN=dev1").certificate);
    Request    absent(BodyType::ir, "");
    absent.without_subject();
    const auto from_absent = plant.issue(absent, requester), from_null = plant.issue(Request(BodyType::p10cr, ""), requester);
    CHECK(subject_of(from_absent) == "CN=dev1");
    CHECK(subject_of(from_null) == "CN=dev1");
    CHECK(from_absent.with_mods);
    CHECK(from_null.with_mods);
}

TEST_CASE("the second pattern is taken where the first does not fit", "[ca]") {
    Plant      plant;
    const auto device = device_of(maker().issuing, "/serialNumber=S-7/CN=dev1");
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/CN=S-7"), plant.as(device.certificate))) == "CN=S-7");
}

TEST_CASE("a device without the attribute that the patterns need gets no name at all", "[ca]") {
    Plant      plant;
    const auto requester = plant.as(device_of(maker().issuing, "/O=Maker/UID=dev1").certificate);
    const auto refused   = plant.refusal(Request(BodyType::ir, "/CN=dev1"), requester);
    CHECK(refused.fail_info == FailInfo::notAuthorized);
    CHECK(refused.text == "subject: no name may be had here by this requester");
}

TEST_CASE("a device whose certificate has two commonNames can use neither", "[ca]") {
    Plant      plant;
    const auto requester = plant.as(device_of(maker().issuing, "/CN=dev2/CN=dev1").certificate);
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev1"), requester).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev2"), requester).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("alternative names are granted by their patterns and no others", "[ca]") {
    Plant plant;
    plant.profile().sans = {"dns:{subject.CN}", "dns:{subject.CN}.*", "ip:10.*"};
    const auto requester = plant.as(device_of(maker().issuing, "/CN=dev1").certificate);
    const auto issued    = plant.issue(Request(BodyType::ir, "/CN=dev1").sans({"dns:dev1", "dns:Dev1.plant", "ip:10.1.2.3"}), requester);
    CHECK(sans_of(issued.certificate) == std::vector<std::string>{"dns:dev1", "dns:Dev1.plant", "ip:10.1.2.3"});
    CHECK_FALSE(issued.with_mods);
    const std::string other = GENERATE(as<std::string>(), "dns:dev2", "dns:dev2.plant", "dns:dev1x", "dns:dev1.*", "dns:*", "ip:11.1.2.3", "uri:dev1", "dir:CN=dev1", "rid:1.2.3", "email:dev1");
    INFO(other);
    const auto refused = plant.refusal(Request(BodyType::ir, "/CN=dev1").sans({"dns:dev1", other}), requester);
    CHECK(refused.fail_info == FailInfo::notAuthorized);
    CHECK(refused.text.starts_with("subjectAltName: a "));
    CHECK(refused.text.find("dev") == std::string::npos);
}

TEST_CASE("without a pattern no alternative name is granted", "[ca]") {
    Plant      plant;
    const auto requester = plant.as(device_of(maker().issuing, "/CN=dev1").certificate);
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev1").sans({"dns:dev1"}), requester).text == "subjectAltName: a dNSName is not this requester's");
}

TEST_CASE("an alternative name that is malformed or of an unknown kind is refused whatever the pattern", "[ca]") {
    Plant plant;
    plant.profile().sans = {"*"};
    const auto  requester = plant.as(device_of(maker().issuing, "/CN=dev1").certificate);
    GeneralName name;
    SECTION("a space in a host name") { name.emplace<"dNSName">() = der::IA5String{bytes_of("dev1 dev2")}; }
    SECTION("a NUL in a host name") { name.emplace<"dNSName">() = der::IA5String{bytes_of(std::string_view("dev1\0dev2", 9))}; }
    SECTION("an address of five octets") { name.emplace<"iPAddress">() = der::OctetString{bytes_of("12345")}; }
    SECTION("an address of none") { name.emplace<"iPAddress">(); }
    SECTION("an otherName") {
        static constexpr std::uint8_t null[] = {5, 0};
        name.emplace<"otherName">() = {oids::id_at_name, der::Open::raw(null)};
    }
    const auto refused = plant.refusal(Request(BodyType::ir, "/CN=dev1").extension(oids::id_ce_subjectAltName, GeneralNames(&name, 1)), requester);
    CHECK(refused.fail_info == FailInfo::badCertTemplate);
    CHECK(refused.text.starts_with("subjectAltName: a " + std::string(name.name())));
}

TEST_CASE("where any name may be had, one is needed, and not the CA's", "[ca]") {
    Plant plant;
    plant.profile().subjects = {"*"};
    plant.profile().sans     = {"dns:*"};
    const auto requester = plant.as(device_of(maker().issuing, "/CN=dev1").certificate);
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/CN=whoever+UID=7"), requester)) == "CN=whoever+UID=7");
    const auto nameless = plant.refusal(Request(BodyType::ir, ""), requester);
    CHECK(nameless.fail_info == FailInfo::badCertTemplate);
    CHECK(nameless.text == "subject: a name is needed");
    for (const char* taken : {"/O=Plant/CN=Plant Root", "/O=Plant/CN=plant root issuing ca", "/O=Plant/CN=Plant Root CMP Signer"}) {
        const auto refused = plant.refusal(Request(BodyType::ir, taken), requester);
        CHECK(refused.fail_info == FailInfo::notAuthorized);
        CHECK(refused.text == "subject: the name belongs to the CA");
    }
}

TEST_CASE("a name in subjectAltName alone makes that extension critical", "[ca]") {
    Plant plant;
    plant.profile().subjects = {"*"};
    plant.profile().sans     = {"dns:*"};
    const auto  issued = plant.issue(Request(BodyType::ir, "").sans({"dns:dev1"}), plant.as(device_of(maker().issuing, "/CN=dev1").certificate));
    const auto* sans   = find_extension(issued.certificate->extensions, oids::id_ce_subjectAltName);
    REQUIRE(sans);
    CHECK(sans->critical);
    CHECK(issued.certificate->subject.is_null_dn());
}

TEST_CASE("a requester with a secret is called by its reference", "[ca]") {
    Plant plant;
    plant.secret("pump-7").uses = 0;
    plant.profile().secret_sans = {"dns:{reference}.plant"};
    const auto requester = plant.with_secret("pump-7");
    const auto issued    = plant.issue(Request(BodyType::ir, "/O=Plant/CN=pump-7").sans({"dns:pump-7.plant"}), requester);
    CHECK(subject_of(issued) == "CN=pump-7,O=Plant");
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=pump-8"), requester).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=pump-7").sans({"dns:pump-8.plant"}), requester).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("a secret's own patterns replace those of the profile", "[ca]") {
    Plant        plant;
    SecretEntry& entry = plant.secret("gate");
    entry.subjects = {"CN=Gate {reference},O=Plant"};
    entry.sans     = {"dns:gate"};
    const auto requester = plant.with_secret("gate");
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=gate"), requester).fail_info == FailInfo::notAuthorized);
    CHECK(plant.refusal(Request(BodyType::ir, "/O=Plant/CN=Gate gate").sans({"dns:door"}), requester).fail_info == FailInfo::notAuthorized);
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "").sans({"dns:gate"}), requester)) == "CN=Gate gate,O=Plant");
}

}  // namespace
}  // namespace cmpkit::ca

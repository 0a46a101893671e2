// What a profile puts into certificates whatever a request says.
#include "ca/rules.hpp"
#include "plant.hpp"

namespace cmpkit::ca {
namespace {

std::string subject_of(const operations::Issued& issued) { return to_text(issued.certificate->subject); }

constexpr std::uint8_t own_oid[]   = {0x2b, 6, 1, 4, 1, 0x81, 0xfd, 0x59, 1};  // 1.3.6.1.4.1.32473.1
constexpr std::uint8_t own_value[] = {der::tag::utf8_string, 2, 'h', 'i'};

struct Fixed : Plant {
    operations::Requester dev1() { return as(device_of(maker().issuing, "/CN=dev1").certificate); }
};

/// Why a profile with this in the place of a member is refused.
template <class T> std::string why_not(T Profile::*member, std::type_identity_t<T> value) {
    Profile profile;
    profile.*member  = std::move(value);
    const auto rules = Rules::read(profile);
    REQUIRE_FALSE(rules);
    CHECK(rules.error().code == Code::bad_configuration);
    return rules.error().text();
}

TEST_CASE("attributes that the profile forces take the place of others, or go before them", "[ca]") {
    Fixed plant;
    plant.profile().forced_subject = "O=Plant,C=DE";
    const auto replaced = plant.issue(Request(BodyType::ir, "/C=FR/O=Bank/OU=Line 4/O=Other/CN=dev1"), plant.dev1());
    CHECK(subject_of(replaced) == "CN=dev1,OU=Line 4,O=Plant,C=DE");
    CHECK(replaced.mods == "subject has what the profile fixes");
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "/OU=Line 4/CN=dev1"), plant.dev1())) == "CN=dev1,OU=Line 4,O=Plant,C=DE");
    CHECK(subject_of(plant.issue(Request(BodyType::ir, ""), plant.dev1())) == "CN=dev1,O=Plant,C=DE");
    CHECK_FALSE(plant.issue(Request(BodyType::ir, "/C=DE/O=Plant/CN=dev1"), plant.dev1()).with_mods);
}

TEST_CASE("a forced attribute does not hide in an RDN with another", "[ca]") {
    Fixed plant;
    plant.profile().subjects       = {"*"};
    plant.profile().forced_subject = "O=Plant";
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev1+O=Bank"), plant.dev1()).fail_info == FailInfo::badCertTemplate);
}

TEST_CASE("no device gets a name of forced attributes alone, which others would share", "[ca]") {
    Fixed plant;
    plant.profile().subjects       = {"*"};
    plant.profile().sans           = {"dns:{subject.CN}"};
    plant.profile().forced_subject = "O=Plant";
    CHECK(subject_of(plant.issue(Request(BodyType::ir, "").sans({"dns:dev1"}), plant.dev1())).empty());
}

TEST_CASE("only where a device stands can be forced, never what it is called", "[ca]") {
    for (const char* text : {"CN=dev1", "serialNumber=1", "O=a,O=b", "O=a+OU=b", "O", "UID=x"}) {
        INFO(text);
        CHECK_FALSE(why_not(&Profile::forced_subject, text).empty());
    }
}

TEST_CASE("policies and extensions of the profile are in every certificate", "[ca]") {
    Fixed plant;
    plant.profile().policies   = {"1.3.6.1.4.1.32473.7", "2.5.29.32.0"};
    plant.profile().extensions = {{copy_of(own_oid), true, copy_of(own_value)}};
    const auto issued = plant.issue(Request(BodyType::ir, "/CN=dev1").raw_extension(oids::id_ce_certificatePolicies, own_value), plant.dev1());
    const auto* policies = extension_value<CertificatePolicies>(issued.certificate->extensions, oids::id_ce_certificatePolicies);
    REQUIRE(policies);
    REQUIRE(policies->size() == 2);
    CHECK(issued.mods.find("certificatePolicies is the profile's") != std::string::npos);
    CHECK(der::dotted((*policies)[0].policyIdentifier.content) == "1.3.6.1.4.1.32473.7");
    const auto found = std::ranges::find_if(*issued.certificate->extensions, [](const Extension& each) { return equal(each.extnID.content, own_oid); });
    REQUIRE(found != issued.certificate->extensions->end());
    CHECK(found->critical);
    CHECK(equal(found->extnValue.tlv, own_value));
}

TEST_CASE("extensions that are the CA's own or no DER are refused", "[ca]") {
    const auto with = [](const OidConstant& oid, Octets value) { return why_not(&Profile::extensions, {{copy_of(oid.content()), false, std::move(value)}}); };
    for (const OidConstant* oid : {&oids::id_ce_basicConstraints, &oids::id_ce_keyUsage, &oids::id_ce_extKeyUsage, &oids::id_ce_subjectAltName, &oids::id_ce_nameConstraints})
        CHECK(with(*oid, {0x30, 0}).find("is not for a profile to fix") != std::string::npos);
    CHECK(with(oids::id_ce_certificatePolicies, copy_of(own_value)).find("is not the DER of one") != std::string::npos);
    CHECK(with(oids::id_pe_authorityInfoAccess, {}).find("is not the DER of one") != std::string::npos);
    CHECK(with(oids::id_ce_issuerAltName, {0x30, 3, 0x82, 5, 'a'}).find("is not the DER of one") != std::string::npos);
    const FixedExtension own{copy_of(own_oid), false, copy_of(own_value)};
    CHECK(why_not(&Profile::extensions, {own, own}).find("twice") != std::string::npos);
    CHECK(why_not(&Profile::policies, {"1.2.3", "1.2.3"}).find("twice") != std::string::npos);
    CHECK_FALSE(why_not(&Profile::policies, {"policy"}).empty());
    CHECK(why_not(&Profile::inventory_key, "dev*").find("inventory_key") != std::string::npos);
}

TEST_CASE("what the profile fixes is granted whole, whatever part is asked for", "[ca]") {
    Fixed    plant;
    Profile& profile = plant.profile();
    profile.key_usage      = {KeyUsageBit::digitalSignature, KeyUsageBit::keyAgreement};
    profile.fixes_validity = profile.fixes_key_usage = profile.fixes_extended_key_usage = true;
    const der::Oid server[] = {oids::id_kp_serverAuth};
    const auto     issued   = plant.issue(Request(BodyType::ir, "/CN=dev1").until(noon + 60).extension(oids::id_ce_keyUsage, KeyUsage::of({KeyUsageBit::digitalSignature}))
                                              .extension(oids::id_ce_extKeyUsage, ExtKeyUsage(server)), plant.dev1());
    CHECK(issued.certificate.not_after() == noon + 365 * 86400);
    CHECK(issued.certificate.allows(KeyUsageBit::keyAgreement));
    CHECK(issued.certificate.has_purpose(oids::id_kp_clientAuth));
    CHECK(issued.mods == "keyUsage is the profile's; extKeyUsage is the profile's; validity is the profile's");
}

TEST_CASE("a request that wants to be a CA is refused also where the profile fixes the usages", "[ca]") {
    Fixed plant;
    plant.profile().fixes_key_usage = true;
    CHECK(plant.refusal(Request(BodyType::ir, "/CN=dev1").extension(oids::id_ce_keyUsage, KeyUsage::of({KeyUsageBit::keyCertSign})), plant.dev1()).fail_info == FailInfo::badCertTemplate);
}

}  // namespace
}  // namespace cmpkit::ca

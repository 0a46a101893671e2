#include "openssl.hpp"
#include "plant.hpp"

namespace cmpkit::ca {
namespace {

std::string subject_of(const crypto::Cert& certificate) { return to_text(certificate->subject); }

TEST_CASE("what is founded stands before openssl verify in its strictest form", "[ca]") {
    const std::string key = GENERATE("ec:P-256", "ec:P-384", "rsa:2048", "ed25519");
    const Founded     plant = good(found({.subject = "/C=DE/O=Plant/CN=Plant Root", .key = key, .ra_signer = true, .kga_signer = true}, system_random(), noon));
    const Files       files;
    const std::string root = files.pem("root.pem", plant.root.certificate), issuing = files.pem("issuing.pem", plant.issuing.certificate);
    const std::string options = "verify -x509_strict -check_ss_sig -attime " + std::to_string(noon) + " -CAfile " + root;
    CHECK(openssl(options + " " + root).status == 0);
    CHECK(openssl(options + " " + issuing).status == 0);
    for (const Founded::Pair* signer : {&plant.cmp, &*plant.ra, &*plant.kga}) {
        const Said said = openssl(options + " -untrusted " + issuing + " " + files.pem("signer.pem", signer->certificate));
        INFO(said.text);
        CHECK(said.status == 0);
    }
}

TEST_CASE("founded certificates carry the root's name, its commonName said further", "[ca]") {
    const Founded plant = good(found({.subject = "C=DE,O=Plant,CN=Plant Root", .ra_signer = true}, system_random(), noon));
    CHECK(subject_of(plant.root.certificate) == "C=DE,O=Plant,CN=Plant Root");
    CHECK(subject_of(plant.issuing.certificate) == "C=DE,O=Plant,CN=Plant Root Issuing CA");
    CHECK(subject_of(plant.cmp.certificate) == "C=DE,O=Plant,CN=Plant Root CMP Signer");
    CHECK(subject_of(plant.ra->certificate) == "C=DE,O=Plant,CN=Plant Root RA Signer");
    CHECK_FALSE(plant.kga);
    CHECK(text_of(plant.root.certificate->subject[0].front().value.tlv).substr(0, 1) == "\x0c");
}

TEST_CASE("each signer has the one purpose of its office and may not issue", "[ca]") {
    const Founded& plant = founded();
    const std::pair<const Founded::Pair*, const OidConstant*> offices[] = {
        {&plant.cmp, &oids::id_kp_cmcCA}, {&*plant.ra, &oids::id_kp_cmcRA}, {&*plant.kga, &oids::id_kp_cmKGA}};
    for (const auto& [pair, purpose] : offices) {
        const auto* purposes = extension_value<ExtKeyUsage>(pair->certificate->extensions, oids::id_ce_extKeyUsage);
        REQUIRE(purposes);
        CHECK(purposes->size() == 1);
        CHECK(pair->certificate.has_purpose(*purpose));
        CHECK(pair->certificate.allows(KeyUsageBit::digitalSignature));
        CHECK_FALSE(pair->certificate.allows(KeyUsageBit::keyCertSign));
        CHECK_FALSE(pair->certificate.is_ca());
    }
}

TEST_CASE("nothing that is founded outlives its issuer", "[ca]") {
    const Founded plant = good(found({.subject = "/CN=Short", .root_validity_seconds = 1000, .issuing_validity_seconds = 5000}, system_random(), noon));
    CHECK(plant.root.certificate.not_after() == noon + 1000);
    CHECK(plant.issuing.certificate.not_after() == noon + 1000);
    CHECK(plant.cmp.certificate.not_after() == noon + 1000);
    CHECK(plant.root.certificate.not_before() == noon - 300);
}

TEST_CASE("a founding without a commonName, with too long a one or with an unknown kind of key is refused", "[ca]") {
    const auto refused = [](Founding founding) {
        const auto result = found(founding, system_random(), noon);
        REQUIRE_FALSE(result);
        CHECK_FALSE(result.error().detail.empty());
        return result.error().code;
    };
    CHECK(refused({.subject = "/O=Plant"}) == Code::bad_value);
    CHECK(refused({.subject = "/CN=" + std::string(60, 'x')}) == Code::bad_value);
    CHECK(refused({.subject = "/X"}) == Code::bad_value);
    CHECK(refused({.subject = "/CN=Plant", .key = "rsa:512"}) == Code::bad_argument);
    CHECK(refused({.subject = "/CN=Plant", .root_validity_seconds = 0}) == Code::bad_argument);
}

}  // namespace
}  // namespace cmpkit::ca

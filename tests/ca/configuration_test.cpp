#include "plant.hpp"

#include "ca/rules.hpp"

namespace cmpkit::ca {
namespace {

/// Why no authority is made of the settings.
std::string why_not(const Settings& settings) {
    const auto records = store::open_memory();
    const auto made    = CertificationAuthority::make(settings, *records, system_random());
    REQUIRE_FALSE(made);
    CHECK(made.error().code == Code::bad_configuration);
    return made.error().detail;
}

bool says(const std::string& text, std::string_view part) {
    UNSCOPED_INFO(text);
    return text.find(part) != std::string::npos;
}

TEST_CASE("keys must fit their certificates", "[ca]") {
    Settings settings = Plant().settings;
    SECTION("issuing") {
        settings.issuing_key = founded().root.key;
        CHECK(why_not(settings) == "the issuing key does not fit its certificate");
    }
    SECTION("CMP") {
        settings.cmp_key = founded().ra->key;
        CHECK(why_not(settings) == "the CMP key does not fit its certificate");
    }
    SECTION("missing") {
        settings.cmp_key = nullptr;
        CHECK(why_not(settings) == "the CMP key or certificate is missing");
    }
}

TEST_CASE("certificates must be those of their offices", "[ca]") {
    Settings settings = Plant().settings;
    SECTION("an end entity does not issue") {
        settings.issuing_certificate = founded().cmp.certificate;
        settings.issuing_key         = founded().cmp.key;
        CHECK(why_not(settings) == "the issuing certificate is not a CA's");
    }
    SECTION("an RA does not sign for the CA") {
        settings.cmp_certificate = founded().ra->certificate;
        settings.cmp_key         = founded().ra->key;
        CHECK(why_not(settings) == "the CMP certificate is without id-kp-cmcCA");
    }
    SECTION("a chain of others") {
        settings.chain = {maker().root.certificate};
        CHECK(says(why_not(settings), "was not issued by CN=Maker Root,O=Maker"));
    }
    SECTION("a chain in the wrong order") {
        settings.chain = {founded().root.certificate, founded().issuing.certificate};
        CHECK(says(why_not(settings), "was not issued by"));
    }
}

TEST_CASE("a root may issue by itself", "[ca]") {
    Plant plant;
    plant.settings.issuing_certificate = founded().root.certificate;
    plant.settings.issuing_key         = founded().root.key;
    plant.settings.chain.clear();
    const auto issued = plant.issue(Request(BodyType::ir, "/CN=dev1").implicit(), plant.as(device_of(maker().issuing, "/CN=dev1").certificate));
    CHECK(issued.chain.empty());
    CHECK(issued.root == founded().root.certificate);
    CHECK(plant.as(issued.certificate).kind == operations::RequesterKind::own);
}

TEST_CASE("answers are signed by the CMP signer and bring its chain", "[ca]") {
    Plant plant;
    const auto& chain = plant.ca().protector().chain();
    REQUIRE(chain.size() == 2);
    CHECK(chain[0] == founded().cmp.certificate);
    CHECK(chain[1] == founded().issuing.certificate);
    CHECK(to_text(plant.ca().name()) == "CN=Plant Root Issuing CA,O=Plant");
}

TEST_CASE("profiles are named once and there is one at least", "[ca]") {
    Settings settings = Plant().settings;
    settings.profiles.push_back(settings.profiles.front());
    CHECK(why_not(settings) == "two profiles are called \"default\"");
    settings.profiles.clear();
    CHECK(why_not(settings) == "a profile is needed");
}

TEST_CASE("what cannot be read in a profile is named together with the profile", "[ca]") {
    const auto wrong = [](auto change) {
        Settings settings = Plant().settings;
        change(settings.profiles.front());
        const std::string reason = why_not(settings);
        CHECK(says(reason, "profile \"default\": "));
        return reason;
    };
    CHECK(says(wrong([](Profile& p) { p.keys = {"dsa:1024"}; }), "\"dsa:1024\""));
    CHECK(says(wrong([](Profile& p) { p.keys = {"rsa:4096-2048"}; }), "\"rsa:4096-2048\""));
    CHECK(says(wrong([](Profile& p) { p.keys.clear(); }), "no kind of key"));
    CHECK(says(wrong([](Profile& p) { p.subjects = {"CN={reference}"}; }), "{subject.TYPE}"));
    CHECK(says(wrong([](Profile& p) { p.secret_subjects = {"CN={subject.CN}"}; }), "{reference}"));
    CHECK(says(wrong([](Profile& p) { p.sans = {"host:x"}; }), "\"host:x\""));
    CHECK(says(wrong([](Profile& p) { p.secret_sans = {"dns:{"}; }), "without its }"));
    CHECK(says(wrong([](Profile& p) { p.extended_key_usage = {"id-kp-nonsense"}; }), "id-kp-nonsense"));
    CHECK(says(wrong([](Profile& p) { p.key_usage = {KeyUsageBit::keyCertSign}; }), "keyCertSign is for CA certificates only"));
    CHECK(says(wrong([](Profile& p) { p.key_usage = {KeyUsageBit::digitalSignature, KeyUsageBit::cRLSign}; }), "cRLSign is for CA certificates only"));
    CHECK(says(wrong([](Profile& p) { p.key_usage.clear(); }), "key_usage is empty"));
    CHECK(says(wrong([](Profile& p) { p.validity_seconds = 0; }), "validity_seconds"));
    CHECK(says(wrong([](Profile& p) { p.validity_seconds = INT64_MAX; }), "validity_seconds"));
    CHECK(says(wrong([](Profile& p) { p.backdate_seconds = -1; }), "backdate_seconds"));
    CHECK(says(wrong([](Profile& p) { p.confirm_wait_seconds = 0; }), "confirm_wait_seconds"));
    CHECK(says(wrong([](Profile& p) { p.crl_distribution_points = {"http://a b"}; }), "visible ASCII"));
}

TEST_CASE("what is wrong with a secret is told without the secret", "[ca]") {
    const auto wrong = [](auto change) {
        Plant plant;
        plant.secret("pump-7");
        change(plant.settings.secrets);
        const std::string reason = why_not(plant.settings);
        CHECK_FALSE(says(reason, "swordfish"));
        return reason;
    };
    using Entries = std::vector<SecretEntry>;
    CHECK(says(wrong([](Entries& e) { e[0].reference.clear(); }), "reference"));
    CHECK(says(wrong([](Entries& e) { e[0].value = nullptr; }), "secret \"pump-7\": "));
    CHECK(says(wrong([](Entries& e) { e[0].value = std::make_shared<crypto::Secret>(); }), "no value"));
    CHECK(says(wrong([](Entries& e) { e[0].profile = "none"; }), "there is no profile \"none\""));
    CHECK(says(wrong([](Entries& e) { e[0].subjects = {"CN={subject.CN}"}; }), "{reference}"));
    CHECK(says(wrong([](Entries& e) { e[0].uses = -1; }), "0 or more"));
    CHECK(says(wrong([](Entries& e) { e.push_back(e[0]); }), "two have this reference"));
}

TEST_CASE("a CRL's validity must leave room for its overlap", "[ca]") {
    Settings settings = Plant().settings;
    settings.crl_overlap_seconds = settings.crl_validity_seconds;
    CHECK(says(why_not(settings), "CRL"));
}

TEST_CASE("a key rule allows the sizes of its range, ends included", "[ca]") {
    const auto rule = good(KeyRule::read("rsa:2048-2304"));
    CHECK(rule.allows(fresh_key("rsa:2048")->public_key()));
    CHECK(rule.allows(fresh_key("rsa:2304")->public_key()));
    CHECK_FALSE(rule.allows(fresh_key("rsa:2560")->public_key()));
    CHECK_FALSE(rule.allows(fresh_key("ec:P-256")->public_key()));
    CHECK(good(KeyRule::read("rsa:2048")).allows(fresh_key("rsa:2048")->public_key()));
    for (const char* text : {"ec:P-521", "ec:brainpoolP256r1", "ec:brainpoolP512r1", "ed448"}) {
        CHECK(good(KeyRule::read(text)).allows(fresh_key(text)->public_key()));
        CHECK_FALSE(good(KeyRule::read(text)).allows(fresh_key("ec:brainpoolP384r1")->public_key()));
    }
    for (const char* text : {"", "rsa", "rsa:", "rsa:-", "rsa:2048-", "rsa:x", "rsa:2048-4096-8192", "ec:secp256k1", "ec:brainpoolP256t1", "rsa:99999999999999999999"}) CHECK_FALSE(KeyRule::read(text));
}

}  // namespace
}  // namespace cmpkit::ca

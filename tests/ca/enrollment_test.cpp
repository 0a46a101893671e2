// What is granted beside the name: who may ask for what, keys, extensions, validity; and what the certificate then says.
#include "openssl.hpp"
#include "plant.hpp"

#include <set>

namespace cmpkit::ca {
namespace {

using operations::RequesterKind;

/// A plant and one device that comes with its maker's certificate.
struct Arrival : Plant {
    Device                device = device_of(maker().issuing, "/CN=dev1");
    operations::Requester requester() { return as(device.certificate); }
    operations::Issued    granted(Request& request) { return issue(request, requester()); }
    operations::Issued    granted(Request&& request) { return issue(request, requester()); }
    operations::Refusal   refused(Request& request) { return refusal(request, requester()); }
    operations::Refusal   refused(Request&& request) { return refusal(request, requester()); }
};

Request ask(crypto::PublicKey key = fresh_key()->public_key()) { return {BodyType::ir, "/CN=dev1", std::move(key)}; }

KeyUsage usage_of(const crypto::Cert& certificate) { return *extension_value<KeyUsage>(certificate->extensions, oids::id_ce_keyUsage); }
std::vector<std::string_view> purposes_of(const crypto::Cert& certificate) {
    std::vector<std::string_view> names;
    if (const auto* purposes = extension_value<ExtKeyUsage>(certificate->extensions, oids::id_ce_extKeyUsage))
        for (const der::Oid& purpose : *purposes) names.push_back(oid_name(purpose.content));
    return names;
}

TEST_CASE("an issued certificate stands before openssl verify in its strictest form", "[ca]") {
    Arrival plant;
    plant.profile().sans                    = {"*"};
    plant.profile().crl_distribution_points = {"http://127.0.0.1/plant.crl", "http://127.0.0.1/other.crl"};
    const std::string kind = GENERATE("ec:P-256", "ec:P-521", "rsa:2048", "ed25519");
    Request           request(BodyType::ir, "/C=DE/O=Plant/CN=dev1", fresh_key(kind)->public_key());
    const auto        issued = plant.granted(request.sans({"dns:dev1.plant", "ip:2001:db8::1", "uri:urn:x"}));
    const Files       files;
    const std::string leaf   = files.pem("leaf.pem", issued.certificate);
    const Said said = openssl("verify -x509_strict -purpose sslclient -attime " + std::to_string(noon) + " -CAfile " + files.pem("root.pem", *issued.root) +
                              " -untrusted " + files.pem("issuing.pem", issued.chain.front()) + " " + leaf);
    INFO(said.text);
    CHECK(said.status == 0);
    const Said shown = openssl("x509 -noout -text -in " + leaf);
    for (const char* part : {"Version: 3", "Subject: C = DE, O = Plant, CN = dev1", "DNS:dev1.plant, IP Address:2001:DB8:0:0:0:0:0:1, URI:urn:x",
                             "X509v3 Basic Constraints: critical\n                CA:FALSE", "X509v3 Key Usage: critical\n                Digital Signature\n",
                             "TLS Web Client Authentication, TLS Web Server Authentication", "URI:http://127.0.0.1/plant.crl"}) {
        INFO(part);
        CHECK(shown.text.find(part) != std::string::npos);
    }
}

TEST_CASE("serial numbers are positive, of up to 20 octets, and never the same", "[ca]") {
    std::set<Octets> seen;
    std::size_t      longest = 0;
    for (int i = 0; i < 2000; ++i) {
        const Octets serial = good(fresh_serial(system_random()));
        CHECK(serial[0] < 0x80);
        CHECK((serial.size() == 1 || serial[0] != 0 || serial[1] >= 0x80));  // minimal
        longest = std::max(longest, serial.size());
        seen.insert(serial);
    }
    CHECK(longest == 20);
    CHECK(seen.size() == 2000);
}

TEST_CASE("a random source that fails or gives zeros issues nothing", "[ca]") {
    const Random zeros = [](std::span<std::uint8_t> out) { return std::ranges::fill(out, std::uint8_t{0}), Result<void>(); };
    const Random fails = [](std::span<std::uint8_t>) { return Result<void>(Error{.code = Code::crypto_failed}); };
    CHECK(fresh_serial(zeros).error().code == Code::crypto_failed);
    CHECK(fresh_serial(fails).error().code == Code::crypto_failed);
}

TEST_CASE("a serial number that is in the records already is not issued a second time", "[ca]") {
    Arrival      plant;
    const Random same = [](std::span<std::uint8_t> out) { return std::ranges::fill(out, std::uint8_t{7}), Result<void>(); };
    const auto   ca   = good(CertificationAuthority::make(plant.settings, *plant.records, same));
    Request      first = ask(), second = ask();
    good(plant.records->commit({good(ca->enroll(first.view(), plant.requester(), noon)).writes}));
    const auto again = plant.records->commit({good(ca->enroll(second.view(), plant.requester(), noon)).writes});
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::conflict);
}

TEST_CASE("each kind of requester may send its own kinds of request", "[ca]") {
    Plant plant;
    plant.secret("dev1").uses = 0;
    const auto ours     = plant.enrolled("/CN=dev1");
    const auto secret   = plant.with_secret("dev1");
    const auto external = plant.as(device_of(maker().issuing, "/CN=dev1").certificate);
    const auto own      = plant.as(ours.certificate);
    CHECK(own.kind == RequesterKind::own);
    for (const BodyType type : {BodyType::ir, BodyType::cr, BodyType::p10cr}) plant.issue(Request(type, "/CN=dev1"), secret);
    for (const BodyType type : {BodyType::ir, BodyType::p10cr}) plant.issue(Request(type, "/CN=dev1"), external);
    for (const BodyType type : {BodyType::cr, BodyType::p10cr, BodyType::kur}) plant.issue(Request(type, "/CN=dev1"), own);
    CHECK(plant.refusal(Request(BodyType::kur, "/CN=dev1"), secret).fail_info == FailInfo::wrongIntegrity);
    const auto initial = plant.refusal(Request(BodyType::ir, "/CN=dev1"), own);
    CHECK(initial.fail_info == FailInfo::notAuthorized);
    CHECK(initial.text == "this requester may not send ir");
    for (const BodyType type : {BodyType::cr, BodyType::kur}) CHECK(plant.refusal(Request(type, "/CN=dev1"), external).fail_info == FailInfo::notAuthorized);
}

TEST_CASE("the profile is the secret's, else the request's, else the first", "[ca]") {
    Plant plant;
    plant.profile().name = "first";
    Profile other;
    other.name = "other", other.extended_key_usage = {"id-kp-codeSigning"};
    plant.settings.profiles.push_back(other);
    plant.secret("a").uses = 0;
    plant.secret("b").uses = 0;
    plant.settings.secrets.back().profile = "other";
    const auto purposes = [&](const char* reference, const char* profile) {
        return purposes_of(plant.issue(Request(BodyType::ir, "").profile(profile), plant.with_secret(reference)).certificate).size();
    };
    CHECK(purposes("a", "") == 2);
    CHECK(purposes("a", "first") == 2);
    CHECK(purposes("a", "other") == 1);
    CHECK(purposes("b", "") == 1);
    CHECK(purposes("b", "first") == 1);
    const auto unknown = plant.refusal(Request(BodyType::ir, "").profile("none"), plant.with_secret("a"));
    CHECK(unknown.fail_info == FailInfo::badCertTemplate);
    CHECK(unknown.text == "certProfile: there is none of this name");
}

TEST_CASE("a profile is for the kinds of requester that it names", "[ca]") {
    Arrival plant;
    plant.profile().requesters = {RequesterKind::own};
    const auto refused = plant.refused(ask());
    CHECK(refused.fail_info == FailInfo::notAuthorized);
    CHECK(refused.text == "this profile is not for this kind of requester");
}

TEST_CASE("keys of a kind or size that the profile does not name are refused", "[ca]") {
    Arrival plant;
    plant.profile().keys = {"ec:P-256", "rsa:2048-3072"};
    plant.granted(ask(fresh_key("rsa:2048")->public_key()));
    for (const char* kind : {"ec:P-384", "rsa:4096", "ed25519"}) {
        const auto refused = plant.refused(ask(fresh_key(kind)->public_key()));
        CHECK(refused.fail_info == FailInfo::badCertTemplate);
        CHECK(refused.text == "publicKey: " + std::string(kind) + " is not allowed here");
    }
}

TEST_CASE("no template makes a CA of an end entity", "[ca]") {
    Arrival plant;
    plant.profile().key_usage = {KeyUsageBit::digitalSignature, KeyUsageBit::nonRepudiation};
    const auto refused_with = [&](const OidConstant& oid, const auto& value) {
        const auto refused = plant.refused(ask().extension(oid, value));
        CHECK(refused.fail_info == FailInfo::badCertTemplate);
        return refused.text;
    };
    CHECK(refused_with(oids::id_ce_basicConstraints, BasicConstraints{true, {}}) == "basicConstraints: CA:TRUE never comes from a template");
    CHECK(refused_with(oids::id_ce_keyUsage, KeyUsage::of({KeyUsageBit::digitalSignature, KeyUsageBit::keyCertSign})) ==
          "keyUsage: keyCertSign never comes from a template");
    CHECK(refused_with(oids::id_ce_keyUsage, KeyUsage::of({KeyUsageBit::cRLSign})) == "keyUsage: cRLSign never comes from a template");
    for (const OidConstant* purpose : {&oids::id_kp_cmcRA, &oids::id_kp_cmcCA, &oids::id_kp_cmKGA, &oids::anyExtendedKeyUsage}) {
        const std::vector<der::Oid> purposes{oids::id_kp_clientAuth, *purpose};
        CHECK(refused_with(oids::id_ce_extKeyUsage, ExtKeyUsage(purposes)) == "extKeyUsage: " + std::string(oid_name(purpose->content())) + " never comes from a template");
    }
    const auto issued = plant.granted(ask().extension(oids::id_ce_basicConstraints, BasicConstraints{}));
    CHECK_FALSE(issued.with_mods);
    CHECK_FALSE(issued.certificate.is_ca());
}

TEST_CASE("an RA's purpose is granted where the profile names it", "[ca]") {
    Arrival plant;
    plant.profile().extended_key_usage = {"id-kp-cmcRA"};
    const std::vector<der::Oid> purposes{oids::id_kp_cmcRA};
    CHECK(purposes_of(plant.granted(ask().extension(oids::id_ce_extKeyUsage, ExtKeyUsage(purposes))).certificate) == std::vector<std::string_view>{"id-kp-cmcRA"});
}

TEST_CASE("a part of the usages and purposes may be asked for; what goes beyond is left out and told", "[ca]") {
    Arrival plant;
    const std::vector<der::Oid> part{oids::id_kp_clientAuth}, more{oids::id_kp_clientAuth, oids::id_kp_codeSigning}, none{oids::id_kp_codeSigning};
    const auto issued = plant.granted(ask().extension(oids::id_ce_extKeyUsage, ExtKeyUsage(part)));
    CHECK(purposes_of(issued.certificate) == std::vector<std::string_view>{"id-kp-clientAuth"});
    CHECK_FALSE(issued.with_mods);
    const auto narrowed = plant.granted(ask()
                                                      .extension(oids::id_ce_extKeyUsage, ExtKeyUsage(more))
                                                      .extension(oids::id_ce_keyUsage, KeyUsage::of({KeyUsageBit::digitalSignature, KeyUsageBit::nonRepudiation})));
    CHECK(narrowed.mods == "keyUsage without nonRepudiation; extKeyUsage without id-kp-codeSigning");
    CHECK(usage_of(narrowed.certificate).bits == KeyUsage::of({KeyUsageBit::digitalSignature}).bits);
    CHECK(plant.refused(ask().extension(oids::id_ce_extKeyUsage, ExtKeyUsage(none))).text == "extKeyUsage: nothing of it is granted here");
    CHECK(plant.refused(ask().extension(oids::id_ce_keyUsage, KeyUsage::of({KeyUsageBit::nonRepudiation}))).text ==
          "keyUsage: nothing of it is granted to this key");
}

TEST_CASE("keyEncipherment goes with RSA and keyAgreement with EC, where asked for", "[ca]") {
    Arrival    plant;
    const auto both = KeyUsage::of({KeyUsageBit::digitalSignature, KeyUsageBit::keyEncipherment, KeyUsageBit::keyAgreement});
    const auto bits = [&](const char* kind) {
        return usage_of(plant.granted(ask(fresh_key(kind)->public_key()).extension(oids::id_ce_keyUsage, both)).certificate).bits;
    };
    CHECK(bits("rsa:2048") == KeyUsage::of({KeyUsageBit::digitalSignature, KeyUsageBit::keyEncipherment}).bits);
    CHECK(bits("ec:P-256") == KeyUsage::of({KeyUsageBit::digitalSignature, KeyUsageBit::keyAgreement}).bits);
    CHECK(bits("ed25519") == KeyUsage::of({KeyUsageBit::digitalSignature}).bits);
}

TEST_CASE("identifiers of keys are ours, whatever the request says", "[ca]") {
    Arrival    plant;
    const auto key    = fresh_key();
    const auto issued = plant.granted(ask(key->public_key()).extension(oids::id_ce_subjectKeyIdentifier, der::octet_string(bytes_of("victim's")), true));
    CHECK(*issued.certificate.subject_key_identifier() == key->public_key().key_identifier());
    const auto* authority = extension_value<AuthorityKeyIdentifier>(issued.certificate->extensions, oids::id_ce_authorityKeyIdentifier);
    REQUIRE(authority);
    CHECK(equal(authority->keyIdentifier->content, *plant.settings.issuing_certificate.subject_key_identifier()));
    CHECK_FALSE(issued.with_mods);
}

TEST_CASE("an unknown extension is left out and told, or refused if it is critical", "[ca]") {
    Arrival plant;
    static constexpr OidConstant  unknown{"1.2.3.4"};
    static constexpr std::uint8_t null[] = {5, 0};
    const auto issued = plant.granted(ask().raw_extension(unknown, null));
    CHECK(issued.mods == "extension 1.2.3.4 is left out");
    CHECK_FALSE(find_extension(issued.certificate->extensions, unknown));
    const auto refused = plant.refused(ask().raw_extension(unknown, null, true));
    CHECK(refused.fail_info == FailInfo::badCertTemplate);
    CHECK(refused.text == "extension 1.2.3.4 is critical and not granted here");
    CHECK(plant.refused(ask().extension(oids::id_ce_nameConstraints, NameConstraints{}, true)).fail_info == FailInfo::badCertTemplate);
}

TEST_CASE("an extension that is there twice or cannot be read is refused", "[ca]") {
    Arrival plant;
    const auto usage = KeyUsage::of({KeyUsageBit::digitalSignature});
    const auto twice = plant.refused(ask().extension(oids::id_ce_keyUsage, usage).extension(oids::id_ce_keyUsage, usage));
    CHECK(twice.fail_info == FailInfo::badCertTemplate);
    CHECK(twice.text == "extension id-ce-keyUsage is there twice");
    for (const OidConstant* oid : {&oids::id_ce_keyUsage, &oids::id_ce_extKeyUsage, &oids::id_ce_basicConstraints, &oids::id_ce_subjectAltName}) {
        const auto refused = plant.refused(ask().raw_extension(*oid, bytes_of("junk")));
        CHECK(refused.fail_info == FailInfo::badCertTemplate);
        CHECK(refused.text == std::string(oid_name(oid->content())) + ": its value cannot be read");
    }
}

TEST_CASE("a request with more of a thing than any honest one has is refused", "[ca]") {
    Arrival plant;
    plant.profile().sans = {"*"};
    const std::vector<der::Oid> purposes(33, oids::id_kp_clientAuth);
    CHECK(plant.refused(ask().extension(oids::id_ce_extKeyUsage, ExtKeyUsage(purposes))).text == "extKeyUsage: there are too many");
    GeneralName name;
    name.emplace<"dNSName">() = der::IA5String{bytes_of("dev1.plant")};
    const std::vector<GeneralName> names(101, name);
    CHECK(plant.refused(ask().extension(oids::id_ce_subjectAltName, GeneralNames(names))).text == "subjectAltName: there are too many");
    Request many(BodyType::ir, "/CN=dev1");
    for (int i = 0; i < 33; ++i) many.extension(oids::id_ce_policyMappings, der::Null{});
    CHECK(plant.refused(many).text == "extensions: there are too many");
    CHECK(plant.refused(Request(BodyType::ir, "/O=" + std::string(9000, 'x') + "/CN=dev1")).text == "subject, subjectAltName: they are too long");
}

TEST_CASE("validity is that of the profile, unless a shorter one is asked for", "[ca]") {
    Arrival    plant;
    const auto plain = plant.granted(ask());
    CHECK(plain.certificate.not_before() == noon - 300);
    CHECK(plain.certificate.not_after() == noon + 365 * 86400);
    const auto shorter = plant.granted(ask().from(noon + 60).until(noon + 3600));
    CHECK(shorter.certificate.not_before() == noon + 60);
    CHECK(shorter.certificate.not_after() == noon + 3600);
    CHECK_FALSE(shorter.with_mods);
}

TEST_CASE("validity beyond the profile is cut and told", "[ca]") {
    Arrival    plant;
    const auto issued = plant.granted(ask().from(noon - 86400).until(253402300799));
    CHECK(issued.certificate.not_before() == noon - 300);
    CHECK(issued.certificate.not_after() == noon + 365 * 86400);
    CHECK(issued.mods == "notBefore is later than asked; notAfter is earlier than asked");
}

TEST_CASE("no certificate outlives the CA's", "[ca]") {
    Arrival plant;
    plant.profile().validity_seconds = 100LL * 365 * 86400;
    CHECK(plant.granted(ask()).certificate.not_after() == plant.settings.issuing_certificate.not_after());
}

TEST_CASE("validity that is past or empty is refused", "[ca]") {
    Arrival    plant;
    const auto past = plant.refused(ask().until(noon - 1));
    CHECK(past.fail_info == FailInfo::badCertTemplate);
    CHECK(past.text == "validity: notAfter is past");
    CHECK(plant.refused(ask().from(noon + 20).until(noon + 10)).text == "validity: notBefore is not before notAfter");
}

TEST_CASE("a CA whose own certificate has expired issues nothing", "[ca]") {
    Plant      plant;
    SecretEntry& entry = plant.secret("dev1");
    entry.uses = 0;
    plant.now  = plant.settings.issuing_certificate.not_after() + 1;
    CHECK(plant.refusal(Request(BodyType::ir, ""), plant.with_secret("dev1")).fail_info == FailInfo::systemUnavail);
}

TEST_CASE("an answer has the chain without the root, and the root apart", "[ca]") {
    Arrival    plant;
    const auto issued = plant.granted(ask());
    REQUIRE(issued.chain.size() == 1);
    CHECK(issued.chain.front() == founded().issuing.certificate);
    CHECK(issued.root == founded().root.certificate);
    CHECK(good(plant.ca().certificate(issued.key)) == issued.certificate);
    CHECK(plant.ca().certificate(bytes_of("another")).error().code == Code::not_found);
}

TEST_CASE("implicit confirmation is granted where it is asked for and the profile allows it", "[ca]") {
    Arrival plant;
    plant.profile().confirm_wait_seconds = 77;
    const auto awaited = plant.granted(ask());
    CHECK_FALSE(awaited.confirmed_implicitly);
    CHECK(awaited.confirm_by == noon + 77);
    CHECK(plant.state_of(awaited.certificate) == CertificateState::unconfirmed);
    const auto at_once = plant.granted(ask().implicit());
    CHECK(at_once.confirmed_implicitly);
    CHECK(plant.state_of(at_once.certificate) == CertificateState::valid);
    plant.restart();
    plant.profile().implicit_confirm = false;
    CHECK_FALSE(plant.granted(ask().implicit()).confirmed_implicitly);
}

TEST_CASE("an unconfirmed certificate is due when its confirmation is", "[ca]") {
    Arrival    plant;
    const auto issued = plant.granted(ask());
    CHECK(good(plant.records->due(store::Table::certificates, issued.confirm_by - 1, 10)).empty());
    const auto due = good(plant.records->due(store::Table::certificates, issued.confirm_by, 10));
    REQUIRE(due.size() == 1);
    CHECK(due[0].key == issued.key);
    plant.confirm(issued);
    CHECK(good(plant.records->due(store::Table::certificates, issued.confirm_by, 10)).empty());
}

TEST_CASE("the records tell who has which certificate by which profile", "[ca]") {
    Arrival    plant;
    const auto issued = plant.granted(ask());
    const auto listed = good(plant.ca().list({}, 10));
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].certificate == issued.certificate);
    CHECK(listed[0].requester == plant.requester().id);
    CHECK(listed[0].profile == "default");
    CHECK_FALSE(listed[0].revoked_at);
    CHECK(good(plant.ca().list(issued.certificate.serial(), 10)).empty());
}

}  // namespace
}  // namespace cmpkit::ca

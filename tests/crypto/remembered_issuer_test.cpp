// The short way through a remembered issuer gives the verdict that OpenSSL's verifier gives, whatever the certificate says.
#include "crypto/plant.hpp"
#include "data.hpp"

using namespace cmpkit;
using namespace cmpkit::test;

namespace {

constexpr OidConstant netscape_cert_type{"2.16.840.1.113730.1.1"}, private_extension{"1.3.6.1.4.1.99999.1"}, proxy_cert_info{"1.3.6.1.5.5.7.1.14"};

/// Extensions by OID, criticality and the value in hexadecimal.
struct Unusual {
    const char*        what;
    const OidConstant* oid;
    bool               critical;
    const char*        value;
};
const Unusual extensions[] = {
    {"no usage at all", &oids::id_ce_keyUsage, false, "030100"},
    {"a path length of no CA", &oids::id_ce_basicConstraints, false, "3003020100"},
    {"a CA", &oids::id_ce_basicConstraints, true, "30030101ff"},
    {"an alternative name that is a directory name", &oids::id_ce_subjectAltName, false, "3010a40e300c310a300806035504030c0161"},
    {"one of characters that do not exist", &oids::id_ce_subjectAltName, false, "3013a411300f310d300b06035504031c0461626364"},
    {"an EDI party of no name", &oids::id_ce_subjectAltName, false, "3004a5020500"},
    {"other names", &oids::id_ce_subjectAltName, false, "300ba00906022a03a003020105"},
    {"a place for the CRL under the issuer's name", &oids::id_ce_cRLDistributionPoints, false, "3010300ea00ca10a30080603550403130163"},
    {"an authority of a name whose characters do not exist", &oids::id_ce_authorityKeyIdentifier, false, "3018a113a411300f310d300b06035504031c0461626364820101"},
    {"Netscape's type", &netscape_cert_type, false, "03020780"},
    {"Netscape's type, of none", &netscape_cert_type, false, "0500"},
    {"something private", &private_extension, false, "0500"},
    {"something private and critical", &private_extension, true, "0500"},
    {"a proxy", &proxy_cert_info, false, "0500"},
};

/// UniversalString and BMPString of no character, INTEGER, VisibleString, TeletexString.
const char* const subjects[] = {"CN=#1c0461626364", "CN=#1e02d800", "CN=#020105", "CN=#1a0161", "CN=#1401fc", "CN=\\c3\\bc", ""};

/// Asked by somebody to whom the issuer is known, and by somebody to whom it is not.
void check_both_ways(const Plant& plant, const crypto::Cert& leaf, const crypto::Verifier& remembering) {
    const auto unknown = verifier({.anchors = {plant.root}})->path(leaf, Certs{plant.ca}, now);
    const auto known   = remembering.path(leaf, Certs{plant.ca}, now);
    CHECK(bool(known) == bool(unknown));
    if (known && unknown) CHECK(*known == *unknown);
}

}  // namespace

TEST_CASE("a remembered issuer's certificates are judged as if it were unknown", "[crypto]") {
    const Plant plant;
    const auto  remembering = verifier({.anchors = {plant.root}});
    CHECK(path(*remembering, plant.dev, {plant.ca}).size() == 3);
    for (const Unusual& each : extensions) {
        INFO(each.what);
        const Octets value = from_hex(each.value);
        check_both_ways(plant, plant.ca.issue({.extensions = {raw_extension(*each.oid, each.critical, value)}}), *remembering);
    }
    for (const char* subject : subjects) {
        INFO(subject);
        check_both_ways(plant, plant.ca.issue({.subject = subject}), *remembering);
    }
}

TEST_CASE("an issuer's name in another type of string is compared as OpenSSL does", "[crypto]") {
    Plant plant;
    plant.ca               = plant.root.issue({.subject = "CN=M\\c3\\bcller", .is_ca = true});
    plant.dev              = plant.ca.issue({});
    const auto remembering = verifier({.anchors = {plant.root}});
    CHECK(path(*remembering, plant.dev, {plant.ca}).size() == 3);
    check_both_ways(plant, plant.ca.issue({.issuer = "CN=#14074dc3bc6c6c6572"}), *remembering);
}

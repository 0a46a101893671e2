#include "crypto/certificate.hpp"
#include "data.hpp"
#include "forge/forge.hpp"

#include <thread>

using namespace cmpkit;
using namespace cmpkit::crypto;
using namespace cmpkit::test;

namespace {
}  // namespace

TEST_CASE("a certificate is its octets, their view and its key", "[crypto]") {
    const Octets der  = oracle("cert-a.hex");
    const Cert   cert = value_of(Cert::parse(der));
    CHECK(equal(cert.der(), der));
    CHECK(cert.hash() == sha256(der));
    CHECK(to_text(cert->subject) == "CN=test-ee");
    CHECK(cert.is_self_issued());
    CHECK(to_hex(*cert.subject_key_identifier()) == "fd81a6db64d6faf7f702c07971a82c25c1dc3c90");
    CHECK(value_of(cert.key()).key_identifier() == *cert.subject_key_identifier());
    CHECK(value_of(cert.key()).verify((*cert).signatureAlgorithm, cert->received, (*cert).signatureValue.bytes));
    CHECK(cert.not_before() == from);
    CHECK(cert.not_after() == until);
    CHECK(to_hex(cert.serial()) == "01");
    CHECK(cert == value_of(Cert::parse(der)));
    CHECK_FALSE(cert == value_of(Cert::parse(oracle("cert-ed448.hex"))));
    CHECK_FALSE(Cert());
}

TEST_CASE("what a certificate may be used for is read from its extensions", "[crypto]") {
    using enum KeyUsageBit;
    const Forge root = Forge::root();
    const Cert  dev  = root.issue({.usage = KeyUsage::of({keyAgreement}), .eku = {oids::id_kp_cmcRA, oids::id_kp_cmKGA}});
    CHECK(root.certificate().is_ca());
    CHECK(root.certificate().allows(keyCertSign));
    CHECK_FALSE(root.certificate().has_purpose(oids::id_kp_cmcRA));
    CHECK_FALSE(dev.is_ca());
    CHECK_FALSE(dev.is_self_issued());
    CHECK(dev.allows(keyAgreement));
    CHECK_FALSE(dev.allows(digitalSignature));
    CHECK(dev.has_purpose(oids::id_kp_cmKGA));
    CHECK_FALSE(dev.has_purpose(oids::id_kp_cmcCA));
    SECTION("without extensions every use is allowed, but it is no CA") {
        const Cert old = root.issue({.has_extensions = false});
        CHECK(old.allows(digitalSignature));
        CHECK_FALSE(old.is_ca());
        CHECK(old.subject_key_identifier() == nullptr);
    }
    SECTION("an extension that cannot be read allows nothing") {
        const Octets garbage = from_hex("0401");
        const auto   with    = [&](const OidConstant& oid) {
            return root.issue({.is_ca = true, .eku = {oids::id_kp_cmcRA}, .extensions = {raw_extension(oid, true, garbage)}});
        };
        CHECK_FALSE(with(oids::id_ce_keyUsage).certificate().allows(keyCertSign));
        CHECK_FALSE(with(oids::id_ce_basicConstraints).certificate().is_ca());
        CHECK_FALSE(with(oids::id_ce_extKeyUsage).certificate().has_purpose(oids::id_kp_cmcRA));
        CHECK(with(oids::id_ce_subjectKeyIdentifier).certificate().subject_key_identifier() == nullptr);
    }
}

TEST_CASE("what is not a certificate is refused and says where", "[crypto]") {
    const Octets good = oracle("cert-a.hex");
    Octets       longer = good;
    longer.push_back(0);
    CHECK(refusal_of(Cert::parse(longer)) == "unexpected");
    CHECK(refusal_of(Cert::parse(Bytes(good).first(100))) == "truncated");
    CHECK(refusal_of(Cert::parse({})) == "truncated");
    CHECK(refusal_of(Cert::parse(from_hex("3000"))) == "missing at tbsCertificate");
    SECTION("as is one with an extension twice") {
        const Forge  root  = Forge::root();
        const Octets value = from_hex("03020780");
        const auto   twice = root.encode({.extensions = {raw_extension(oids::id_ce_keyUsage, true, value), raw_extension(oids::id_ce_keyUsage, true, value)}},
                                         root.signer()->public_key());
        CHECK(refusal_of(Cert::parse(twice)) == "bad_certificate at tbsCertificate.extensions");
    }
}

TEST_CASE("a certificate with a key that is none can be read, its key cannot be had", "[crypto]") {
    Octets der = oracle("cert-a.hex");
    const Octets ed25519 = from_hex("302a300506032b6570"), x25519 = from_hex("302a300506032b656e");
    std::ranges::copy(x25519, std::ranges::search(der, ed25519).begin());
    const Cert cert = value_of(Cert::parse(der));
    CHECK(refusal_of(cert.key()) == "unsupported at tbsCertificate.subjectPublicKeyInfo.algorithm.algorithm");
    CHECK(refusal_of(cert.key()) == "unsupported at tbsCertificate.subjectPublicKeyInfo.algorithm.algorithm");
}

TEST_CASE("certificates are read from PEM and from DER", "[crypto]") {
    const Octets a = oracle("cert-a.hex"), b = oracle("cert-ed448.hex");
    CHECK(value_of(read_certificates(a)).size() == 1);
    const std::string both = "a comment\n" + write_pem("CERTIFICATE", a) + "text between\r\n" + write_pem("X509 CRL", b) + write_pem("CERTIFICATE", b) + "the end";
    const auto        read = value_of(read_certificates(bytes_of(both)));
    REQUIRE(read.size() == 2);
    CHECK(equal(read[0].der(), a));
    CHECK(equal(read[1].der(), b));
    CHECK(refusal_of(read_certificates(bytes_of(write_pem("X509 CRL", a)))) == "bad_certificate");
    CHECK(refusal_of(read_certificates(bytes_of(write_pem("CERTIFICATE", a) + write_pem("CERTIFICATE", Bytes(b).first(20))))) == "truncated at certificates[1]");
    CHECK(refusal_of(read_certificates(bytes_of("nonsense"))) == "truncated at certificates[0]");
}

TEST_CASE("PEM blocks are read in their order", "[crypto]") {
    CHECK(value_of(read_pem({})).empty());
    CHECK(value_of(read_pem(bytes_of("no block at all"))).empty());
    const Octets long_one(3000, 0xab);
    const auto   blocks = value_of(read_pem(bytes_of(write_pem("ONE", long_one) + "\n\n" + write_pem("TWO", Octets{7}))));
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0].label == "ONE");
    CHECK(blocks[0].octets == long_one);
    CHECK(blocks[1].octets == Octets{7});
    for (const char* broken : {"-----BEGIN A-----\nAAAA\n", "-----BEGIN A-----\nAAAA\n-----END B-----\n", "-----BEGIN A-----\n!!!!\n-----END A-----\n",
                               "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END A-----\n"})
        CHECK(refusal_of(read_pem(bytes_of(broken))) == "bad_value");
    CHECK(value_of(pem_or_der(bytes_of(write_pem("ONE", Octets{1}) + write_pem("TWO", Octets{2})), {"THREE", "TWO"})) == Octets{2});
    CHECK(refusal_of(pem_or_der(bytes_of(write_pem("ONE", Octets{1})), {"TWO"})) == "not_found");
    CHECK(value_of(pem_or_der(Octets{0x30, 0}, {"TWO"})) == Octets{0x30, 0});
}

TEST_CASE("a cache gives the same certificate for the same octets, and forgets the oldest", "[crypto]") {
    CertCache    cache(2);
    const Octets a = oracle("cert-a.hex"), b = oracle("cert-ed448.hex"), c = copy_of(Forge::root().certificate().der());
    const auto   is_kept = [&](const Octets& der, const Cert& first) { return &*value_of(cache.get(der)) == &*first; };
    const Cert   first_a = value_of(cache.get(a)), first_b = value_of(cache.get(b));
    CHECK(is_kept(a, first_a));
    const Cert first_c = value_of(cache.get(c));
    CHECK(is_kept(b, first_b));
    CHECK(is_kept(c, first_c));
    CHECK_FALSE(is_kept(a, first_a));
    CHECK(refusal_of(cache.get(from_hex("3000"))) == "missing at tbsCertificate");
}

TEST_CASE("threads may share a certificate, its key and a cache", "[crypto]") {
    const Cert                cert = value_of(Cert::parse(oracle("cert-a.hex")));
    CertCache                 cache(1);
    std::atomic<int>          agreed = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int times = 0; times < 50; ++times) {
                const auto key = cert.key();
                const auto got = cache.get(cert.der());
                if (key && got && key->verify((*cert).signatureAlgorithm, (*got)->received, (*cert).signatureValue.bytes)) ++agreed;
            }
        });
    threads.clear();
    CHECK(agreed == 200);
}

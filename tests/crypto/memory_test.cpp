// What a verifier remembers may save work and change no verdict.
#include "crypto/plant.hpp"
#include "data.hpp"

#include <openssl/err.h>
#include <thread>

using namespace cmpkit;
using namespace cmpkit::test;
using crypto::Revocation;

namespace {

constexpr OidConstant private_extension{"1.3.6.1.4.1.99999.1"};
constexpr OidConstant ip_address_blocks{"1.3.6.1.5.5.7.1.7"}, proxy_certificate{"1.3.6.1.5.5.7.1.14"};

struct Oddity {
    const char* name;
    OidConstant oid;
    const char* value;
};
constexpr Oddity oddities[] = {
    {"private", private_extension, "0500"},
    {"private that is no DER", private_extension, "ff"},
    {"key usage of no bits", oids::id_ce_keyUsage, "030100"},
    {"key usage that cannot be read", oids::id_ce_keyUsage, "0400"},
    {"basic constraints of a CA", oids::id_ce_basicConstraints, "30030101ff"},
    {"basic constraints with a path length", oids::id_ce_basicConstraints, "30060101ff020100"},
    {"basic constraints with a negative path length", oids::id_ce_basicConstraints, "30060101ff0201ff"},
    {"an alternative name that cannot be read", oids::id_ce_subjectAltName, "04"},
    {"an issuer's alternative name", oids::id_ce_issuerAltName, "300382017a"},
    {"extended key usage that cannot be read", oids::id_ce_extKeyUsage, "0400"},
    {"distribution point without place", oids::id_ce_cRLDistributionPoints, "30053003810101"},
    {"distribution point", oids::id_ce_cRLDistributionPoints, "30083006a004a00286007a"},
    {"name constraints", oids::id_ce_nameConstraints, "3009a00730058203612e62"},
    {"policy constraints", oids::id_ce_policyConstraints, "3003800100"},
    {"any policy inhibited", oids::id_ce_inhibitAnyPolicy, "020100"},
    {"address blocks", ip_address_blocks, "3000"},
    {"proxy certificate", proxy_certificate, "300f020100300a06082b06010505071501"},
    {"wrong authority key", oids::id_ce_authorityKeyIdentifier, "3003800101"},
    {"wrong authority serial", oids::id_ce_authorityKeyIdentifier, "3003820101"},
    {"authority key that cannot be read", oids::id_ce_authorityKeyIdentifier, "0400"},
};

std::optional<Code> verdict(const crypto::Verifier& verifier, const crypto::Cert& leaf, const crypto::Cert& ca, std::int64_t at) {
    const auto path = verifier.path(leaf, Certs{ca}, at);
    return path ? std::nullopt : std::optional(path.error().code);
}

std::vector<crypto::Cert> odd_leaves(const Plant& plant) {
    std::vector<crypto::Cert> leaves;
    for (const Oddity& each : oddities)
        for (const bool critical : {false, true}) {
            const Octets value = from_hex(each.value);
            leaves.push_back(plant.ca.issue({.subject = "CN=" + std::string(each.name), .extensions = {raw_extension(each.oid, critical, value)}}));
        }
    return leaves;
}

}  // namespace

TEST_CASE("a verifier that remembers the issuer agrees with one that does not", "[crypto]") {
    const Plant   plant;
    crypto::Trust trust;
    trust.anchors.push_back(plant.root);
    trust.crls.push_back(plant.root.crl());
    trust.crls.push_back(plant.ca.crl({.this_update = now - day, .next_update = now + day}));
    trust.revocation       = GENERATE(Revocation::none, Revocation::soft, Revocation::hard);
    const auto remembering = verifier(trust);
    for (const crypto::Cert& leaf : odd_leaves(plant))
        for (const std::int64_t at : {from, now - day, now, now + day, until - 1, until, until + 1}) {
            (void)remembering->path(plant.dev, Certs{plant.ca}, at);
            INFO(to_text(leaf->subject) << " at " << at);
            CHECK(verdict(*remembering, leaf, plant.ca, at) == verdict(*verifier(trust), leaf, plant.ca, at));
        }
}

TEST_CASE("threads may share a verifier", "[crypto]") {
    const Plant               plant;
    const auto                shared = verifier({.anchors = {plant.root}});
    const crypto::Cert        broken = plant.ca.issue({.has_broken_signature = true});
    const Certs               shown{plant.ca};
    std::atomic<int>          right = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int times = 0; times < 20; ++times) {
                if (shared->path(plant.dev, shown, now)) ++right;
                if (!shared->path(broken, shown, now)) ++right;
            }
        });
    threads.clear();
    CHECK(right == 160);
}

TEST_CASE("OpenSSL's errors stay inside", "[crypto]") {
    const Plant plant;
    CHECK_FALSE(verifier({})->path(plant.dev, Certs{plant.ca}, now));
    CHECK(ERR_peek_error() == 0);
    CHECK_FALSE(crypto::PrivateKey::parse(bytes_of("nonsense"), nullptr));
    CHECK_FALSE(value_of(plant.dev.certificate().key()).verify(plant.dev.signer()->algorithm(), {}, {}));
    CHECK_FALSE(crypto::read_pem(bytes_of("-----BEGIN A-----\n")));
    CHECK(ERR_peek_error() == 0);
}

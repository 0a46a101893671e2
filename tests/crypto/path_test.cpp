#include "crypto/plant.hpp"
#include "data.hpp"

using namespace cmpkit;
using namespace cmpkit::test;

TEST_CASE("a path leads from a certificate over its issuers to the anchor", "[crypto]") {
    const Plant plant;
    const auto  trusting = verifier({.anchors = {plant.root}});
    CHECK(path(*trusting, plant.dev, {plant.ca}) == Certs{plant.dev, plant.ca, plant.root});
    SECTION("asked for again, it is the same") {
        CHECK(path(*trusting, plant.dev, {plant.ca}) == Certs{plant.dev, plant.ca, plant.root});
    }
    SECTION("whatever else the peer sends, and in which order") {
        const Forge stranger = Forge::root("CN=Stranger");
        CHECK(path(*trusting, plant.dev, {stranger, plant.root, plant.dev, plant.ca}) == Certs{plant.dev, plant.ca, plant.root});
    }
    SECTION("of another certificate under the same issuer") {
        const Forge other = plant.ca.issue({.subject = "CN=dev2", .key = "ed25519"});
        CHECK(path(*trusting, other, {plant.ca}) == Certs{other, plant.ca, plant.root});
    }
}

TEST_CASE("a helper of the operator completes a path that the peer left open", "[crypto]") {
    const Plant plant;
    CHECK(path(*verifier({.anchors = {plant.root}, .intermediates = {plant.ca}}), plant.dev, {}) == Certs{plant.dev, plant.ca, plant.root});
}

TEST_CASE("an anchor need not be self-signed", "[crypto]") {
    const Plant plant;
    CHECK(path(*verifier({.anchors = {plant.ca}}), plant.dev, {}) == Certs{plant.dev, plant.ca});
    CHECK(path(*verifier({.anchors = {plant.dev}}), plant.dev, {}) == Certs{plant.dev});
}

TEST_CASE("paths of every kind of key are judged", "[crypto]") {
    const std::string kind = GENERATE("ec:P-256", "ec:P-384", "ec:P-521", "ec:brainpoolP256r1", "ec:brainpoolP512r1", "rsa:2048", "ed25519", "ed448");
    const Forge       root = Forge::self_signed({.subject = "CN=Root", .key = kind, .is_ca = true});
    const Forge       dev  = root.issue({.subject = "CN=dev", .key = kind});
    const auto        trusting = verifier({.anchors = {root}});
    for (int times = 0; times < 2; ++times) CHECK(path(*trusting, dev, {}) == Certs{dev, root});
}

TEST_CASE("a path that uses RSASSA-PSS is judged", "[crypto]") {
    const auto  key  = value_of(crypto::with_pss(value_of(crypto::generate_key("rsa:2048"))));
    const Forge root = Forge::self_signed({.subject = "CN=Root", .signer = key, .is_ca = true});
    const Forge dev  = root.issue({.subject = "CN=dev"});
    const auto  trusting = verifier({.anchors = {root}});
    for (int times = 0; times < 2; ++times) CHECK(path(*trusting, dev, {}) == Certs{dev, root});
}

TEST_CASE("a certificate without a path is not trusted, and the error says where the path ended", "[crypto]") {
    const Plant plant;
    SECTION("its issuer is missing") {
        const auto path = verifier({.anchors = {plant.root}})->path(plant.dev, {}, now);
        REQUIRE_FALSE(path);
        CHECK(path.error().code == Code::signer_not_trusted);
        CHECK(path.error().detail == "unable to get local issuer certificate: CN=dev1");
    }
    SECTION("its root is another's") {
        CHECK(refusal(*verifier({.anchors = {Forge::root("CN=Root")}}), plant.dev, {plant.ca}) == Code::signer_not_trusted);
        CHECK(refusal(*verifier({}), plant.dev, {plant.ca, plant.root}) == Code::signer_not_trusted);
    }
    SECTION("the peer's own root does not help it") {
        const Forge evil = Forge::root("CN=Evil");
        CHECK(refusal(*verifier({.anchors = {plant.root}}), evil.issue({.subject = "CN=dev1"}), {evil}) == Code::signer_not_trusted);
    }
    SECTION("of many certificates the first twenty are looked at") {
        Certs many(20, Forge::root("CN=Noise"));
        many.push_back(plant.ca);
        CHECK(refusal(*verifier({.anchors = {plant.root}}), plant.dev, many) == Code::signer_not_trusted);
    }
}

TEST_CASE("every certificate of a path must be valid at the time asked about", "[crypto]") {
    const Forge  root    = Forge::self_signed({.subject = "CN=Root", .not_after = from + 9 * year, .is_ca = true});
    const Forge  ca      = root.issue({.subject = "CN=CA", .not_before = from + year, .not_after = from + 8 * year, .is_ca = true});
    const Forge  dev     = ca.issue({.subject = "CN=dev", .not_before = from + 2 * year, .not_after = from + 7 * year});
    const Forge  eternal = ca.issue({.subject = "CN=eternal", .not_before = from, .not_after = from + 20 * year});
    const auto   trusting = verifier({.anchors = {root}});
    const bool   has_been_asked = GENERATE(false, true);
    if (has_been_asked) CHECK(path(*trusting, dev, {ca}, from + 3 * year).size() == 3);
    CHECK(path(*trusting, dev, {ca}, from + 2 * year).size() == 3);
    CHECK(path(*trusting, dev, {ca}, from + 7 * year - 1).size() == 3);
    CHECK(refusal(*trusting, dev, {ca}, from + 2 * year - 1) == Code::certificate_expired);
    CHECK(refusal(*trusting, dev, {ca}, from + 7 * year + 1) == Code::certificate_expired);
    CHECK(path(*trusting, eternal, {ca}, from + year).size() == 3);
    CHECK(refusal(*trusting, eternal, {ca}, from + year - 1) == Code::certificate_expired);
    CHECK(refusal(*trusting, eternal, {ca}, from + 8 * year + 1) == Code::certificate_expired);
    CHECK(refusal(*trusting, root, {}, from + 9 * year + 1) == Code::certificate_expired);
}

TEST_CASE("only a CA issues", "[crypto]") {
    using enum KeyUsageBit;
    const Plant plant;
    const auto  trusting = verifier({.anchors = {plant.root}});
    SECTION("not an end entity") {
        CHECK(refusal(*trusting, plant.dev.issue({.subject = "CN=dev2"}), {plant.dev, plant.ca}) == Code::signer_not_trusted);
    }
    SECTION("not one with keyCertSign alone") {
        const Forge half = plant.root.issue({.subject = "CN=Half", .usage = KeyUsage::of({keyCertSign})});
        CHECK(refusal(*trusting, half.issue({.subject = "CN=dev2"}), {half}) == Code::signer_not_trusted);
    }
    SECTION("not one without keyCertSign") {
        const Forge half = plant.root.issue({.subject = "CN=Half", .is_ca = true, .usage = KeyUsage::of({cRLSign})});
        CHECK(refusal(*trusting, half.issue({.subject = "CN=dev2"}), {half}) == Code::signer_not_trusted);
    }
    SECTION("not an anchor that is an end entity") {
        CHECK(refusal(*verifier({.anchors = {plant.dev}}), plant.dev.issue({.subject = "CN=dev2"}), {}) == Code::signer_not_trusted);
    }
    SECTION("not below its path length") {
        const Forge last = plant.root.issue({.subject = "CN=Last", .is_ca = true, .path_length = 0});
        const Forge below = last.issue({.subject = "CN=Below", .is_ca = true});
        CHECK(path(*trusting, below, {last}).size() == 3);
        CHECK(path(*trusting, last.issue({.subject = "CN=dev2"}), {last}).size() == 3);
        CHECK(refusal(*trusting, below.issue({.subject = "CN=dev2"}), {below, last}) == Code::signer_not_trusted);
    }
}

TEST_CASE("name constraints bind whoever comes under them", "[crypto]") {
    der::Arena      arena;
    GeneralSubtree  plant_names;
    plant_names.base = value_of(general_name_from_text("dns:plant.example", arena));
    NameConstraints constraints;
    constraints.permittedSubtrees = List<GeneralSubtree, non_empty>(&plant_names, 1);
    const Forge root = Forge::root();
    const Forge ca   = root.issue({.subject = "CN=CA", .is_ca = true, .extensions = {extension(oids::id_ce_nameConstraints, true, constraints, arena)}});
    const auto  trusting = verifier({.anchors = {root}});
    CHECK(path(*trusting, ca.issue({.subject = "CN=in", .sans = {"dns:dev1.plant.example"}}), {ca}).size() == 3);
    CHECK(refusal(*trusting, ca.issue({.subject = "CN=out", .sans = {"dns:dev1.other.example"}}), {ca}) == Code::signer_not_trusted);
}

TEST_CASE("a broken signature anywhere breaks the path", "[crypto]") {
    const Plant plant;
    const auto  trusting = verifier({.anchors = {plant.root}});
    if (GENERATE(false, true)) CHECK(path(*trusting, plant.dev, {plant.ca}).size() == 3);
    const Forge leaf = plant.ca.issue({.subject = "CN=dev2", .has_broken_signature = true});
    CHECK(refusal(*trusting, leaf, {plant.ca}) == Code::signer_not_trusted);
    const Forge ca = plant.root.issue({.subject = "CN=CA 2", .is_ca = true, .has_broken_signature = true});
    CHECK(refusal(*trusting, ca.issue({.subject = "CN=dev3"}), {ca}) == Code::signer_not_trusted);
}

TEST_CASE("a certificate whose signature was verified does not speak for the same under another one", "[crypto]") {
    const Plant plant;
    const auto  trusting = verifier({.anchors = {plant.root}});
    for (int times = 0; times < 3; ++times) CHECK(path(*trusting, plant.dev, {plant.ca}).size() == 3);
    Octets forged = copy_of(plant.dev.certificate().der());
    forged.back() ^= 1;
    CHECK(refusal(*trusting, value_of(crypto::Cert::parse(forged)), {plant.ca}) == Code::signer_not_trusted);
    CHECK(path(*trusting, plant.dev, {plant.ca}).size() == 3);
}

TEST_CASE("what OpenSSL would refuse in a leaf is refused under a remembered issuer too", "[crypto]") {
    const Plant plant;
    const auto  trusting = verifier({.anchors = {plant.root}});
    CHECK(path(*trusting, plant.dev, {plant.ca}).size() == 3);
    SECTION("an unknown critical extension") {
        static constexpr OidConstant secret_rule{"1.3.6.1.4.1.99999.1"};
        const Octets value  = from_hex("0500");
        const Forge  strict = plant.ca.issue({.extensions = {raw_extension(secret_rule, true, value)}});
        CHECK(refusal(*trusting, strict, {plant.ca}) == Code::signer_not_trusted);
        const Forge lax = plant.ca.issue({.extensions = {raw_extension(secret_rule, false, value)}});
        CHECK(path(*trusting, lax, {plant.ca}).size() == 3);
    }
    SECTION("another algorithm inside than outside") {
        const Forge leaf = plant.ca.issue({.inner_algorithm = crypto::algorithm_of(oids::ecdsa_with_SHA384)});
        CHECK(refusal(*trusting, leaf, {plant.ca}) == Code::signer_not_trusted);
    }
    SECTION("another issuer's name") {
        CHECK(refusal(*trusting, plant.ca.issue({.issuer = "CN=Somebody"}), {plant.ca}) == Code::signer_not_trusted);
    }
    SECTION("an extension that cannot be read") {
        const Octets value = from_hex("04");
        CHECK(refusal(*trusting, plant.ca.issue({.extensions = {raw_extension(oids::id_ce_subjectAltName, false, value)}}), {plant.ca}) == Code::signer_not_trusted);
    }
}

TEST_CASE("an issuer's name may be written in other letters", "[crypto]") {
    const Plant plant;
    const auto  trusting = verifier({.anchors = {plant.root}});
    const Forge leaf     = plant.ca.issue({.issuer = "CN=ISSUING  ca"});
    for (int times = 0; times < 2; ++times) CHECK(path(*trusting, leaf, {plant.ca}).size() == 3);
}

TEST_CASE("what one verifier has accepted is unknown to another", "[crypto]") {
    const Plant plant;
    CHECK(path(*verifier({.anchors = {plant.root}}), plant.dev, {plant.ca}).size() == 3);
    CHECK(refusal(*verifier({.anchors = {Forge::root("CN=Other")}}), plant.dev, {plant.ca}) == Code::signer_not_trusted);
}

TEST_CASE("an issuer that the peer does not show is not used, though it is remembered", "[crypto]") {
    const Plant plant;
    const auto  trusting = verifier({.anchors = {plant.root}});
    CHECK(path(*trusting, plant.dev, {plant.ca}).size() == 3);
    CHECK(refusal(*trusting, plant.dev, {}) == Code::signer_not_trusted);
}

TEST_CASE("an anchor is known by its octets", "[crypto]") {
    const Plant plant;
    const auto  trusting = verifier({.anchors = {plant.root}});
    CHECK(trusting->is_anchor(plant.root));
    CHECK_FALSE(trusting->is_anchor(plant.ca));
    CHECK(trusting->trust().anchors.size() == 1);
}

TEST_CASE("a chain for extraCerts ends before the root", "[crypto]") {
    const Plant plant;
    using crypto::chain_without_root;
    CHECK(chain_without_root(plant.dev, Certs{plant.root, plant.ca}) == Certs{plant.dev, plant.ca});
    CHECK(chain_without_root(plant.dev, Certs{plant.root}) == Certs{plant.dev});
    CHECK(chain_without_root(plant.root, Certs{plant.root}) == Certs{plant.root});
    SECTION("of two issuers of one name it takes the one that signed") {
        const Forge namesake = plant.root.issue({.subject = "CN=Issuing CA", .is_ca = true});
        CHECK(chain_without_root(plant.dev, Certs{namesake, plant.ca}) == Certs{plant.dev, plant.ca});
    }
    SECTION("two that certify each other make no endless chain") {
        const auto a = value_of(crypto::generate_key("ed25519")), b = value_of(crypto::generate_key("ed25519"));
        const Forge first  = Forge::self_signed({.subject = "CN=A", .signer = a, .is_ca = true});
        const Forge second = Forge::self_signed({.subject = "CN=B", .signer = b, .is_ca = true});
        const Forge ab = first.issue({.subject = "CN=B", .signer = b, .is_ca = true}), ba = second.issue({.subject = "CN=A", .signer = a, .is_ca = true});
        CHECK(chain_without_root(ab.issue({}), Certs{ab, ba}).size() == 3);
    }
}

// Keys, signatures and certificates that the openssl program made, and ours as it sees them.
#include "bench.hpp"
#include "crypto/digest.hpp"

using namespace cmpkit;
using namespace cmpkit::crypto;
using test::Bench, test::refusal_of, test::value_of;

namespace {

struct Kind {
    const char* generate;
    const char* name;
    const char* sign;  // options of dgst; empty: pkeyutl
    AlgorithmIdentifier (*make)(const OidConstant&);
    OidConstant oid;
};
const Kind kinds[] = {
    {"-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "rsa:2048", "-sha384", algorithm_with_null, oids::sha384WithRSAEncryption},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "ec:P-256", "-sha256", algorithm_of, oids::ecdsa_with_SHA256},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "ec:P-384", "-sha512", algorithm_of, oids::ecdsa_with_SHA512},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "ec:P-521", "-sha224", algorithm_of, oids::ecdsa_with_SHA224},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1", "ec:brainpoolP256r1", "-sha256", algorithm_of, oids::ecdsa_with_SHA256},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP384r1", "ec:brainpoolP384r1", "-sha384", algorithm_of, oids::ecdsa_with_SHA384},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP512r1", "ec:brainpoolP512r1", "-sha512", algorithm_of, oids::ecdsa_with_SHA512},
    {"-algorithm ed25519", "ed25519", "", algorithm_of, oids::id_Ed25519},
    {"-algorithm ed448", "ed448", "", algorithm_of, oids::id_Ed448},
};

std::string sign_command(const Kind& kind) {
    return *kind.sign ? std::string("dgst ") + kind.sign + " -sign key -out signature message" : "pkeyutl -sign -rawin -inkey key -in message -out signature";
}
std::string verify_command(const Kind& kind) {
    return *kind.sign ? std::string("dgst ") + kind.sign + " -verify public -signature ours message"
                      : "pkeyutl -verify -rawin -pubin -inkey public -in message -sigfile ours";
}
AlgorithmIdentifier algorithm(const Kind& kind) { return kind.make(kind.oid); }

}  // namespace

TEST_CASE("we verify what openssl signs and it verifies what we sign", "[crypto]") {
    const Kind& kind = kinds[static_cast<std::size_t>(GENERATE(range(0, static_cast<int>(std::size(kinds)))))];
    const Bench bench;
    bench.run(std::string("genpkey ") + kind.generate + " -out key");
    bench.run("pkey -in key -pubout -out public");
    bench.run(sign_command(kind));
    const auto key = bench.key("key");
    CHECK(key->public_key().name() == kind.name);
    CHECK(key->public_key().verify(algorithm(kind), bench.read("message"), bench.read("signature")));
    bench.write("ours", value_of(key->sign(algorithm(kind), bench.read("message"))));
    CHECK(bench.accepts(verify_command(kind)));
}

TEST_CASE("RSASSA-PSS of openssl and ours are the same", "[crypto]") {
    const Bench bench;
    bench.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key");
    bench.run("pkey -in key -pubout -out public");
    bench.run("dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign key -out signature message");
    const auto signer = value_of(with_pss(bench.key("key")));
    CHECK(signer->public_key().verify(signer->algorithm(), bench.read("message"), bench.read("signature")));
    bench.write("ours", value_of(signer->sign(signer->algorithm(), bench.read("message"))));
    CHECK(bench.accepts("dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -verify public -signature ours message"));
    bench.run("req -x509 -new -key key -sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:48 -subj /CN=pss -out certificate");
    const Cert cert = value_of(read_certificates(bench.read("certificate"))).front();
    CHECK(value_of(cert.key()).verify((*cert).signatureAlgorithm, cert->received, (*cert).signatureValue.bytes));
    CHECK(value_of(certificate_hash(*cert)) == value_of(digest(algorithm_of(oids::id_sha384), cert.der())));
}

TEST_CASE("private keys are read in every form that openssl writes", "[crypto]") {
    const Bench  bench;
    const Secret passphrase = Secret::copy_of(bytes_of("geheim"));
    bench.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa");
    bench.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec");
    const auto is_same = [&](const char* name, const char* original, const Secret* with = nullptr) {
        return equal(bench.key(name, with)->public_key().spki(), bench.key(original)->public_key().spki());
    };
    bench.run("rsa -in rsa -traditional -out traditional");
    CHECK(is_same("traditional", "rsa"));
    bench.run("rsa -in rsa -traditional -outform DER -out traditional.der");
    CHECK(is_same("traditional.der", "rsa"));
    bench.run("rsa -in rsa -traditional -aes128 -passout pass:geheim -out locked");
    CHECK(is_same("locked", "rsa", &passphrase));
    CHECK(PrivateKey::parse(bench.read("locked"), nullptr).error().detail == "a passphrase is needed");
    bench.run("pkcs8 -topk8 -in ec -v2 aes-256-cbc -scrypt -passout pass:geheim -outform DER -out scrypt.der");
    CHECK(is_same("scrypt.der", "ec", &passphrase));
    bench.run("ec -in ec -outform DER -out ec.der");
    CHECK(is_same("ec.der", "ec"));
    bench.run("ecparam -name prime256v1 -genkey -out with-parameters");  // an EC PARAMETERS block stands before the key
    CHECK(bench.key("with-parameters")->public_key().name() == "ec:P-256");
    bench.write("ours", value_of(bench.key("ec")->to_pem(&passphrase)).view());
    CHECK(bench.accepts("pkey -in ours -passin pass:geheim -noout"));
    CHECK_FALSE(bench.accepts("pkey -in ours -passin pass:falsch -noout"));
}

TEST_CASE("keys that openssl knows and we do not are refused", "[crypto]") {
    const Bench bench;
    for (const char* kind : {"-algorithm X25519", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
                             "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256t1", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit"}) {
        bench.run(std::string("genpkey ") + kind + " -out key");
        const auto refused = PrivateKey::parse(bench.read("key"), nullptr);
        CHECK(refusal_of(refused) == "bad_key");
        CHECK(refused.error().cause);
    }
}

TEST_CASE("a self-signed certificate with SHA-1 is readable, but its signature is refused", "[crypto]") {
    const Bench bench;
    bench.run("req -x509 -newkey rsa:2048 -nodes -keyout key -sha1 -subj /CN=old -out certificate");
    const Cert cert = value_of(read_certificates(bench.read("certificate"))).front();
    CHECK(refusal_of(value_of(cert.key()).verify((*cert).signatureAlgorithm, cert->received, (*cert).signatureValue.bytes)) == "algorithm_refused at algorithm");
    CHECK(value_of(certificate_hash(*cert)).size() == 20);
}

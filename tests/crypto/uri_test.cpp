// Keys and certificates behind URIs, here those of OpenSSL's own file: loader.
#include "bench.hpp"

using namespace cmpkit;
using namespace cmpkit::crypto;
using test::Bench, test::refusal_of, test::value_of;

namespace {

const Secret geheim = Secret::copy_of(bytes_of("geheim")), falsch = Secret::copy_of(bytes_of("falsch"));

struct Files : Bench {
    Files() {
        run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out certificate -subj /CN=dev1");
        run("pkcs8 -topk8 -in key -passout pass:geheim -out locked");
        run("pkcs12 -export -in certificate -inkey key -out made.p12 -passout pass:geheim");
    }
};

}  // namespace

TEST_CASE("a key and its certificate are opened at a URI", "[crypto]") {
    const Files files;
    const auto  key = value_of(PrivateKey::open(files.uri("key"), nullptr));
    CHECK(equal(key->public_key().spki(), files.key("key")->public_key().spki()));
    CHECK(key->public_key().verify(key->algorithm(), bytes_of("said"), value_of(key->sign(key->algorithm(), bytes_of("said")))));
    CHECK(equal(value_of(PrivateKey::open(files.uri("locked"), &geheim))->public_key().spki(), key->public_key().spki()));
    CHECK(equal(value_of(PrivateKey::open(files.uri("made.p12"), &geheim))->public_key().spki(), key->public_key().spki()));
    const auto cert = value_of(read_certificates(files.read("certificate"))).front();
    CHECK(value_of(open_certificates(files.uri("certificate"), nullptr)).front() == cert);
    CHECK(value_of(open_certificates(files.uri("made.p12"), &geheim)).front() == cert);
}

TEST_CASE("a URI without what is asked for is refused, and nothing of it is repeated", "[crypto]") {
    const Files files;
    const auto  refusal = [](const std::string& uri, const Secret* pin = nullptr) {
        const auto key = PrivateKey::open(uri, pin);
        REQUIRE_FALSE(key);
        CHECK(key.error().text().find("1234") == std::string::npos);
        return refusal_of(key);
    };
    CHECK(refusal("pkcs11:token=no;object=key?pin-value=1234") == "unsupported");
    CHECK(PrivateKey::open("pkcs11:pin-value=1234", nullptr).error().detail == "no provider that OpenSSL's configuration activates serves this pkcs11: URI");
    CHECK(refusal("file:/no/such/1234") == "not_found");
    CHECK(refusal("/no/such/1234") == "bad_argument");
    CHECK(refusal(files.uri("certificate")) == "not_found");
    CHECK(PrivateKey::open(files.uri("certificate"), nullptr).error().detail.starts_with("there is no private key at this file: URI"));
    CHECK(refusal(files.uri("locked")) == "bad_key");
    CHECK(PrivateKey::open(files.uri("locked"), nullptr).error().detail == "a passphrase is needed");
    CHECK(refusal(files.uri("locked"), &falsch) == "bad_key");
    CHECK(PrivateKey::open(files.uri("locked"), &falsch).error().detail.starts_with("wrong passphrase"));
    CHECK(refusal_of(open_certificates(files.uri("key"), nullptr)) == "not_found");
    CHECK(refusal_of(open_certificates("pkcs11:token=no", nullptr)) == "unsupported");
}

TEST_CASE("a URI that names two keys is refused", "[crypto]") {
    const Files files;
    files.run("genpkey -algorithm ed25519 -out other");
    Octets       both = files.read("key");
    const Octets other = files.read("other");
    both.insert(both.end(), other.begin(), other.end());
    files.write("both", both);
    CHECK(refusal_of(PrivateKey::open(files.uri("both"), nullptr)) == "bad_key");
}

TEST_CASE("a URI begins with a scheme of two characters or more", "[crypto]") {
    for (const char* text : {"pkcs11:token=t", "handle:0x81000001", "file:key.pem", "a1+-.:"}) CHECK(is_uri(text));
    for (const char* text : {"", ":", "key.pem", "./pkcs11:key", "c:/key.pem", "1a:x", "ca keys:x", "pkcs11"}) CHECK_FALSE(is_uri(text));
}

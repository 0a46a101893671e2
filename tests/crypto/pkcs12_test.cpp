// PKCS#12 files that the openssl program made.
#include "bench.hpp"
#include "crypto/pkcs12.hpp"

using namespace cmpkit;
using namespace cmpkit::crypto;
using test::Bench, test::refusal_of, test::value_of;

namespace {

/// A root, a device below it, and both with the device's key in files of several kinds.
struct Files : Bench {
    Files() {
        run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -subj /CN=Root");
        run("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout dev.key -out dev.csr -subj /CN=dev1");
        run("x509 -req -in dev.csr -CA root.pem -CAkey root.key -out dev.pem");
    }
    Octets exported(const std::string& options) const {
        run("pkcs12 -export -out made.p12 " + options);
        return read("made.p12");
    }
};

const Secret geheim = Secret::copy_of(bytes_of("geheim")), falsch = Secret::copy_of(bytes_of("falsch")), none;

}  // namespace

TEST_CASE("key, certificate and chain come out of a PKCS#12 file", "[crypto]") {
    const Files  files;
    const char*  legacy  = GENERATE("", "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1", "-iter 100000 -macalg sha512");
    const Octets made    = files.exported(std::string("-in dev.pem -inkey dev.key -certfile root.pem -passout pass:geheim ") + legacy);
    const Pkcs12 content = value_of(read_pkcs12(made, &geheim));
    REQUIRE(content.certificates.size() == 2);
    CHECK(content.certificates[0] == value_of(read_certificates(files.read("dev.pem"))).front());
    CHECK(content.certificates[1] == value_of(read_certificates(files.read("root.pem"))).front());
    CHECK(equal(content.key->public_key().spki(), value_of(content.certificates[0].key()).spki()));
    CHECK(is_pkcs12(made));
    CHECK(equal(value_of(PrivateKey::parse(made, &geheim))->public_key().spki(), content.key->public_key().spki()));
}

TEST_CASE("a wrong password of a PKCS#12 file is told from a missing one", "[crypto]") {
    const Octets made = Files().exported("-in dev.pem -inkey dev.key -passout pass:geheim");
    const Secret cut  = Secret::copy_of(Bytes(from_hex("67656865696d00")));
    CHECK(refusal_of(read_pkcs12(made, &falsch)) == "bad_key at macData");
    CHECK(read_pkcs12(made, &falsch).error().detail == "wrong password");
    for (const Secret* password : {static_cast<const Secret*>(nullptr), &none}) {
        CHECK(refusal_of(read_pkcs12(made, password)) == "bad_key at macData");
        CHECK(read_pkcs12(made, password).error().detail == "a password is needed");
    }
    CHECK(refusal_of(read_pkcs12(made, &cut)) == "bad_key at macData");
    CHECK(refusal_of(PrivateKey::parse(made, &falsch)) == "bad_key at macData");
}

TEST_CASE("a PKCS#12 file without a password is read", "[crypto]") {
    const Octets made = Files().exported("-in dev.pem -inkey dev.key -passout pass:");
    CHECK(value_of(read_pkcs12(made, nullptr)).key);
    CHECK(value_of(read_pkcs12(made, &none)).key);
    CHECK(refusal_of(read_pkcs12(made, &falsch)) == "bad_key at macData");
}

TEST_CASE("a PKCS#12 file may lack a key or a certificate", "[crypto]") {
    const Files  files;
    const Octets certificates = files.exported("-nokeys -in dev.pem -certfile root.pem -passout pass:geheim");
    const Octets key          = files.exported("-nocerts -inkey dev.key -in dev.key -passout pass:geheim");
    CHECK_FALSE(value_of(read_pkcs12(certificates, &geheim)).key);
    CHECK(value_of(read_pkcs12(certificates, &geheim)).certificates.size() == 2);
    CHECK(refusal_of(PrivateKey::parse(certificates, &geheim)) == "bad_key");
    CHECK(value_of(read_pkcs12(key, &geheim)).certificates.empty());
    CHECK(value_of(read_pkcs12(key, &geheim)).key);
}

TEST_CASE("a PKCS#12 file that cannot be trusted or read is refused", "[crypto]") {
    const Files  files;
    const Octets good = files.exported("-in dev.pem -inkey dev.key -passout pass:geheim");
    SECTION("without a MAC") {
        CHECK(refusal_of(read_pkcs12(files.exported("-nomac -in dev.pem -inkey dev.key -passout pass:geheim"), &geheim)) == "bad_value at macData");
    }
    SECTION("with more iterations than we do") {
        Octets costly = files.exported("-in dev.pem -inkey dev.key -passout pass:geheim -iter 65536");
        REQUIRE(to_hex(Bytes(costly).last(5)) == "0203010000");  // macData.iterations is the last value
        std::ranges::fill(std::span(costly).last(3), std::uint8_t{0x7f});
        CHECK(refusal_of(read_pkcs12(costly, &geheim)) == "bad_value at macData.iterations");
        costly[costly.size() - 3] = 0xff;
        CHECK(refusal_of(read_pkcs12(costly, &geheim)) == "bad_value at macData.iterations");
    }
    SECTION("cut anywhere, or not PKCS#12") {
        for (std::size_t size = 0; size < good.size(); size += 7) CHECK(refusal_of(read_pkcs12(Bytes(good).first(size), &geheim)) == "bad_value at PFX");
        CHECK(refusal_of(read_pkcs12(files.read("dev.pem"), &geheim)) == "bad_value at PFX");
        for (const char* file : {"dev.pem", "dev.key"}) CHECK_FALSE(is_pkcs12(files.read(file)));
        for (const char* hex : {"", "30", "3080", "308002", "30800201", "30ff0201"}) CHECK_FALSE(is_pkcs12(from_hex(hex)));
    }
    SECTION("with an octet changed") {
        for (std::size_t i = 30; i < good.size(); i += 97) {
            Octets other = good;
            other[i] ^= 1;
            CHECK_FALSE(read_pkcs12(other, &geheim));
        }
    }
}

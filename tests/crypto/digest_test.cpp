#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "data.hpp"
#include "der/encode.hpp"
#include "forge/value_of.hpp"

using namespace cmpkit;
using namespace cmpkit::crypto;
using test::refusal_of, test::value_of;

namespace {

Bytes  secret() { return bytes_of("Correct-Horse-42"); }
Octets salt() { return from_hex("000102030405060708090a0b0c0d0e0f"); }
std::string iterated(const OidConstant& owf, std::uint32_t iterations) {
    return to_hex(value_of(iterated_digest(algorithm_of(owf), secret(), salt(), iterations)).view());
}

}  // namespace

TEST_CASE("digests are those of their documents", "[crypto]") {
    const auto of_abc = [](const OidConstant& oid) { return to_hex(value_of(digest(algorithm_of(oid), bytes_of("abc")))); };
    CHECK(of_abc(oids::id_sha1) == "a9993e364706816aba3e25717850c26c9cd0d89d");  // FIPS 180 examples
    CHECK(of_abc(oids::id_sha224) == "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
    CHECK(of_abc(oids::id_sha256) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(of_abc(oids::id_sha384).substr(0, 32) == "cb00753f45a35e8bb5a03d699ac65007");
    CHECK(of_abc(oids::id_sha512).substr(0, 32) == "ddaf35a193617abacc417349ae204131");
    CHECK(of_abc(oids::id_shake128) == "5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc8");
    CHECK(of_abc(oids::id_shake256).size() == 128);
    CHECK(to_hex(sha256(bytes_of("abc"))) == of_abc(oids::id_sha256));
    CHECK(to_hex(sha1({})) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST_CASE("a digest's parameters are absent or NULL", "[crypto]") {
    const Octets null = from_hex("0500"), other = from_hex("020100");
    CHECK(digest(algorithm_with_null(oids::id_sha256), {}));
    CHECK(digest({oids::id_shake256, der::Open::raw(null)}, {}));
    CHECK(refusal_of(digest({oids::id_sha256, der::Open::raw(other)}, {})) == "unsupported at parameters");
    CHECK(refusal_of(digest(algorithm_of(oids::id_aes128_CBC), {})) == "unsupported at algorithm");
    CHECK(to_hex(der::encode(algorithm_of(oids::id_sha256))) == "300b0609608648016503040201");
    CHECK(to_hex(der::encode(algorithm_with_null(oids::hmacWithSHA256))) == "300c06082a864886f70d02090500");
}

TEST_CASE("a PBM key is the digest iterated over secret and salt", "[crypto]") {
    CHECK(iterated(oids::id_sha256, 1) == "b9cac3bc76c85a0e823cfddc4eb19f6f0892d469e0d3c741413ab20b9a60057a");
    CHECK(iterated(oids::id_sha256, 2) == "64167640f7b0bb3799df691cdc81b38cb6704e7478de14ea8913f43176f38cb5");
    CHECK(iterated(oids::id_sha256, 1000) == "7f031cad8400630fba64f67eebb357f8ac410cc845ed4f5627efa840b3cf258f");
    CHECK(iterated(oids::id_sha256, 500) == "7122da176271ba7addc099ff08dee24218f94319643b5b701fe9e85874a6e46c");
    CHECK(iterated(oids::id_sha1, 100) == "7e3966085c4c9512a76dffb6d32b515b15025461");
    CHECK(iterated(oids::id_sha512, 1024) ==
          "61099a6126683d40ad95da86b93cf6bcbec1ea560076b837124b3dd7f700d2524eb7c9e85b1c8c5d9941b32a64485c014be4ad25a9048c654a4e507d363c3ffa");
    CHECK(iterated(oids::id_shake256, 3).size() == 128);
    CHECK(refusal_of(iterated_digest(algorithm_of(oids::id_mgf1), secret(), salt(), 1)) == "unsupported at algorithm");
}

TEST_CASE("PBKDF2 derives the key of the oracle", "[crypto]") {
    const auto key = value_of(pbkdf2(algorithm_with_null(oids::hmacWithSHA256), secret(), salt(), 10000, 32));
    CHECK(to_hex(key.view()) == "9b6c534fcfef64fefa9fc0fac40a379c38cb64b22f2f5ee17327c901294cac3c");
    const auto second = value_of(pbkdf2(algorithm_of(oids::hmacWithSHA1), bytes_of("password"), bytes_of("salt"), 2, 20));  // RFC 6070
    CHECK(to_hex(second.view()) == "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
    const auto empty = value_of(pbkdf2(algorithm_of(oids::hmacWithSHA256), {}, bytes_of("salt"), 2, 20));
    CHECK(to_hex(empty.view()) == "62384466264daadc4144018c6bd864648272b34d");
    CHECK(refusal_of(pbkdf2(algorithm_of(oids::id_sha256), secret(), salt(), 1, 32)) == "unsupported at algorithm");
}

TEST_CASE("HMACs are those of RFC 2202 and RFC 4231", "[crypto]") {
    const Octets key     = Octets(20, 0x0b);
    const auto   mac_of  = [&](const OidConstant& oid) { return to_hex(value_of(hmac(algorithm_with_null(oid), key, bytes_of("Hi There")))); };
    CHECK(mac_of(oids::hmacWithSHA1) == "b617318655057264e28bc0b6fb378c8ef146be00");
    CHECK(mac_of(oids::hmac_SHA1) == "b617318655057264e28bc0b6fb378c8ef146be00");
    CHECK(mac_of(oids::hmacWithSHA224) == "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22");
    CHECK(mac_of(oids::hmacWithSHA256) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(mac_of(oids::hmacWithSHA384) == "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6");
    CHECK(mac_of(oids::hmacWithSHA512) ==
          "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
    CHECK(to_hex(value_of(hmac(algorithm_of(oids::hmacWithSHA256), {}, {}))) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    CHECK(hmac_size(algorithm_of(oids::hmacWithSHA384)) == 48);
    CHECK(hmac_size(algorithm_of(oids::id_KMACWithSHAKE128)) == 0);
    CHECK(refusal_of(hmac(algorithm_of(oids::id_aes128_GMAC), key, {})) == "unsupported at algorithm");
}

TEST_CASE("certHash goes by the hash of the certificate's own signature algorithm", "[crypto]") {
    const auto hash_of = [](const char* name) { return to_hex(value_of(certificate_hash(*value_of(Cert::parse(oracle(name)))))); };
    CHECK(hash_of("cert-a.hex") ==
          "56a6952ea7e6dd1febedc09df9febab979d11ab31fe38c55ac8ebcd7d6b620742866a8d13a8b3a825aaabb53e9e8c775f8f1f5b611a9604255feb9e50467f8dd");
    CHECK(hash_of("cert-ed448.hex") ==
          "c4c10fe6e5b3f5eab2eb82dfbe0e58b8af67b215546f59b74d3de0a46fb0db1d6f51ef1235c2678c5e129d238fe01faf4ad3b0b8d0c7ea1448adf581f37b4fcc");
    Certificate certificate;
    certificate.received           = bytes_of("abc");
    certificate.signatureAlgorithm = algorithm_with_null(oids::sha1WithRSAEncryption);
    CHECK(to_hex(value_of(certificate_hash(certificate))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    certificate.signatureAlgorithm = algorithm_of(oids::id_kp_cmcCA);  // stands for an algorithm of tomorrow
    CHECK(refusal_of(certificate_hash(certificate)) == "unsupported at signatureAlgorithm");
}

TEST_CASE("secrets compare by their octets", "[crypto]") {
    CHECK(equal_in_constant_time(bytes_of("abc"), bytes_of("abc")));
    CHECK(equal_in_constant_time({}, {}));
    CHECK_FALSE(equal_in_constant_time(bytes_of("abc"), bytes_of("abd")));
    CHECK_FALSE(equal_in_constant_time(bytes_of("abc"), bytes_of("abcd")));
    Secret a = Secret::copy_of(bytes_of("abc")), b = a.clone();
    a = std::move(b);
    CHECK(equal(a.view(), bytes_of("abc")));
    CHECK(b.empty());
    Octets first(32), second(32);
    CHECK(random_octets(first));
    CHECK(random_octets(second));
    CHECK(first != second);
    CHECK(random_octets({}));
}

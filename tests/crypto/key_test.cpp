#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "data.hpp"
#include "der/encode.hpp"
#include "forge/value_of.hpp"
#include "messages/body.hpp"

using namespace cmpkit;
using namespace cmpkit::crypto;
using test::refusal_of, test::value_of;

namespace {

const Bytes message = bytes_of("so it was said");

std::shared_ptr<PrivateKey> fresh(const std::string& kind) { return value_of(generate_key(kind)); }
Result<PublicKey> key_from(Bytes spki) {
    der::Arena arena;
    return PublicKey::from(value_of(der::parse<SubjectPublicKeyInfo>(spki, arena)));
}
/// A SubjectPublicKeyInfo of any content.
Octets spki_of(const AlgorithmIdentifier& algorithm, Bytes bits) {
    SubjectPublicKeyInfo info;
    info.algorithm        = algorithm;
    info.subjectPublicKey = {0, bits};
    return der::encode(info);
}
Octets rsa_spki(Bytes modulus, Bytes exponent) {
    der::Writer out;
    for (const Bytes each : {exponent, modulus}) {
        out.octets(der::unsigned_integer(each));
        out.header(der::tag::integer, der::unsigned_integer(each).size());
    }
    out.header(der::tag::sequence, out.size());
    return spki_of(algorithm_with_null(oids::rsaEncryption), out.written());
}
AlgorithmIdentifier on_curve(const OidConstant& curve) {
    static der::Oid chosen;
    chosen = curve;
    return {oids::id_ecPublicKey, der::Open::of(chosen)};
}
/// 2^(bits-1) + 1
Octets odd_number(std::size_t bits) {
    Octets number((bits + 7) / 8);
    number.front() = static_cast<std::uint8_t>(1u << ((bits - 1) % 8));
    number.back() |= 1;
    return number;
}
const Octets f4 = {1, 0, 1};

}  // namespace

TEST_CASE("a key of every kind signs, is written, read and verifies", "[crypto]") {
    const std::string kind = GENERATE("ec:P-256", "ec:P-384", "ec:P-521", "ec:brainpoolP256r1", "ec:brainpoolP384r1", "ec:brainpoolP512r1", "rsa:2048", "ed25519", "ed448");
    const auto        key  = fresh(kind);
    CHECK(key->public_key().name() == kind);
    const Octets    signature = value_of(key->sign(key->algorithm(), message));
    const PublicKey peers     = value_of(key_from(key->public_key().spki()));
    CHECK(equal(peers.spki(), key->public_key().spki()));
    CHECK(peers.verify(key->algorithm(), message, signature));
    CHECK(refusal_of(peers.verify(key->algorithm(), bytes_of("so it was not said"), signature)) == "signature_mismatch");
    CHECK(refusal_of(peers.verify(key->algorithm(), message, Bytes(signature).first(signature.size() - 1))) == "signature_mismatch");
    CHECK(refusal_of(peers.verify(key->algorithm(), message, {})) == "signature_mismatch");

    const Secret passphrase = Secret::copy_of(bytes_of("geheim")), wrong = Secret::copy_of(bytes_of("falsch")), none;
    const Secret plain = value_of(key->to_pem(nullptr)), encrypted = value_of(key->to_pem(&passphrase));
    CHECK(text_of(plain.view()).starts_with("-----BEGIN PRIVATE KEY-----\n"));
    CHECK(text_of(encrypted.view()).starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    for (const auto& again : {value_of(PrivateKey::parse(plain.view(), nullptr)), value_of(PrivateKey::parse(encrypted.view(), &passphrase)),
                              value_of(PrivateKey::parse(plain.view(), &passphrase))})
        CHECK(peers.verify(again->algorithm(), message, value_of(again->sign(again->algorithm(), message))));
    const Octets der = value_of(pem_or_der(plain.view(), {"PRIVATE KEY"})), sealed = value_of(pem_or_der(encrypted.view(), {"ENCRYPTED PRIVATE KEY"}));
    CHECK(equal(value_of(PrivateKey::parse(der, nullptr))->public_key().spki(), peers.spki()));
    CHECK(equal(value_of(PrivateKey::parse(sealed, &passphrase))->public_key().spki(), peers.spki()));
    for (const Bytes octets : {encrypted.view(), Bytes(sealed)}) {
        CHECK(PrivateKey::parse(octets, nullptr).error().detail == "a passphrase is needed");
        CHECK(PrivateKey::parse(octets, &none).error().detail == "a passphrase is needed");
        CHECK(PrivateKey::parse(octets, &wrong).error().detail.starts_with("wrong passphrase"));
    }
}

TEST_CASE("what is not a private key is refused", "[crypto]") {
    const Octets no_key = from_hex("3003020100");
    for (const Bytes octets : {Bytes{}, bytes_of("nonsense"), bytes_of("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), Bytes(no_key)}) {
        CHECK(refusal_of(PrivateKey::parse(octets, nullptr)) == "bad_key");
        CHECK(PrivateKey::parse(octets, nullptr).error().detail.starts_with("not a private key"));
    }
    for (const char* kind : {"", "rsa:1024", "rsa:2047", "rsa:3000", "rsa:16384", "rsa:2048x", "ec:P-192", "ec:brainpoolP256t1", "ec:", "ec", "brainpoolP256r1", "dsa"}) {
        CHECK(refusal_of(generate_key(kind)) == "bad_argument");
        CHECK(generate_key(kind).error().detail.find("ec:P-256") != std::string::npos);
    }
}

TEST_CASE("a key is named, measured and identified", "[crypto]") {
    const auto ec = fresh("ec:P-521"), ed = fresh("ed448");
    CHECK(ec->public_key().kind() == KeyKind::ec);
    CHECK(ec->public_key().bits() == 521);
    CHECK(ed->public_key().bits() == 456);
    der::Arena arena;
    const auto info = value_of(der::parse<SubjectPublicKeyInfo>(ed->public_key().spki(), arena));
    CHECK(ed->public_key().key_identifier() == sha1(info.subjectPublicKey.bytes));
    CHECK(ec->algorithm().algorithm == oids::ecdsa_with_SHA512);
    CHECK(fresh("ec:P-384")->algorithm().algorithm == oids::ecdsa_with_SHA384);
    CHECK(fresh("ec:brainpoolP256r1")->algorithm().algorithm == oids::ecdsa_with_SHA256);
    CHECK(fresh("ec:brainpoolP384r1")->algorithm().algorithm == oids::ecdsa_with_SHA384);
    CHECK(fresh("ec:brainpoolP512r1")->algorithm().algorithm == oids::ecdsa_with_SHA512);
    CHECK(to_hex(der::encode(fresh("rsa:2048")->algorithm())) == "300d06092a864886f70d01010b0500");
}

TEST_CASE("a key under an implicit tag is read, and its SubjectPublicKeyInfo has the tag SEQUENCE", "[crypto]") {
    const auto request = value_of(der::parse<PKIMessage>(from_hex(text_of(read_file(data_folder() / "oracles" / "t1.hex")))));
    const auto& asked  = (*request->body.get<"ir">())[0].certReq;
    const auto  key    = value_of(PublicKey::from(*asked.certTemplate.publicKey));
    CHECK(to_hex(key.spki()) == "302a300506032b657003210029acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7");
    const auto* possession = (*request->body.get<"ir">())[0].popo->get<"signature">();
    CHECK(key.verify(possession->algorithmIdentifier, asked.received, possession->signature.bytes));
    CHECK(refusal_of(key.verify(possession->algorithmIdentifier, asked.received.subspan(1), possession->signature.bytes)) == "signature_mismatch");
}

TEST_CASE("the Ed448 signature of RFC 8032 7.4 verifies", "[crypto]") {
    const Octets point     = from_hex("43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c235160627b4c3a9480");
    const Octets signature = from_hex("26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb"
                                      "cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d234441cf807c03a00");
    const auto   key       = value_of(key_from(spki_of(algorithm_of(oids::id_Ed448), point)));
    CHECK(key.verify(algorithm_of(oids::id_Ed448), from_hex("03"), signature));
    CHECK(refusal_of(key.verify(algorithm_of(oids::id_Ed448), from_hex("04"), signature)) == "signature_mismatch");
}

TEST_CASE("the signature of the signed ir verifies over header and body as received", "[crypto]") {
    const auto  message_in  = value_of(der::parse<PKIMessage>(from_hex(text_of(read_file(data_folder() / "oracles" / "t1.hex")))));
    der::Writer part;
    der::encode(der::describe<PKIBody>(), &message_in->body, part);
    part.octets(message_in->header.received);
    part.header(der::tag::sequence, part.size());
    CHECK(to_hex(sha256(part.written())) == "d6539dbef9236fee4cb21fe83f56ca6343f1ca5b1b96e4a0292da9b4060cee72");
    const auto key = value_of(PublicKey::from(message_in->extraCerts->front().tbsCertificate.subjectPublicKeyInfo));
    CHECK(key.verify(*message_in->header.protectionAlg, part.written(), message_in->protection->bytes));
}

TEST_CASE("octets that are no key of their algorithm are refused", "[crypto]") {
    SECTION("RSA") {
        CHECK(value_of(key_from(rsa_spki(odd_number(1024), f4))).name() == "rsa:1024");
        CHECK(value_of(key_from(rsa_spki(odd_number(16384), f4))).bits() == 16384);
        CHECK(value_of(key_from(rsa_spki(odd_number(2048), Octets{3}))).bits() == 2048);
        const Octets even = [] { Octets n = odd_number(2048); n.back() = 0; return n; }();
        for (const Octets& modulus : {odd_number(1000), odd_number(1023), odd_number(16385), even, Octets{0}})
            CHECK(refusal_of(key_from(rsa_spki(modulus, f4))) == "bad_key at subjectPublicKey.modulus");
        for (const Octets& exponent : {Octets{0}, Octets{1}, Octets{2}, Octets{1, 0, 0}, odd_number(65)})
            CHECK(refusal_of(key_from(rsa_spki(odd_number(2048), exponent))) == "bad_key at subjectPublicKey.publicExponent");
        const Octets negative = from_hex("30060201ff020103"), trailing = from_hex("300602010302010300"), number = from_hex("020103");
        CHECK(refusal_of(key_from(spki_of(algorithm_with_null(oids::rsaEncryption), negative))) == "bad_key at subjectPublicKey.modulus");
        for (const Octets& bits : {trailing, number, Octets{}})
            CHECK(refusal_of(key_from(spki_of(algorithm_with_null(oids::rsaEncryption), bits))) == "bad_key at subjectPublicKey");
        CHECK(refusal_of(key_from(spki_of(on_curve(oids::secp256r1), {}))) == "bad_key at subjectPublicKey");
        CHECK(refusal_of(key_from(spki_of({oids::rsaEncryption, der::Open::raw(number)}, {}))) == "bad_key at algorithm.parameters");
    }
    SECTION("EC") {
        const auto   key   = fresh("ec:P-256");
        const Octets point = copy_of(key->public_key().spki().last(65));
        const auto   with  = [&](std::size_t i, std::uint8_t octet) { Octets other = point; other[i] = octet; return other; };
        Octets       compressed(point.begin(), point.begin() + 33), longer = point;
        compressed[0] = static_cast<std::uint8_t>(2 | (point.back() & 1));
        longer.push_back(0);
        CHECK(value_of(key_from(spki_of(on_curve(oids::secp256r1), compressed))).verify(key->algorithm(), message, value_of(key->sign(key->algorithm(), message))));
        const Octets off_curve = with(64, point[64] ^ 1), hybrid = with(0, static_cast<std::uint8_t>(6 | (point.back() & 1))), infinity{0};
        for (const Octets& bits : {off_curve, hybrid, infinity, longer, Octets(point.begin(), point.end() - 1), Octets{}})
            CHECK(refusal_of(key_from(spki_of(on_curve(oids::secp256r1), bits))) == "bad_key at subjectPublicKey");
        for (const OidConstant& other : {oids::secp384r1, oids::brainpoolP256r1, oids::brainpoolP512r1})
            CHECK(refusal_of(key_from(spki_of(on_curve(other), point))) == "bad_key at subjectPublicKey");
        CHECK(refusal_of(key_from(spki_of(on_curve(oids::id_ecPublicKey), point))) == "unsupported at algorithm.parameters");
        CHECK(refusal_of(key_from(spki_of(algorithm_of(oids::id_ecPublicKey), point))) == "bad_key at algorithm.parameters");
        CHECK(refusal_of(key_from(spki_of(algorithm_with_null(oids::id_ecPublicKey), point))) == "bad_key at algorithm.parameters");
    }
    SECTION("Edwards curves") {
        CHECK(refusal_of(key_from(spki_of(algorithm_of(oids::id_Ed25519), Octets(31)))) == "bad_key at subjectPublicKey");
        CHECK(refusal_of(key_from(spki_of(algorithm_of(oids::id_Ed448), Octets(58)))) == "bad_key at subjectPublicKey");
        CHECK(refusal_of(key_from(spki_of(algorithm_with_null(oids::id_Ed25519), Octets(32)))) == "bad_key at algorithm.parameters");
    }
    SECTION("others") {
        CHECK(refusal_of(key_from(spki_of(algorithm_of(oids::id_X25519), Octets(32)))) == "unsupported at algorithm.algorithm");
        SubjectPublicKeyInfo info;
        info.algorithm               = algorithm_of(oids::id_Ed25519);
        info.subjectPublicKey.unused = 1;
        CHECK(refusal_of(PublicKey::from(info)) == "bad_key at subjectPublicKey");
    }
}

TEST_CASE("an algorithm that is weak, unknown or not the key's is refused", "[crypto]") {
    const auto   rsa = fresh("rsa:2048"), ec = fresh("ec:P-256"), ed = fresh("ed25519");
    const Octets number = from_hex("020100");
    const auto   refusal = [](const PrivateKey& key, const AlgorithmIdentifier& algorithm) {
        const std::string words = refusal_of(key.public_key().verify(algorithm, message, message));
        CHECK(refusal_of(key.sign(algorithm, message)) == words);
        return words;
    };
    CHECK(refusal(*rsa, algorithm_with_null(oids::sha1WithRSAEncryption)) == "algorithm_refused at algorithm");
    CHECK(rsa->public_key().verify(algorithm_with_null(oids::sha1WithRSAEncryption), message, message).error().detail == "signatures with SHA-1 are refused");
    CHECK(refusal(*ec, algorithm_of(oids::ecdsa_with_SHA1)) == "algorithm_refused at algorithm");
    CHECK(refusal(*ec, algorithm_with_null(oids::sha256WithRSAEncryption)) == "algorithm_refused at algorithm");
    CHECK(refusal(*ed, algorithm_of(oids::id_Ed448)) == "algorithm_refused at algorithm");
    CHECK(refusal(*rsa, algorithm_of(oids::id_PasswordBasedMac)) == "algorithm_refused at algorithm");
    CHECK(refusal(*ec, algorithm_with_null(oids::ecdsa_with_SHA256)) == "algorithm_refused at parameters");
    CHECK(refusal(*ed, algorithm_with_null(oids::id_Ed25519)) == "algorithm_refused at parameters");
    CHECK(refusal(*rsa, {oids::sha256WithRSAEncryption, der::Open::raw(number)}) == "algorithm_refused at parameters");
    CHECK(rsa->public_key().verify(algorithm_of(oids::sha256WithRSAEncryption), message, value_of(rsa->sign(rsa->algorithm(), message))));
}

TEST_CASE("RSASSA-PSS signs and verifies by its parameters, and bad ones are refused", "[crypto]") {
    const auto rsa = fresh("rsa:2048");
    const auto pss = value_of(with_pss(rsa));
    CHECK(to_hex(der::encode(pss->algorithm())) ==
          "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120");
    const Octets signature = value_of(pss->sign(pss->algorithm(), message));
    CHECK(pss->public_key().verify(pss->algorithm(), message, signature));
    CHECK(refusal_of(pss->public_key().verify(pss->algorithm(), signature, signature)) == "signature_mismatch");
    CHECK(refusal_of(pss->public_key().verify(rsa->algorithm(), message, signature)) == "signature_mismatch");
    CHECK(refusal_of(with_pss(fresh("ed25519"))) == "bad_argument");

    const AlgorithmIdentifier sha256 = algorithm_of(oids::id_sha256), sha512 = algorithm_of(oids::id_sha512);
    const AlgorithmIdentifier mgf256{oids::id_mgf1, der::Open::of(sha256)}, mgf512{oids::id_mgf1, der::Open::of(sha512)};
    const auto verdict = [&](const RSASSA_PSS_params& parameters) {
        return refusal_of(rsa->public_key().verify({oids::id_RSASSA_PSS, der::Open::of(parameters)}, message, signature));
    };
    const Octets null = from_hex("0500");
    CHECK(refusal_of(rsa->public_key().verify({oids::id_RSASSA_PSS, der::Open::raw(null)}, message, signature)) == "algorithm_refused at parameters");
    CHECK(refusal_of(rsa->public_key().verify(algorithm_of(oids::id_RSASSA_PSS), message, signature)) == "algorithm_refused at parameters.hashAlgorithm");
    CHECK(verdict({}) == "algorithm_refused at parameters.hashAlgorithm");
    CHECK(verdict({algorithm_of(oids::id_shake256), mgf256, 32, 1}) == "algorithm_refused at parameters.hashAlgorithm");
    CHECK(verdict({sha256, mgf512, 32, 1}) == "algorithm_refused at parameters.maskGenAlgorithm");
    CHECK(verdict({sha256, std::nullopt, 32, 1}) == "algorithm_refused at parameters.maskGenAlgorithm");
    CHECK(verdict({sha256, algorithm_of(oids::id_mgf1), 32, 1}) == "algorithm_refused at parameters.maskGenAlgorithm");
    // OpenSSL takes negative lengths for words such as "find out".
    for (const std::int64_t length : {-1, -2, -3, -4, 513}) CHECK(verdict({sha256, mgf256, length, 1}) == "algorithm_refused at parameters.saltLength");
    CHECK(verdict({sha256, mgf256, 32, 2}) == "algorithm_refused at parameters.trailerField");
    CHECK(verdict({sha256, mgf256, 20, 1}) == "signature_mismatch");
    CHECK(verdict({sha256, mgf256, 512, 1}) == "signature_mismatch");
    const RSASSA_PSS_params strong{sha512, mgf512, 64, 1};
    const AlgorithmIdentifier with_sha512{oids::id_RSASSA_PSS, der::Open::of(strong)};
    CHECK(rsa->public_key().verify(with_sha512, message, value_of(pss->sign(with_sha512, message))));
}

TEST_CASE("a signing function is held to its key", "[crypto]") {
    const auto key    = fresh("ec:P-256"), other = fresh("ec:P-256");
    const auto honest = callback_signer(key->public_key(), [&](const AlgorithmIdentifier& algorithm, Bytes data) { return key->sign(algorithm, data); });
    CHECK(key->public_key().verify(honest->algorithm(), message, value_of(honest->sign(honest->algorithm(), message))));
    const auto wrong   = callback_signer(key->public_key(), [&](const AlgorithmIdentifier& algorithm, Bytes data) { return other->sign(algorithm, data); });
    const auto refused = wrong->sign(wrong->algorithm(), message);
    CHECK(refusal_of(refused) == "signing_failed");
    CHECK(refused.error().cause->code == Code::signature_mismatch);
    const auto broken = callback_signer(key->public_key(), [](const AlgorithmIdentifier&, Bytes) -> Result<Octets> { return Error{.code = Code::io}; });
    CHECK(broken->sign(broken->algorithm(), message).error().cause->code == Code::io);
    bool       was_asked = false;
    const auto asked     = callback_signer(key->public_key(), [&](const AlgorithmIdentifier&, Bytes) -> Result<Octets> { return was_asked = true, Octets{}; });
    CHECK(refusal_of(asked->sign(algorithm_of(oids::ecdsa_with_SHA1), message)) == "algorithm_refused at algorithm");
    CHECK_FALSE(was_asked);
}

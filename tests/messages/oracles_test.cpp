#include "messages/names.hpp"
#include "messages/round_trip.hpp"

using namespace cmpkit;

namespace {
/// «header ‖ body as a SEQUENCE», what protection covers.
Octets protected_part(const PKIHeader& header, const PKIBody& body) {
    der::Writer out;
    der::encode(der::describe<PKIBody>(), &body, out);
    der::encode(der::describe<PKIHeader>(), &header, out);
    out.header(der::tag::sequence, out.size());
    return out.finish();
}
}  // namespace

TEST_CASE("the signed ir is read member by member", "[messages]") {
    const auto message = parsed<PKIMessage>(oracle("t1.hex"));
    CHECK(message.octets().size() == 644);
    check_round_trip(der::describe<PKIMessage>(), message.octets());
    const PKIHeader& header = message->header;
    CHECK(header.pvno == Pvno::cmp2000);
    CHECK(to_text(header.sender) == "dir:CN=test-ee");
    CHECK(to_text(header.recipient) == "dir:CN=test-ca");
    CHECK(der::unix_seconds(*header.messageTime) == 1748779200);
    CHECK(header.protectionAlg->algorithm == oids::id_Ed25519);
    CHECK_FALSE(header.protectionAlg->parameters);
    CHECK(to_hex(header.senderKID->content) == "fd81a6db64d6faf7f702c07971a82c25c1dc3c90");
    CHECK(to_hex(header.transactionID->content) == "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
    CHECK(to_hex(header.senderNonce->content) == "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf");
    CHECK_FALSE(header.recipNonce);
    CHECK(find_info(header.generalInfo, oids::id_it_implicitConfirm));
    CHECK_FALSE(find_info(header.generalInfo, oids::id_it_certProfile));
    const auto* requests = cert_requests(message->body);
    REQUIRE(requests);
    CHECK(to_text(*(*requests)[0].certReq.certTemplate.subject) == "CN=dev-0001");
    CHECK((*requests)[0].popo->get<"signature">()->signature.bytes.size() == 64);
    CHECK(message->protection->bytes.size() == 64);
    CHECK(message->extraCerts->size() == 1);
    CHECK(equal(message->extraCerts->front().received, oracle("cert-a.hex")));
    CHECK_FALSE(cert_responses(message->body));
    CHECK(type_of(message->body) == BodyType::ir);
}

TEST_CASE("what protection and proof of possession cover is kept as received", "[messages]") {
    const auto   message = parsed<PKIMessage>(oracle("t1.hex"));
    const Bytes  octets  = message.octets();
    CHECK(message->received.data() == octets.data());
    CHECK(message->header.received.data() == octets.data() + 4);
    CHECK(to_hex(message->header.received.first(6)) == "30819d020102");
    CHECK(to_hex(message->body.received.first(6)) == "a0819c308199");
    CHECK(to_hex(cert_requests(message->body)->front().certReq.received.first(5)) == "3048020100");
    CHECK(to_hex(message->extraCerts->front().tbsCertificate.subject.received) == "30123110300e06035504030c07746573742d6565");
    CHECK(protected_part(message->header, message->body).size() == 4 + message->header.received.size() + message->body.received.size());
}

TEST_CASE("the certificates are read", "[messages]") {
    const auto ed25519 = parsed<Certificate>(oracle("cert-a.hex"));
    check_round_trip(der::describe<Certificate>(), ed25519.octets());
    CHECK(ed25519->tbsCertificate.version == CertificateVersion::v3);
    CHECK(to_text(ed25519->tbsCertificate.subject) == "CN=test-ee");
    CHECK(unix_seconds(ed25519->tbsCertificate.validity.notAfter) == 2082758399);
    const auto ed448 = parsed<Certificate>(oracle("cert-ed448.hex"));
    check_round_trip(der::describe<Certificate>(), ed448.octets());
    CHECK(ed448->signatureAlgorithm.algorithm == oids::id_Ed448);
    CHECK(ed448->tbsCertificate.subjectPublicKeyInfo.subjectPublicKey.bytes.size() == 57);
}

TEST_CASE("password-based MAC parameters are decoded and give messages of the right size", "[messages]") {
    struct Case {
        std::string_view algorithm;
        std::int64_t     iterations;
        OidConstant      owf, mac;
        std::size_t      protected_size;
    };
    const Case cases[] = {
        {"303c06092a864886f67d07420d302f0410000102030405060708090a0b0c0d0e0f300b0609608648016503040201020203e8300a06082a864886f70d0209", 1000, oids::id_sha256,
         oids::hmacWithSHA256, 349},
        {"303c06092a864886f67d07420d302f0410000102030405060708090a0b0c0d0e0f300b0609608648016503040201020201f4300a06082b06010505080102", 500, oids::id_sha256,
         oids::hmac_SHA1, 349},
        {"303706092a864886f67d07420d302a0410000102030405060708090a0b0c0d0e0f300706052b0e03021a020164300a06082a864886f70d0207", 100, oids::id_sha1,
         oids::hmacWithSHA1, 344},
        {"303c06092a864886f67d07420d302f0410000102030405060708090a0b0c0d0e0f300b060960864801650304020302020400300a06082a864886f70d020b", 1024, oids::id_sha512,
         oids::hmacWithSHA512, 349},
        {"304d06092a864886f67d07420d30400410000102030405060708090a0b0c0d0e0f300b0609608648016503040201020203e8301b0609608648016503040109300e040c00010203040506070809"
         "0a0b",
         1000, oids::id_sha256, oids::id_aes128_GMAC, 366}};
    const auto message = parsed<PKIMessage>(oracle("t2a.hex"));
    check_round_trip(der::describe<PKIMessage>(), message.octets());
    CHECK(text_of(message->header.senderKID->content) == "ref-3078");
    for (const Case& each : cases) {
        const auto  algorithm = parsed<AlgorithmIdentifier>(each.algorithm);
        const auto* pbm       = algorithm->parameters->get<PBMParameter>();
        REQUIRE(pbm);
        check_round_trip(der::describe<AlgorithmIdentifier>(), algorithm.octets());
        CHECK(pbm->iterationCount == each.iterations);
        CHECK(pbm->owf.algorithm == each.owf);
        CHECK(pbm->mac.algorithm == each.mac);
        PKIHeader header     = message->header;
        header.received      = {};
        header.protectionAlg = *algorithm;
        CHECK(protected_part(header, message->body).size() == each.protected_size);
    }
    const auto gmac = parsed<AlgorithmIdentifier>(cases[4].algorithm);
    CHECK(gmac->parameters->get<PBMParameter>()->mac.parameters->get<GcmParameters>()->length == 12);
}

TEST_CASE("parameters of the other MACs are decoded", "[messages]") {
    const auto pbmac1 = parsed<AlgorithmIdentifier>("305106092a864886f70d01050e3044303406092a864886f70d01050c30270410000102030405060708090a0b0c0d0e0f02022710020120300c060"
                                                    "82a864886f70d02090500300c06082a864886f70d02090500");
    check_round_trip(der::describe<AlgorithmIdentifier>(), pbmac1.octets());
    const auto* scheme = pbmac1->parameters->get<PBMAC1_params>();
    REQUIRE(scheme);
    const auto* pbkdf2 = scheme->keyDerivationFunc.parameters->get<PBKDF2_params>();
    REQUIRE(pbkdf2);
    CHECK(pbkdf2->iterationCount == 10000);
    CHECK(pbkdf2->keyLength == 32);
    CHECK(pbkdf2->prf->algorithm == oids::hmacWithSHA256);

    const auto kem = parsed<AlgorithmIdentifier>("302d06092a864886f67d0742103020300d060b2a864886f70d010910031c020120300c06082a864886f70d02090500");
    check_round_trip(der::describe<AlgorithmIdentifier>(), kem.octets());
    REQUIRE(kem->parameters->get<KemBMParameter>());
    CHECK(kem->parameters->get<KemBMParameter>()->len == 32);
    CHECK(kem->parameters->get<KemBMParameter>()->kdf.algorithm == oids::id_alg_hkdf_with_sha256);

    const auto dh = parsed<AlgorithmIdentifier>("302606092a864886f67d07421e3019300b0609608648016503040201300a06082a864886f70d0209");
    check_round_trip(der::describe<AlgorithmIdentifier>(), dh.octets());
    REQUIRE(dh->parameters->get<DHBMParameter>());
    CHECK(dh->parameters->get<DHBMParameter>()->mac.algorithm == oids::hmacWithSHA256);
}

TEST_CASE("KemOtherInfo has its context under an explicit tag", "[messages]") {
    check_round_trip(der::describe<KemOtherInfo>(), from_hex("301d30090c07434d502d4b454d0410a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"));
    const auto with = parsed<KemOtherInfo>("302430090c07434d502d4b454d0410a0a1a2a3a4a5a6a7a8a9aaabacadaeafa0050403637478");
    check_round_trip(der::describe<KemOtherInfo>(), with.octets());
    CHECK(text_of(with->kemContext->content) == "ctx");
    const auto implicit = der::parse<KemOtherInfo>(from_hex("302230090c07434d502d4b454d0410a0a1a2a3a4a5a6a7a8a9aaabacadaeaf8003637478"));
    REQUIRE_FALSE(implicit);
    CHECK(implicit.error().code == Code::unexpected);
    CHECK(implicit.error().offset == 31);
}

TEST_CASE("key management structures round-trip", "[messages]") {
    check_round_trip(der::describe<EccCmsSharedInfo>(), from_hex("3015300b060960864801650304012da206040400000100"));
    check_round_trip(der::describe<SignedAttributes>(), from_hex("314c301906092a864886f70d010903310c060a60864801650201024e05302f06092a864886f70d010904312204207faf7bb97"
                                                                 "49c8b571ace25f0ccabd848e1d248d2296b697864ed0e23e299bb86"));
    const auto package = parsed<AsymmetricKeyPackage>("30533051020101300506032b657004220420202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f81210029acbae141"
                                                      "bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7");
    check_round_trip(der::describe<AsymmetricKeyPackage>(), package.octets());
    CHECK(package->front().version == 1);
    CHECK(package->front().publicKey->bytes.size() == 32);
    const auto pwri = parsed<RecipientInfo>("a370020100a03406092a864886f70d01050c30270410101112131415161718191a1b1c1d1e1f02022710020120300c06082a864886f70d02090500300b06096086"
                                            "4801650304012d0428381068d2cc88e3e699f068ea9e052d96b31516e60b36794053ec35fb5d8ee5c226b793bed8ef26c1");
    check_round_trip(der::describe<RecipientInfo>(), pwri.octets());
    REQUIRE(pwri->get<"pwri">());
    CHECK(pwri->get<"pwri">()->keyDerivationAlgorithm->parameters->get<PBKDF2_params>());
    CHECK(pwri->get<"pwri">()->keyEncryptionAlgorithm.algorithm == oids::id_aes256_wrap);
}

TEST_CASE("a centrally generated key arrives in EnvelopedData for a key agreement", "[messages]") {
    const Octets field = oracle("kga-privateKey.hex");
    Bytes        in    = field;
    der::Tlv     wrapper;  // [0] EXPLICIT of CertifiedKeyPair.privateKey
    REQUIRE_FALSE(der::take(in, wrapper));
    const auto key = parsed<EncryptedKey>(copy_of(wrapper.content));
    check_round_trip(der::describe<EncryptedKey>(), key.octets());
    const auto* enveloped = key->get<"envelopedData">();
    REQUIRE(enveloped);
    CHECK(enveloped->encryptedContentInfo.contentType == oids::id_signedData);
    const auto* kari = enveloped->recipientInfos.front().get<"kari">();
    REQUIRE(kari);
    CHECK(kari->version == 3);
    CHECK(kari->originator.is<"originatorKey">());
    CHECK(kari->keyEncryptionAlgorithm.parameters->get<AlgorithmIdentifier>()->algorithm == oids::id_aes256_wrap);
    CHECK(to_hex(kari->recipientEncryptedKeys.front().rid.get<"rKeyId">()->subjectKeyIdentifier.content) == "0f440b25fa0208ac0cdcbdba440bb63ef513eadd");
}

TEST_CASE("a nested message wraps the message as it was received", "[messages]") {
    const auto message = parsed<PKIMessage>(oracle("t1.hex"));
    PKIBody body;
    body.emplace<"nested">() = PKIMessages(&*message, 1);
    const Octets octets = der::encode(body);
    CHECK(octets.size() == 652);
    CHECK(to_hex(Bytes(octets).first(16)) == "b4820288308202843082028030819d02");
    check_round_trip(der::describe<PKIBody>(), octets);
}

TEST_CASE("an ip carries the certificate it grants", "[messages]") {
    const auto certificate = parsed<Certificate>(oracle("cert-a.hex"));
    CertResponse response;
    response.certifiedKeyPair.emplace().certOrEncCert.emplace<"certificate">() = *certificate;
    PKIBody body;
    body.emplace<"ip">().response = List<CertResponse>(&response, 1);
    const Octets octets = der::encode(body);
    CHECK(octets.size() == 276);
    CHECK(to_hex(octets) == "a18201103082010c308201083082010402010030030201003081f9a081f6" + to_hex(certificate.octets()));
    check_round_trip(der::describe<PKIBody>(), octets);
}

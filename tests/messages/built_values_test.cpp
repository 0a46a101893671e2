#include "messages/names.hpp"
#include "messages/round_trip.hpp"

using namespace cmpkit;

namespace {
const Octets              octets{0x80, 0x01, 0x02}, small{0x12, 0x34};
const der::OctetString    string{octets};
const der::BitString      bits{0, octets};
const der::Integer        number{small};
const AlgorithmIdentifier wrap{oids::id_aes256_wrap, std::nullopt};
const AlgorithmIdentifier sha256{oids::id_sha256, std::nullopt};

struct Names {
    der::Arena  arena;
    Name        issuer  = common_name("test-ca", arena);
    GeneralName general = directory_name(issuer);
};

RecipientIdentifier by_key() {
    RecipientIdentifier rid;
    rid.emplace<"subjectKeyIdentifier">() = string;
    return rid;
}
RecipientIdentifier by_serial(const Name& issuer) {
    RecipientIdentifier rid;
    rid.emplace<"issuerAndSerialNumber">() = {issuer, number};
    return rid;
}
}  // namespace

TEST_CASE("every kind of recipient round-trips", "[messages]") {
    const Names         names;
    const AlgorithmIdentifier agreement{oids::dhSinglePass_stdDH_sha256kdf, der::Open::of(wrap)};
    RecipientInfo recipient;
    recipient.emplace<"ktri">() = {0, by_serial(names.issuer), wrap, string};
    check_built(recipient);
    recipient.emplace<"ktri">() = {2, by_key(), wrap, string};
    check_built(recipient);

    KeyAgreeRecipientInfo kari{3, {}, string, agreement, {}};
    kari.originator.emplace<"originatorKey">() = {wrap, bits};
    RecipientEncryptedKey keys[2];
    keys[0].rid.emplace<"rKeyId">() = {string, der::GeneralizedTime{bytes_of("20250601120000Z")}, OtherKeyAttribute{oids::id_data, der::Open::of(string)}};
    keys[1].rid.emplace<"issuerAndSerialNumber">() = {names.issuer, number};
    kari.recipientEncryptedKeys = List<RecipientEncryptedKey>(keys, 2);
    recipient.emplace<"kari">() = kari;
    check_built(recipient);

    recipient.emplace<"kekri">() = {4, {string, {}, OtherKeyAttribute{oids::id_data, {}}}, wrap, string};
    check_built(recipient);
    recipient.emplace<"pwri">() = {0, {}, wrap, string};
    check_built(recipient);
    const KEMRecipientInfo kem{0, by_key(), wrap, string, wrap, 32, string, wrap, string};
    recipient.emplace<"ori">() = {oids::id_ori_kem, der::Open::of(kem)};
    check_built(recipient);
    CHECK(parsed<RecipientInfo>(der::encode(recipient))->get<"ori">()->oriValue.get<KEMRecipientInfo>());
}

TEST_CASE("originators of a key agreement round-trip", "[messages]") {
    const Names names;
    OriginatorIdentifierOrKey originator;
    originator.emplace<"issuerAndSerialNumber">() = {names.issuer, number};
    check_built(originator);
    originator.emplace<"subjectKeyIdentifier">() = string;
    check_built(originator);
}

TEST_CASE("EnvelopedData with everything round-trips", "[messages]") {
    const Names names;
    RecipientInfo recipients[2];
    recipients[0].emplace<"ktri">() = {2, by_key(), wrap, string};
    recipients[1].emplace<"pwri">() = {0, sha256, wrap, string};
    const Octets        empty_sequence{0x30, 0x00};
    const der::Any      certificate{empty_sequence};
    const OriginatorInfo originator{CertificateSet(&certificate, 1), RevocationInfoChoices(&certificate, 1)};
    const der::Open      value = der::Open::of(string);
    const Attribute      attribute{oids::id_localKeyId, {&value, 1}};
    check_built(EnvelopedData{3, originator, SetOf<RecipientInfo>(recipients, 2), {oids::id_data, wrap, {}}, SetOf<Attribute>(&attribute, 1)});
}

TEST_CASE("EncryptedValue round-trips", "[messages]") {
    EncryptedKey key;
    key.emplace<"encryptedValue">() = {wrap, wrap, bits, wrap, string, bits};
    check_built(key);
    key.emplace<"encryptedValue">() = {{}, {}, {}, {}, {}, bits};
    check_built(key);
}

TEST_CASE("SignedData and ContentInfo round-trip", "[messages]") {
    SignerInfo signer{3, by_key(), sha256, {}, wrap, string, {}};
    const der::Open digest = der::Open::of(string);
    const Attribute attributes[] = {{oids::id_contentType, {}}, {oids::id_messageDigest, {&digest, 1}}};
    signer.signedAttrs.emplace(attributes, 2);
    signer.unsignedAttrs = SetOf<Attribute>(attributes, 1);
    const SignedData data{3, {&sha256, 1}, {oids::id_ct_KP_aKeyPackage, string}, {}, {}, {&signer, 1}};
    check_built(data);
    check_built(ContentInfo{oids::id_signedData, der::Open::of(data)});
    CHECK(parsed<ContentInfo>(der::encode(ContentInfo{oids::id_signedData, der::Open::of(data)}))->content.get<SignedData>());
}

TEST_CASE("the signed attributes are kept under the tag they stood under", "[messages]") {
    const Attribute attribute{oids::id_localKeyId, {}};
    SignerInfo signer{3, by_key(), sha256, {}, wrap, string, {}};
    signer.signedAttrs.emplace(&attribute, 1);
    const auto again = parsed<SignerInfo>(der::encode(signer));
    CHECK(again->signedAttrs->received[0] == 0xa0);
    CHECK(der::encode(*again->signedAttrs)[0] == 0x31);  // alone they are the SET OF that is signed, RFC 5652 5.4
}

TEST_CASE("proofs of possession round-trip in every form", "[messages]") {
    const Names names;
    RecipientInfo recipient;
    recipient.emplace<"ktri">() = {2, by_key(), wrap, string};
    const EnvelopedData enveloped{2, {}, SetOf<RecipientInfo>(&recipient, 1), {oids::id_data, wrap, string}, {}};
    ProofOfPossession popo;
    popo.emplace<"keyEncipherment">().emplace<"thisMessage">() = bits;
    check_built(popo);
    popo.emplace<"keyEncipherment">().emplace<"encryptedKey">() = enveloped;
    check_built(popo);
    popo.emplace<"keyAgreement">().emplace<"dhMAC">() = bits;
    check_built(popo);
    popo.emplace<"keyAgreement">().emplace<"agreeMAC">() = {wrap, bits};
    check_built(popo);

    POPOSigningKey signature{POPOSigningKeyInput{{}, {wrap, bits, {}}}, sha256, bits};
    signature.poposkInput->authInfo.emplace<"sender">() = names.general;
    popo.emplace<"signature">() = signature;
    check_built(popo);
    signature.poposkInput->authInfo.emplace<"publicKeyMAC">() = {wrap, bits};
    popo.emplace<"signature">() = signature;
    check_built(popo);
}

TEST_CASE("what a proof of possession signs is written under the universal tag", "[messages]") {
    const Names names;
    POPOSigningKeyInput input{{}, {wrap, bits, {}}};
    input.authInfo.emplace<"sender">() = names.general;
    CHECK(der::encode(input)[0] == 0x30);
    CHECK(der::encode(POPOSigningKey{input, sha256, bits})[2] == 0xa0);
}

TEST_CASE("controls and registration information round-trip decoded", "[messages]") {
    const Names names;
    SinglePubInfo place{PublicationMethod::web, names.general};
    const PKIPublicationInfo publish{PublicationAction::pleasePublish, List<SinglePubInfo, non_empty>(&place, 1)};
    PKIArchiveOptions archive[3];
    archive[0].emplace<"encryptedPrivKey">().emplace<"encryptedValue">() = {{}, {}, {}, {}, {}, bits};
    archive[1].emplace<"keyGenParameters">() = string;
    archive[2].emplace<"archiveRemGenPrivKey">() = true;
    const CertId               old{names.general, number};
    const SubjectPublicKeyInfo key{wrap, bits, {}};
    const der::Utf8String      word = der::utf8_string("token");
    const std::int64_t         size = 3072;
    const AttributeTypeAndValue inner{oids::id_regCtrl_regToken, der::Open::of(word)};
    const CertRequest           request{7, {}, Controls(&inner, 1), {}};
    const AttributeTypeAndValue controls[] = {
        {oids::id_regCtrl_regToken, der::Open::of(word)},           {oids::id_regCtrl_authenticator, der::Open::of(word)},
        {oids::id_regCtrl_pkiPublicationInfo, der::Open::of(publish)}, {oids::id_regCtrl_pkiArchiveOptions, der::Open::of(archive[0])},
        {oids::id_regCtrl_pkiArchiveOptions, der::Open::of(archive[1])}, {oids::id_regCtrl_pkiArchiveOptions, der::Open::of(archive[2])},
        {oids::id_regCtrl_oldCertID, der::Open::of(old)},           {oids::id_regCtrl_protocolEncrKey, der::Open::of(key)},
        {oids::id_regCtrl_altCertTemplate, der::Open::of(inner)},   {oids::id_regCtrl_algId, der::Open::of(sha256)},
        {oids::id_regCtrl_rsaKeyLen, der::Open::of(size)},          {oids::id_regInfo_utf8Pairs, der::Open::of(word)},
        {oids::id_regInfo_certReq, der::Open::of(request)},
    };
    for (const AttributeTypeAndValue& control : controls) {
        INFO(oid_name(control.type.content));
        check_built(control);
        CHECK(parsed<AttributeTypeAndValue>(der::encode(control))->value.type == control.value.type);
    }
    check_built(CertReqMsg{request, {}, Controls(controls, std::size(controls))});
    CHECK(name_of(publish.action) == "pleasePublish");
    CHECK(name_of(place.pubMethod) == "web");
    CHECK(name_of(SubsequentMessage::challengeResp) == "challengeResp");
}

TEST_CASE("a template with every member round-trips", "[messages]") {
    const Names names;
    der::Arena  arena;
    const BasicConstraints constraints{true, 0};
    const Extension        extension{oids::id_ce_basicConstraints, true, der::Open::of(constraints)};
    CertTemplate wanted{CertificateVersion::v3, number, sha256, names.issuer, OptionalValidity{}, names.issuer, SubjectPublicKeyInfo{wrap, bits, {}}, bits, bits,
                        Extensions(&extension, 1)};
    check_built(wanted);
    wanted.validity->notAfter = time_of(2524608000, arena);
    check_built(wanted);
    CHECK(parsed<CertTemplate>(der::encode(wanted))->validity->notAfter->is<"generalTime">());
    check_built(CertTemplate{});
}

TEST_CASE("a time is written as RFC 5280 4.1.2.5 wants it", "[messages]") {
    der::Arena arena;
    CHECK(text_of(time_of(2524607999, arena).get<"utcTime">()->content) == "491231235959Z");
    CHECK(text_of(time_of(2524608000, arena).get<"generalTime">()->content) == "20500101000000Z");
    CHECK(text_of(time_of(der::last_second, arena).get<"generalTime">()->content) == "99991231235959Z");
    CHECK(text_of(time_of(der::last_second + 1, arena).get<"generalTime">()->content) == "99991231235959Z");
}

TEST_CASE("parameters and other small structures round-trip", "[messages]") {
    const Names names;
    const AlgorithmIdentifier mgf{oids::id_mgf1, der::Open::of(sha256)};
    check_built(RSASSA_PSS_params{sha256, mgf, 32, 1});
    CHECK(to_hex(der::encode(RSASSA_PSS_params{{}, {}, 20, 1})) == "3000");
    check_built(RSASSA_PSS_params{{}, {}, 64, 2});
    check_built(GcmParameters{string, 16});
    PBKDF2_params kdf{{}, 1, {}, {}};
    kdf.salt.emplace<"otherSource">() = sha256;
    check_built(kdf);
    check_built(OOBCertHash{sha256, CertId{names.general, number}, bits});
    check_built(OOBCertHash{{}, {}, bits});
    check_built(CMSORIforKEMOtherInfo{wrap, 32, string});
    check_built(KemBMParameter{wrap, string, 32, wrap});
    const OneAsymmetricKey key{0, wrap, string, SetOf<Attribute, der::Size::any>(), {}};
    EncKeyWithID with_id{key, EncKeyIdentifier{}};
    with_id.identifier->emplace<"string">() = der::utf8_string("dev1");
    check_built(with_id);
    with_id.identifier->emplace<"generalName">() = names.general;
    check_built(with_id);
}

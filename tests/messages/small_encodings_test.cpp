#include "messages/names.hpp"
#include "messages/round_trip.hpp"

using namespace cmpkit;

namespace {
struct Vector {
    const char*      what;
    std::string_view hex;
    const der::Type& (*type)();
};
template <class T> constexpr auto as = &der::describe<T>;

constexpr Vector vectors[] = {
    {"pkiconf", "b3020500", as<PKIBody>},
    {"certConf empty: reject all", "b8023000", as<PKIBody>},
    {"certConf accept",
     "b84930473045044056a6952ea7e6dd1febedc09df9febab979d11ab31fe38c55ac8ebcd7d6b620742866a8d13a8b3a825aaabb53e9e8c775f8f1f5b611a9604255feb9e50467f8dd020100",
     as<PKIBody>},
    {"certConf with hashAlg", "b838303630340420993d9277913687efd1d7bb98f6a83b2036691c36d15fc83d021f7ad7de793139020100a00d300b0609608648016503040201", as<PKIBody>},
    {"certConf reject", "b83b303930370420993d9277913687efd1d7bb98f6a83b2036691c36d15fc83d021f7ad7de793139020100301002010230050c03626164030404000010", as<PKIBody>},
    {"pollReq 0", "b90730053003020100", as<PKIBody>},
    {"pollReq -1", "b907300530030201ff", as<PKIBody>},
    {"pollRep 0, 60 s", "ba0a3008300602010002013c", as<PKIBody>},
    {"pollRep -1, 300 s, offline", "ba16301430120201ff0202012c30090c076f66666c696e65", as<PKIBody>},
    {"error waiting", "b70730053003020103", as<PKIBody>},
    {"error badRequest", "b711300f300d02010230040c026e6f03020520", as<PKIBody>},
    {"error unsupportedVersion", "b70d300b3009020102030401000002", as<PKIBody>},
    {"ip waiting", "a10e300c300a30080201003003020103", as<PKIBody>},
    {"ip badCertTemplate", "a11430123010300e0201003009020102030404000010", as<PKIBody>},
    {"popo raVerified", "8000", as<ProofOfPossession>},
    {"popo keyEncipherment encrCert", "a203810100", as<ProofOfPossession>},
    {"popo keyEncipherment challengeResp", "a203810101", as<ProofOfPossession>},
    {"popo keyAgreement encrCert", "a303810100", as<ProofOfPossession>},
    {"genm empty", "b5023000", as<PKIBody>},
    {"genm caCerts", "b50e300c300a06082b06010505070411", as<PKIBody>},
    {"genp caCerts, none", "b60e300c300a06082b06010505070411", as<PKIBody>},
    {"genm certReqTemplate", "b50e300c300a06082b06010505070413", as<PKIBody>},
    {"implicitConfirm", "300c06082b0601050507040d0500", as<InfoTypeAndValue>},
    {"certProfile tls-server", "301806082b06010505070415300c0c0a746c732d736572766572", as<InfoTypeAndValue>},
    {"confirmWaitTime", "301b06082b0601050507040e180f32303235303630313133303030305a", as<InfoTypeAndValue>},
    {"oldCertID", "302706092b0601050507050105301aa41430123110300e06035504030c07746573742d636102021234", as<AttributeTypeAndValue>},
    {"rr unspecified", "ab2e302c302a301a81021234a31430123110300e06035504030c07746573742d6361300c300a0603551d1504030a0100", as<PKIBody>},
    {"rp accepted", "ac09300730053003020100", as<PKIBody>},
    {"rp certRevoked", "ac0e300c300a30080201020303050020", as<PKIBody>},
    {"genm crlStatusList, issuer", "b53b3039303706082b06010505070416302b3029a1183016a41430123110300e06035504030c07746573742d6361170d3235303130313030303030305a",
     as<PKIBody>},
    {"genm crlStatusList, dpn", "b531302f302d06082b060105050704163021301fa01da01b8619687474703a2f2f63726c2e6578616d706c652f63612e63726c", as<PKIBody>},
    {"NULL-DN", "a4023000", as<GeneralName>},
    {"template: empty EC key", "301aa618301306072a8648ce3d020106082a8648ce3d030107030100", as<CertTemplate>},
    {"template: validity", "3024a422a00f170d3235303130313030303030305aa10f170d3236303130313030303030305a", as<CertTemplate>},
    {"Rand", "301c020401020304a41430123110300e06035504030c07746573742d6361", as<Rand>},
    {"popdecr", "a6083006020401020304", as<PKIBody>},
    {"certTemplate", "3043a51530133111300f06035504030c086465762d30303031a62a300506032b657003210029acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7",
     as<CertTemplate>},
    {"certReq",
     "30480201003043a51530133111300f06035504030c086465762d30303031a62a300506032b657003210029acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7",
     as<CertRequest>},
    {"popo signature",
     "a14a300506032b6570034100dbb2c2f13d40e5c4f7c35cad953bbcafef3ad36a903105f77334a9c8c9b18ecf164eb30e93ef86a48fef9c8789a3dba59226f6ed4122fffc1d9ff16eec115109",
     as<ProofOfPossession>},
};
}  // namespace

TEST_CASE("the small encodings round-trip", "[messages]") {
    for (const Vector& vector : vectors) {
        INFO(vector.what);
        check_round_trip(vector.type(), from_hex(vector.hex));
    }
}

TEST_CASE("every failInfo bit has its encoding", "[messages]") {
    static constexpr std::string_view encodings[] = {
        "03020780",     "03020640",     "03020520",     "03020410",     "03020308",     "03020204",     "03020102",       "03020001",       "0303070080",
        "0303060040",   "0303050020",   "0303040010",   "0303030008",   "0303020004",   "0303010002",   "0303000001",     "030407000080",   "030406000040",
        "030405000020", "030404000010", "030403000008", "030402000004", "030401000002", "030400000001", "03050700000080", "03050600000040", "03050500000020"};
    for (unsigned bit = 0; bit < std::size(encodings); ++bit) {
        const auto info = static_cast<FailInfo>(bit);
        CHECK(to_hex(der::encode(PKIFailureInfo::of({info}))) == encodings[bit]);
        CHECK(parsed<PKIFailureInfo>(encodings[bit])->bits == 1u << bit);
        CHECK(name_of(info) != "unknown");
    }
}

TEST_CASE("members of the small encodings hold what was written", "[messages]") {
    const auto accept = parsed<PKIBody>(vectors[2].hex);
    CHECK((*accept->get<"certConf">())[0].certHash.content.size() == 64);
    CHECK_FALSE((*accept->get<"certConf">())[0].statusInfo);
    const auto reject = parsed<PKIBody>(vectors[4].hex);
    CHECK(joined((*reject->get<"certConf">())[0].statusInfo->statusString) == "bad");
    const auto hashed = parsed<PKIBody>(vectors[3].hex);
    CHECK((*hashed->get<"certConf">())[0].hashAlg->algorithm == oids::id_sha256);
    CHECK((*parsed<PKIBody>("b907300530030201ff")->get<"pollReq">())[0].certReqId == -1);
    const auto wait = parsed<PKIBody>("ba16301430120201ff0202012c30090c076f66666c696e65");
    CHECK((*wait->get<"pollRep">())[0].checkAfter == 300);
    CHECK(joined((*wait->get<"pollRep">())[0].reason) == "offline");
}

TEST_CASE("a revocation names the certificate and the reason", "[messages]") {
    const auto  body    = parsed<PKIBody>("ab2e302c302a301a81021234a31430123110300e06035504030c07746573742d6361300c300a0603551d1504030a0100");
    const auto& details = (*body->get<"rr">())[0];
    CHECK(to_hex(details.certDetails.serialNumber->content) == "1234");
    CHECK(to_text(*details.certDetails.issuer) == "CN=test-ca");
    CHECK(extension_value<CRLReason>(details.crlEntryDetails, oids::id_ce_cRLReasons)->value == Reason::unspecified);
}

TEST_CASE("the values of general information are decoded by their type", "[messages]") {
    const auto confirm = parsed<InfoTypeAndValue>("300c06082b0601050507040d0500");
    CHECK(confirm->infoValue->get<der::Null>());
    const auto profile = parsed<InfoTypeAndValue>("301806082b06010505070415300c0c0a746c732d736572766572");
    CHECK(text_of((*profile->infoValue->get<CertProfileValue>())[0].content) == "tls-server");
    const auto asked = parsed<PKIBody>("b50e300c300a06082b06010505070411");
    CHECK_FALSE((*asked->get<"genm">())[0].infoValue);
    const auto lists = parsed<PKIBody>("b53b3039303706082b06010505070416302b3029a1183016a41430123110300e06035504030c07746573742d6361170d3235303130313030303030305a");
    const auto* statuses = (*lists->get<"genm">())[0].infoValue->get<CRLStatusList>();
    REQUIRE(statuses);
    CHECK((*statuses)[0].source.is<"issuer">());
    CHECK(unix_seconds(*(*statuses)[0].thisUpdate) == 1735689600);
}

TEST_CASE("the certificate templates of the profile's appendix are read, with the empty values they need", "[messages]") {
    for (const char* name : {"certReqTemplate-b.hex", "certReqTemplate-c.hex"}) {
        const auto content = parsed<CertReqTemplateContent>(oracle(name));
        check_round_trip(der::describe<CertReqTemplateContent>(), content.octets());
        const auto& wanted = content->certTemplate;
        CHECK(wanted.issuer->is_null_dn());
        CHECK(to_text(*wanted.subject) == "OU=myGroup,OU=myDept,CN=");
        const auto* names = extension_value<GeneralNames>(wanted.extensions, oids::id_ce_subjectAltName);
        REQUIRE(names);
        CHECK(to_text((*names)[0]) == "dns:www.myServer.com");
        CHECK((*names)[1].get<"iPAddress">()->content.empty());
        CHECK(extension_value<KeyUsage>(wanted.extensions, oids::id_ce_keyUsage)->has(KeyUsageBit::keyAgreement));
        CHECK(extension_value<ExtKeyUsage>(wanted.extensions, oids::id_ce_extKeyUsage)->empty());
        CHECK(*content->keySpec->begin()[content->keySpec->size() - 1].value.get<std::int64_t>() >= 2048);
    }
}

TEST_CASE("a template in the layout that was given up is read too", "[messages]") {
    const auto content = parsed<CertReqTemplateContent>(oracle("certReqTemplate-a.hex"));
    CHECK_FALSE(content->keySpec);
    CHECK(content->rsaKeyLen == 2048);
    CHECK(content->certTemplate.publicKey);
    check_round_trip(der::describe<CertReqTemplateContent>(), content.octets());
}

TEST_CASE("template C as a genp is 208 octets", "[messages]") {
    PKIBody body;
    const Octets content = oracle("certReqTemplate-c.hex");
    const InfoTypeAndValue item{oids::id_it_certReqTemplate, der::Open::raw(content)};
    body.emplace<"genp">() = GenMsgContent(&item, 1);
    const Octets octets = der::encode(body);
    CHECK(octets.size() == 208);
    CHECK(to_hex(Bytes(octets).first(19)) == "b681cd3081ca3081c706082b06010505070413");
    CHECK((*parsed<PKIBody>(octets)->get<"genp">())[0].infoValue->get<CertReqTemplateContent>());
}

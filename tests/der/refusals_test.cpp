#include "data.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "messages/general.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;

namespace {

/// "empty_list at body.ir, 17": code, path and offset of a refusal, or "accepted".
template <class T> std::string verdict(Octets octets) {
    const std::size_t size  = octets.size();
    const auto        value = der::parse<T>(std::move(octets));
    if (value) return "accepted";
    const Error& error = value.error();
    CHECK(error.offset <= size);
    CHECK(error.fail_info == FailInfo::badDataFormat);
    return std::string(name_of(error.code)) + " at " + error.path.text() + ", " + std::to_string(error.offset);
}
template <class T> std::string verdict(std::string_view hex) { return verdict<T>(from_hex(hex)); }

std::string wrapped(std::string_view tag, const std::string& hex) {
    der::Writer out;
    out.octets(from_hex(hex));
    out.header(from_hex(tag)[0], hex.size() / 2);
    return to_hex(out.written());
}
/// A message whose header (from octet 2 on, sender at 7, recipient at 11, the rest at 15) ends with `rest`.
std::string message(const std::string& body, const std::string& rest = "", const std::string& after = "") {
    return wrapped("30", wrapped("30", "020102" "a4023000" "a4023000" + rest) + body + after);
}
const std::string pkiconf = "b3020500";
std::string with_header(const std::string& rest) { return verdict<PKIMessage>(message(pkiconf, rest)); }
std::string with_body(const std::string& body) { return verdict<PKIMessage>(message(body)); }

}  // namespace

TEST_CASE("a least message is accepted", "[der]") {
    CHECK(with_header("") == "accepted");
    CHECK(message(pkiconf) == "3011300b020102a4023000a4023000b3020500");
}

TEST_CASE("a tag on a CHOICE is explicit", "[der]") {
    CHECK(verdict<GeneralName>("a40d310b3009060355040" "30c026162") == "unexpected at directoryName, 2");
    CHECK(verdict<CertTemplate>("3004a3023100") == "unexpected at issuer, 4");
    CHECK(verdict<CertTemplate>("3011a40fa00d3235303130313030303030305a") == "truncated at validity.notBefore, 6");
    CHECK(verdict<CertTemplate>("3004a9023000") == "missing at extensions[0].extnID, 4");
    CHECK(verdict<CertTemplate>("3004a4028000") == "unexpected at validity, 4");
}

TEST_CASE("a SEQUENCE OF under a tag of CMP is wrapped twice", "[der]") {
    CHECK(with_header("a80e300c06082b0601050507040d0500") == "unexpected at header.generalInfo[0], 19");
    CHECK(with_header("a810300e300c06082b0601050507040d0500") == "accepted");
}

TEST_CASE("body alternatives have the tags 0 to 26", "[der]") {
    CHECK(with_body("bb020500") == "unexpected at body, 15");
    CHECK(with_body("93020500") == "unexpected at body, 15");
    CHECK(with_body("bf20020500") == "bad_tag at body, 15");
    CHECK(with_body("ba023000") == "accepted");
}

TEST_CASE("trailing zeros of named bits are read and not written", "[der]") {
    const auto padded = der::parse<PKIFailureInfo>(from_hex("0303002000"));
    REQUIRE(padded);
    CHECK((*padded)->has(FailInfo::badRequest));
    CHECK(to_hex(der::rebuild(**padded)) == "03020520");
    CHECK(verdict<PKIFailureInfo>("030100") == "accepted");
    CHECK(to_hex(der::encode(PKIFailureInfo{})) == "030100");
    CHECK(verdict<PKIFailureInfo>("0300") == "bad_value at , 0");
    CHECK(verdict<PKIFailureInfo>("03020821") == "bad_value at , 0");
    CHECK(verdict<PKIFailureInfo>("03020521") == "bad_value at , 0");
    CHECK(verdict<PKIFailureInfo>("030105") == "bad_value at , 0");
}

TEST_CASE("GeneralizedTime has neither fraction nor offset", "[der]") {
    const auto time = [](std::string_view text) { return with_header(wrapped("a0", wrapped("18", to_hex(bytes_of(text))))); };
    CHECK(time("20250601120000Z") == "accepted");
    for (const char* text : {"20250601120000.5Z", "20250601120000+0100", "20250601120000", "202506011200Z", "20251301120000Z", "20250230120000Z", "20250601240000Z",
                             "20250601126000Z", "20250601120060Z", "2025060112000aZ", "20250601120000z", ""}) {
        INFO(text);
        CHECK(time(text) == "bad_value at header.messageTime, 17");
    }
}

TEST_CASE("a CMPCertificate is a plain certificate", "[der]") {
    CHECK(verdict<PKIMessage>(message(pkiconf, "", "a1043002a000")) == "unexpected at extraCerts[0], 23");
}

TEST_CASE("numbers are INTEGERs and CRLReason is ENUMERATED", "[der]") {
    CHECK(verdict<PKIMessage>("3011300b0a0102a4023000a4023000b3020500") == "unexpected at header.pvno, 4");
    CHECK(with_body("b90730053003" "0a0100") == "unexpected at body.pollReq[0].certReqId, 21");
    CHECK(verdict<CRLReason>("020101") == "unexpected at , 0");
    CHECK(verdict<CRLReason>("0a0101") == "accepted");
}

TEST_CASE("lists of one or more are not empty", "[der]") {
    CHECK(with_body("a0023000") == "empty_list at body.ir, 17");
    CHECK(with_body("a2023000") == "empty_list at body.cr, 17");
    CHECK(with_body("b4023000") == "empty_list at body.nested, 17");
    CHECK(with_body("ac0430023000") == "empty_list at body.rp.status, 19");
    CHECK(with_body("a1063004a1023000") == "empty_list at body.ip.caPubs, 21");
    CHECK(with_header("a7023000") == "empty_list at header.freeText, 17");
    CHECK(with_header("a8023000") == "empty_list at header.generalInfo, 17");
    CHECK(verdict<PKIMessage>(message(pkiconf, "", "a1023000")) == "empty_list at extraCerts, 21");
    CHECK(verdict<CertRequest>("3007020100" "30003000") == "empty_list at controls, 7");
    CHECK(verdict<CertTemplate>("3002a900") == "empty_list at extensions, 2");
    CHECK(verdict<Name>("30023100") == "empty_list at [0], 2");
}

TEST_CASE("lists that may be empty are accepted empty", "[der]") {
    for (const char* body : {"b5023000", "b6023000", "b8023000", "ab023000", "b9023000", "ba023000", "a5023000", "a6023000", "b2023000", "a10430023000"}) CHECK(with_body(body) == "accepted");
}

TEST_CASE("absent is not empty", "[der]") {
    CHECK(with_header("a000") == "truncated at header.messageTime, 17");
    CHECK(with_header("a200") == "truncated at header.senderKID, 17");
    CHECK(with_body("b300") == "truncated at body.pkiconf, 17");
    CHECK(with_body("b3030501" "00") == "bad_value at body.pkiconf, 17");
    CHECK(with_body("b3040500" "0500") == "unexpected at body.pkiconf, 19");
}

TEST_CASE("an unknown infoType is accepted and an unknown tag is not", "[der]") {
    CHECK(with_header("a8083006300406022a03") == "accepted");
    CHECK(with_header("a9020500") == "unexpected at header, 15");
    CHECK(verdict<PKIMessage>(message(pkiconf, "", "a2020500")) == "unexpected at , 19");
    CHECK(verdict<CertTemplate>("3002aa00") == "unexpected at , 2");
}

TEST_CASE("members stand in their order, once", "[der]") {
    CHECK(with_header("a50204" "00" "a402" "0400") == "unexpected at header, 19");
    CHECK(with_header("a4020400" "a4020400") == "unexpected at header, 19");
    CHECK(verdict<PKIMessage>("3004b3020500") == "unexpected at header, 2");
    CHECK(verdict<PKIMessage>("300d300b020102a4023000a4023000") == "missing at body, 0");
    CHECK(verdict<PKIMessage>("3000") == "missing at header, 0");
    CHECK(verdict<PKIMessage>("3100") == "unexpected at , 0");
}

TEST_CASE("nothing stands behind the message", "[der]") {
    CHECK(verdict<PKIMessage>(message(pkiconf) + "00") == "unexpected at , 19");
    CHECK(verdict<PKIMessage>(message(pkiconf) + message(pkiconf)) == "unexpected at , 19");
    CHECK(verdict<PKIMessage>(std::string_view()) == "truncated at , 0");
}

TEST_CASE("a DEFAULT value is not written out", "[der]") {
    CHECK(verdict<Extension>("300c0603551d0f0101" "00" "0402" "0500") == "default_encoded at critical, 7");
    CHECK(verdict<Extension>("300c0603551d0f0101" "ff" "0402" "0500") == "accepted");
    CHECK(verdict<BasicConstraints>("3003010100") == "default_encoded at cA, 2");
    CHECK(verdict<TBSCertificate>("3005a003020100") == "default_encoded at version, 2");
    CHECK(verdict<RSASSA_PSS_params>("3005a203020114") == "default_encoded at saltLength, 2");
}

TEST_CASE("a SET OF stands in the order of its encodings", "[der]") {
    const std::string cn = "300806035504030c0161", ou = "3008060355040b0c0162";
    CHECK(verdict<Name>(wrapped("30", wrapped("31", cn + ou))) == "accepted");
    CHECK(verdict<Name>(wrapped("30", wrapped("31", ou + cn))) == "bad_value at [0][1], 14");
}

TEST_CASE("strings hold what their type allows", "[der]") {
    CHECK(with_header("a70530030c01ff") == "bad_value at header.freeText[0], 19");
    CHECK(with_header("a70630040c02c080") == "bad_value at header.freeText[0], 19");
    CHECK(with_header("a70730050c03eda080") == "bad_value at header.freeText[0], 19");
    CHECK(with_header("a70830060c04f4908080") == "bad_value at header.freeText[0], 19");
    CHECK(with_header("a70630040c02c3bc") == "accepted");
    CHECK(verdict<GeneralName>("820180") == "bad_value at dNSName, 0");
}

TEST_CASE("integers, booleans, bits and object identifiers are DER", "[der]") {
    CHECK(verdict<PKIMessage>("3012300c02020002a4023000a4023000b3020500") == "bad_value at header.pvno, 4");
    CHECK(verdict<std::int64_t>("0209010000000000000000") == "bad_value at , 0");
    CHECK(verdict<std::int64_t>("02087fffffffffffffff") == "accepted");
    CHECK(verdict<std::int64_t>("0200") == "bad_value at , 0");
    CHECK(verdict<der::Integer>("0209010000000000000000") == "accepted");
    CHECK(verdict<der::Integer>("0202ff80") == "bad_value at , 0");
    CHECK(verdict<bool>("010101") == "bad_value at , 0");
    CHECK(verdict<bool>("0102ffff") == "bad_value at , 0");
    CHECK(verdict<der::BitString>("03020101") == "bad_value at , 0");
    CHECK(verdict<der::Oid>("0600") == "bad_value at , 0");
    CHECK(verdict<der::Oid>("06022a80") == "bad_value at , 0");
    CHECK(verdict<der::Oid>("06032a8001") == "bad_value at , 0");
    CHECK(verdict<PKIStatus>("020163") == "accepted");  // policy, not form
}

TEST_CASE("an open type is DER all the way down, decoded or not", "[der]") {
    CHECK(verdict<InfoTypeAndValue>("300606022a030c0180") == "truncated at infoValue, 6");
    CHECK(verdict<InfoTypeAndValue>("300706022a030c0180") == "bad_value at infoValue, 6");
    CHECK(verdict<InfoTypeAndValue>("300906022a0330030201" "00") == "accepted");
    CHECK(verdict<InfoTypeAndValue>("300806022a0330020201") == "bad_value at infoValue, 6");
    CHECK(verdict<InfoTypeAndValue>("300806022a032402" "0400") == "bad_value at infoValue, 6");
}

TEST_CASE("a value that is not of the type its OID chooses stays as received", "[der]") {
    const auto item = der::parse<InfoTypeAndValue>(from_hex("300d06082b0601050507040d0201" "05"));
    REQUIRE(item);
    REQUIRE((*item)->infoValue);
    CHECK_FALSE((*item)->infoValue->type);
    CHECK(to_hex((*item)->infoValue->tlv) == "020105");
    const auto broken = der::parse<Extension>(from_hex("300b0603551d0f040407030204"));
    REQUIRE(broken);
    CHECK_FALSE((*broken)->extnValue.type);
    CHECK(to_hex(der::rebuild(**broken)) == "300b0603551d0f040407030204");
}

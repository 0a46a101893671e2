#include "messages/show.hpp"

#include "data.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "messages/body.hpp"
#include "messages/json_check.hpp"
#include "messages/names.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;

namespace {
Shown shown(Bytes octets) {
    auto shown = Shown::from(octets);
    INFO((shown ? "" : shown.error().text()));
    REQUIRE(shown);
    return std::move(*shown);
}
std::string text_of_message(Bytes octets) { return shown(octets).text(); }
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("a message is shown line by line with offsets and names", "[messages]") {
    const std::string text = text_of_message(read_file(data_folder() / "openssl/rp.der"));
    CHECK(text.starts_with("     0  PKIMessage\n     4    header\n     7      pvno: cmp2000 (2)\n    10      sender: NULL-DN\n"));
    CHECK(has(text, "    57      messageTime: 2026-11-21T01:45:02Z\n    76      protectionAlg: id-PasswordBasedMac (1.2.840.113533.7.66.13)\n"));
    CHECK(has(text, "   140      senderKID: 34373131 \"4711\"\n"));
    CHECK(has(text, "   208    body.error\n   210      pKIStatusInfo\n   212        status: rejection (2)\n"));
    CHECK(has(text, "failInfo: badRequest\n"));
    CHECK(text.ends_with("\n"));
}

TEST_CASE("every message others made is shown as text and as JSON", "[messages]") {
    for (const auto& file : data_files("openssl", ".der")) {
        INFO(file);
        const Octets octets = read_file(file);
        CHECK(text_of_message(octets).size() > octets.size());
        const Shown message = shown(octets);
        CHECK(message.type() == "PKIMessage");
        CHECK(message.get<PKIMessage>()->received.size() == message.size());
        CHECK_FALSE(message.get<Certificate>());
        CHECK(JsonCheck::is_valid(message.json()));
        CHECK(message.json().starts_with("{\"@offset\":0,\"header\":"));
    }
}

TEST_CASE("a bare certificate is recognised", "[messages]") {
    const auto message = der::parse<PKIMessage>(read_file(data_folder() / "openssl/rep-ir.der"));
    REQUIRE(message);
    const auto* pair = &*cert_responses((*message)->body)->response[0].certifiedKeyPair;
    const auto* cert = pair->certOrEncCert.get<"certificate">();
    CHECK(text_of_message(cert->received).starts_with("     0  Certificate\n     4    tbsCertificate\n"));
}

TEST_CASE("the requests of a message are recognised alone", "[messages]") {
    const auto message = der::parse<PKIMessage>(read_file(data_folder() / "openssl/ir.der"));
    REQUIRE(message);
    CHECK(text_of_message(der::encode(*(*message)->body.get<"ir">())).starts_with("     0  CertReqMessages\n     4    [0]\n"));
}

TEST_CASE("octets that are nothing known are refused with the best explanation", "[messages]") {
    Octets octets = read_file(data_folder() / "openssl/ir.der");
    octets[octets.size() - 23] = 0x04;  // the tag of the protection's BIT STRING
    const auto refused = Shown::from(octets);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::unexpected);
    CHECK(refused.error().path.text() == "protection");
    CHECK(refused.error().detail == "read as PKIMessage");
    CHECK_FALSE(Shown::from({}));
}

TEST_CASE("hostile text cannot leave its line or its string", "[messages]") {
    der::Arena arena;
    const der::Utf8String lines[] = {der::utf8_string("\x1b[2J\nok\xe2\x80\xae"), der::utf8_string("\"},{\""), der::utf8_string("")};
    PKIMessage message;
    message.header.sender    = directory_name(common_name("a\"\nb", arena));
    message.header.recipient = directory_name(Name());
    message.header.freeText  = PKIFreeText(lines, 3);
    message.body.emplace<"pkiconf">();
    const Octets octets = der::encode(message);
    const std::string text = text_of_message(octets);
    CHECK(has(text, "sender: CN=a\\\"\\0ab\n"));
    CHECK(has(text, "[0]: \\x1b[2J\\x0aok\\xe2\\x80\\xae\n"));
    CHECK(has(text, "[2]: (empty)\n"));
    const std::string json = shown(octets).json();
    CHECK(JsonCheck::is_valid(json));
    CHECK(has(json, "\"freeText\":[\"\\\\x1b[2J\\\\x0aok\\\\xe2\\\\x80\\\\xae\",\"\\\"},{\\\"\",\"\"]"));
}

TEST_CASE("long octets are cut in text and whole in JSON", "[messages]") {
    const Octets secret(300, 0xab);
    PKIMessage message;
    message.header.sender = message.header.recipient = directory_name(Name());
    message.body.emplace<"genm">();
    message.protection = der::BitString{0, secret};
    const Octets octets = der::encode(message);
    CHECK(has(text_of_message(octets), "body.genm (empty)\n"));
    CHECK(has(text_of_message(octets), "protection: " + to_hex(Bytes(secret).first(32)) + "… (300 octets)\n"));
    CHECK(has(shown(octets).json(), to_hex(secret)));
}

#include "der/compare.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "messages/names.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;

namespace {

Name read(std::string_view text, der::Arena& arena) {
    const auto name = name_from_text(text, arena);
    INFO((name ? "" : name.error().text()));
    REQUIRE(name);
    return *name;
}
std::string shown(std::string_view text) {
    der::Arena arena;
    return to_text(read(text, arena));
}
std::string encoded(std::string_view text) {
    der::Arena arena;
    return to_hex(der::encode(read(text, arena)));
}
std::string refusal(std::string_view text) {
    der::Arena arena;
    const auto name = name_from_text(text, arena);
    REQUIRE_FALSE(name);
    CHECK(name.error().code == Code::bad_value);
    return name.error().detail;
}
bool same(std::string_view a, std::string_view b) {
    der::Arena arena;
    return same_name(read(a, arena), read(b, arena));
}
/// A name of one CN of any string type, as a peer may send it.
Name peer_name(std::uint8_t tag, std::string_view value, der::Arena& arena) {
    auto* attribute = arena.make<AttributeTypeAndValue>();
    der::Writer out;
    out.octets(bytes_of(value));
    out.header(tag, value.size());
    *attribute = {oids::id_at_commonName, der::Open::raw(arena.keep(out.written()))};
    auto* rdn  = arena.make<RelativeDistinguishedName>();
    *rdn       = RelativeDistinguishedName(attribute, 1);
    return Name(rdn, 1);
}

}  // namespace

TEST_CASE("a name is read in OpenSSL's form, first to last", "[messages]") {
    CHECK(encoded("/O=Plant/CN=dev1") == "301f310e300c060355040a0c05506c616e74310d300b06035504030c0464657631");
    CHECK(shown("/O=Plant/CN=dev1") == "CN=dev1,O=Plant");
    CHECK(shown("/CN=http:\\/\\/a\\+b") == "CN=http://a\\+b");
    CHECK(shown("/CN=a, b;<c>\"/O=#1") == "O=\\#1,CN=a\\, b\\;\\<c\\>\\\"");
}

TEST_CASE("a name is read by RFC 4514, last to first", "[messages]") {
    CHECK(encoded("CN=dev1,O=Plant") == encoded("/O=Plant/CN=dev1"));
    CHECK(encoded("cn=dev1, o=Plant") == encoded("/O=Plant/CN=dev1"));
    CHECK(encoded("2.5.4.3=dev1,O=Plant") == encoded("/O=Plant/CN=dev1"));
    CHECK(encoded("CN=#0c0464657631,O=Plant") == encoded("/O=Plant/CN=dev1"));
    CHECK(shown("UID=jsmith,DC=example,DC=net") == "UID=jsmith,DC=example,DC=net");
    CHECK(shown("CN=a/b=c") == "CN=a/b=c");
}

TEST_CASE("no text and a lone slash are the NULL-DN", "[messages]") {
    CHECK(encoded("") == "3000");
    CHECK(encoded("/") == "3000");
    CHECK(to_text(Name()).empty());
    CHECK(summary(Name()) == "NULL-DN");
}

TEST_CASE("attributes of one RDN are joined by a plus and stand in DER's order", "[messages]") {
    CHECK(encoded("CN=a+OU=b") == "301631143008060355040" "30c01613008060355040b0c0162");
    CHECK(encoded("OU=b+CN=a") == encoded("CN=a+OU=b"));
    CHECK(encoded("/OU=b+CN=a") == encoded("CN=a+OU=b"));
    CHECK(shown("OU=b+CN=a,O=c") == "CN=a+OU=b,O=c");
}

TEST_CASE("escapes of a name are read and written", "[messages]") {
    CHECK(shown("CN=a\\,b") == "CN=a\\,b");
    CHECK(shown("CN=a\\2cb") == "CN=a\\,b");
    CHECK(shown("CN=\\ a\\20") == "CN=\\ a\\ ");
    CHECK(shown("CN=  a  ") == "CN=a");
    CHECK(shown("CN=\\#a") == "CN=\\#a");
    CHECK(shown("CN=a#b c") == "CN=a#b c");
    CHECK(shown("CN=a\\\\b") == "CN=a\\\\b");
    CHECK(shown("CN=\\ ") == "CN=\\ ");
    CHECK(shown("CN=M\\c3\\bcller") == "CN=M\xc3\xbcller");
}

TEST_CASE("values take the string type that RFC 5280 prescribes", "[messages]") {
    CHECK(encoded("C=DE") == "300d310b3009060355040613024445");
    CHECK(encoded("serialNumber=0-7") == "300e310c300a06035504051303302d37");
    CHECK(encoded("DC=net") == "3015311330110" "60a0992268993f22c640119" "16036e6574");
    CHECK(refusal("serialNumber=a_b").find("only letters") == 0);
    CHECK(refusal("DC=\xc3\xbc").find("only ASCII") == 0);
}

TEST_CASE("empty values stay empty values", "[messages]") {
    CHECK(encoded("CN=") == "300b3109300706035504030c00");
    CHECK(encoded("/CN=/OU=a") == encoded("OU=a,CN="));
    CHECK(shown("OU=,CN=") == "OU=,CN=");
}

TEST_CASE("text that is no name is refused and says where", "[messages]") {
    CHECK(refusal("dev1") == "TYPE=VALUE is needed, at character 1 of \"dev1\"");
    CHECK(refusal("CN=a,") == "TYPE=VALUE is needed, at character 6 of \"CN=a,\"");
    CHECK(refusal("/O=Plant//CN=a") == "TYPE=VALUE is needed, at character 10 of \"/O=Plant//CN=a\"");
    CHECK(refusal("CN=a+") == "TYPE=VALUE is needed, at character 6 of \"CN=a+\"");
    CHECK(refusal("NOPE=a").find("an unknown attribute type, at character 1") == 0);
    CHECK(refusal("C\x0e=a").find("an unknown attribute type") == 0);
    CHECK(refusal("=a").find("an unknown attribute type") == 0);
    CHECK(refusal("CN=a;b").find("this character needs a backslash, at character 5") == 0);
    CHECK(refusal("CN=\"a\"").find("this character needs a backslash") == 0);
    CHECK(refusal("CN=#0c").find("a #value that is not one DER element") == 0);
    CHECK(refusal("CN=#").find("a #value that is not one DER element") == 0);
    CHECK(refusal("CN=#0c016").find("two hexadecimal digits are needed") == 0);
}

TEST_CASE("hostile text of a name is refused", "[messages]") {
    CHECK(refusal("CN=a\\").find("a backslash needs") == 0);
    CHECK(refusal("/CN=a\\").find("a backslash needs") == 0);
    CHECK(refusal("CN=a\\0").find("a backslash needs") == 0);
    CHECK(refusal("CN=a\\\x01").find("a backslash needs") == 0);
    CHECK(refusal("CN=a\\00b").find("a NUL in a value") == 0);
    CHECK(refusal(std::string_view("CN=a\0b", 6)).find("a NUL in a value") == 0);
    CHECK(refusal("CN=\\ff").find("a value that is not UTF-8") == 0);
    CHECK(refusal("CN=\xed\xa0\x80").find("a value that is not UTF-8") == 0);
}

TEST_CASE("control and bidirectional characters are shown as octets and read back", "[messages]") {
    const std::string_view text = "CN=a\\e2\\80\\aeb\\1b[2J\\0a";
    CHECK(shown(text) == text);
    CHECK(encoded(shown(text)) == encoded(text));
}

TEST_CASE("a value of ten thousand octets is read and written", "[messages]") {
    const std::string commas(10000, ','), plain(10000, 'x');
    std::string escaped_commas;
    for (std::size_t i = 0; i < commas.size(); ++i) escaped_commas += "\\,";
    CHECK(shown("CN=" + plain) == "CN=" + plain);
    CHECK(shown("CN=" + escaped_commas) == "CN=" + escaped_commas);
    CHECK(refusal("CN=" + plain + ",x").size() < 200);
}

TEST_CASE("what a peer put into a name is shown whatever its type", "[messages]") {
    der::Arena arena;
    CHECK(to_text(peer_name(der::tag::teletex_string, "M\xfcller", arena)) == "CN=M\\fcller");
    CHECK(to_text(peer_name(der::tag::bmp_string, std::string_view("\0a", 2), arena)) == "CN=#1e020061");
    CHECK(to_text(peer_name(der::tag::utf8_string, std::string_view("a\0b", 3), arena)) == "CN=a\\00b");
    auto* unknown = arena.make<AttributeTypeAndValue>();
    const Octets value = der::encode(der::utf8_string("a")), type = *oid_from_text("1.2.3.4");
    *unknown = {der::Oid{type}, der::Open::raw(value)};
    const RelativeDistinguishedName rdn(unknown, 1);
    CHECK(to_text(Name(&rdn, 1)) == "1.2.3.4=#0c0161");
}

TEST_CASE("names are the same without regard to case, spaces and string type", "[messages]") {
    der::Arena arena;
    CHECK(same("CN=dev1,O=Plant", "cn=DEV1,o=plant"));
    CHECK(same("CN=a  b", "CN=\\ A b\\ "));
    CHECK(same_name(peer_name(der::tag::printable_string, "Dev 1", arena), peer_name(der::tag::utf8_string, "dev  1", arena)));
    CHECK_FALSE(same("CN=dev1,O=Plant", "O=Plant,CN=dev1"));
    CHECK_FALSE(same("CN=dev1", "CN=dev1,O=Plant"));
    CHECK_FALSE(same("CN=dev1", "OU=dev1"));
    CHECK_FALSE(same("CN=dev1", "CN=dev 1"));
    CHECK_FALSE(same("CN=a+OU=b", "CN=a,OU=b"));
    CHECK_FALSE(same_name(peer_name(der::tag::bmp_string, "ab", arena), peer_name(der::tag::utf8_string, "ab", arena)));
    CHECK(same_name(Name(), Name()));
}

TEST_CASE("the last attribute of a type gives its text", "[messages]") {
    der::Arena arena;
    const Name name = read("/CN=first/O=Plant/CN=a\\, b", arena);
    CHECK(attribute_text(name, oids::id_at_commonName) == "a, b");
    CHECK(attribute_text(name, oids::id_at_organizationName) == "Plant");
    CHECK(attribute_text(name, oids::id_at_countryName).empty());
    CHECK(attribute_text(common_name("dev1", arena), oids::id_at_commonName) == "dev1");
}

TEST_CASE("a name that was read from octets is the one that was written", "[messages]") {
    der::Arena arena;
    const Name   name   = read("CN=a+OU=b,C=DE", arena);
    const Octets octets = der::encode(name);
    const auto   again  = der::parse<Name>(octets, arena);
    REQUIRE(again);
    CHECK_FALSE(der::first_difference(name, *again));
    CHECK(same_name(name, *again));
    CHECK(to_text(*again) == "CN=a+OU=b,C=DE");
}

TEST_CASE("general names are read from text and written back", "[messages]") {
    der::Arena arena;
    for (const std::string_view text : {"dns:dev1.plant", "ip:192.0.2.1", "ip:2001:db8::1", "uri:http://a/b?c", "email:a@b.c", "dir:CN=dev1,O=Plant", "rid:1.2.3.4", "dir:"}) {
        const auto name = general_name_from_text(text, arena);
        REQUIRE(name);
        CHECK(to_text(*name) == text);
    }
    CHECK(to_text(*general_name_from_text("DNS:a", arena)) == "dns:a");
    CHECK(to_text(*general_name_from_text("dir:/O=Plant/CN=dev1", arena)) == "dir:CN=dev1,O=Plant");
    CHECK(summary(*general_name_from_text("dir:/O=Plant/CN=dev1", arena)) == "CN=dev1,O=Plant");
    CHECK(summary(*general_name_from_text("dns:a", arena)) == "dns:a");
    CHECK(to_hex(der::encode(*general_name_from_text("ip:192.0.2.1", arena))) == "8704c0000201");
    CHECK(to_hex(der::encode(directory_name(common_name("test-ca", arena)))) == "a41430123110300e06035504030c07746573742d6361");
}

TEST_CASE("text that is no general name is refused", "[messages]") {
    der::Arena arena;
    for (const std::string_view text : {"", "dns", "dns:", "dns:a b", "dns:\xc3\xbc", "ip:", "ip:1.2.3", "name:a", "rid:a", "dir:a", "uri:a\n", ":"}) {
        const auto name = general_name_from_text(text, arena);
        INFO(text);
        REQUIRE_FALSE(name);
        CHECK(name.error().code == Code::bad_value);
        CHECK_FALSE(name.error().detail.empty());
    }
}

TEST_CASE("general names of odd content are shown", "[messages]") {
    GeneralName name;
    const Octets odd{1, 2, 3}, masked{192, 0, 2, 0, 255, 255, 255, 0};
    name.emplace<"iPAddress">() = der::OctetString{odd};
    CHECK(to_text(name) == "ip:#010203");
    name.emplace<"iPAddress">() = der::OctetString{};
    CHECK(to_text(name) == "ip:");
    name.emplace<"iPAddress">() = der::OctetString{masked};
    CHECK(to_text(name) == "ip:192.0.2.0/255.255.255.0");
    name.emplace<"x400Address">();
    CHECK(to_text(name) == "x400Address:#a300");
}

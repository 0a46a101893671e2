#include "plant.hpp"

#include "admission/pattern.hpp"

namespace cmpkit::ca {
namespace {

/// What "CN=dev1,serialNumber=S-7" may be called by a pattern, as text; a refusal as "! its words".
std::string granted(std::string_view pattern, std::string_view asked, std::string_view proved = "CN=dev1,serialNumber=S-7,O=Maker") {
    der::Arena     arena;
    const Name     name = good(name_from_text(asked, arena)), subject = good(name_from_text(proved, arena));
    const Identity identity{&subject, {}};
    const auto     read = good(NamePattern::parse(pattern, Proof::certificate));
    if (!read.applies(identity)) return "does not apply";
    const auto result = read.grant(name, identity, arena);
    return result ? (result->is_changed ? "changed to " : "") + to_text(result->name) : "! " + result.error().detail;
}

bool fits(std::string_view pattern, std::string_view asked, std::string_view proved = "CN=dev1") {
    der::Arena        arena;
    const Name        subject = good(name_from_text(proved, arena));
    const GeneralName name    = good(general_name_from_text(asked, arena));
    return is_writable(name) && good(GeneralNamePattern::parse(pattern, Proof::certificate)).fits(name, {&subject, {}});
}

std::string why_not(std::string_view pattern, Proof proof = Proof::certificate) {
    const auto read = NamePattern::parse(pattern, proof);
    return read ? "" : read.error().detail;
}

TEST_CASE("a name pattern takes its values from the requester's certificate", "[ca]") {
    CHECK(granted("CN={subject.CN}", "CN=dev1") == "CN=dev1");
    CHECK(granted("CN=dev-{subject.serialNumber}.plant", "CN=dev-S-7.plant") == "CN=dev-S-7.plant");
    CHECK(granted("serialNumber={subject.serialNumber},O=Plant", "serialNumber=S-7,O=Plant") == "serialNumber=S-7,O=Plant");
    CHECK(granted("CN={subject.CN},OU=Lab\\, west", "CN=dev1,OU=Lab\\, west") == "CN=dev1,OU=Lab\\, west");
    CHECK(granted("CN={subject.CN}", "CN=dev2") == "! subject: CN is not this requester's");
}

TEST_CASE("further attributes pass only after a last star, and only those that say where a device stands", "[ca]") {
    CHECK(granted("CN={subject.CN},*", "CN=dev1,OU=Line 4,O=Plant,C=DE") == "CN=dev1,OU=Line 4,O=Plant,C=DE");
    CHECK(granted("CN={subject.CN},*", "OU=Line 4,CN=dev1") == "OU=Line 4,CN=dev1");
    CHECK(granted("CN={subject.CN}", "CN=dev1,O=Plant") == "! subject: O may not stand there");
    CHECK(granted("CN={subject.CN},*", "CN=dev1,UID=root") == "! subject: UID may not stand there");
    CHECK(granted("CN={subject.CN},*", "CN=dev1,emailAddress=boss@plant") == "! subject: emailAddress may not stand there");
    CHECK(granted("CN={subject.CN},*", "CN=dev1,O=#0500") == "! subject: O may not stand there");
}

TEST_CASE("an attribute that a pattern fixes does not pass a second time", "[ca]") {
    CHECK(granted("CN={subject.CN},*", "CN=dev1,CN=dev2") == "! subject: CN is not this requester's");
    CHECK(granted("CN={subject.CN},*", "CN=dev2,CN=dev1") == "! subject: CN may not stand there");
    CHECK(granted("CN={subject.CN},O=Plant,*", "CN=dev1,O=Plant,O=Bank") == "! subject: O is not this requester's");
    CHECK(granted("CN={subject.CN},O=Plant,*", "CN=dev1,O=Bank,O=Plant") == "! subject: O may not stand there");
    CHECK(granted("CN={subject.CN},*", "CN=dev1+CN=dev2") == "! subject: CN shares its RDN with another attribute");
    CHECK(granted("CN={subject.CN},*", "CN=dev1,O=Plant+OU=Line") == "! subject: OU shares its RDN with another attribute");
    CHECK(granted("CN={subject.CN},O=Plant", "O=Plant") == "! subject: CN is missing");
}

TEST_CASE("a value that the pattern fixes is spelled as it was proved", "[ca]") {
    CHECK(granted("CN={subject.CN},*", "CN=DEV1,O=Plant") == "changed to CN=dev1,O=Plant");
    CHECK(granted("CN={subject.CN},*", "CN=#130464657631") == "CN=dev1");
    CHECK(granted("CN={subject.CN},*", "CN=#1e080064006500760031") == "! subject: CN is not text");  // the same letters as BMPString
    CHECK(granted("CN={subject.CN},*", "CN=#140464657631") == "! subject: CN is not text");          // and as TeletexString
}

TEST_CASE("a NULL-DN becomes the name that the pattern makes, where it needs no more words", "[ca]") {
    CHECK(granted("CN={subject.CN},*", "") == "changed to CN=dev1");
    CHECK(granted("CN={subject.CN},serialNumber={subject.serialNumber},O=Plant", "") == "changed to CN=dev1,serialNumber=S-7,O=Plant");
    CHECK(granted("CN={subject.CN},OU=*", "") == "! subject: OU is needed");
    CHECK(granted("serialNumber={subject.CN}", "", "CN=dév") == "! subject: none can be made for this requester");
    CHECK(granted("*", "") == "");
}

TEST_CASE("no value of a certificate means more than itself in a name that is made", "[ca]") {
    CHECK(granted("CN={subject.CN}", "", "CN=dev1\\,O=Bank\\+UID=root\\\\\\,*") == "changed to CN=dev1\\,O=Bank\\+UID=root\\\\\\,*");
    CHECK(granted("CN={subject.CN}", "CN=dev1,O=Bank", "CN=dev1\\,O=Bank").starts_with("!"));
    CHECK(granted("CN={subject.CN}", "", "CN={subject.O}") == "changed to CN={subject.O}");
}

TEST_CASE("an attribute that a requester has not, has twice or has not as text stands for nothing", "[ca]") {
    CHECK(granted("CN={subject.CN}", "CN=dev1", "O=Maker") == "does not apply");
    CHECK(granted("CN={subject.CN}", "CN=dev1", "CN=dev1,CN=dev2") == "does not apply");
    CHECK(granted("CN={subject.CN}", "CN=dev1", "CN=dev1+CN=dev2") == "does not apply");
    CHECK(granted("CN={subject.CN}", "CN=dev1", "CN=#1e080064006500760031") == "does not apply");
}

TEST_CASE("a star for a value takes the request's words, if they are words", "[ca]") {
    CHECK(granted("CN={subject.CN},OU=*", "CN=dev1,OU=anything") == "CN=dev1,OU=anything");
    CHECK(granted("CN={subject.CN},OU=*", "CN=dev1,OU=#0500") == "! subject: OU is not text");
    CHECK(granted("*", "CN=whoever,UID=root") == "CN=whoever,UID=root");
    CHECK(granted("*", "CN=#0c03610062") == "! subject: a value is not text");
}

TEST_CASE("a name pattern that could be understood in two ways is not read", "[ca]") {
    CHECK(why_not("") != "");
    CHECK(why_not("CN") != "");
    CHECK(why_not("CN=") != "");
    CHECK(why_not("CN=dev-*") != "");
    CHECK(why_not("CN={subject.CN}+O=Plant") != "");
    CHECK(why_not("CN={subject.CN") != "");
    CHECK(why_not("CN={subject.nonsense}") != "");
    CHECK(why_not("nonsense=x") != "");
    CHECK(why_not("CN=x\\") != "");
    CHECK(why_not("CN=#0500") != "");
    CHECK(why_not("CN={reference}") == "a requester with a certificate has only {subject.TYPE}: \"reference\"");
    CHECK(why_not("CN={subject.CN}", Proof::secret) == "a requester with a secret has only a {reference}: \"subject.CN\"");
}

TEST_CASE("a pattern of general names compares as the kind of name does", "[ca]") {
    CHECK(fits("dns:{subject.CN}.plant", "dns:dev1.plant"));
    CHECK(fits("dns:{subject.CN}.plant", "dns:DEV1.Plant"));
    CHECK_FALSE(fits("dns:{subject.CN}.plant", "dns:dev2.plant"));
    CHECK_FALSE(fits("dns:{subject.CN}.plant", "dns:dev1.plant.evil"));
    CHECK_FALSE(fits("dns:{subject.CN}.plant", "dns:evil.dev1.plant"));
    CHECK_FALSE(fits("dns:{subject.CN}", "uri:dev1"));
    CHECK(fits("uri:urn:dev:{subject.CN}", "uri:urn:dev:dev1"));
    CHECK_FALSE(fits("uri:urn:dev:{subject.CN}", "uri:urn:dev:DEV1"));
    CHECK(fits("ip:10.0.*", "ip:10.0.3.4"));
    CHECK_FALSE(fits("ip:10.0.*", "ip:10.1.3.4"));
    CHECK(fits("ip:*", "ip:2001:db8::1"));
    CHECK(fits("rid:1.2.*", "rid:1.2.3"));
    CHECK(fits("email:{subject.CN}@plant.example", "email:Dev1@plant.example"));
}

TEST_CASE("stars of a general name pattern stand for any characters, in their order", "[ca]") {
    CHECK(fits("dns:{subject.CN}.*", "dns:dev1.anything.at.all"));
    CHECK(fits("dns:*.a.*.b", "dns:x.a.y.b"));
    CHECK_FALSE(fits("dns:*.a.*.b", "dns:x.b.y.a"));
    CHECK_FALSE(fits("dns:aba*aba", "dns:aba"));
    CHECK(fits("*", "dns:whatever"));
    CHECK(fits("*", "dir:CN=whoever"));
}

TEST_CASE("a wildcard passes only where the pattern writes it out", "[ca]") {
    CHECK_FALSE(fits("dns:*", "dns:*.plant"));
    CHECK_FALSE(fits("*", "dns:*.plant"));
    CHECK_FALSE(fits("dns:{subject.CN}", "dns:*", "CN=*"));
    CHECK(fits("dns:\\*.{subject.CN}", "dns:*.dev1"));
    CHECK_FALSE(fits("dns:\\*.{subject.CN}", "dns:x.dev1"));
}

TEST_CASE("a directoryName is judged as a name, not as text", "[ca]") {
    CHECK(fits("dir:CN={subject.CN},O=Plant", "dir:CN=dev1,O=Plant"));
    CHECK_FALSE(fits("dir:CN={subject.CN},O=Plant", "dir:CN=dev2,O=Plant"));
    CHECK_FALSE(fits("dir:CN={subject.CN}", "dir:CN=dev1,O=Bank", "CN=dev1\\,O=Bank"));
    CHECK_FALSE(fits("dir:CN={subject.CN}", "dir:"));
    CHECK(fits("dir:*", "dir:CN=whoever"));
}

TEST_CASE("a general name that is malformed fits nothing", "[ca]") {
    GeneralName dns, ip, odd;
    dns.emplace<"dNSName">() = der::IA5String{bytes_of("dev1 evil")};
    ip.emplace<"iPAddress">() = der::OctetString{bytes_of("12345")};
    odd.emplace<"otherName">();
    CHECK_FALSE(is_writable(dns));
    CHECK_FALSE(is_writable(ip));
    CHECK_FALSE(is_writable(odd));
    dns.emplace<"dNSName">();
    CHECK_FALSE(is_writable(dns));
}

TEST_CASE("a general name pattern of an unknown kind is not read", "[ca]") {
    for (const char* text : {"", "dev1", "DNS:dev1", "otherName:*", "dns", "dns:{subject.CN", "dir:CN", "*:dev1"}) {
        const auto read = GeneralNamePattern::parse(text, Proof::certificate);
        INFO(text);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == Code::bad_value);
    }
}

}  // namespace
}  // namespace cmpkit::ca

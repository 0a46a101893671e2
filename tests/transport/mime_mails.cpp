// Which mails carry a message: those of common mail programs, and those of nobody well-meaning.
#include "answering.hpp"
#include "mime/base64.hpp"
#include "mime/field.hpp"
#include "mime/mail.hpp"

#include <catch2/catch.hpp>
#include <fstream>

using namespace cmpkit::transport::test;
using namespace cmpkit_mime;

namespace {

constexpr std::size_t limit = 1000;
const std::string     message = std::string("\x04\x06") + "please";

std::string fixture(const std::string& name) {
    std::ifstream in(CMPKIT_TEST_DATA "/mime/" + name + ".eml", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string with_crlf(const std::string& text) {
    std::string lines;
    for (const char c : text) lines += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return lines;
}

/// A mail that is right, but for what a test changes in it.
std::string mail(const std::string& fields = "", const std::string& body = "BAZwbGVhc2U=\n", const std::string& type = "Content-Type: application/pkixcmp; name=a.PKI\n",
                 const std::string& coding = "Content-Transfer-Encoding: base64\n") {
    return "From: desk@plant.example\n" + fields + type + coding + "\n" + body;
}

std::string why_not(const std::string& text) {
    const auto letter = read_mail(text, limit);
    CHECK(letter.data.empty());
    return letter.refusal;
}

std::string two_parts(const std::string& first, const std::string& second, const std::string& end = "--b--\n") {
    return "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + first + "\n--b\n" + second + "\n" + end;
}

}  // namespace

TEST_CASE("mails of common programs are read, whatever their line ends", "[transport]") {
    for (const char* name : {"thunderbird", "outlook", "apple", "evolution", "gmail", "mutt", "bare"})
        for (const auto& text : {fixture(name), with_crlf(fixture(name))}) {
            INFO(name);
            REQUIRE(!text.empty());
            const auto letter = read_mail(text, limit);
            CHECK(letter.refusal == "");
            CHECK(letter.kind == CMPKIT_TRANSPORT_CMP);
            CHECK(letter.data == message);
            CHECK(!letter.id.empty());
        }
}

TEST_CASE("a mail tells its attachment's name, its sender and what it answers", "[transport]") {
    CHECK(read_mail(fixture("thunderbird"), limit).name == "press-4");
    CHECK(read_mail(fixture("evolution"), limit).name == "Auftrag für Presse 4");
    CHECK(read_mail(fixture("gmail"), limit).name == "Presse 4");
    CHECK(read_mail(fixture("outlook"), limit).from == "desk@plant.example");
    CHECK(read_mail(fixture("evolution"), limit).from == "pki-desk@plant.example");
    const auto bare = read_mail(fixture("bare"), limit);
    CHECK(bare.id == "<1@plant.example>");
    CHECK(bare.answers == std::vector<std::string>{"<0@plant.example>", "<b@plant.example>", "<a@plant.example>"});
}

TEST_CASE("a mail that is cut off anywhere is refused, or carries the same message", "[transport]") {
    for (const char* name : {"thunderbird", "outlook", "evolution"}) {
        const std::string whole = fixture(name);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto letter = read_mail(std::string_view(whole).substr(0, size), limit);
            if (letter.refusal.empty() && letter.data != message) FAIL(name << " cut at " << size);
        }
    }
}

TEST_CASE("what RFC 2510 demands of the part is demanded", "[transport]") {
    CHECK(read_mail(mail(), limit).refusal == "");
    CHECK(has(why_not(mail("", "x", "Content-Type: text/plain; name=a.PKI\n")), "no message in it"));
    CHECK(has(why_not(mail("", "x", "Content-Type: application/octet-stream; name=a.PKI\n")), "no message in it"));
    CHECK(has(why_not(mail("", "x", "Content-Type: application/pkixcmp\n")), "no file name"));
    CHECK(has(why_not(mail("", "x", "Content-Type: application/pkixcmp; name=a.PKI.exe\n")), "no file name"));
    CHECK(has(why_not(mail("", "x", "Content-Type: application/pkixcmp; name=a.PKI\n", "Content-Transfer-Encoding: binary\n")), "must be base64"));
    CHECK(has(why_not(mail("", "x", "Content-Type: application/pkixcmp; name=a.PKI\n", "")), "must be base64"));
    CHECK(has(why_not(mail("", "BAZwb GVhc2U=!\n")), "no base64"));
}

TEST_CASE("CMC's types tell which message they carry", "[transport]") {
    const auto kind_of = [](const std::string& type) { return read_mail(mail("", "BAZwbGVhc2U=\n", "Content-Type: application/" + type + "\n"), limit).kind; };
    CHECK(kind_of("pkcs10; name=a.p10") == CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST);
    CHECK(kind_of("pkcs7-mime; smime-type=CMC-Request; name=a.p7m") == CMPKIT_TRANSPORT_CMC_FULL_REQUEST);
    CHECK(kind_of("pkcs7-mime; smime-type=CMC-response; name=a.p7m") == CMPKIT_TRANSPORT_CMC_FULL_RESPONSE);
    CHECK(kind_of("pkcs7-mime; smime-type=certs-only; name=a.p7c") == CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE);
    CHECK(kind_of("pkcs7-mime; smime-type=enveloped-data; name=a.p7m") == 0);
}

TEST_CASE("two messages in a mail are refused, wherever they stand", "[transport]") {
    CHECK(has(why_not(two_parts(mail(), mail())), "two messages"));
    CHECK(has(why_not(two_parts(mail(), "Content-Type: multipart/mixed; boundary=c\n\n--c\n" + mail() + "\n--c--\n")), "two messages"));
}

TEST_CASE("a mail within a mail is not looked into, as bounces carry what was sent", "[transport]") {
    CHECK(has(why_not(two_parts("Content-Type: text/plain\n\nundeliverable\n", "Content-Type: message/rfc822\n\n" + mail())), "no message in it"));
}

TEST_CASE("mails nested or grown beyond sense are refused, and soon", "[transport]") {
    std::string deep = mail();
    for (int i = 0; i < 20; ++i) {
        const std::string boundary = "b" + std::to_string(i) + "x";
        deep                       = "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n" + deep + "\n--" + boundary + "--\n";
    }
    CHECK(has(why_not(deep), "parts within parts"));
    std::string many = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (int i = 0; i < 1000; ++i) many += "--b\n\nx\n";
    CHECK(has(why_not(many + "--b--\n"), "more parts"));
    CHECK(has(why_not(mail("X-Long: " + std::string(100'000, 'x') + "\n")), "header"));
    CHECK(has(why_not(mail([] {
                  std::string fields;
                  for (int i = 0; i < 1000; ++i) fields += "X: y\n";
                  return fields;
              }())),
              "header"));
    CHECK(has(why_not("Content-Type: multipart/mixed; boundary=b\n\n--b\n" + mail()), "cut off"));
    CHECK(has(why_not("Content-Type: multipart/mixed\n\n--b\n" + mail() + "--b--"), "no boundary"));
    CHECK(has(why_not("no header at all"), "no mail"));
}

TEST_CASE("an address that could hide something is not answered to", "[transport]") {
    CHECK(address_in("Desk <desk@plant.example>") == "desk@plant.example");
    CHECK(address_in("desk@plant.example") == "desk@plant.example");
    for (const char* field : {"", "desk", "a@b, c@d", "<a@b> <c@d>", "-oQ/tmp@x", "|sh@x", "a b@c", "\"x y\"@z", "@x", "x@", "a@b@c"}) {
        INFO(field);
        CHECK(address_in(field) == "");
    }
    CHECK(message_ids("<a b@c> <ok@x> <unclosed@x").size() == 1);
}

TEST_CASE("what we write we read, line by line no longer than mails allow", "[transport]") {
    for (const std::size_t size : {1u, 2u, 3u, 56u, 57u, 58u, 1000u}) {
        const std::string octets(size, '\x9c');
        const std::string text = write_mail({.kind = CMPKIT_TRANSPORT_CMP, .data = octets, .file_stem = "a \"b\"", .id = "<i@x>", .from = "a@x", .to = "b@x", .subject = "s", .answers = "<q@x>"},
                                            std::chrono::system_clock::from_time_t(0));
        const auto        letter = read_mail(text, limit);
        CHECK(letter.refusal == "");
        CHECK(letter.data == octets);
        CHECK(letter.name == "message");
        CHECK(letter.answers.front() == "<q@x>");
        CHECK(has(text, "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"));
        std::string_view rest = text;
        while (!rest.empty()) CHECK(take_line(rest).size() <= 78);
    }
}

TEST_CASE("base64 is read with lines of any length, and nothing else in it", "[transport]") {
    CHECK(base64_octets("") == "");
    CHECK(base64_octets("Zg==") == "f");
    CHECK(base64_octets("Zm8=") == "fo");
    CHECK(base64_octets("Z\nm\r\n9 v") == "foo");
    for (const char* wrong : {"Z", "Zg", "Zg=", "Zg===", "Z===", "Zm9v=", "Zg==Zg==", "Zm-v", "====", "Zm9v\xff"}) {
        INFO(wrong);
        CHECK(!base64_octets(wrong));
    }
    CHECK(base64_lines("foobar") == "Zm9vYmFy\r\n");
    CHECK(base64_lines("") == "");
}

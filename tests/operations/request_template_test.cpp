#include "../data.hpp"
#include "../forge/value_of.hpp"
#include "crypto/key.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "messages/names.hpp"
#include "operations/request_template.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::operations;
using test::value_of;

namespace {

Octets name(std::string_view text) {
    der::Arena arena;
    return der::encode(value_of(name_from_text(text, arena)));
}

Octets sans(std::initializer_list<std::string_view> texts) {
    der::Arena               arena;
    std::vector<GeneralName> names;
    for (const std::string_view text : texts) names.push_back(value_of(general_name_from_text(text, arena)));
    const GeneralNames value(names);
    const Extension    extension{oids::id_ce_subjectAltName, false, der::OpenOctets(der::Open::of(value))};
    return der::encode(Extensions(&extension, 1));
}

std::string subject_of(const FilledTemplate& filled) {
    der::Arena arena;
    return filled.subject.empty() ? "" : to_text(value_of(der::parse<Name>(filled.subject, arena)));
}

std::vector<std::string> sans_of(const FilledTemplate& filled) {
    der::Arena               arena;
    std::vector<std::string> texts;
    if (filled.extensions.empty()) return texts;
    const std::optional<Extensions> extensions = value_of(der::parse<Extensions>(filled.extensions, arena));
    if (const auto* names = extension_value<GeneralNames>(extensions, oids::id_ce_subjectAltName))
        for (const GeneralName& each : *names) texts.push_back(to_text(each));
    return texts;
}

std::size_t extensions_in(const FilledTemplate& filled) {
    der::Arena arena;
    return filled.extensions.empty() ? 0 : value_of(der::parse<Extensions>(filled.extensions, arena)).size();
}

Octets appendix(const char* which) { return oracle(std::string("certReqTemplate-") + which + ".hex"); }

/// A template of that subject (empty: absent) and those extensions.
Octets made(std::optional<Name> subject, std::optional<Extensions> extensions = {}) {
    CertReqTemplateContent content;
    content.certTemplate.subject    = subject;
    content.certTemplate.extensions = extensions;
    return der::encode(content);
}

Error refusal(const Octets& content, const TemplateWishes& wishes) {
    const auto filled = fill(content, wishes);
    REQUIRE_FALSE(filled);
    return filled.error();
}

}  // namespace

TEST_CASE("the template of the profile's appendix is followed in each of its layouts", "[operations]") {
    const Octets subject = name("CN=dev1"), others = sans({"ip:192.0.2.1"});
    for (const char* layout : {"a", "b", "c"}) {
        const auto filled = value_of(fill(appendix(layout), {subject, others}));
        CHECK(subject_of(filled) == "OU=myGroup,OU=myDept,CN=dev1");
        CHECK(sans_of(filled) == std::vector<std::string>{"dns:www.myServer.com", "ip:192.0.2.1"});
        CHECK(extensions_in(filled) == 2);  // keyUsage too; extKeyUsage is to be filled in, and nobody does
        CHECK(filled.issuer.empty());       // a NULL-DN, which the configuration fills in
    }
}

TEST_CASE("what nobody fills in is left out", "[operations]") {
    const auto filled = value_of(fill(appendix("c"), {}));
    CHECK(subject_of(filled) == "OU=myGroup,OU=myDept");
    CHECK(sans_of(filled) == std::vector<std::string>{"dns:www.myServer.com"});
}

TEST_CASE("a wish that the template has no place for is refused by name", "[operations]") {
    const Octets country = name("C=DE,CN=dev1"), other_unit = name("OU=another,CN=dev1"), uri = sans({"uri:urn:x"}), two = sans({"ip:192.0.2.1", "ip:192.0.2.2"});
    const auto   check   = [](const Error& error, const char* path, const char* words) {
        CHECK(error.code == Code::bad_template);
        CHECK(error.path.text() == path);
        INFO(error.detail);
        CHECK(error.detail.find(words) != std::string::npos);
    };
    check(refusal(appendix("c"), {country, {}}), "certTemplate.subject", "C=DE");
    check(refusal(appendix("c"), {other_unit, {}}), "certTemplate.subject", "OU=another");
    check(refusal(appendix("c"), {{}, uri}), "certTemplate.extensions", "uri:urn:x");
    check(refusal(appendix("c"), {{}, two}), "certTemplate.extensions", "ip:192.0.2.2");
    check(refusal(made({}), {country, {}}), "certTemplate.subject", "CN=dev1");
    check(refusal(made({}), {{}, uri}), "certTemplate.extensions", "2.5.29.17");
}

TEST_CASE("a NULL-DN and an extension without a value leave all to the end entity", "[operations]") {
    const Extension open{oids::id_ce_subjectAltName, false, der::OpenOctets(der::Open::raw({}))};
    const Octets    subject = name("C=DE,CN=dev1"), others = sans({"dns:a", "uri:urn:x"});
    const auto      filled = value_of(fill(made(Name(), Extensions(&open, 1)), {subject, others}));
    CHECK(subject_of(filled) == "C=DE,CN=dev1");
    CHECK(sans_of(filled) == std::vector<std::string>{"dns:a", "uri:urn:x"});
    CHECK(extensions_in(value_of(fill(made(Name(), Extensions(&open, 1)), {subject, {}}))) == 0);
}

TEST_CASE("a wish that says what the template says is no second value", "[operations]") {
    const Octets subject = name("OU=myGroup,CN=dev1"), others = sans({"dns:www.myServer.com"});
    const auto   filled  = value_of(fill(appendix("c"), {subject, others}));
    CHECK(subject_of(filled) == "OU=myGroup,OU=myDept,CN=dev1");
    CHECK(sans_of(filled) == std::vector<std::string>{"dns:www.myServer.com"});
}

TEST_CASE("the kinds of keys of a template are words, and a key is held to them", "[operations]") {
    CHECK(value_of(key_kinds(appendix("a"))) == std::vector<std::string>{"rsa:2048"});
    const auto kinds = value_of(key_kinds(appendix("c")));
    REQUIRE(kinds);
    CHECK(kinds->back().starts_with("rsa:"));
    CHECK_FALSE(value_of(key_kinds(made({}))));
    const auto key = value_of(crypto::generate_key("ed25519"));
    CHECK(check_key(made({}), key->public_key()));
    const auto refused = check_key(appendix("a"), key->public_key());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::bad_template);
    CHECK(refused.error().path.text() == "keySpec");
}

TEST_CASE("a template that allows only unknown kinds of keys says so", "[operations]") {
    CertReqTemplateContent    content;
    const AlgorithmIdentifier unknown{oids::id_X448, {}};
    const AttributeTypeAndValue control{oids::id_regCtrl_algId, der::Open::of(unknown)};
    content.keySpec   = Controls(&control, 1);
    const auto kinds = key_kinds(der::encode(content));
    REQUIRE_FALSE(kinds);
    CHECK(kinds.error().code == Code::unsupported);
}

#include "admission/pattern.hpp"
#include "admission/refusal.hpp"
#include "messages/attribute.hpp"

namespace cmpkit::admission {
namespace {

Error not_theirs(Bytes type, const char* why) { return refusal(FailInfo::notAuthorized, "subject: " + oid_text(type) + " " + why); }

/// One RDN of that attribute, with the string type that its document prescribes.
Result<RelativeDistinguishedName> rdn_of(Bytes type, std::string_view value, der::Arena& arena) {
    const auto attribute = text_attribute(type, value, arena);
    if (!attribute) return failure(Code::not_authorized, "a value of the requester's certificate cannot stand in this attribute", attribute.error());
    auto* place = arena.make<AttributeTypeAndValue>();
    *place      = *attribute;
    return RelativeDistinguishedName(place, 1);
}

Name one(const RelativeDistinguishedName& rdn) { return Name(&rdn, 1); }

Name kept(const std::vector<RelativeDistinguishedName>& rdns, der::Arena& arena) {
    auto* place = arena.make<RelativeDistinguishedName>(rdns.size());
    std::ranges::copy(rdns, place);
    return Name(place, rdns.size());
}

std::vector<std::string_view> elements_of(std::string_view text) {
    std::vector<std::string_view> elements;
    std::size_t                   begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') ++i;
        else if (text[i] == ',') elements.push_back(text.substr(begin, i - begin)), begin = i + 1;
    }
    elements.push_back(text.substr(begin));
    return elements;
}

bool has_unescaped(std::string_view text, std::string_view characters) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') ++i;
        else if (characters.find(text[i]) != characters.npos) return true;
    }
    return false;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ') && !text.ends_with("\\ ")) text.remove_suffix(1);
    return text;
}

Error wrong(const char* what, std::string_view text) { return {.code = Code::bad_value, .detail = std::string(what) + ": \"" + escaped(text.substr(0, 80)) + "\""}; }

}  // namespace

bool says_where(Bytes type) {
    using namespace oids;
    for (const OidConstant* place : {&id_at_organizationName, &id_at_organizationalUnitName, &id_at_countryName, &id_at_localityName,
                                     &id_at_stateOrProvinceName, &id_domainComponent})
        if (equal(place->content(), type)) return true;
    return false;
}

Result<NamePattern::Attribute> NamePattern::attribute(std::string_view element, Proof proof) {
    const std::size_t equals = element.find('=');
    if (equals == element.npos) return wrong("TYPE=VALUE is needed", element);
    auto type = oid_from_text(trimmed(element.substr(0, equals)));
    if (!type) return type.error();
    const std::string_view text = trimmed(element.substr(equals + 1));
    if (has_unescaped(text, "+\";<>") || text.starts_with('#')) return wrong("+ \" ; < > and a leading # need a backslash", element);
    auto value = TextPattern::parse(text, proof);
    if (!value) return value.error();
    if (value->has_star() && !value->is_star()) return wrong("in a name a * stands alone, for the whole value", element);
    return Attribute{std::move(*type), std::move(*value)};
}

Result<NamePattern> NamePattern::parse(std::string_view text, Proof proof) {
    NamePattern pattern;
    pattern.is_any_ = text == "*";
    if (pattern.is_any_) return pattern;
    auto elements         = elements_of(text);
    pattern.lets_further_ = trimmed(elements.back()) == "*";
    if (pattern.lets_further_) elements.pop_back();
    for (const std::string_view element : elements) {
        auto read = attribute(trimmed(element), proof);
        if (!read) return read.error();
        pattern.attributes_.insert(pattern.attributes_.begin(), std::move(*read));
    }
    if (pattern.attributes_.empty()) return wrong("a pattern needs an attribute, or to be a lone *", text);
    return pattern;
}

bool NamePattern::applies(const Identity& identity) const {
    return std::ranges::all_of(attributes_, [&](const Attribute& attribute) { return attribute.value.runs(identity).has_value(); });
}

bool NamePattern::lets_pass(const AttributeTypeAndValue& attribute) const {
    const Bytes type     = attribute.type.content;
    const bool  is_fixed = std::ranges::any_of(attributes_, [&](const Attribute& fixed) { return equal(fixed.type, type); });
    return lets_further_ && !is_fixed && says_where(type) && text_value(attribute);
}

Result<GrantedName> NamePattern::made(const Identity& identity, der::Arena& arena) const {
    std::vector<RelativeDistinguishedName> rdns;
    for (const Attribute& attribute : attributes_) {
        if (attribute.value.is_star()) return refusal(FailInfo::badCertTemplate, "subject: " + oid_text(attribute.type) + " is needed");
        auto rdn = rdn_of(attribute.type, attribute.value.runs(identity)->front(), arena);
        if (!rdn) return refusal(FailInfo::notAuthorized, "subject: none can be made for this requester").because_of(rdn.error());
        rdns.push_back(*rdn);
    }
    return GrantedName{kept(rdns, arena), true};
}

/// Of a value that the pattern fixes, the spelling that was proved: another one may be another identity to whom compares octets.
Result<RelativeDistinguishedName> NamePattern::Attribute::grant(const RelativeDistinguishedName& asked, const Identity& identity, der::Arena& arena) const {
    if (!text_value(asked.front())) return not_theirs(type, "is not text");
    if (value.is_star()) return asked;
    const auto proved = rdn_of(type, value.runs(identity)->front(), arena);
    if (!proved || !same_name(one(asked), one(*proved))) return not_theirs(type, "is not this requester's");
    return to_text(one(asked)) == to_text(one(*proved)) ? asked : *proved;
}

Result<GrantedName> NamePattern::grant(const Name& asked, const Identity& identity, der::Arena& arena) const {
    if (is_any_) return is_text(asked) ? Result(GrantedName{asked, false}) : refusal(FailInfo::badCertTemplate, "subject: a value is not text");
    if (asked.is_null_dn()) return made(identity, arena);
    std::vector<RelativeDistinguishedName> rdns;
    auto                                   next = attributes_.begin();
    for (const RelativeDistinguishedName& rdn : asked) {
        const Bytes type = rdn.front().type.content;
        if (rdn.size() != 1) return not_theirs(type, "shares its RDN with another attribute");
        const bool is_named = next != attributes_.end() && equal(next->type, type);
        if (!is_named && !lets_pass(rdn.front())) return not_theirs(type, "may not stand there");
        auto granted = is_named ? next++->grant(rdn, identity, arena) : rdn;
        if (!granted) return granted.error();
        rdns.push_back(*granted);
    }
    if (next != attributes_.end()) return not_theirs(next->type, "is missing");
    const Name name = kept(rdns, arena);
    return GrantedName{name, to_text(name) != to_text(asked)};
}

Result<Name> NamePattern::with_blanks(const Identity& identity, der::Arena& arena) const {
    static constexpr std::uint8_t blank[] = {der::tag::utf8_string, 0};
    std::vector<RelativeDistinguishedName> rdns;
    for (const Attribute& attribute : attributes_) {
        if (!attribute.value.is_star()) {
            auto rdn = rdn_of(attribute.type, attribute.value.runs(identity)->front(), arena);
            if (!rdn) return rdn.error();
            rdns.push_back(*rdn);
            continue;
        }
        auto* open = arena.make<AttributeTypeAndValue>();
        *open      = {der::Oid{arena.keep(attribute.type)}, der::Open::raw(blank)};
        rdns.emplace_back(open, 1);
    }
    return kept(rdns, arena);
}

}  // namespace cmpkit::admission

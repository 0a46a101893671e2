#include "messages/names.hpp"

#include "der/encode.hpp"

namespace cmpkit {
namespace {

/// The element of a value: as it was received or, of one that was built, as it is sent.
class ValueElement {
public:
    explicit ValueElement(const der::Open& value) { der::encode(der::describe<der::Open>(), &value, out_); }
    Bytes octets() const { return out_.written(); }

    /// Of a string; nothing: another type, whose octets are all that can be said.
    std::optional<std::string_view> characters() const {
        Bytes    in = octets();
        der::Tlv element;
        if (der::take(in, element)) return std::nullopt;
        switch (element.tag) {
        case der::tag::utf8_string:
        case der::tag::printable_string:
        case der::tag::ia5_string:
        case der::tag::visible_string:
        case der::tag::numeric_string:
        case der::tag::teletex_string: return text_of(element.content);
        default: return std::nullopt;
        }
    }

private:
    der::Writer out_;
};

/// RFC 4514 2.4. What `escaped` finds unfit for a display, `\x1b`, is written as RFC 4514 writes any octet: `\1b`.
void show_value(std::string_view value, std::string& text) {
    const std::string safe = escaped(value);
    for (std::size_t i = 0; i < safe.size(); ++i) {
        const char c        = safe[i];
        const bool is_outer = c == ' ' && (i == 0 || i + 1 == safe.size());
        if (safe.compare(i, 4, "\\x5c") == 0) text += "\\\\", i += 3;
        else if (c == '\\') text += c, ++i;
        else if (is_outer || (c == '#' && i == 0) || std::string_view("\"+,;<>").find(c) != std::string_view::npos) (text += '\\') += c;
        else text += c;
    }
}

void show_attribute(const AttributeTypeAndValue& attribute, std::string& text) {
    const std::string_view name = oid_name(attribute.type.content);
    const ValueElement     element(attribute.value);
    const auto             value = name.empty() ? std::nullopt : element.characters();
    if (name.empty()) text += der::dotted(attribute.type.content);
    else text += name;
    text += '=';
    if (value) show_value(*value, text);
    else (text += '#') += to_hex(element.octets());
}

/// The characters of a text as they count, one by one: case and spaces taken away, as RFC 5280 7.1 asks and peers do it: in ASCII only.
class Folded {
public:
    explicit Folded(std::string_view text) : rest_(text.substr(0, text.find_last_not_of(' ') + 1)) { skip_spaces(); }

    /// Nothing: the end.
    std::optional<char> next() {
        if (rest_.empty()) return std::nullopt;
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == ' ') skip_spaces();
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }

private:
    void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

    std::string_view rest_;
};

bool same_text(Folded a, Folded b) {
    for (;;) {
        const auto c = a.next();
        if (c != b.next()) return false;
        if (!c) return true;
    }
}

bool same_attribute(const AttributeTypeAndValue& a, const AttributeTypeAndValue& b) {
    if (a.type != b.type) return false;
    if (!a.value.tlv.empty() && equal(a.value.tlv, b.value.tlv)) return true;
    const ValueElement left(a.value), right(b.value);
    const auto         left_text = left.characters(), right_text = right.characters();
    return left_text && right_text ? same_text(Folded(*left_text), Folded(*right_text)) : equal(left.octets(), right.octets());
}

bool same_rdn(const RelativeDistinguishedName& a, const RelativeDistinguishedName& b) { return std::ranges::equal(a, b, same_attribute); }

}  // namespace

std::string to_text(const Name& name) {
    std::string text;
    for (std::size_t i = name.size(); i--;)
        for (const AttributeTypeAndValue& attribute : name[i]) {
            if (!text.empty()) text += &attribute == name[i].begin() ? ',' : '+';
            show_attribute(attribute, text);
        }
    return text;
}

std::string summary(const Name& name) { return name.is_null_dn() ? "NULL-DN" : to_text(name); }

bool same_name(const Name& a, const Name& b) { return std::ranges::equal(a, b, same_rdn); }

std::string attribute_text(const Name& name, const OidConstant& type) {
    for (std::size_t i = name.size(); i--;)
        for (std::size_t k = name[i].size(); k--;)
            if (name[i][k].type == type) return std::string(ValueElement(name[i][k].value).characters().value_or(""));
    return {};
}

Name common_name(std::string_view text, der::Arena& arena) {
    auto* attribute  = arena.make<AttributeTypeAndValue>();
    attribute->type  = oids::id_at_commonName;
    attribute->value = der::Open::raw(arena.keep(der::encode(der::utf8_string(text))));
    auto* rdn        = arena.make<RelativeDistinguishedName>();
    *rdn             = RelativeDistinguishedName(attribute, 1);
    return Name(rdn, 1);
}

GeneralName directory_name(const Name& name) {
    GeneralName general;
    general.emplace<"directoryName">() = name;
    return general;
}

}  // namespace cmpkit

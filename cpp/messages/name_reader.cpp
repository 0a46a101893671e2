#include "der/encode.hpp"
#include "messages/attribute.hpp"
#include "messages/names.hpp"

namespace cmpkit {
namespace {

/// How the two ways to write a name differ.
struct Form {
    char             separator;
    std::string_view must_be_escaped;
    bool             has_hex_values;  // "CN=#0c0161"
    bool             is_last_first;
};
constexpr Form openssl_form{'/', "", false, false};
constexpr Form rfc4514_form{',', "\";<>", true, true};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_punctuation(char c) { return c > 0x1f && c < 0x7f && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

template <class T> der::Items<T> kept(const std::vector<T>& values, der::Arena& arena) {
    T* place = arena.make<T>(values.size());
    std::ranges::copy(values, place);
    return {place, values.size()};
}

class NameReader {
public:
    NameReader(std::string_view text, const Form& form, der::Arena& arena) : whole_(text), rest_(text), form_(form), arena_(arena) {
        if (!form_.is_last_first) rest_.remove_prefix(1);  // the slash that told the form
    }

    Result<Name> name() {
        std::vector<RelativeDistinguishedName> rdns;
        do {
            auto next = rdn();
            if (!next) return next.error();
            rdns.push_back(*next);
        } while (accept(form_.separator));
        if (form_.is_last_first) std::ranges::reverse(rdns);
        return Name(kept(rdns, arena_));
    }

private:
    Error wrong(std::string_view what) const {
        const std::size_t at = whole_.size() - rest_.size();
        return {.code = Code::bad_value, .detail = std::string(what) + ", at character " + std::to_string(at + 1) + " of \"" + escaped(whole_.substr(0, 80)) + "\""};
    }
    bool accept(char c) {
        const bool is_next = rest_.starts_with(c);
        if (is_next) rest_.remove_prefix(1);
        return is_next;
    }
    bool ends_value() const { return rest_.empty() || rest_[0] == form_.separator || rest_[0] == '+'; }

    Result<RelativeDistinguishedName> rdn() {
        std::vector<AttributeTypeAndValue> attributes;
        do {
            auto next = attribute();
            if (!next) return next.error();
            attributes.push_back(*next);
        } while (accept('+'));
        std::ranges::sort(attributes, std::ranges::lexicographical_compare, [](const auto& a) { return der::encode(a); });
        return RelativeDistinguishedName(kept(attributes, arena_));
    }

    Result<AttributeTypeAndValue> attribute() {
        while (accept(' ')) {}
        const std::size_t end = rest_.find_first_of(std::string{'=', '+', form_.separator});
        if (end == rest_.npos || rest_[end] != '=') return wrong("TYPE=VALUE is needed");
        const auto type = oid_from_text(rest_.substr(0, end));
        if (!type) return wrong("an unknown attribute type");
        rest_.remove_prefix(end + 1);
        return form_.has_hex_values && rest_.starts_with('#') ? hex_attribute(*type) : string_attribute(*type);
    }

    Result<AttributeTypeAndValue> hex_attribute(Bytes type) {
        Octets element;
        for (accept('#'); !ends_value(); rest_.remove_prefix(2)) {
            const int high = hex_digit(rest_[0]), low = rest_.size() > 1 ? hex_digit(rest_[1]) : -1;
            if (high < 0 || low < 0) return wrong("two hexadecimal digits are needed");
            element.push_back(static_cast<std::uint8_t>(high << 4 | low));
        }
        if (!der::well_formed(element, 20)) return wrong("a #value that is not one DER element");
        return AttributeTypeAndValue{{arena_.keep(type)}, der::Open::raw(arena_.keep(element))};
    }

    Result<AttributeTypeAndValue> string_attribute(Bytes type) {
        const auto text = characters();
        if (!text) return text.error();
        const auto attribute = text_attribute(type, *text, arena_);
        return attribute ? attribute : wrong(attribute.error().detail);
    }
    Result<std::string> characters() {
        std::string value;
        std::size_t solid = 0;  // spaces around a value do not count unless escaped
        while (accept(' ')) {}
        while (!ends_value()) {
            if (form_.must_be_escaped.find(rest_[0]) != std::string_view::npos) return wrong("this character needs a backslash");
            const bool is_plain = rest_[0] != '\\';
            if (is_plain) value += rest_[0], rest_.remove_prefix(1);
            else if (!escape(value)) return wrong("a backslash needs two hexadecimal digits or a punctuation character");
            if (!is_plain || value.back() != ' ') solid = value.size();
        }
        value.resize(solid);
        return value;
    }
    bool escape(std::string& value) {
        const std::string_view after = rest_.substr(1);
        const int high = after.empty() ? -1 : hex_digit(after[0]), low = after.size() > 1 ? hex_digit(after[1]) : -1;
        const bool is_pair = high >= 0 && low >= 0;
        if (!is_pair && (after.empty() || !is_punctuation(after[0]))) return false;
        value += is_pair ? static_cast<char>(high << 4 | low) : after[0];
        rest_.remove_prefix(is_pair ? 3 : 2);
        return true;
    }

    std::string_view whole_, rest_;
    const Form&      form_;
    der::Arena&      arena_;
};

}  // namespace

Result<Name> name_from_text(std::string_view text, der::Arena& arena) {
    if (text.empty() || text == "/") return Name();
    return NameReader(text, text[0] == '/' ? openssl_form : rfc4514_form, arena).name();
}

}  // namespace cmpkit

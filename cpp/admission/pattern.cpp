#include "admission/pattern.hpp"

namespace cmpkit::admission {
namespace {

Error wrong(const std::string& what, std::string_view text) {
    return {.code = Code::bad_value, .detail = what + ": \"" + escaped(text.substr(0, 80)) + "\""};
}

constexpr std::string_view kinds[] = {"dns:", "ip:", "uri:", "email:", "rid:"};

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

// RFC 5280 7.2, 7.5: host names compare without regard to case. The local part of a mailbox is folded with its host, as deployed systems do it.
bool ignores_case(std::string_view text) { return text.starts_with("dns:") || text.starts_with("email:"); }

std::optional<std::string> value_of(const Identity& identity, Bytes type) {
    if (!identity.subject) return std::nullopt;
    std::optional<std::string> value;
    for (const RelativeDistinguishedName& rdn : *identity.subject)
        for (const AttributeTypeAndValue& attribute : rdn) {
            if (!equal(attribute.type.content, type)) continue;
            const auto text = text_value(attribute);
            if (value || !text) return std::nullopt;  // twice: no one can say which is meant
            value = std::string(*text);
        }
    return value;
}

/// The runs stand in the text in their order, the first at its front, the last at its end.
bool stand_in(std::span<const std::string> runs, std::string_view text) {
    if (runs.size() == 1) return text == runs.front();
    if (text.size() < runs.front().size() + runs.back().size() || !text.starts_with(runs.front()) || !text.ends_with(runs.back())) return false;
    text.remove_prefix(runs.front().size());
    text.remove_suffix(runs.back().size());
    for (const std::string& run : runs.subspan(1, runs.size() - 2)) {
        const std::size_t at = text.find(run);
        if (at == text.npos) return false;
        text.remove_prefix(at + run.size());
    }
    return true;
}

}  // namespace

std::optional<std::string_view> text_value(const AttributeTypeAndValue& attribute) {
    Bytes    in = attribute.value.tlv;
    der::Tlv element;
    if (der::take(in, element) || element.content.empty()) return std::nullopt;
    switch (element.tag) {
    case der::tag::utf8_string:
    case der::tag::printable_string:
    case der::tag::ia5_string:
    case der::tag::visible_string:
    case der::tag::numeric_string: break;
    default: return std::nullopt;
    }
    // Control characters and marks that turn the direction of text are no part of a name; a backslash is only written in another way.
    std::string shown(text_of(element.content));
    std::erase(shown, '\\');
    return escaped(shown) == shown ? std::optional(text_of(element.content)) : std::nullopt;
}

bool is_text(const Name& name) {
    return std::ranges::all_of(name, [](const auto& rdn) { return std::ranges::all_of(rdn, [](const auto& a) { return text_value(a).has_value(); }); });
}

Result<TextPattern::Part> TextPattern::placeholder(std::string_view word, Proof proof) {
    if (word == "reference" && proof == Proof::secret) return Part{Part::Kind::reference, {}};
    if (word.starts_with("subject.") && proof == Proof::certificate) {
        const auto type = oid_from_text(word.substr(8));
        if (!type) return type.error();
        return Part{Part::Kind::subject, std::string(text_of(*type))};
    }
    if (proof == Proof::word_of_ra) return wrong("for what an RA asks there is nothing that placeholders stand for", word);
    return wrong(proof == Proof::secret ? "a requester with a secret has only a {reference}" : "a requester with a certificate has only {subject.TYPE}", word);
}

/// Takes plain characters off the front, up to a star or a placeholder.
Result<TextPattern::Part> TextPattern::characters(std::string_view& rest) {
    Part part{Part::Kind::characters, {}};
    while (!rest.empty() && rest[0] != '*' && rest[0] != '{') {
        if (rest == "\\") return wrong("a backslash needs a character after it", rest);
        if (rest[0] == '\\') rest.remove_prefix(1);
        part.text += rest[0];
        rest.remove_prefix(1);
    }
    return part;
}

Result<TextPattern::Part> TextPattern::next(std::string_view& rest, Proof proof) {
    if (rest[0] == '*') return rest.remove_prefix(1), Part{Part::Kind::star, {}};
    if (rest[0] != '{') return characters(rest);
    const std::size_t end = rest.find('}');
    if (end == rest.npos) return wrong("a { without its }", rest);
    const std::string_view word = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return placeholder(word, proof);
}

Result<TextPattern> TextPattern::parse(std::string_view text, Proof proof) {
    if (text.empty()) return wrong("an empty pattern", text);
    TextPattern pattern;
    while (!text.empty()) {
        auto part = next(text, proof);
        if (!part) return part.error();
        pattern.parts_.push_back(std::move(*part));
    }
    return pattern;
}

bool TextPattern::has_star() const {
    return std::ranges::any_of(parts_, [](const Part& part) { return part.kind == Part::Kind::star; });
}

std::ptrdiff_t TextPattern::written_stars() const {
    std::ptrdiff_t count = 0;
    for (const Part& part : parts_)
        if (part.kind == Part::Kind::characters) count += std::ranges::count(part.text, '*');
    return count;
}

std::optional<std::vector<std::string>> TextPattern::runs(const Identity& identity) const {
    std::vector<std::string> runs(1);
    for (const Part& part : parts_) {
        std::optional<std::string> text = part.text;
        if (part.kind == Part::Kind::star) runs.emplace_back();
        if (part.kind == Part::Kind::reference) text = std::string(identity.reference);
        if (part.kind == Part::Kind::subject) text = value_of(identity, bytes_of(part.text));
        if (!text || (part.kind != Part::Kind::star && text->empty())) return std::nullopt;
        runs.back() += *text;
    }
    return runs;
}

Result<GeneralNamePattern> GeneralNamePattern::parse(std::string_view text, Proof proof) {
    GeneralNamePattern pattern;
    if (text.starts_with("dir:") && text != "dir:*") {
        auto directory = NamePattern::parse(text.substr(4), proof);
        if (!directory) return directory.error();
        pattern.directory_ = std::move(*directory);
        return pattern;
    }
    if (text != "*" && text != "dir:*" && std::ranges::none_of(kinds, [&](std::string_view kind) { return text.starts_with(kind); }))
        return wrong("dns:, ip:, uri:, email:, rid:, dir: or a lone * is needed", text);
    auto read = TextPattern::parse(text, proof);
    if (!read) return read.error();
    pattern.text_ = std::move(*read);
    return pattern;
}

bool GeneralNamePattern::fits(const GeneralName& name, const Identity& identity) const {
    if (directory_) {
        const auto* asked = name.get<"directoryName">();
        der::Arena  arena;
        if (!asked || asked->is_null_dn() || !directory_->applies(identity)) return false;
        const auto granted = directory_->grant(*asked, identity, arena);
        return granted && !granted->is_changed;
    }
    auto runs = text_.runs(identity);
    if (!runs) return false;
    std::string text = to_text(name);
    if (ignores_case(text)) {
        text = lower(std::move(text));
        for (std::string& run : *runs) run = lower(std::move(run));
    }
    // "dns:\*.plant" lets a wildcard pass; "dns:*" does not, nor does a requester whose commonName is *.
    return std::ranges::count(text, '*') == text_.written_stars() && stand_in(*runs, text);
}

std::optional<GeneralName> GeneralNamePattern::with_blank(const Identity& identity, der::Arena& arena) const {
    GeneralName name;
    const auto  runs = directory_ ? std::nullopt : text_.runs(identity);
    if (!runs) return std::nullopt;
    const std::string& first = runs->front();
    if (runs->size() == 1) {
        auto made = general_name_from_text(first, arena);
        return made && is_writable(*made) ? std::optional(*made) : std::nullopt;
    }
    if (first.starts_with("dns:")) name.emplace<"dNSName">();
    else if (first.starts_with("ip:")) name.emplace<"iPAddress">();
    else if (first.starts_with("uri:")) name.emplace<"uniformResourceIdentifier">();
    else if (first.starts_with("email:")) name.emplace<"rfc822Name">();
    else return std::nullopt;
    return name;
}

bool is_writable(const GeneralName& name) {
    const auto visible = [](const der::IA5String& text) {
        return !text.content.empty() && std::ranges::all_of(text.content, [](std::uint8_t c) { return c > 0x20 && c < 0x7f && c != '\\'; });
    };
    if (const auto* dns = name.get<"dNSName">()) return visible(*dns);
    if (const auto* uri = name.get<"uniformResourceIdentifier">()) return visible(*uri);
    if (const auto* email = name.get<"rfc822Name">()) return visible(*email);
    if (const auto* ip = name.get<"iPAddress">()) return ip->content.size() == 4 || ip->content.size() == 16;
    if (const auto* directory = name.get<"directoryName">()) return !directory->is_null_dn() && is_text(*directory);
    return name.is<"registeredID">();
}

}  // namespace cmpkit::admission

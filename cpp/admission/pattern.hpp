// Patterns: what a requester may be called, as a function of who it is. Read once, when the authority is made; applied to each request.
// They refuse what is ambiguous: an attribute that the requester's name has twice stands for nothing, a * never lets a wildcard (*.plant) pass.
//
// In both kinds a backslash takes the next character as it is; {subject.TYPE} and {reference} stand for what the requester proved.
//     "CN={subject.CN},O=Plant,*"     a name: RFC 4514, one attribute an RDN; a value * is the request's, a last * lets further attributes pass
//     "dns:{subject.CN}.*"            a general name: dns, ip, uri, email, rid with * for any characters, or dir: and a name pattern; "*" alone: any
#pragma once
#include "messages/names.hpp"

namespace cmpkit::admission {

/// What the placeholders stand for. Views.
struct Identity {
    const Name*      subject = nullptr;  // of the requester's certificate; null: it has none
    std::string_view reference;          // of its secret; empty: it has none
};
enum class Proof : std::uint8_t { certificate, secret, word_of_ra };  // and so which placeholders can stand for something: for an RA's word none

/// The characters of a text attribute: UTF8String, PrintableString, IA5String and their like, without control characters.
std::optional<std::string_view> text_value(const AttributeTypeAndValue& attribute);
/// Whether all values are text that can be put into a certificate.
bool is_text(const Name& name);

/// Whether attributes of that type tell where a device stands (O, OU, C, L, ST, DC), never what it is called: a last * lets them pass.
bool says_where(Bytes type);

/// Text, placeholders and stars in a row.
class TextPattern {
public:
    static Result<TextPattern> parse(std::string_view text, Proof proof);

    bool has_star() const;
    bool is_star() const { return parts_.size() == 1 && has_star(); }
    /// Stars that the pattern itself writes out, as \*.
    std::ptrdiff_t written_stars() const;
    /// Runs of characters between the stars, one more than there are stars; nothing: a placeholder has no value.
    std::optional<std::vector<std::string>> runs(const Identity& identity) const;

private:
    struct Part {
        enum class Kind : std::uint8_t { characters, star, reference, subject } kind;
        std::string text;  // characters; of subject: the content octets of the attribute type
    };
    static Result<Part> next(std::string_view& rest, Proof proof);
    static Result<Part> characters(std::string_view& rest);
    static Result<Part> placeholder(std::string_view word, Proof proof);
    std::vector<Part> parts_;
};

/// A subject that was granted. Views of the request, of the arena and of its argument.
struct GrantedName {
    Name name;
    bool is_changed = false;
};

/// A pattern of a subject or of a directoryName.
class NamePattern {
public:
    /// @error bad_value  detail says what is wrong
    static Result<NamePattern> parse(std::string_view text, Proof proof);

    /// Whether all its placeholders have a value.
    bool applies(const Identity& identity) const;

    /// The name asked for, or, for a NULL-DN, the one that the pattern alone makes. Values that the pattern fixes are spelled as the requester proved them.
    /// @pre applies(identity)
    /// @error not_authorized  failInfo notAuthorized; detail names the attribute  @error bad_template  only the request could say what the name is
    Result<GrantedName> grant(const Name& asked, const Identity& identity, der::Arena& arena) const;

    /// The name with a blank for each value that the request says (RFC 9483 4.3.3); NULL-DN: it says all. @pre applies(identity)
    Result<Name> with_blanks(const Identity& identity, der::Arena& arena) const;

private:
    struct Attribute {
        Octets      type;
        TextPattern value;
        Result<RelativeDistinguishedName> grant(const RelativeDistinguishedName& asked, const Identity& identity, der::Arena& arena) const;
    };
    static Result<Attribute> attribute(std::string_view element, Proof proof);
    Result<GrantedName> made(const Identity& identity, der::Arena& arena) const;
    bool                lets_pass(const AttributeTypeAndValue& attribute) const;

    std::vector<Attribute> attributes_;  // in the order of the Name
    bool                   lets_further_ = false;
    bool                   is_any_       = false;
};

/// A pattern of a subjectAltName.
class GeneralNamePattern {
public:
    /// @error bad_value
    static Result<GeneralNamePattern> parse(std::string_view text, Proof proof);
    /// @pre is_writable(name)
    bool fits(const GeneralName& name, const Identity& identity) const;

    /// The name that the pattern alone makes, or a blank of its kind where the request says a part of it; nothing: of any kind, or a placeholder has no value.
    std::optional<GeneralName> with_blank(const Identity& identity, der::Arena& arena) const;

private:
    std::optional<NamePattern> directory_;
    TextPattern                text_;
};

/// Whether a general name is of a kind that patterns know, and well-formed: visible characters, four or sixteen octets.
bool is_writable(const GeneralName& name);

}  // namespace cmpkit::admission

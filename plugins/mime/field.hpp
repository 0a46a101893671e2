// Fields of a mail's header: unfolded, and where they have parameters, those too, in any of the forms that mail programs write (RFC 5322 2.2, RFC 2045 5.1,
// RFC 2231, and the encoded words of RFC 2047 where they do not belong but stand).
// It refuses a header that is larger or has more fields than any mail has.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cmpkit_mime {

struct Field {
    std::string name;   // in lower case
    std::string value;  // unfolded, without white space around it
};

/// A header, and what follows it.
struct Entity {
    std::vector<Field> fields;
    std::string_view   body;

    /// Empty: there is none.
    std::string_view value(std::string_view name) const;
    std::size_t      count(std::string_view name) const;
};

/// @return nothing if there is no such header
std::optional<Entity> split(std::string_view text);

/// A value that parameters follow.
struct Valued {
    std::string                        value;  // in lower case
    std::map<std::string, std::string> parameters;

    std::string parameter(const std::string& name) const;
};
Valued valued(std::string_view field);

/// The Message-IDs that stand in `field`, in their order.
std::vector<std::string> message_ids(std::string_view field);
/// The one address in `field`; empty: none, several, or one we do not write to.
std::string address_in(std::string_view field);

std::string lower(std::string_view text);
/// Takes the first line off `text`; without its end.
std::string_view take_line(std::string_view& text);

}  // namespace cmpkit_mime

// One attribute of a name from its text, with the string type that its document prescribes. It reads no escapes: every character is itself.
#pragma once
#include "messages/x509.hpp"

namespace cmpkit {

/// @param type  content octets of its OID  @param arena  keeps both
/// @error bad_value  its string type cannot hold the text; detail says why
Result<AttributeTypeAndValue> text_attribute(Bytes type, std::string_view text, der::Arena& arena);

}  // namespace cmpkit

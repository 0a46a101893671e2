// Names as text and back, and when two names are the same.
//
//     auto name = name_from_text("/O=Plant/CN=dev1", arena);      // or RFC 4514: "CN=dev1,O=Plant"
#pragma once
#include "messages/x509.hpp"

namespace cmpkit {

/// OpenSSL's form "/O=Plant/CN=dev1" (first to last) or RFC 4514 "CN=dev1,O=Plant" (last to first; #hex values read). "" and "/" are the NULL-DN.
/// In both a backslash escapes a punctuation character or writes an octet as two digits, "+" joins the attributes of one RDN, and plain spaces around a value do not count.
/// Values become UTF8String; countryName, serialNumber and dnQualifier PrintableString, domainComponent and emailAddress IA5String (RFC 5280 App. A).
/// @error bad_value  detail says what is wrong and where
Result<Name> name_from_text(std::string_view text, der::Arena& arena);

/// RFC 4514, attribute values escaped for display too (control and bidirectional characters); name_from_text reads it back.
std::string to_text(const Name& name);

/// "dns:dev1.plant", "ip:192.0.2.1" or "ip:2001:db8::1", "uri:…", "email:…", "dir:<name>", "rid:<oid>" to a GeneralName; the word before the colon in any case.
/// @error bad_value
Result<GeneralName> general_name_from_text(std::string_view text, der::Arena& arena);
std::string         to_text(const GeneralName& name);

/// RFC 5280 7.1 as deployed: same attributes in the same order; printable values compared without regard to case (ASCII), to leading, trailing
/// and repeated spaces, and to the string type; others octet for octet.
bool same_name(const Name& a, const Name& b);

/// The text of the last (most specific) attribute of that type, or empty. Not escaped.
std::string attribute_text(const Name& name, const OidConstant& type);

/// A name of one commonName, and a GeneralName around a name; views of the arguments, text copied to the arena.
Name        common_name(std::string_view text, der::Arena& arena);
GeneralName directory_name(const Name& name);

}  // namespace cmpkit

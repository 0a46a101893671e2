// Everything that can be told of some octets: what they say in words, what is odd about them, and the tree of their elements.
//
//     auto text = inspect_text(octets);      // "ir: asks for a certificate for CN=dev1 …\nfrom CN=dev1 to …\n…"
#pragma once
#include "result.hpp"

namespace cmpkit::operations {

// What is recognised, and the errors, are those of Shown::from.
Result<std::string> inspect_text(Bytes octets);   // head, findings, tree
Result<std::string> inspect_brief(Bytes octets);  // head, findings
/// One object, its members in this order: "type", "size", "summary", "protection" (null if it is no message), "findings", "value". docs/show-json.md
Result<std::string> inspect_json(Bytes octets);

}  // namespace cmpkit::operations

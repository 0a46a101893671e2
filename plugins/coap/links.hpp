// CoRE links (RFC 6690) between the labels of RFC 9483, which the host uses, and those of RFC 9482.
// It refuses to judge what stands in a link but its path and the attributes asked for.
#pragma once
#include <string>
#include <string_view>

namespace cmpkit_coap {

/// The host's links as a CoAP server tells them.
std::string with_short_labels(std::string_view links);
/// The links of a CoAP server as the host knows them.
std::string with_long_labels(std::string_view links);
/// Those that have the attribute of the query: `ct=259`, `rt=cmp*` (RFC 6690 4.1). All, if it asks for none.
std::string filtered(std::string_view links, std::string_view query);

}  // namespace cmpkit_coap

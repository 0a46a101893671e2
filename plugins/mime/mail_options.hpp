// The options of the mime plugin: those of every spool, and those of mails.
// Each is declared once.
#pragma once
#include "kit/spool_options.hpp"

namespace cmpkit_mime {

using namespace cmpkit_spool;

/// Empty, or one address that nothing else can be hidden in.
template <auto member> bool address(Of<member>& options, std::string_view given) {
    for (const char c : given)
        if (c <= 0x20 || c >= 0x7f || c == ',' || c == '<' || c == '>' || c == ':') return false;
    return options.*member = given, true;
}

inline constexpr Option<Options> mail_options[] = {
    {"from", "", "address that mails are from", address<&Options::from>},
    {"to", "", "client: address that requests are to", address<&Options::to>},
};

inline constexpr auto known_options = joined(shared_options, mail_options);

}  // namespace cmpkit_mime

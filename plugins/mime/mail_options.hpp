// The options of the mime plugin: those of every spool, and those of mails.
// Each is declared once.
#pragma once
#include "spool/options.hpp"

namespace cmpkit_mime {

using namespace cmpkit_spool;

/// Empty, or one address that nothing else can be hidden in.
template <auto member> bool address(Of<member>& options, std::string_view given) {
    for (const char c : given)
        if (c <= 0x20 || c >= 0x7f || c == ',' || c == '<' || c == '>' || c == ':') return false;
    return options.*member = given, true;
}

/// Empty, or a program's whole path and its arguments.
template <auto member> bool command(Of<member>& options, std::string_view given) { return (given.empty() || given.front() == '/') && text<member>(options, given); }

inline constexpr Option<Options> mail_options[] = {
    {"from", "", "address that mails are from; else cmpkit@cmpkit.invalid", address<&Options::from>},
    {"sendmail", "", "command that mails are sent by, split at spaces, without a shell: /usr/sbin/sendmail -t -i", command<&Options::sendmail>},
    {"layout", "spool", "spool: mails come to the folder; maildir: the folder is a maildir they come to, and the spool is cmpkit/ in it", word<&Options::layout, layouts>},
    {"to", "", "client: address that requests are to", address<&Options::to>},
};

inline constexpr auto known_options = joined(shared_options, mail_options);

}  // namespace cmpkit_mime

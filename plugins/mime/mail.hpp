// Messages in mails (RFC 8551 3.1; RFC 2510 5.3): which part of a mail carries one, and a mail around one.
// Reading takes what mail programs write: text beside the message, any folding, any line ends, the name in either field. It refuses what RFC 2510 forbids
// (another transfer encoding, no file name of the right extension), two messages in a mail, and mails nested deeper or larger than any that carries one.
#pragma once
#include "spool/form.hpp"

#include <chrono>

namespace cmpkit_mime {

/// Limits of a mail around a message of that size.
constexpr std::size_t largest_mail(std::size_t message) { return message * 2 + 256 * 1024; }

/// The message of a mail, and whom it is from.
cmpkit_spool::Letter read_mail(std::string_view mail, std::size_t max_message);

/// A mail to be written.
struct Draft {
    std::int32_t     kind;  // 0: none; the data is a line of text, a server's word
    std::string_view data;
    std::string      file_stem;  // of the attachment
    std::string      id, from, to, subject, answers;  // answers: a Message-ID; empty: none
    bool             is_automatic = false;            // an answer that no person wrote (RFC 3834 5)
};
std::string write_mail(const Draft& draft, std::chrono::system_clock::time_point now);

}  // namespace cmpkit_mime

// How a message stands in a file: bare DER, or a mail around it. The spool moves files; a form alone knows what is in them.
// It refuses to touch the disk: octets in, octets out.
#pragma once
#include "kit/message.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cmpkit_spool {

/// What a file said, or why it is no message.
struct Letter {
    std::int32_t kind = 0;
    std::string  data;
    std::string  name;                 // by which its hints are known: the file's stem, or the attachment's
    std::string  id;                   // of mails: Message-ID
    std::string  from;                 // of mails: the address that an answer goes to
    std::vector<std::string> answers;  // of mails: In-Reply-To and References, the nearest first
    bool         is_automatic = false; // of mails: no person sent it, nor a client (RFC 3834)
    std::string  note;                 // of mails: a server's word without a message, as in a reply's line; then there is no data
    std::string  refusal;              // not empty: it is no message, and why
};

inline Letter refused(std::string why) {
    Letter letter;
    letter.refusal = std::move(why);
    return letter;
}

class Form {
public:
    virtual ~Form() = default;

    virtual bool        is_request_name(std::string_view name) const = 0;
    virtual bool        is_reply_name(std::string_view name) const = 0;
    /// Of the file for a message of this kind, with its dot.
    virtual std::string extension(std::int32_t kind) const = 0;
    virtual std::size_t largest_file() const = 0;

    virtual std::string write_request(const cmpkit_plugin::Request& request, const std::string& stem) const = 0;
    virtual std::string write_reply(const cmpkit_plugin::Answer& answer, const Letter& request, const std::string& stem) const = 0;
    virtual Letter      read_request(std::string_view file_name, std::string_view octets) const = 0;
    virtual Letter      read_reply(std::string_view file_name, std::string_view octets) const = 0;
    /// A server's word without a message, where it cannot be left in the folder; empty: the form has none for that.
    virtual std::string write_note(const std::string&, const Letter&, const std::string&) const { return {}; }
    /// Message-ID of the request of that stem; empty: the form has none.
    virtual std::string id_of(const std::string&) const { return {}; }
};

/// Where messages go and come from beside the folder.
struct Post {
    /// Sends a mail, and says why it cannot, or nothing; empty: there is no post.
    std::function<std::string(const std::string& mail)> send;
    /// A maildir that mails come to; empty: they come to the folder.
    std::string maildir;
};

/// Why `octets` are not one DER value as long as they are; empty: they are one.
std::string why_not_one_value(std::string_view octets);

constexpr bool is_request(std::int32_t kind) {
    return kind == CMPKIT_TRANSPORT_CMP || kind == CMPKIT_TRANSPORT_ANNOUNCEMENT || kind == CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST || kind == CMPKIT_TRANSPORT_CMC_FULL_REQUEST;
}

}  // namespace cmpkit_spool

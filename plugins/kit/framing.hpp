// The TCP messages that carried CMP before HTTP did: RFC 2510 5.2, and version 10 of draft-ietf-pkix-cmp-transport-protocols, also within HTTP.
// Read and written as values; it knows no socket and keeps no poll.
//
//     Frame frame;
//     const auto state = read_frame(input, limit, frame);      // and frame.size octets of the input are used up
//     const auto octets = write_frame({.form = Form::version10, .type = Type::response, .value = der});
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_plugin {

/// Told apart by the fifth octet: below 10 it is a flag of RFC 2510, 10 is the version that the drafts gave themselves.
enum class Form { rfc2510, version10 };

enum class Type {
    request,         // a PKIMessage to the server; RFC 2510 has the same pkiMsg both ways
    response,        // a PKIMessage from the server
    poll_response,   // no answer yet
    poll_request,
    finished,        // nothing (more) will come
    partial,         // RFC 2510 alone: an answer, and more to come
    error
};

struct Frame {
    Form          form   = Form::version10;
    Type          type   = Type::request;
    bool          closes = false;     // whoever sent it closes the connection thereafter
    std::uint32_t reference = 0;      // of a poll
    std::uint32_t check_back = 0;     // of a poll response: in version 10 seconds from now, in RFC 2510 Unix time
    std::uint16_t code = 0;           // of an error of version 10
    std::string   value{};            // a message, or an error's text
    std::size_t   size = 0;           // octets on the wire, where it was read
};

/// Codes of version 10; the second hexadecimal digit says whose fault it is: 2 the client's, 3 the server's.
enum : std::uint16_t { version_not_supported = 0x0101, general_client_error = 0x0200, invalid_message_type = 0x0201, invalid_poll_id = 0x0202, general_server_error = 0x0300 };

enum class Reading {
    incomplete,   // more octets are needed
    complete,
    bad_version,  // above 10
    bad_type,     // unknown, or with a value that it cannot have
    bad_length,   // less than the header needs
    too_large
};

/// @param limit  octets of a message  @param frame  filled in if it is complete; with another result its form is that to answer in
Reading read_frame(std::string_view input, std::size_t limit, Frame& frame);

std::string write_frame(const Frame& frame);

/// What to answer to octets that are no frame.
Frame refusal_of(Reading reading, Form form);

/// The largest frame around a message of `limit` octets.
constexpr std::size_t frame_limit(std::size_t limit) { return limit + 64; }

}  // namespace cmpkit_plugin

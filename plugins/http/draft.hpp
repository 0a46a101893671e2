// HTTP as the drafts before RFC 6712 had it: messages within the header of TCP messages, under names of types that are no more, and polls.
// What both sides of it have in common; kit/framing reads and writes the header.
#pragma once
#include "kit/framing.hpp"
#include "kit/message.hpp"

#include <chrono>

namespace cmpkit_http {

using namespace cmpkit_plugin;

/// The header that a client puts before its messages.
enum class TcpHeader { none, version10, rfc2510 };

/// The body of a request, or of a poll for its answer.
std::string request_body(TcpHeader header, const std::string& message);
std::string poll_body(TcpHeader header, std::uint32_t reference);

/// Whether a body begins as a frame does: a length below 16 MiB, where a message begins with 0x30.
bool is_framed(std::string_view body);

/// What is in a framed answer.
struct Unframed {
    enum class What { message, later, nothing, refusal, too_large, garbage } what = What::garbage;
    std::string                         value{};        // a message; of a refusal its words
    std::uint32_t                       reference = 0;  // later: what to poll for …
    std::chrono::seconds                pause{};        // … and when
};
Unframed unframed(std::string_view body, std::size_t limit);

/// A framed request as a server takes it. @return nothing, and in `refusal` what to answer, for what is no message
std::optional<std::string> framed_request(std::string_view body, std::size_t limit, Form& form, std::string& refusal);
/// An answer in the form of its request.
std::string framed_answer(Form form, const cmpkit_transport_message& answer);

}  // namespace cmpkit_http

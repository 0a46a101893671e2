#include "draft.hpp"

#include <algorithm>
#include <ctime>

namespace cmpkit_http {

namespace {

constexpr std::int64_t longest_pause = 3600;  // seconds, whatever the server says

Form form_of(TcpHeader header) { return header == TcpHeader::rfc2510 ? Form::rfc2510 : Form::version10; }

std::chrono::seconds pause_of(const Frame& frame) {
    // RFC 2510 5.2 names a moment, version 10 a number of seconds.
    const std::int64_t asked = frame.form == Form::rfc2510 ? std::int64_t{frame.check_back} - std::time(nullptr) : frame.check_back;
    return std::chrono::seconds(std::clamp<std::int64_t>(asked, 1, longest_pause));
}

}  // namespace

std::string request_body(TcpHeader header, const std::string& message) {
    return header == TcpHeader::none ? message : write_frame({.form = form_of(header), .type = Type::request, .value = message});
}

std::string poll_body(TcpHeader header, std::uint32_t reference) { return write_frame({.form = form_of(header), .type = Type::poll_request, .reference = reference}); }

bool is_framed(std::string_view body) { return !body.empty() && body[0] == 0; }

Unframed unframed(std::string_view body, std::size_t limit) {
    using What = Unframed::What;
    Frame frame;
    const auto reading = read_frame(body, limit, frame);
    if (reading != Reading::complete) return {.what = reading == Reading::too_large ? What::too_large : What::garbage};
    switch (frame.type) {
        case Type::request:  // some servers write type 0 where 5 is meant
        case Type::partial:
        case Type::response: return {.what = What::message, .value = std::move(frame.value)};
        case Type::poll_response: return {.what = What::later, .reference = frame.reference, .pause = pause_of(frame)};
        case Type::finished: return {.what = What::nothing};
        case Type::error: return {.what = What::refusal, .value = "error " + std::to_string(frame.code) + ": " + frame.value};
        default: return {};
    }
}

std::optional<std::string> framed_request(std::string_view body, std::size_t limit, Form& form, std::string& refusal) {
    Frame      frame;
    const auto reading = read_frame(body, limit, frame);
    form               = frame.form;
    if (reading == Reading::complete && frame.type == Type::request && frame.size == body.size()) return std::move(frame.value);
    Frame told = refusal_of(reading == Reading::complete ? Reading::bad_type : reading, form);
    // An answer waits in its HTTP exchange: nobody was told to poll.
    if (frame.type == Type::poll_request) told.code = invalid_poll_id, told.value = "nothing is kept under this polling reference";
    told.closes = false;
    refusal     = write_frame(told);
    return std::nullopt;
}

std::string framed_answer(Form form, const cmpkit_transport_message& answer) {
    Frame frame{.form = form, .type = Type::response, .value = std::string(reinterpret_cast<const char*>(answer.data), answer.data_size)};
    if (!frame.value.empty()) return write_frame(frame);
    const bool was_taken = answer.status == CMPKIT_TRANSPORT_STORED || answer.status == CMPKIT_TRANSPORT_ACCEPTED;
    const bool was_bad   = answer.status == CMPKIT_TRANSPORT_BAD || answer.status == CMPKIT_TRANSPORT_NOT_OFFERED;
    if (was_taken) return write_frame({.form = form, .type = Type::finished});
    return write_frame({.form = form, .type = Type::error, .code = was_bad ? general_client_error : general_server_error, .value = was_bad ? "this is no message" : "the server cannot answer now"});
}

}  // namespace cmpkit_http

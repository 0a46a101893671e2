#include "framing.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace cmpkit_plugin {

namespace {

constexpr std::uint8_t version   = 10;
constexpr std::size_t  flag_at   = 4;    // the octet that tells the forms apart
constexpr std::size_t  text_size = 1024; // of an error; more is cut

struct Word {
    Type         type;
    std::uint8_t rfc2510, version10;
};
constexpr std::uint8_t absent = 0xff;
// A client's message comes first: type 0 is read as a request, and clients take one for a response, as some servers write it.
constexpr Word words[] = {
    {Type::request, 0, 0},      {Type::poll_response, 1, 1}, {Type::poll_request, 2, 2}, {Type::finished, 3, 3},
    {Type::partial, 4, absent}, {Type::response, 5, 5},      {Type::error, 6, 6},
};

std::uint32_t number(std::string_view octets) {
    std::uint32_t value = 0;
    for (const char octet : octets) value = value << 8 | static_cast<std::uint8_t>(octet);
    return value;
}

std::string octets_of(std::uint32_t value, std::size_t count) {
    std::string octets(count, 0);
    for (std::size_t i = count; i-- > 0; value >>= 8) octets[i] = static_cast<char>(value & 0xff);
    return octets;
}

std::optional<Type> type_of(Form form, std::uint8_t octet) {
    for (const Word& word : words)
        if (octet != absent && octet == (form == Form::rfc2510 ? word.rfc2510 : word.version10)) return word.type;
    return std::nullopt;
}

std::uint8_t octet_of(Form form, Type type) {
    const auto word = std::ranges::find(words, type, &Word::type);
    return form == Form::rfc2510 ? word->rfc2510 : word->version10;
}

Reading read_poll(std::string_view value, bool is_response, Frame& frame) {
    if (value.size() < (is_response ? 8u : 4u)) return Reading::bad_type;
    frame.reference = number(value.substr(0, 4));
    if (is_response) frame.check_back = number(value.substr(4, 4));
    return Reading::complete;
}

// In version 10: code(2), length of data(2), data, text. The length may lie.
Reading read_error(std::string_view value, Frame& frame) {
    if (frame.form == Form::version10) {
        if (value.size() < 4) return Reading::bad_type;
        frame.code = static_cast<std::uint16_t>(number(value.substr(0, 2)));
        value.remove_prefix(4 + std::min<std::size_t>(number(value.substr(2, 2)), value.size() - 4));
    }
    frame.value = value.substr(0, text_size);
    return Reading::complete;
}

Reading read_value(std::string_view value, Frame& frame) {
    switch (frame.type) {
        case Type::poll_response: return read_poll(value, true, frame);
        case Type::poll_request: return read_poll(value, false, frame);
        case Type::error: return read_error(value, frame);
        case Type::partial:
            if (read_poll(value, true, frame) != Reading::complete) return Reading::bad_type;
            frame.value = value.substr(8);
            return Reading::complete;
        case Type::finished: return Reading::complete;
        default: frame.value = value; return frame.value.empty() ? Reading::bad_type : Reading::complete;
    }
}

}  // namespace

Reading read_frame(std::string_view input, std::size_t limit, Frame& frame) {
    frame = Frame{};
    if (input.size() <= flag_at) return Reading::incomplete;
    const auto        first  = static_cast<std::uint8_t>(input[flag_at]);
    const std::size_t length = number(input.substr(0, 4));
    frame.form               = first < version ? Form::rfc2510 : Form::version10;
    if (first > version) return Reading::bad_version;
    const std::size_t header = frame.form == Form::rfc2510 ? 1 : 3;
    if (length < header) return Reading::bad_length;
    if (length > frame_limit(limit)) return Reading::too_large;
    if (input.size() < 4 + header) return Reading::incomplete;
    const auto type = type_of(frame.form, frame.form == Form::rfc2510 ? first : static_cast<std::uint8_t>(input[6]));
    if (!type) return Reading::bad_type;
    frame.type   = *type;
    frame.closes = frame.form == Form::version10 && (input[5] & 1) != 0;
    if (input.size() - 4 < length) return Reading::incomplete;
    frame.size         = 4 + length;
    const auto reading = read_value(input.substr(4 + header, length - header), frame);
    return reading == Reading::complete && frame.value.size() > limit ? Reading::too_large : reading;
}

std::string write_frame(const Frame& frame) {
    std::string value = frame.value;
    if (frame.type == Type::poll_response || frame.type == Type::partial) value = octets_of(frame.reference, 4) + octets_of(frame.check_back, 4) + frame.value;
    if (frame.type == Type::poll_request) value = octets_of(frame.reference, 4);
    if (frame.type == Type::finished) value = std::string(1, 0);
    if (frame.type == Type::error && frame.form == Form::version10) {
        // The lowest and the highest version that are known here.
        const std::string data = frame.code == version_not_supported ? std::string(2, static_cast<char>(version)) : std::string();
        value                  = octets_of(frame.code, 2) + octets_of(static_cast<std::uint32_t>(data.size()), 2) + data + frame.value;
    }
    const char type = static_cast<char>(octet_of(frame.form, frame.type));
    if (frame.form == Form::rfc2510) return octets_of(static_cast<std::uint32_t>(value.size() + 1), 4) + type + value;
    return octets_of(static_cast<std::uint32_t>(value.size() + 3), 4) + static_cast<char>(version) + static_cast<char>(frame.closes) + type + value;
}

Frame refusal_of(Reading reading, Form form) {
    Frame refusal{.form = form, .type = Type::error, .closes = true, .code = general_client_error};
    switch (reading) {
        case Reading::bad_version: refusal.code = version_not_supported, refusal.value = "version 10 is spoken here"; break;
        case Reading::bad_type: refusal.code = invalid_message_type, refusal.value = "the type of the message is unknown"; break;
        case Reading::too_large: refusal.value = "the message is larger than this server takes"; break;
        default: refusal.value = "the length is less than the header needs"; break;
    }
    return refusal;
}

}  // namespace cmpkit_plugin

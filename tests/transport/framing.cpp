// The TCP messages of RFC 2510 and of version 10, as values.
#include "kit/framing.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit_plugin;
using namespace std::string_literals;

namespace {

constexpr std::size_t limit = 1000;

Frame read(const std::string& octets) {
    Frame frame;
    REQUIRE(read_frame(octets, limit, frame) == Reading::complete);
    CHECK(frame.size == octets.size());
    return frame;
}

Reading reading_of(const std::string& octets) {
    Frame frame;
    return read_frame(octets, limit, frame);
}

}  // namespace

TEST_CASE("a request of version 10 is length, version, flags, type and message", "[transport]") {
    const std::string octets = "\0\0\0\x06\x0a\0\0abc"s;
    CHECK(write_frame({.form = Form::version10, .type = Type::request, .value = "abc"}) == octets);
    const Frame frame = read(octets);
    CHECK(frame.form == Form::version10);
    CHECK(frame.type == Type::request);
    CHECK(frame.value == "abc");
    CHECK_FALSE(frame.closes);
    CHECK(read("\0\0\0\x06\x0a\x01\x05xyz"s).closes);
    CHECK_FALSE(read("\0\0\0\x06\x0a\xfe\x05xyz"s).closes);  // the other flags are ignored
}

TEST_CASE("a message of RFC 2510 is length, flag and message", "[transport]") {
    const std::string octets = "\0\0\0\x04\0abc"s;
    CHECK(write_frame({.form = Form::rfc2510, .type = Type::request, .value = "abc"}) == octets);
    const Frame frame = read(octets);
    CHECK(frame.form == Form::rfc2510);
    CHECK(frame.type == Type::request);
    CHECK(frame.value == "abc");
    CHECK(write_frame({.form = Form::rfc2510, .type = Type::response, .value = "abc"}) == "\0\0\0\x04\x05"s + "abc");
}

TEST_CASE("what is written is read as it was, in both forms", "[transport]") {
    const Form form = GENERATE(Form::rfc2510, Form::version10);
    const auto back = [&](Frame frame) {
        frame.form        = form;
        const Frame again = read(write_frame(frame));
        CHECK(again.form == form);
        CHECK(again.type == frame.type);
        return again;
    };
    CHECK(back({.type = Type::response, .value = "abc"}).value == "abc");
    const Frame later = back({.type = Type::poll_response, .reference = 0xfedcba98, .check_back = 0x80000001});
    CHECK(later.reference == 0xfedcba98);
    CHECK(later.check_back == 0x80000001);
    CHECK(back({.type = Type::poll_request, .reference = 7}).reference == 7);
    CHECK(back({.type = Type::finished}).value.empty());
    const Frame error = back({.type = Type::error, .code = general_server_error, .value = "no"});
    CHECK(error.value == "no");
    CHECK(error.code == (form == Form::version10 ? general_server_error : 0));
}

TEST_CASE("a partial answer is one of RFC 2510 alone", "[transport]") {
    const Frame frame = read("\0\0\0\x0c\x04\0\0\0\x07\0\0\0\x01" "abc"s);
    CHECK(frame.type == Type::partial);
    CHECK(frame.reference == 7);
    CHECK(frame.value == "abc");
    CHECK(reading_of("\0\0\0\x0e\x0a\0\x04\0\0\0\x07\0\0\0\x01" "abc"s) == Reading::bad_type);
}

TEST_CASE("an unknown version is told which one is spoken", "[transport]") {
    CHECK(reading_of("\0\0\0\x06\x0b\0\0abc"s) == Reading::bad_version);
    CHECK(reading_of("\0\0\0\x06\xff\0\0abc"s) == Reading::bad_version);
    const std::string refusal = write_frame(refusal_of(Reading::bad_version, Form::version10));
    CHECK(refusal.substr(4, 9) == "\x0a\x01\x06\x01\x01\0\x02\x0a\x0a"s);
    CHECK(read(refusal).code == version_not_supported);
    CHECK(read(refusal).closes);
}

TEST_CASE("frames are read only when they are whole", "[transport]") {
    const std::string octets = write_frame({.type = Type::response, .value = "abcdef"});
    for (std::size_t size = 0; size < octets.size(); ++size) CHECK(reading_of(octets.substr(0, size)) == Reading::incomplete);
    Frame frame;
    CHECK(read_frame(octets + "more", limit, frame) == Reading::complete);
    CHECK(frame.size == octets.size());
}

TEST_CASE("a length that lies is refused before anything is kept", "[transport]") {
    CHECK(reading_of("\xff\xff\xff\xff\x0a"s) == Reading::too_large);
    CHECK(reading_of("\xff\xff\xff\xff\0"s) == Reading::too_large);
    CHECK(reading_of("\0\0\0\x02\x0a\0\0"s) == Reading::bad_length);
    CHECK(reading_of("\0\0\0\0\0\0\0"s) == Reading::bad_length);
    CHECK(reading_of(write_frame({.type = Type::request, .value = std::string(limit + 1, 'x')})) == Reading::too_large);
    CHECK(reading_of(write_frame({.type = Type::request, .value = std::string(limit, 'x')})) == Reading::complete);
}

TEST_CASE("a type that is unknown, or has a value that it cannot have, is refused", "[transport]") {
    CHECK(reading_of("\0\0\0\x04\x0a\0\x07x"s) == Reading::bad_type);
    CHECK(reading_of("\0\0\0\x02\x07x"s) == Reading::bad_type);
    CHECK(reading_of("\0\0\0\x02\x09x"s) == Reading::bad_type);
    CHECK(reading_of("\0\0\0\x03\x0a\0\0"s) == Reading::bad_type);           // no message
    CHECK(reading_of("\0\0\0\x06\x0a\0\x02\0\0\0"s) == Reading::bad_type);   // a reference of three octets
    CHECK(reading_of("\0\0\0\x05\x01\0\0\0\x01"s) == Reading::bad_type);     // no time
    CHECK(reading_of("\0\0\0\x06\x0a\0\x06\x03\0\0"s) == Reading::bad_type); // an error without its length
}

TEST_CASE("an error's text is bounded, and its length of data may lie", "[transport]") {
    CHECK(read("\0\0\0\x09\x0a\0\x06\x03\0\xff\xffno"s).value.empty());
    CHECK(read("\0\0\0\x0b\x0a\0\x06\x03\0\0\x02xxno"s).value == "no");
    const std::string text(500, 'x');
    CHECK(read("\0\0\x01\xf5\x06"s + text).value == text);
}

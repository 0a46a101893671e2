// The tcp plugin's client, in front of servers that say what they like.
#include "kit/framing.hpp"
#include "served.hpp"

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;
using namespace std::string_literals;
using cmpkit_plugin::Form;
using cmpkit_plugin::Frame;
using cmpkit_plugin::Type;
using cmpkit_plugin::write_frame;

namespace {

Result<Answer> ask(const std::string& url, const Options& options = {}) {
    auto registry = built_plugins();
    auto channel  = registry.open(url, nullptr, options);
    if (!channel) return channel.error();
    return send(**channel, some_octets(3), 5s);
}

/// What the client makes of one answer.
Result<Answer> taken(const std::string& octets) {
    ScriptedServer server(octets, "tcp", 4 + 3 + 3);
    return ask(server.url(), {{"poll-most", "1"}});
}

}  // namespace

TEST_CASE("a client takes a message under any type that a server may give it", "[transport]") {
    for (const Frame& frame : {Frame{.type = Type::response, .value = "abc"}, Frame{.type = Type::request, .value = "abc"}, Frame{.form = Form::rfc2510, .type = Type::response, .value = "abc"},
                               Frame{.form = Form::rfc2510, .type = Type::partial, .value = "abc"}}) {
        const auto answer = taken(write_frame(frame));
        if (!answer) FAIL(answer.error().text());
        CHECK(answer->message == copy_of(bytes_of("abc")));
    }
}

TEST_CASE("what a server cannot do is told with its words", "[transport]") {
    const auto error = taken(write_frame({.type = Type::error, .code = cmpkit_plugin::general_server_error, .value = "no \x1b[2Jdisk"}));
    REQUIRE(!error);
    CHECK(error.error().code == Code::http_status);
    CHECK(has(error.error().detail, "no \\x1b[2Jdisk"));
    CHECK(taken(write_frame({.type = Type::finished})).error().code == Code::content_type);
    CHECK(taken("HTTP/1.1 200 OK\r\n\r\n").error().code != Code::deadline);
    CHECK(taken("\0\0\0\x06\x0b\0\0abc"s).error().code == Code::content_type);
    CHECK(taken("\0\0\0\x06\x0a\0\x05" "a"s).error().code == Code::peer_gone);
    CHECK(taken("").error().code == Code::peer_gone);
}

TEST_CASE("a client polls until the answer is there", "[transport]") {
    auto registry = built_plugins();
    Desk desk;
    auto listener = registry.listen("tcp://127.0.0.1:0", nullptr, desk.handler(), {{"poll-after", "10"}, {"poll-interval", "1"}});
    REQUIRE(listener);
    auto channel = registry.open((*listener)->url(), nullptr, {{"form", GENERATE("version10", "rfc2510")}});
    REQUIRE(channel);
    auto answer = begin_exchange(**channel, some_octets(5), patience);
    auto open   = desk.take();
    CHECK(answer.wait_for(200ms) == std::future_status::timeout);  // it was told to poll by then, and has no answer
    CHECK(open->respond(some_octets(6), CMPKIT_TRANSPORT_ANSWERED));
    const auto got = answer.get();
    if (!got) FAIL(got.error().text());
    CHECK(got->message == some_octets(6));
}

TEST_CASE("a URL of tcp is a host and a port", "[transport]") {
    auto registry = built_plugins();
    for (const char* const url : {"tcp://127.0.0.1:1/path", "tcp://", "tcp:127.0.0.1", "tcp://user@127.0.0.1", "tcp://127.0.0.1:65536", "tcp://[::1", "tcp://127.0.0.1:x"}) {
        INFO(url);
        CHECK(registry.open(url, nullptr).error().code == Code::bad_url);
    }
    CHECK(registry.open("tcp://[::1]:1/", nullptr));
    CHECK(registry.open("tcp://127.0.0.1", nullptr));
}

TEST_CASE("nobody at the other end is noticed", "[transport]") {
    std::string url;
    { url = ScriptedServer("", "tcp").url(); }
    CHECK(ask(url).error().code == Code::connect_failed);
    const DeafServer deaf("tcp");
    CHECK(ask(deaf.url(), {{"connect-timeout", "50"}}).error().code == Code::connect_failed);
}

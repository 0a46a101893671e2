// The http plugin with the HTTP of the drafts: old names of the type, and messages behind the header of TCP messages.
#include "conformance.hpp"
#include "kit/framing.hpp"
#include "served.hpp"

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;
using cmpkit_plugin::Form;
using cmpkit_plugin::Frame;
using cmpkit_plugin::read_frame;
using cmpkit_plugin::Reading;
using cmpkit_plugin::Type;
using cmpkit_plugin::write_frame;

namespace {

const Options drafts{{"drafts", "on"}};

std::string typed(const std::string& type) { return "Content-Type: application/" + type + "\r\n"; }

Frame frame_in(const std::string& answer) {
    Frame frame;
    REQUIRE(read_frame(body_of(answer), 1 << 20, frame) == Reading::complete);
    return frame;
}

std::string framed(const std::string& body, const std::string& type = "pkixcmp-poll") {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/" + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Result<Answer> taken(const std::string& answer, const std::string& header = "version10") {
    const ScriptedServer server(answer);
    auto                 registry = built_plugins();
    auto                 channel  = registry.open(server.url(), nullptr, {{"tcp-header", header}});
    REQUIRE(channel);
    return send(**channel, some_octets(3), 5s);
}

}  // namespace

TEST_CASE("the http plugin conforms in the form of the drafts", "[transport]") {
    const std::string header = GENERATE("version10", "rfc2510");
    conform({.name = "http of the drafts, " + header, .listen_url = [] { return std::string("http://127.0.0.1:0"); }, .options = {}, .client_options = {{"tcp-header", header}, {"media-type", "x-pkixcmp-poll"}},
             .server_options = drafts});
}

TEST_CASE("a message behind a TCP header is answered behind one, in its form and under its type", "[transport]") {
    const Served server(drafts);
    for (const std::string type : {"pkixcmp", "pkixcmp-poll", "x-pkixcmp", "x-pkixcmp-poll"})
        for (const Form form : {Form::version10, Form::rfc2510}) {
            const auto answer = ask(server, post_message("/.well-known/cmp/initialization", write_frame({.form = form, .type = Type::request, .value = "abc"}), typed(type)));
            CHECK(status_of(answer) == "HTTP/1.1 200 OK");
            CHECK(has(answer, typed(type)));
            CHECK(frame_in(answer).form == form);
            CHECK(frame_in(answer).type == Type::response);
            CHECK(frame_in(answer).value == "initialization||abc");
        }
    SECTION("a bare one bare, also there") {
        const auto answer = ask(server, post_message("/", "abc", typed("x-pkixcmp")));
        CHECK(body_of(answer) == "||abc");
        CHECK(has(answer, typed("x-pkixcmp")));
    }
}

TEST_CASE("a server without the option takes a header for what it is not, and answers under today's type", "[transport]") {
    const Served server;
    const auto   wrapped = write_frame({.type = Type::request, .value = "abc"});
    CHECK(body_of(ask(server, post_message("/", wrapped, typed("x-pkixcmp-poll")))) == "||" + wrapped);
    CHECK(has(ask(server, post_message("/", "abc", typed("x-pkixcmp-poll"))), typed("pkixcmp")));
}

TEST_CASE("what is no request behind a TCP header is refused by an error behind one", "[transport]") {
    const Served server(drafts);
    for (const auto& [octets, code] : {std::pair{write_frame({.type = Type::poll_request, .reference = 7}), cmpkit_plugin::invalid_poll_id},
                                       std::pair{write_frame({.type = Type::response, .value = "abc"}), cmpkit_plugin::invalid_message_type},
                                       std::pair{write_frame({.type = Type::request, .value = "abc"}) + "more", cmpkit_plugin::invalid_message_type},
                                       std::pair{std::string("\0\0\0\x06\x0b\0\0abc", 10), cmpkit_plugin::version_not_supported},
                                       std::pair{std::string("\0\0\0\x07\x0a\0\0abc", 10), cmpkit_plugin::general_client_error}}) {
        const auto answer = ask(server, post_message("/", octets, typed("pkixcmp-poll")));
        CHECK(frame_in(answer).type == Type::error);
        CHECK(frame_in(answer).code == code);
    }
}

TEST_CASE("a client behind a TCP header sends what it is told to", "[transport]") {
    ScriptedServer server(framed(write_frame({.type = Type::response, .value = "answer"})));
    auto           registry = built_plugins();
    auto           channel  = registry.open(server.url(), nullptr, {{"tcp-header", "rfc2510"}, {"media-type", "x-pkixcmp"}});
    REQUIRE(channel);
    const auto answer = send(**channel, copy_of(bytes_of("abc")));
    if (!answer) FAIL(answer.error().text());
    CHECK(std::string(text_of(answer->message)) == "answer");
    const auto request = server.requests().at(0);
    CHECK(has(request, typed("x-pkixcmp")));
    CHECK(body_of(request) == write_frame({.form = Form::rfc2510, .type = Type::request, .value = "abc"}));
}

TEST_CASE("a client takes both a bare answer and one behind a header, and no other", "[transport]") {
    CHECK(taken(framed("0bare", "pkixcmp")));
    CHECK(taken(framed(write_frame({.form = Form::rfc2510, .type = Type::response, .value = "abc"})))->message == copy_of(bytes_of("abc")));
    const auto refused = taken(framed(write_frame({.type = Type::error, .code = cmpkit_plugin::general_server_error, .value = "no disk"})));
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::http_status);
    CHECK(has(refused.error().detail, "no disk"));
    CHECK(taken(framed(write_frame({.type = Type::finished}))).error().code == Code::content_type);
    CHECK(taken(framed(std::string("\0\0\0\x09\x0a\0\x05" "abc", 10))).error().code == Code::content_type);
}

TEST_CASE("a client polls over HTTP, until the deadline at most", "[transport]") {
    ScriptedServer server(framed(write_frame({.type = Type::poll_response, .reference = 0x01020304, .check_back = 1})));
    auto           registry = built_plugins();
    auto           channel  = registry.open(server.url(), nullptr, {{"tcp-header", "version10"}});
    REQUIRE(channel);
    const auto answer = send(**channel, some_octets(3), 1500ms);
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::deadline);
    REQUIRE(server.requests().size() >= 2);
    CHECK(body_of(server.requests().at(1)) == write_frame({.type = Type::poll_request, .reference = 0x01020304}));
    SECTION("and may be cancelled in between") {
        Cancel cancel;
        auto   waiting = begin_exchange(**channel, some_octets(3), patience, &cancel);
        while (server.requests().size() < 4) std::this_thread::yield();
        cancel.fire();
        CHECK(waiting.get().error().code == Code::cancelled);
    }
}

// The http plugin and what is not an exchange of CMP: announcements, what is offered, CMC.
#include "served.hpp"

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

/// Answers each request with a status and a kind of one's own; remembers the kinds that came.
struct Answering {
    Answering(std::int32_t with_status, std::int32_t with_kind, const std::string& words, const Options& options = {}) : registry(built_plugins()), status(with_status), kind(with_kind), text(words) {
        auto listening = registry.listen("http://127.0.0.1:0", nullptr, [this](std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
            came = request.kind;
            path = request.operation + "|" + request.profile;
            (void)exchange->respond(bytes_of(text), status, kind);
        }, options);
        if (!listening) FAIL(listening.error().text());
        listener = std::move(*listening);
    }
    std::string say(const std::string& request) const {
        Socket socket = Socket::to(listener->url());
        (void)socket.send(request);
        return socket.read_message();
    }
    Result<Answer> ask(std::int32_t with, std::string_view what, const std::string& operation = {}, const std::string& profile = {}) {
        auto channel = registry.open(listener->url(), nullptr);
        if (!channel) return channel.error();
        return (*channel)->exchange({.message = bytes_of(what), .operation = operation, .profile = profile, .kind = with}, patience, nullptr);
    }

    Registry                  registry;
    const std::int32_t        status, kind;
    const std::string         text;
    std::int32_t              came = 0;
    std::string               path;
    std::unique_ptr<Listener> listener;
};

const std::string get = "GET /.well-known/cmp HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace

TEST_CASE("GET of the well-known path asks what is offered, and nothing else does", "[transport]") {
    const Answering server(CMPKIT_TRANSPORT_ANSWERED, CMPKIT_TRANSPORT_LINKS, "</.well-known/cmp/initialization>;ct=259");
    const auto      answer = server.say(get);
    CHECK(status_of(answer) == "HTTP/1.1 200 OK");
    CHECK(has(answer, "\r\nContent-Type: application/link-format\r\n"));
    CHECK(body_of(answer) == server.text);
    CHECK(server.came == CMPKIT_TRANSPORT_LINKS);
    for (const char* const path : {"/", "/.well-known/cmp/initialization", "/.well-known/cmp/p/x", "/pkix", "/initialization"})
        CHECK(status_of(server.say("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")) == "HTTP/1.1 405 Method Not Allowed");
    CHECK(status_of(server.say("GET /.well-known/cmp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")) == "HTTP/1.1 400 Bad Request");
}

TEST_CASE("what is offered need not be told", "[transport]") {
    const Answering silent(CMPKIT_TRANSPORT_ANSWERED, CMPKIT_TRANSPORT_LINKS, "x", {{"discovery", "off"}});
    CHECK(status_of(silent.say(get)) == "HTTP/1.1 405 Method Not Allowed");
    CHECK(silent.came == 0);
    const Answering unable(CMPKIT_TRANSPORT_NOT_OFFERED, CMPKIT_TRANSPORT_LINKS, "");
    CHECK(status_of(unable.say(get)) == "HTTP/1.1 404 Not Found");
}

TEST_CASE("a client asks what is offered, and takes link format alone for an answer", "[transport]") {
    Answering  server(CMPKIT_TRANSPORT_ANSWERED, CMPKIT_TRANSPORT_LINKS, "</.well-known/cmp>;ct=259");
    const auto answer = server.ask(CMPKIT_TRANSPORT_LINKS, "");
    if (!answer) FAIL(answer.error().text());
    CHECK(std::string(text_of(answer->message)) == server.text);
    CHECK(answer->kind == CMPKIT_TRANSPORT_LINKS);
    Answering other(CMPKIT_TRANSPORT_ANSWERED, CMPKIT_TRANSPORT_CMP, "message");
    CHECK(other.ask(CMPKIT_TRANSPORT_LINKS, "").error().code == Code::content_type);
    Answering unable(CMPKIT_TRANSPORT_NOT_OFFERED, CMPKIT_TRANSPORT_LINKS, "");
    CHECK(unable.ask(CMPKIT_TRANSPORT_LINKS, "").error().code == Code::http_status);
}

TEST_CASE("an announcement is taken by 201 or 202, without a body", "[transport]") {
    for (const auto& [status, line] : {std::pair{CMPKIT_TRANSPORT_STORED, "HTTP/1.1 201 Created"}, std::pair{CMPKIT_TRANSPORT_ACCEPTED, "HTTP/1.1 202 Accepted"}}) {
        Answering  server(status, CMPKIT_TRANSPORT_ANNOUNCEMENT, "");
        const auto raw = server.say(post_message());
        CHECK(status_of(raw) == line);
        CHECK(body_of(raw).empty());
        CHECK(server.came == CMPKIT_TRANSPORT_CMP);
        const auto answer = server.ask(CMPKIT_TRANSPORT_ANNOUNCEMENT, "news");
        if (!answer) FAIL(answer.error().text());
        CHECK(answer->status == status);
        CHECK(answer->message.empty());
    }
}

TEST_CASE("an announcement that is answered otherwise was not taken", "[transport]") {
    Answering answering(CMPKIT_TRANSPORT_ANSWERED, CMPKIT_TRANSPORT_CMP, "message");
    CHECK(answering.ask(CMPKIT_TRANSPORT_ANNOUNCEMENT, "news").error().code == Code::http_status);
    Answering refusing(CMPKIT_TRANSPORT_BAD, CMPKIT_TRANSPORT_CMP, "message");
    CHECK(refusing.ask(CMPKIT_TRANSPORT_ANNOUNCEMENT, "news").error().code == Code::http_status);
    SECTION("and a request is not answered by the word for announcements") {
        Answering storing(CMPKIT_TRANSPORT_STORED, CMPKIT_TRANSPORT_CMP, "");
        CHECK_FALSE(storing.ask(CMPKIT_TRANSPORT_CMP, "request"));
    }
}

TEST_CASE("requests of CMC have types of their own, and so have their answers", "[transport]") {
    for (const auto& [asked, type] : {std::pair{CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST, "application/pkcs10"}, std::pair{CMPKIT_TRANSPORT_CMC_FULL_REQUEST, "Application/PKCS7-mime; name=x ; smime-type=\"cmc-request\""}})
        for (const auto& [kind, told] : {std::pair{CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE, "application/pkcs7-mime; smime-type=certs-only"}, std::pair{CMPKIT_TRANSPORT_CMC_FULL_RESPONSE, "application/pkcs7-mime; smime-type=CMC-response"}}) {
            Answering  server(CMPKIT_TRANSPORT_ANSWERED, kind, "response");
            const auto raw = server.say(post_message("/.well-known/cmp", "abc", "Content-Type: " + std::string(type) + "\r\n"));
            CHECK(status_of(raw) == "HTTP/1.1 200 OK");
            CHECK(has(raw, "\r\nContent-Type: " + std::string(told) + "\r\n"));
            CHECK(server.came == asked);
            const auto answer = server.ask(asked, "request");
            if (!answer) FAIL(answer.error().text());
            CHECK(answer->kind == kind);
        }
}

TEST_CASE("one protocol's answer is none of the other's", "[transport]") {
    Answering by_cmp(CMPKIT_TRANSPORT_ANSWERED, CMPKIT_TRANSPORT_CMP, "message"), by_cmc(CMPKIT_TRANSPORT_ANSWERED, CMPKIT_TRANSPORT_CMC_FULL_RESPONSE, "response");
    CHECK(by_cmp.ask(CMPKIT_TRANSPORT_CMC_FULL_REQUEST, "request").error().code == Code::content_type);
    CHECK(by_cmc.ask(CMPKIT_TRANSPORT_CMP, "request").error().code == Code::content_type);
    CHECK(status_of(by_cmp.say(post_message("/.well-known/cmp", "abc", "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n"))) == "HTTP/1.1 415 Unsupported Media Type");
    CHECK(status_of(by_cmp.say(post_message("/.well-known/cmp", "abc", "Content-Type: application/pkcs7-mime\r\n"))) == "HTTP/1.1 415 Unsupported Media Type");
    Answering unable(CMPKIT_TRANSPORT_NOT_OFFERED, CMPKIT_TRANSPORT_CMC_FULL_REQUEST, "");
    CHECK(status_of(unable.say(post_message("/.well-known/cmp", "abc", "Content-Type: application/pkcs10\r\n"))) == "HTTP/1.1 415 Unsupported Media Type");
}

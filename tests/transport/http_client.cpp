// What the http plugin's client sends, and what it makes of answers.
#include "answering.hpp"
#include "loopback.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

std::string answer_with(const std::string& status, const std::string& fields, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string cmp = "Content-Type: application/pkixcmp\r\n";

Result<Answer> ask(const std::string& url, const Options& options = {}, std::chrono::milliseconds timeout = patience) {
    auto registry = built_plugins();
    auto channel  = registry.open(url, nullptr, options);
    if (!channel) return channel.error();
    return send(**channel, copy_of(bytes_of("hello")), timeout);
}

Error refusal_of(const std::string& answer, const Options& options = {}) {
    const ScriptedServer server(answer);
    const auto           got = ask(server.url(), options);
    return got ? Error{.code = Code::internal, .detail = "it was taken"} : got.error();
}

std::string path_sent(const std::string& url_path, const std::string& operation, const std::string& profile, const Options& options = {}) {
    ScriptedServer server(answer_with("200 OK", cmp, "x"));
    auto           registry = built_plugins();
    auto           channel  = registry.open(server.url() + url_path, nullptr, options);
    REQUIRE(channel);
    REQUIRE((*channel)->exchange({.message = bytes_of("m"), .operation = operation, .profile = profile}, patience, nullptr));
    const std::string request = server.requests().at(0);
    return request.substr(5, request.find(" HTTP/1.1\r\n") - 5);
}

}  // namespace

TEST_CASE("the http client sends a plain POST", "[transport]") {
    ScriptedServer server(answer_with("200 OK", cmp, "world"));
    const auto     answer = ask(server.url());
    REQUIRE(answer);
    CHECK(std::string(text_of(answer->message)) == "world");
    CHECK("http://" + answer->peer.address == server.url());
    const auto request = server.requests().at(0);
    CHECK(request.starts_with("POST /.well-known/cmp HTTP/1.1\r\n"));
    CHECK(has(request, "\r\nContent-Type: application/pkixcmp\r\n"));
    CHECK(has(request, "\r\nContent-Length: 5\r\n"));
    CHECK(!has(request, "Expect"));
    CHECK(request.ends_with("\r\n\r\nhello"));
}

TEST_CASE("a client uses the paths of the draft if it is told to", "[transport]") {
    const Options draft{{"paths", "draft"}};
    CHECK(path_sent("", "initialization", "", draft) == "/initialization");
    CHECK(path_sent("", "pkcs10", "device", draft) == "/cmp/device/p10");
    CHECK(path_sent("/.well-known/cmp", "getcacerts", "", draft) == "/getcacert");
    CHECK(path_sent("/gate/.well-known/cmp", "revocation", "a b", draft) == "/gate/cmp/a%20b/revocation");
    CHECK(path_sent("/pkix/", "initialization", "device", draft) == "/pkix/");
    CHECK(path_sent("", "", "", draft) == "/.well-known/cmp");
    auto       registry = built_plugins();
    const auto channel  = registry.open("http://127.0.0.1:1", nullptr, {{"paths", "modern"}});
    REQUIRE(!channel);
    CHECK(channel.error().code == Code::bad_argument);
}

TEST_CASE("the content type of an answer is judged as the options have it", "[transport]") {
    const auto taken = [](const std::string& fields, const Options& options) {
        const ScriptedServer server(answer_with("200 OK", fields, "x"));
        const auto           answer = ask(server.url(), options);
        CHECK((answer || answer.error().code == Code::content_type));
        return static_cast<bool>(answer);
    };
    const std::string none, old = "Content-Type: application/x-pkixcmp\r\n", html = "Content-Type: text/html\r\n";
    const Options     exact{{"content-type", "exact"}}, known{{"content-type", "known"}}, optional{{"content-type", "optional"}};
    for (const Options& each : {exact, known, optional, Options()}) {
        CHECK(taken(cmp, each));
        CHECK_FALSE(taken(html, each));
    }
    CHECK((!taken(old, exact) && taken(old, known) && taken(old, optional) && taken(old, {})));
    CHECK((!taken(none, exact) && !taken(none, known) && taken(none, optional) && !taken(none, {})));
}

TEST_CASE("a client's path is that of its URL, or the well-known one with the hints", "[transport]") {
    CHECK(path_sent("", "", "") == "/.well-known/cmp");
    CHECK(path_sent("/", "", "") == "/.well-known/cmp");
    CHECK(path_sent("", "initialization", "") == "/.well-known/cmp/initialization");
    CHECK(path_sent("/", "initialization", "Plant A/ü") == "/.well-known/cmp/p/Plant%20A%2F%C3%BC/initialization");
    CHECK(path_sent("/.well-known/cmp", "revocation", "") == "/.well-known/cmp/revocation");
    CHECK(path_sent("/ra/.well-known/cmp/", "", "x") == "/ra/.well-known/cmp/p/x");
    CHECK(path_sent("/ejbca/publicweb/cmp/alias", "revocation", "x") == "/ejbca/publicweb/cmp/alias");
    CHECK(path_sent("/.well-known/cmp/p/own", "revocation", "x") == "/.well-known/cmp/p/own");
    CHECK(path_sent("/cgi?ca=7", "revocation", "x") == "/cgi?ca=7");
}

TEST_CASE("a message in an answer is handed up whatever the status says", "[transport]") {
    // RFC 9811 3.1: 2xx, 4xx and 5xx may all carry a PKIMessage.
    for (const char* const status : {"200 OK", "201 Created", "400 Bad Request", "404 Not Found", "500 Internal Server Error", "503 Busy", "599"}) {
        INFO(status);
        const ScriptedServer server(answer_with(status, "Content-Type: Application/X-PKIXCMP; a=b\r\n", "message"));
        const auto           answer = ask(server.url());
        REQUIRE(answer);
        CHECK(std::string(text_of(answer->message)) == "message");
    }
}

TEST_CASE("answers are read in every framing", "[transport]") {
    for (const std::string& scripted : {
             "HTTP/1.1 200 OK\r\n" + cmp + "Transfer-Encoding: chunked\r\n\r\n3\r\nmes\r\n4\r\nsage\r\n0\r\n\r\n",
             "HTTP/1.0 200 OK\r\n" + cmp + "\r\nmessage",
             "HTTP/1.1 100 Continue\r\n\r\n" + answer_with("200 OK", cmp, "message"),
         }) {
        INFO(scripted);
        const ScriptedServer server(scripted);
        const auto           answer = ask(server.url());
        REQUIRE(answer);
        CHECK(std::string(text_of(answer->message)) == "message");
    }
}

TEST_CASE("a status without a message is a refusal that names it", "[transport]") {
    const auto missing = refusal_of(answer_with("404 Not Found", "Content-Type: text/html\r\n", "<html>no</html>"));
    CHECK(missing.code == Code::http_status);
    CHECK(has(missing.detail, "HTTP/1.1 404 Not Found from http://127.0.0.1:"));
    CHECK(refusal_of(answer_with("503 Busy", "", "")).code == Code::http_status);
    CHECK(refusal_of(answer_with("500 Broken", cmp, "")).code == Code::http_status);
}

TEST_CASE("a redirect is not followed, and its target is shown", "[transport]") {
    ScriptedServer target(answer_with("200 OK", cmp, "message"));
    for (const char* const status : {"301 Moved", "302 Found", "307 Temporary", "308 Permanent"}) {
        INFO(status);
        const auto error = refusal_of(answer_with(status, cmp + "Location: " + target.url() + "/away\r\n", "message"));
        CHECK(error.code == Code::http_status);
        CHECK(has(error.detail, target.url() + "/away"));
    }
    CHECK(target.requests().empty());
}

TEST_CASE("another content type is refused, and shown", "[transport]") {
    const auto error = refusal_of(answer_with("200 OK", "Content-Type: text/html\r\n", "<html>login</html>"));
    CHECK(error.code == Code::content_type);
    CHECK(has(error.detail, "text/html"));
    CHECK(refusal_of(answer_with("200 OK", "", "message")).code == Code::content_type);
    CHECK(refusal_of(answer_with("200 OK", cmp, "")).code == Code::content_type);
}

TEST_CASE("a peer's text cannot drive a terminal", "[transport]") {
    const auto status = refusal_of(answer_with("404 \x1b[2J\xe2\x80\xae" "evil", "", ""));
    CHECK(status.code == Code::http_status);
    CHECK(has(status.detail, "404 \\x1b[2J\\xe2\\x80\\xaeevil"));
    const auto type = refusal_of(answer_with("200 OK", "Content-Type: text/\x1b]0;x\x07\r\n", "x"));
    CHECK(type.code == Code::content_type);
    CHECK(has(type.detail, "text/\\x1b]0;x\\x07"));
    const auto place = refusal_of(answer_with("302 Found", "Location: http://x/\x1b[2J\r\n", "x"));
    CHECK(!has(place.detail, "\x1b"));
    const auto long_line = refusal_of(answer_with("404 " + std::string(5000, 'x'), "", ""));
    CHECK(long_line.detail.size() < 400);
}

TEST_CASE("an answer is limited in size", "[transport]") {
    const Options limit{{"max-message", "100"}};
    CHECK(refusal_of(answer_with("200 OK", cmp, std::string(101, 'x')), limit).code == Code::too_large);
    CHECK(refusal_of("HTTP/1.1 200 OK\r\n" + cmp + "\r\n" + std::string(200'000, 'x'), limit).code == Code::too_large);
    CHECK(refusal_of(answer_with("404 Not Found", "Content-Type: text/html\r\n", std::string(200'000, 'x')), limit).code == Code::too_large);
    const ScriptedServer server(answer_with("200 OK", cmp, std::string(100, 'x')));
    CHECK(ask(server.url(), limit));
}

TEST_CASE("an answer that breaks off is no answer", "[transport]") {
    CHECK(refusal_of("").code == Code::peer_gone);
    CHECK(refusal_of("HTTP/1.1 200 OK\r\n" + cmp + "Content-Length: 10\r\n\r\nabc").code == Code::peer_gone);
    CHECK(refusal_of("HTTP/1.1 200 OK\r\n" + cmp + "Transfer-Encoding: chunked\r\n\r\n5\r\nab").code == Code::peer_gone);
    CHECK(refusal_of("SSH-2.0-OpenSSH_9.2\r\n").code == Code::transport_failed);
    CHECK(refusal_of("HTTP/1.1 200 OK\r\n" + cmp + "Content-Length: -5\r\n\r\nabc").code != Code::internal);
}

TEST_CASE("a server that cannot be reached is told from one that is late", "[transport]") {
    SECTION("nobody listens") {
        std::string url;
        { url = ScriptedServer("").url(); }
        const auto answer = ask(url);
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::connect_failed);
        CHECK(has(answer.error().detail, url));
    }
    SECTION("the connection is not accepted in time") {
        const DeafServer server;
        const auto       answer = ask(server.url(), {{"connect-timeout", "100"}});
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::connect_failed);
        CHECK(has(answer.error().detail, "within 100 ms"));
    }
    SECTION("the deadline comes first") {
        const DeafServer server;
        const auto       answer = ask(server.url(), {}, 100ms);
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::deadline);
    }
    SECTION("the name does not exist") {
        const auto answer = ask("http://nowhere.invalid");
        REQUIRE(!answer);
        CHECK(answer.error().code == Code::connect_failed);
    }
}

TEST_CASE("a connection is used again", "[transport]") {
    auto                     registry = built_plugins();
    std::mutex               mutex;
    std::vector<std::string> peers;
    auto listener = registry.listen("http://127.0.0.1:0", nullptr, [&](std::unique_ptr<Exchange> exchange, const Request& request, const Peer& peer) {
        const std::lock_guard lock(mutex);
        peers.push_back(peer.address);
        (void)exchange->respond(request.message, CMPKIT_TRANSPORT_ANSWERED);
    });
    REQUIRE(listener);
    auto channel = registry.open((*listener)->url(), nullptr);
    REQUIRE(channel);
    for (int i = 0; i < 3; ++i) CHECK(send(**channel, some_octets(10)));
    const std::lock_guard lock(mutex);
    REQUIRE(peers.size() == 3);
    CHECK(peers[0] == peers[1]);
    CHECK(peers[1] == peers[2]);
}

TEST_CASE("a connection that the server closed meanwhile is opened anew", "[transport]") {
    auto registry = built_plugins();
    auto listener = registry.listen("http://127.0.0.1:0", nullptr, echo, {{"idle-timeout", "50"}});
    REQUIRE(listener);
    auto channel = registry.open((*listener)->url(), nullptr);
    REQUIRE(channel);
    for (int i = 0; i < 3; ++i) {
        CHECK(send(**channel, some_octets(10)));
        CHECK(Socket::to((*listener)->url()).is_closed());  // an idle time goes by
    }
}

TEST_CASE("proxies are used if the options name one, not if the environment does", "[transport]") {
    ScriptedServer proxy(answer_with("200 OK", cmp, "by proxy"));
    ScriptedServer server(answer_with("200 OK", cmp, "direct"));
    REQUIRE(setenv("http_proxy", proxy.url().c_str(), 1) == 0);
    const auto direct = ask(server.url());
    unsetenv("http_proxy");
    REQUIRE(direct);
    CHECK(std::string(text_of(direct->message)) == "direct");
    const auto indirect = ask(server.url() + "/path", {{"proxy", proxy.url()}});
    REQUIRE(indirect);
    CHECK(std::string(text_of(indirect->message)) == "by proxy");
    CHECK(proxy.requests().at(0).starts_with("POST " + server.url() + "/path HTTP/1.1\r\n"));
}

TEST_CASE("a URL that cannot be used is refused when the channel is opened", "[transport]") {
    auto registry = built_plugins();
    for (const char* const url : {"http://", "http://user:secret@127.0.0.1/", "http://127.0.0.1:99999", "http://127.0.0.1/#x", "http://a b/"}) {
        INFO(url);
        const auto channel = registry.open(url, nullptr);
        REQUIRE(!channel);
        CHECK(channel.error().code == Code::bad_url);
    }
}

// ---------------------------------------------------------------- CRLs and OCSP

namespace {

Result<Answer> ask_for(std::int32_t kind, const std::string& url, std::string_view what, const Options& options = {}) {
    auto registry = built_plugins();
    auto channel  = registry.open(url, nullptr, options);
    if (!channel) return channel.error();
    return (*channel)->exchange({.message = bytes_of(what), .operation = "initialization", .profile = "p", .kind = kind}, patience, nullptr);
}

}  // namespace

TEST_CASE("the http client gets a CRL from the URL as it is", "[transport]") {
    ScriptedServer server(answer_with("200 OK", "Content-Type: application/octet-stream\r\n", "crl"));
    const auto     answer = ask_for(CMPKIT_TRANSPORT_CRL, server.url() + "/pki/ca.crl?newest=1", "");
    REQUIRE(answer);
    CHECK(std::string(text_of(answer->message)) == "crl");
    const auto request = server.requests().at(0);
    CHECK(request.starts_with("GET /pki/ca.crl?newest=1 HTTP/1.1\r\n"));
    CHECK(!has(request, "Content-Type"));
}

TEST_CASE("the http client posts to an OCSP responder", "[transport]") {
    ScriptedServer server(answer_with("200 OK", "Content-Type: application/ocsp-response\r\n", "answer"));
    REQUIRE(ask_for(CMPKIT_TRANSPORT_OCSP, server.url(), "question"));
    const auto request = server.requests().at(0);
    CHECK(request.starts_with("POST / HTTP/1.1\r\n"));
    CHECK(has(request, "\r\nContent-Type: application/ocsp-request\r\n"));
    CHECK(request.ends_with("\r\n\r\nquestion"));
}

TEST_CASE("what a server says with an error status is no CRL, nor is a redirect followed, nor too much read", "[transport]") {
    const auto refused = [](const std::string& answer, const Options& options = {}) {
        const ScriptedServer server(answer);
        const auto           got = ask_for(CMPKIT_TRANSPORT_CRL, server.url() + "/ca.crl", "", options);
        return got ? Code::internal : got.error().code;
    };
    CHECK(refused(answer_with("404 Not Found", "Content-Type: application/pkix-crl\r\n", "crl")) == Code::http_status);
    CHECK(refused(answer_with("302 Found", "Location: http://127.0.0.1:1/\r\n", "")) == Code::http_status);
    CHECK(refused(answer_with("200 OK", "Content-Type: application/pkix-crl\r\n", "")) == Code::content_type);
    CHECK(refused(answer_with("200 OK", "", std::string(101, 'x')), {{"max-message", "100"}}) == Code::too_large);
}

TEST_CASE("addresses that are not to be reached are not connected to", "[transport]") {
    for (const char* word : {"remote", "internet"}) {
        ScriptedServer server(answer_with("200 OK", "", "crl"));
        const auto     got = ask_for(CMPKIT_TRANSPORT_CRL, server.url() + "/ca.crl", "", {{"addresses", word}});
        REQUIRE_FALSE(got);
        CHECK(got.error().code == Code::connect_failed);
        CHECK(has(got.error().detail, "may be connected to"));
        CHECK(server.requests().empty());
        // However it is written.
        const std::string port = server.url().substr(server.url().rfind(':'));
        for (const char* host : {"localhost", "127.1", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"}) CHECK_FALSE(ask_for(CMPKIT_TRANSPORT_CRL, "http://" + (host + port) + "/ca.crl", "", {{"addresses", word}}));
        CHECK(server.requests().empty());
    }
    CHECK_FALSE(ask("http://127.0.0.1:1", {{"addresses", "some"}}));
}

TEST_CASE("a kind of content that HTTP does not carry is refused", "[transport]") {
    const auto got = ask_for(77, "http://127.0.0.1:1/", "x");
    REQUIRE_FALSE(got);
    CHECK(got.error().code == Code::bad_argument);
}

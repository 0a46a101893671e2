// What the http plugin's server does with peers that are not our client, most of them ill-behaved.
#include "served.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

TEST_CASE("the http server answers as RFC 9811 and RFC 9110 have it", "[transport]") {
    const Served served;
    const auto   answer = ask(served, post_message());
    CHECK(status_of(answer) == "HTTP/1.1 200 OK");
    CHECK(has(answer, "\r\nContent-Type: application/pkixcmp\r\n"));
    CHECK(has(answer, "\r\nContent-Length: 5\r\n"));
    CHECK(has(answer, "\r\nCache-Control: no-store\r\n"));
    CHECK(has(answer, " GMT\r\n"));
    CHECK(body_of(answer) == "||abc");
}

TEST_CASE("an HTTP/1.1 connection is kept until somebody says otherwise", "[transport]") {
    const Served served;
    Socket       socket = served.connect();
    for (int i = 0; i < 3; ++i) {
        REQUIRE(socket.send(post_message()));
        CHECK(body_of(socket.read_message()) == "||abc");
    }
    REQUIRE(socket.send(post_message("/", "last", cmp + "Connection: close\r\n")));
    const auto answer = socket.read_message();
    CHECK(has(answer, "\r\nConnection: close\r\n"));
    CHECK(body_of(answer) == "||last");
    CHECK(socket.is_closed());
}

TEST_CASE("an HTTP/1.0 connection is kept if the client asks for it, as OpenSSL's does", "[transport]") {
    const Served served;
    Socket       socket = served.connect();
    for (int i = 0; i < 3; ++i) {
        REQUIRE(socket.send(post("/", cmp + "Connection: keep-alive\r\nContent-Length: 3\r\n", "abc", "1.0")));
        const auto answer = socket.read_message();
        CHECK(has(answer, "\r\nConnection: keep-alive\r\n"));
        CHECK(body_of(answer) == "||abc");
    }
    REQUIRE(socket.send(post("/", cmp + "Content-Length: 3\r\n", "abc", "1.0")));
    CHECK(body_of(socket.read_message()) == "||abc");
    CHECK(socket.is_closed());
}

TEST_CASE("an HTTP/1.0 request needs no Host", "[transport]") {
    const Served served;
    CHECK(status_of(ask(served, "POST / HTTP/1.0\r\n" + cmp + "Content-Length: 1\r\n\r\nx")) == "HTTP/1.1 200 OK");
}

TEST_CASE("a chunked request is put together", "[transport]") {
    const Served served;
    Socket       socket = served.connect();
    REQUIRE(socket.send(post("/", cmp + "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n4;note=x\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n")));
    CHECK(body_of(socket.read_message()) == "||abcdefg");
    REQUIRE(socket.send(post_message()));
    CHECK(body_of(socket.read_message()) == "||abc");
}

TEST_CASE("a request that comes octet by octet is put together", "[transport]") {
    const Served served;
    Socket       socket = served.connect();
    for (const char c : post_message("/.well-known/cmp/initialization", "slowly")) REQUIRE(socket.send({&c, 1}));
    CHECK(body_of(socket.read_message()) == "initialization||slowly");
}

TEST_CASE("requests sent ahead are answered one after the other", "[transport]") {
    const Served served;
    Socket       socket = served.connect();
    REQUIRE(socket.send(post_message("/", "one") + post_message("/", "two") + post_message("/", "three")));
    for (const char* const body : {"||one", "||two", "||three"}) CHECK(body_of(socket.read_message()) == body);
}

TEST_CASE("a client that waits for 100 is told to go on", "[transport]") {
    const Served served;
    Socket       socket = served.connect();
    SECTION("once the header is good") {
        REQUIRE(socket.send(post("/", cmp + "Expect: 100-continue\r\nContent-Length: 3\r\n", "")));
        CHECK(socket.read_message() == "HTTP/1.1 100 Continue\r\n\r\n");
        REQUIRE(socket.send("abc"));
        CHECK(body_of(socket.read_message()) == "||abc");
    }
    SECTION("but not for what will be refused") {
        REQUIRE(socket.send(post("/nowhere", cmp + "Expect: 100-continue\r\nContent-Length: 3\r\n", "")));
        CHECK(status_of(socket.read_message()) == "HTTP/1.1 404 Not Found");
    }
}

TEST_CASE("the paths of RFC 9483 and of its drafts are served, with what they say", "[transport]") {
    const Served served(Options{}, "http://127.0.0.1:0/ejbca/cmp/alias");
    struct Case {
        const char *path, *told;
    };
    for (const auto& [path, told] : std::vector<Case>{
             {"/", "||"},
             {"/pkix", "||"},
             {"/pkix/", "||"},
             {"/?x=y", "||"},
             {"/ejbca/cmp/alias", "||"},
             {"/ejbca/cmp/alias/keyupdate", "keyupdate||"},
             {"/.well-known/cmp", "||"},
             {"/.well-known/cmp/", "||"},
             {"/.well-known/cmp/initialization", "initialization||"},
             {"/.well-known/cmp/certification", "certification||"},
             {"/.well-known/cmp/pkcs10", "pkcs10||"},
             {"/.well-known/cmp/p10", "pkcs10||"},
             {"/.well-known/cmp/getcacert", "getcacerts||"},
             {"/.well-known/cmp/getcacerts", "getcacerts||"},
             {"/.well-known/cmp/getrootupdate", "getrootupdate||"},
             {"/.well-known/cmp/getcertreqtemplate", "getcertreqtemplate||"},
             {"/.well-known/cmp/getcrls", "getcrls||"},
             {"/.well-known/cmp/nested", "nested||"},
             {"/.well-known/cmp/serverkeygen", "||"},
             {"/.well-known/cmp/kur", "keyupdate||"},
             {"/.well-known/cmp/p/plant", "|plant|"},
             {"/.well-known/cmp/p/Plant%20A%2f7/revocation", "revocation|Plant A/7|"},
             {"/cmp/plant/initialization", "initialization|plant|"},
             {"/initialization", "initialization||"},
             {"http://other.example/.well-known/cmp/p/x", "|x|"},
         }) {
        INFO(path);
        const auto answer = ask(served, post_message(path));
        CHECK(status_of(answer) == "HTTP/1.1 200 OK");
        CHECK(body_of(answer) == std::string(told) + "abc");
    }
}

TEST_CASE("a path that carries no CMP is not found", "[transport]") {
    const Served served;
    for (const char* const path : {"/index.html", "/.well-known/cmpx", "/.well-known/cmp/enroll", "/.well-known/cmp/p", "/.well-known/cmp/p/", "/.well-known/cmp/p//revocation",
                                   "/.well-known/cmp/p/x/y/z", "/.well-known/cmp/p/%00", "/.well-known/cmp/p/%0a", "/.well-known/cmp/p/%zz", "/.well-known/cmp/p/%2",
                                   "/.well-known/cmp/initialization/x", "/cmp", "/cmp/plant", "/cmp//initialization", "/pkix/x", "*", "nowhere"}) {
        INFO(path);
        CHECK(status_of(ask(served, post_message(path))) == "HTTP/1.1 404 Not Found");
    }
    CHECK(status_of(ask(served, post_message("/.well-known/cmp/p/" + std::string(300, 'x')))) == "HTTP/1.1 404 Not Found");
}

TEST_CASE("methods other than POST are not allowed", "[transport]") {
    const Served served;
    for (const char* const method : {"GET", "PUT", "DELETE", "OPTIONS", "BREW"}) {
        INFO(method);
        const auto answer = ask(served, std::string(method) + " / HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(status_of(answer) == "HTTP/1.1 405 Method Not Allowed");
        CHECK(has(answer, "\r\nAllow: POST\r\n"));
    }
    const auto answer = ask(served, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(status_of(answer) == "HTTP/1.1 405 Method Not Allowed");
    CHECK(body_of(answer).empty());
}

TEST_CASE("content types of CMP are taken in every spelling, others are not", "[transport]") {
    const Served served;
    for (const char* const type : {"application/pkixcmp", "Application/PKIXCMP", "application/pkixcmp;x=y", "application/pkixcmp ; charset=utf-8", "application/pkixcmp-poll",
                                   "application/x-pkixcmp", "application/x-pkixcmp-poll"}) {
        INFO(type);
        CHECK(status_of(ask(served, post_message("/", "abc", std::string("Content-Type: ") + type + "\r\n"))) == "HTTP/1.1 200 OK");
    }
    for (const char* const field : {"", "Content-Type: text/plain\r\n", "Content-Type:\r\n", "Content-Type: ;\r\n", "Content-Type: application/pkixcmpx\r\n",
                                    "Content-Type: application/pkixcmp\r\nContent-Type: text/html\r\n"}) {
        INFO(field);
        CHECK(status_of(ask(served, post_message("/", "abc", field))) == "HTTP/1.1 415 Unsupported Media Type");
    }
}

TEST_CASE("a request whose length two parties may read differently is refused", "[transport]") {
    const Served served;
    const std::string chunk = "3\r\nabc\r\n0\r\n\r\n";
    for (const std::string& request : {
             post("/", cmp + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", chunk),
             post("/", cmp + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", chunk),
             post("/", cmp + "Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"),
             post("/", cmp + "Content-Length: 3, 4\r\n", "abcd"),
             post("/", cmp + "Content-Length: +3\r\n", "abc"),
             post("/", cmp + "Content-Length: 0x3\r\n", "abc"),
             post("/", cmp + "Content-Length: 99999999999999999999\r\n", "abc"),
             post("/", cmp + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunk),
             post("/", cmp + "Transfer-Encoding: identity\r\nContent-Length: 3\r\n", "abc"),
             post("/", cmp + "Content-Length : 3\r\n", "abc"),
             post("/", cmp + "Transfer-Encoding: chunked\r\n", chunk, "1.0"),
             post("/", cmp + "Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nabc"),
             post("/", cmp + "Transfer-Encoding: chunked\r\n", "-3\r\nabc\r\n"),
         }) {
        INFO(request);
        Socket socket = served.connect();
        (void)socket.send(request);
        CHECK(status_of(socket.read_message()) == "HTTP/1.1 400 Bad Request");
        socket.stop_sending();
        CHECK(socket.is_closed());
    }
    for (const char* const coding : {"gzip, chunked", "gzip", "chunked, identity", "identity"}) {
        INFO(coding);
        CHECK(status_of(ask(served, post("/", cmp + "Transfer-Encoding: " + coding + "\r\n", chunk))) == "HTTP/1.1 501 Not Implemented");
    }
}

TEST_CASE("what is not HTTP is refused", "[transport]") {
    const Served served;
    for (const std::string& request : {
             std::string("\r\n\r\n\r\n\r\n"),
             std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),
             std::string("POST  / HTTP/1.1\r\n\r\n"),
             std::string("POST /\r\nHost: x\r\n\r\n"),
             std::string("POST / HTTP/1.1\r\n") + cmp + "Content-Length: 1\r\n\r\nx",
             std::string("POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n") + cmp + "Content-Length: 1\r\n\r\nx",
             std::string("POST / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n"),
             std::string("POST / HTTP/1.1\r\nHost: a\r\nX: a\x01""b\r\n\r\n"),
             post_message("/", ""),
             post("/", cmp, ""),
         }) {
        INFO(request);
        CHECK(status_of(ask(served, request)) == "HTTP/1.1 400 Bad Request");
    }
    CHECK(status_of(ask(served, post("/", cmp + "Content-Length: 1\r\n", "x", "2.0"))) == "HTTP/1.1 505 HTTP Version Not Supported");
}

TEST_CASE("the handler's word decides the HTTP status", "[transport]") {
    auto registry = built_plugins();
    Desk desk;
    auto listener = registry.listen("http://127.0.0.1:0", nullptr, desk.handler());
    REQUIRE(listener);
    Socket socket = Socket::to((*listener)->url());
    struct Case {
        std::int32_t status;
        const char*  line;
    };
    for (const auto& [status, line] : {Case{CMPKIT_TRANSPORT_BAD, "HTTP/1.1 400 Bad Request"}, Case{CMPKIT_TRANSPORT_BUSY, "HTTP/1.1 503 Service Unavailable"},
                                       Case{CMPKIT_TRANSPORT_BROKEN, "HTTP/1.1 500 Internal Server Error"}}) {
        REQUIRE(socket.send(post_message()));
        CHECK(desk.take()->respond({}, status));
        const auto answer = socket.read_message();
        CHECK(status_of(answer) == line);
        CHECK(has(answer, "\r\nContent-Length: 0\r\n"));
        CHECK(!has(answer, "Content-Type"));
        REQUIRE(socket.send(post_message()));
        CHECK(desk.take()->respond(bytes_of("why"), status));
        const auto with_body = socket.read_message();
        CHECK(has(with_body, "\r\nContent-Type: application/pkixcmp\r\n"));
        CHECK(body_of(with_body) == "why");
    }
}

TEST_CASE("where a server cannot listen it says why", "[transport]") {
    auto       registry = built_plugins();
    const auto listener = registry.listen("http://127.0.0.1:0/path", nullptr, echo);
    REQUIRE(listener);
    CHECK((*listener)->url().ends_with("/path"));
    const auto again = registry.listen((*listener)->url(), nullptr, echo);
    REQUIRE(!again);
    CHECK(again.error().code == Code::transport_failed);
    CHECK(has(again.error().detail, "in use"));
    for (const char* const url : {"http://", "http://user@127.0.0.1:0", "http://127.0.0.1:99999", "http://127.0.0.1:0/#x", "http:127.0.0.1", "http://a b/"}) {
        INFO(url);
        const auto bad = registry.listen(url, nullptr, echo);
        REQUIRE(!bad);
        CHECK(bad.error().code == Code::bad_url);
        CHECK(has(bad.error().detail, url));
    }
}

TEST_CASE("IPv6 addresses are served", "[transport]") {
    auto registry = built_plugins();
    auto listener = registry.listen("http://[::1]:0", nullptr, echo);
    if (!listener) return;  // a machine without IPv6
    CHECK((*listener)->url().starts_with("http://[::1]:"));
    auto channel = registry.open((*listener)->url(), nullptr);
    REQUIRE(channel);
    const auto answer = send(**channel, some_octets(3));
    REQUIRE(answer);
    CHECK(answer->peer.address.starts_with("[::1]:"));
}

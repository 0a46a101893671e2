// What peers can cost the http plugin's server: octets, time and connections.
#include "served.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

TEST_CASE("a header is limited in size", "[transport]") {
    const Served served;
    CHECK(status_of(ask(served, post("/", "X: " + std::string(20000, 'x') + "\r\n", ""))) == "HTTP/1.1 431 Request Header Fields Too Large");
    CHECK(status_of(ask(served, post("/" + std::string(20000, 'x'), "", ""))) == "HTTP/1.1 431 Request Header Fields Too Large");
    std::string many;
    for (int i = 0; i < 5000; ++i) many += "X: y\r\n";
    CHECK(status_of(ask(served, post("/", many, ""))) == "HTTP/1.1 431 Request Header Fields Too Large");
    CHECK(status_of(ask(served, post("/", cmp + "Transfer-Encoding: chunked\r\n", "3;" + std::string(40000, 'x')))) == "HTTP/1.1 400 Bad Request");
    CHECK(status_of(ask(served, post_message("/", "abc", cmp + "X: " + std::string(15000, 'x') + "\r\n"))) == "HTTP/1.1 200 OK");
}

TEST_CASE("a body is limited in size, and the refusal arrives although the body goes on", "[transport]") {
    const Served served(Options{{"max-message", "100"}});
    CHECK(status_of(ask(served, post_message("/", std::string(100, 'x')))) == "HTTP/1.1 200 OK");
    CHECK(status_of(ask(served, post_message("/", std::string(101, 'x')))) == "HTTP/1.1 413 Content Too Large");
    CHECK(status_of(ask(served, post("/", cmp + "Content-Length: 999999999\r\n", ""))) == "HTTP/1.1 413 Content Too Large");
    CHECK(status_of(ask(served, post("/", cmp + "Transfer-Encoding: chunked\r\n", "60\r\n" + std::string(0x60, 'x') + "\r\n5\r\nabcde\r\n0\r\n\r\n"))) ==
          "HTTP/1.1 413 Content Too Large");
}

TEST_CASE("a silent connection is closed after the idle time", "[transport]") {
    const Served served(Options{{"idle-timeout", "100"}});
    SECTION("that never spoke") { CHECK(served.connect().is_closed()); }
    SECTION("between two requests") {
        Socket socket = served.connect();
        REQUIRE(socket.send(post_message()));
        CHECK(status_of(socket.read_message()) == "HTTP/1.1 200 OK");
        CHECK(socket.is_closed());
    }
    SECTION("in the middle of a header") {
        Socket socket = served.connect();
        REQUIRE(socket.send("POST / HT"));
        CHECK(socket.is_closed());
    }
    SECTION("in the middle of a body") {
        Socket socket = served.connect();
        REQUIRE(socket.send(post("/", cmp + "Content-Length: 10\r\n", "abc")));
        CHECK(socket.is_closed());
    }
    SECTION("that was refused, and does not close") {
        Socket socket = served.connect();
        REQUIRE(socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        CHECK(status_of(socket.read_message()) == "HTTP/1.1 405 Method Not Allowed");
        CHECK(socket.is_closed());
    }
}

TEST_CASE("a connection that waits for its answer is not idle", "[transport]") {
    auto registry = built_plugins();
    Desk desk;
    auto listener = registry.listen("http://127.0.0.1:0", nullptr, desk.handler(), {{"idle-timeout", "50"}});
    REQUIRE(listener);
    Socket waiting = Socket::to((*listener)->url());
    REQUIRE(waiting.send(post_message()));
    auto exchange = desk.take();
    for (int i = 0; i < 3; ++i) CHECK(Socket::to((*listener)->url()).is_closed());  // three idle times go by
    CHECK(exchange->respond(bytes_of("late"), CMPKIT_TRANSPORT_ANSWERED));
    CHECK(body_of(waiting.read_message()) == "late");
}

TEST_CASE("with a full house the connection that has been silent longest makes room", "[transport]") {
    const Served served(Options{{"max-connections", "2"}});
    Socket       first = served.connect();
    REQUIRE(first.send("POST"));
    Socket second = served.connect();
    REQUIRE(second.send(post_message()));
    CHECK(status_of(second.read_message()) == "HTTP/1.1 200 OK");
    for (int i = 0; i < 10; ++i) CHECK(status_of(ask(served, post_message())) == "HTTP/1.1 200 OK");
    CHECK(first.is_closed());
}

TEST_CASE("with a house full of open exchanges new connections wait", "[transport]") {
    auto registry = built_plugins();
    Desk desk;
    auto listener = registry.listen("http://127.0.0.1:0", nullptr, desk.handler(), {{"max-connections", "1"}});
    REQUIRE(listener);
    Socket first = Socket::to((*listener)->url());
    REQUIRE(first.send(post_message()));
    auto   open   = desk.take();
    Socket second = Socket::to((*listener)->url());
    REQUIRE(second.send(post_message()));
    CHECK(open->respond(bytes_of("one"), CMPKIT_TRANSPORT_ANSWERED));
    CHECK(body_of(first.read_message()) == "one");
    CHECK(desk.take()->respond(bytes_of("two"), CMPKIT_TRANSPORT_ANSWERED));
    CHECK(body_of(second.read_message()) == "two");
}

TEST_CASE("a client that leaves in the middle harms nobody", "[transport]") {
    const Served served;
    for (int i = 0; i < 50; ++i) {
        Socket socket = served.connect();
        (void)socket.send(std::string_view(post_message()).substr(0, static_cast<std::size_t>(i * 2)));
    }
    CHECK(status_of(ask(served, post_message())) == "HTTP/1.1 200 OK");
}


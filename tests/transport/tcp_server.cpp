// The tcp plugin's server, spoken to by hand.
#include "kit/framing.hpp"
#include "served.hpp"

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;
using namespace std::string_literals;
using cmpkit_plugin::Form;
using cmpkit_plugin::Frame;
using cmpkit_plugin::read_frame;
using cmpkit_plugin::Reading;
using cmpkit_plugin::Type;
using cmpkit_plugin::write_frame;

namespace {

constexpr std::size_t no_limit = 1 << 20;

Frame read_from(Socket& socket) {
    std::string octets;
    Frame       frame;
    while (read_frame(octets, no_limit, frame) == Reading::incomplete) {
        const std::string more = socket.read(1);
        if (more.empty()) FAIL("the server closed");
        octets += more;
    }
    return frame;
}

Frame ask(Socket& socket, const Frame& frame) {
    REQUIRE(socket.send(write_frame(frame)));
    return read_from(socket);
}

Served served(const Options& options = {}) { return Served(options, "tcp://127.0.0.1:0"); }

struct Desked {
    explicit Desked(const Options& options) : registry(built_plugins()) {
        auto listening = registry.listen("tcp://127.0.0.1:0", nullptr, desk.handler(), options);
        if (!listening) FAIL(listening.error().text());
        listener = std::move(*listening);
    }
    Socket connect() const { return Socket::to(listener->url()); }

    Registry                  registry;
    Desk                      desk;
    std::unique_ptr<Listener> listener;
};

}  // namespace

TEST_CASE("each form is answered in its own, on one connection", "[transport]") {
    const Served server = served();
    Socket       socket = server.connect();
    for (const Form form : {Form::version10, Form::rfc2510, Form::version10}) {
        const Frame answer = ask(socket, {.form = form, .type = Type::request, .value = "abc"});
        CHECK(answer.form == form);
        CHECK(answer.type == Type::response);
        CHECK(answer.value == "||abc");
        CHECK_FALSE(answer.closes);
    }
}

TEST_CASE("whoever says that it closes is told the same, and the connection ends", "[transport]") {
    const Served server = served();
    Socket       socket = server.connect();
    CHECK(ask(socket, {.type = Type::request, .closes = true, .value = "abc"}).closes);
    CHECK(socket.is_closed());
}

TEST_CASE("other versions are refused by VersionNotSupported, and the server goes on", "[transport]") {
    const Served server = served();
    Socket       socket = server.connect();
    REQUIRE(socket.send("\0\0\0\x06\x0b\0\0abc"s));
    const Frame refusal = read_from(socket);
    CHECK(refusal.type == Type::error);
    CHECK(refusal.code == cmpkit_plugin::version_not_supported);
    CHECK(socket.is_closed());
    Socket other = server.connect();
    CHECK(ask(other, {.type = Type::request, .value = "abc"}).value == "||abc");
}

TEST_CASE("what is no frame of a client is refused by an error, in its form, and the connection ends", "[transport]") {
    const Served server = served({{"max-message", "1000"}});
    for (const auto& [octets, form, code] : std::vector<std::tuple<std::string, Form, int>>{
             {"\0\0\0\x04\x0a\0\x07x"s, Form::version10, cmpkit_plugin::invalid_message_type},
             {write_frame({.type = Type::response, .value = "abc"}), Form::version10, cmpkit_plugin::invalid_message_type},
             {write_frame({.form = Form::rfc2510, .type = Type::finished}), Form::rfc2510, 0},
             {"\0\0\0\x02\x0a\0\0"s, Form::version10, cmpkit_plugin::general_client_error},
             {"\x7f\xff\xff\xff\x0a"s, Form::version10, cmpkit_plugin::general_client_error},
             {"\x7f\xff\xff\xff\0"s, Form::rfc2510, 0},
             {write_frame({.type = Type::poll_request, .reference = 7}), Form::version10, cmpkit_plugin::invalid_poll_id}}) {
        Socket socket = server.connect();
        REQUIRE(socket.send(octets));
        const Frame refusal = read_from(socket);
        CHECK(refusal.type == Type::error);
        CHECK(refusal.form == form);
        CHECK(refusal.code == code);
        CHECK(!refusal.value.empty());
        if (code != cmpkit_plugin::invalid_poll_id) CHECK(socket.is_closed());
    }
}

TEST_CASE("messages that come at once are answered in their order", "[transport]") {
    const Served server = served();
    Socket       socket = server.connect();
    REQUIRE(socket.send(write_frame({.type = Type::request, .value = "one"}) + write_frame({.form = Form::rfc2510, .type = Type::request, .value = "two"})));
    CHECK(read_from(socket).value == "||one");
    CHECK(read_from(socket).value == "||two");
}

TEST_CASE("who waits long is told to poll, and gets its answer over another connection", "[transport]") {
    const Form form = GENERATE(Form::version10, Form::rfc2510);
    Desked     server({{"poll-after", "20"}, {"poll-interval", "7"}});
    Frame      later;
    {
        Socket socket = server.connect();
        later         = ask(socket, {.form = form, .type = Type::request, .value = "abc"});
    }
    CHECK(later.type == Type::poll_response);
    const auto seconds = form == Form::version10 ? std::int64_t{later.check_back} : std::int64_t{later.check_back} - std::time(nullptr);
    CHECK((seconds >= 5 && seconds <= 7));
    Socket socket = server.connect();
    CHECK(ask(socket, {.form = form, .type = Type::poll_request, .reference = later.reference}).type == Type::poll_response);
    CHECK(ask(socket, {.form = form, .type = Type::poll_request, .reference = later.reference + 1}).type == Type::error);
    CHECK(server.desk.take()->respond(bytes_of("answer"), CMPKIT_TRANSPORT_ANSWERED));
    const Frame answer = ask(socket, {.form = form, .type = Type::poll_request, .reference = later.reference});
    CHECK(answer.type == Type::response);
    CHECK(answer.value == "answer");
    SECTION("once") { CHECK(ask(socket, {.form = form, .type = Type::poll_request, .reference = later.reference}).type == Type::error); }
}

TEST_CASE("an answer that nobody polled for is dropped in time, and its exchange told", "[transport]") {
    Desked server({{"poll-after", "20"}, {"poll-keep", "50"}});
    Socket socket = server.connect();
    const Frame later = ask(socket, {.type = Type::request, .value = "abc"});
    REQUIRE(later.type == Type::poll_response);
    while (ask(socket, {.type = Type::poll_request, .reference = later.reference}).type == Type::poll_response) {}
    const auto late = server.desk.take()->respond(bytes_of("answer"), CMPKIT_TRANSPORT_ANSWERED);
    REQUIRE(!late);
    CHECK(late.error().code == Code::peer_gone);
}

TEST_CASE("an announcement that was taken is answered by the word that nothing will come", "[transport]") {
    const int          status = GENERATE(int{CMPKIT_TRANSPORT_STORED}, int{CMPKIT_TRANSPORT_ACCEPTED});
    Desked             server({});
    auto               channel = server.registry.open(server.listener->url(), nullptr);
    REQUIRE(channel);
    auto answer = std::async(std::launch::async, [&] { return (*channel)->exchange({.message = bytes_of("news"), .kind = CMPKIT_TRANSPORT_ANNOUNCEMENT}, patience, nullptr); });
    CHECK(server.desk.take()->respond({}, status));
    const auto taken = answer.get();
    REQUIRE(taken);
    CHECK(taken->message.empty());
    CHECK(taken->status == CMPKIT_TRANSPORT_STORED);
}

// What the coap plugin's client sends, and what it makes of answers.
#include "answering.hpp"
#include "datagram.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

using Script = ScriptedCoap::Script;

/// Every request is answered so, in the acknowledgement.
Script always(std::uint8_t status, const std::string& body, std::optional<std::uint32_t> format) {
    return [=](const Coap& request) -> std::vector<Coap> {
        if (request.type != con) return {};
        Coap answer = reply_to(request, status, body);
        if (format) answer.with(content_format, *format);
        return {answer};
    };
}

Result<Answer> ask_at(const std::string& url, std::size_t size = 5, const Options& options = {}, std::chrono::milliseconds timeout = patience) {
    auto registry = built_plugins();
    auto channel  = registry.open(url, nullptr, options);
    if (!channel) return channel.error();
    return send(**channel, some_octets(size), timeout);
}

Error refusal_of(Script script, const Options& options = {}) {
    const ScriptedCoap server(std::move(script));
    const auto         got = ask_at(server.url(), 5, options);
    return got ? Error{.code = Code::internal, .detail = "it was taken"} : got.error();
}

std::string path_sent(const std::string& url_path, const std::string& operation, const std::string& profile) {
    ScriptedCoap server(always(code(2, 4), "x", 259));
    auto         registry = built_plugins();
    auto         channel  = registry.open(server.url() + url_path, nullptr);
    REQUIRE(channel);
    REQUIRE((*channel)->exchange({.message = bytes_of("m"), .operation = operation, .profile = profile}, patience, nullptr));
    const Coap request = server.received().at(0);
    return request.path() + request.queries();
}

Code open_refusal(const std::string& url) {
    auto       registry = built_plugins();
    const auto channel  = registry.open(url, nullptr);
    return channel ? Code::internal : channel.error().code;
}

}  // namespace

TEST_CASE("the coap client sends a confirmable POST of the content format of CMP", "[transport][coap]") {
    ScriptedCoap server(always(code(2, 4), "world", 259));
    const auto   answer = ask_at(server.url());
    if (!answer) FAIL(answer.error().text());
    CHECK(std::string(text_of(answer->message)) == "world");
    CHECK("coap://" + answer->peer.address == server.url());
    const auto sent = server.received().at(0);
    CHECK(sent.type == con);
    CHECK(sent.code == post);
    CHECK(sent.token.size() == 8);
    CHECK(sent.path() == "/.well-known/cmp");
    CHECK(sent.number(content_format) == 259u);
    CHECK(sent.body == std::string(text_of(some_octets(5))));
}

TEST_CASE("the coap client posts where RFC 9482 has it, or where its URL says", "[transport][coap]") {
    CHECK(path_sent("", "initialization", "") == "/.well-known/cmp/ir");
    CHECK(path_sent("/", "", "") == "/.well-known/cmp");
    CHECK(path_sent("", "getcacerts", "Plant A/7") == "/.well-known/cmp/p/Plant A/7/crts");
    CHECK(path_sent("/.well-known/cmp", "keyupdate", "") == "/.well-known/cmp/kur");
    CHECK(path_sent("/a%20b/c", "keyupdate", "x") == "/a b/c");
    CHECK(path_sent("/plant?site=7", "", "") == "/plant?site=7");
}

TEST_CASE("URLs that are not of coap, or say more than coap knows, are refused", "[transport][coap]") {
    for (const char* const url : {"coap://", "coap://a@127.0.0.1/", "coap://127.0.0.1/#x", "coap://127.0.0.1:99999/", "coap://127.0.0.1:x/", "coap://[::1/", "coap://[x]/", "coap:/127.0.0.1", "coap://127.0.0.1/%zz"}) {
        INFO(url);
        CHECK(open_refusal(url) == Code::bad_url);
    }
    CHECK(open_refusal("coap://127.0.0.1") == Code::internal);
    CHECK(open_refusal("COAP://localhost:1/x?y") == Code::internal);
    CHECK(open_refusal("coaps://127.0.0.1") == Code::tls_failed);
}

TEST_CASE("the coap client finds a server by name", "[transport][coap]") {
    auto registry = built_plugins();
    auto listener = registry.listen("coap://127.0.0.1:0", nullptr, echo);
    REQUIRE(listener);
    const auto port = (*listener)->url().substr((*listener)->url().rfind(':'));
    const auto got  = ask_at("coap://localhost" + port);
    // A machine may know localhost by IPv6 first, where nobody listens.
    if (!got) CHECK(got.error().code == Code::connect_failed);
    const auto nobody = ask_at("coap://no-such-host.invalid");
    REQUIRE(!nobody);
    CHECK(nobody.error().code == Code::connect_failed);
}

TEST_CASE("the coap client tells what an answer without a message was", "[transport][coap]") {
    const auto not_found = refusal_of(always(code(4, 4), "", std::nullopt));
    CHECK(not_found.code == Code::http_status);
    CHECK(has(not_found.detail, "4.04"));
    CHECK(refusal_of(always(code(5, 3), "text", 0)).code == Code::http_status);
    CHECK(refusal_of(always(code(4, 13), "", std::nullopt)).code == Code::too_large);
    CHECK(refusal_of(always(code(2, 4), "text", 0)).code == Code::content_type);
    CHECK(refusal_of(always(code(2, 4), "m", std::nullopt)).code == Code::content_type);
    CHECK(refusal_of(always(code(2, 4), "", std::nullopt)).code == Code::content_type);
    CHECK(refusal_of(always(code(2, 31), "", std::nullopt)).code == Code::content_type);
}

TEST_CASE("a message that comes with an error of coap is handed up", "[transport][coap]") {
    for (const auto status : {code(4, 0), code(5, 0), code(4, 1)}) {
        const ScriptedCoap server(always(status, "message", 259));
        const auto         got = ask_at(server.url());
        REQUIRE(got);
        CHECK(std::string(text_of(got->message)) == "message");
    }
}

TEST_CASE("a coap server that rejects a message, or is not there, is noticed at once", "[transport][coap]") {
    const auto rejected = refusal_of([](const Coap& request) -> std::vector<Coap> { return {{.type = rst, .mid = request.mid}}; });
    CHECK(rejected.code == Code::peer_gone);
    std::string url;
    { url = ScriptedCoap(always(code(2, 4), "", 259)).url(); }
    const auto nobody = ask_at(url);
    REQUIRE(!nobody);
    CHECK(nobody.error().code == Code::connect_failed);
}

TEST_CASE("a coap answer whose acknowledgement was lost does not hold up the next exchange", "[transport][coap]") {
    const auto         type = GENERATE(con, non);
    const ScriptedCoap server([type](const Coap& request) -> std::vector<Coap> {
        if (request.code != post) return {};
        Coap answer = reply_to(request, code(2, 4), "world");
        answer.type = type;
        return {answer.with(content_format, 259u)};
    });
    auto       registry = built_plugins();
    const auto channel  = registry.open(server.url(), nullptr);
    REQUIRE(channel);
    for (int i = 0; i < 3; ++i) CHECK(send(**channel, some_octets(5), std::chrono::seconds(5)));
}

TEST_CASE("a coap answer in pieces is put together only if they fit", "[transport][coap]") {
    const auto piecewise = [](std::uint32_t lie, const std::string& second_etag) {
        return [=](const Coap& request) -> std::vector<Coap> {
            if (request.type != con) return {};
            const auto num = request.number(block2).value_or(0) >> 4;
            Coap       answer = reply_to(request, code(2, 4), std::string(num < 2 ? 64 : 10, 'x'));
            return {answer.with(etag, num == 0 ? "1" : second_etag).with(content_format, 259u).with_block(block2, num == 1 ? num + lie : num, num < 2, 2)};
        };
    };
    {
        const ScriptedCoap server(piecewise(0, "1"));
        const auto         got = ask_at(server.url());
        if (!got) FAIL(got.error().text());
        CHECK(got->message.size() == 138);
    }
    CHECK(refusal_of(piecewise(1, "1")).code == Code::content_type);
    CHECK(refusal_of(piecewise(0, "2")).code == Code::content_type);
    CHECK(refusal_of(piecewise(0, "1"), {{"max-message", "137"}}).code == Code::too_large);
}

TEST_CASE("a coap answer whose rest the server has no more is told as such", "[transport][coap]") {
    const auto forgetful = refusal_of([](const Coap& request) -> std::vector<Coap> {
        if (request.number(block2).value_or(0) >> 4) return {reply_to(request, code(4, 8))};
        return {reply_to(request, code(2, 4), std::string(64, 'x')).with(content_format, 259u).with_block(block2, 0, true, 2)};
    });
    CHECK(forgetful.code == Code::http_status);
    CHECK(has(forgetful.detail, "4.08"));
}

TEST_CASE("a coap answer that claims to be too large is refused before it comes", "[transport][coap]") {
    const auto claims = [](const Coap& request) -> std::vector<Coap> {
        return {reply_to(request, code(2, 4), std::string(64, 'x')).with(content_format, 259u).with_block(block2, 0, true, 2).with(size2, 0xffffffffu)};
    };
    ScriptedCoap server(claims);
    const auto   got = ask_at(server.url());
    REQUIRE(!got);
    CHECK(got.error().code == Code::too_large);
    CHECK(server.received().size() == 1);
}

namespace {

/// Takes blocks of a request; `first` says what the first one is answered with instead.
struct Collector {
    std::function<std::optional<Coap>(const Coap&)> objection;
    std::string                                     body{};

    std::vector<Coap> operator()(const Coap& request) {
        if (request.type != con) return {};
        if (auto refused = objection(request)) return {*refused};
        const auto at = request.number(block1).value_or(0);
        if (at >> 4 == 0 && body.size() < 1024) body.clear();
        body += request.body;
        const unsigned agreed = std::min(at & 7, 2u);
        Coap answer = reply_to(request, at & 8 ? code(2, 31) : code(2, 4), at & 8 ? "" : "done");
        if (!(at & 8)) answer.with(content_format, 259u);
        return {answer.with(block1, (at & ~7u) | agreed)};
    }
};

}  // namespace

TEST_CASE("the coap client sends smaller blocks to a server that wants them", "[transport][coap]") {
    SECTION("from the second block on") {
        Collector    collect{[](const Coap&) { return std::nullopt; }};
        ScriptedCoap server(std::ref(collect));
        const auto   got = ask_at(server.url(), 3000);
        if (!got) FAIL(got.error().text());
        CHECK(collect.body == std::string(text_of(some_octets(3000))));
        CHECK((server.received().at(1).number(block1).value_or(0) & 7) == 2);
        CHECK(server.received().at(0).number(size1) == 3000u);
    }
    SECTION("or refuses the first one") {
        Collector collect{[](const Coap& request) -> std::optional<Coap> {
            if ((request.number(block1).value_or(0) & 7) < 6) return std::nullopt;
            return reply_to(request, code(4, 13)).with_block(block1, 0, true, 5);
        }};
        ScriptedCoap server(std::ref(collect));
        const auto   got = ask_at(server.url(), 3000);
        if (!got) FAIL(got.error().text());
        CHECK(server.received().at(1).body.size() == 512);
    }
    SECTION("or is told to") {
        Collector    collect{[](const Coap&) { return std::nullopt; }};
        ScriptedCoap server(std::ref(collect));
        CHECK(ask_at(server.url(), 100, {{"block-size", "16"}}));
        CHECK(server.received().at(0).body.size() == 16);
    }
}

TEST_CASE("a coap server that asks for ever for more of a request is refused", "[transport][coap]") {
    const auto more = [](const Coap& request) -> std::vector<Coap> { return {reply_to(request, code(2, 31)).with_block(block1, 0, true, 6)}; };
    ScriptedCoap server(more);
    const auto   got = ask_at(server.url(), 1500);
    REQUIRE(!got);
    CHECK(got.error().code == Code::content_type);
    CHECK(server.received().size() == 2);
}

TEST_CASE("what coap has no form for is refused", "[transport][coap]") {
    auto registry = built_plugins();
    auto channel  = registry.open("coap://127.0.0.1:1", nullptr);
    REQUIRE(channel);
    for (const auto kind : {CMPKIT_TRANSPORT_ANNOUNCEMENT, CMPKIT_TRANSPORT_CRL, CMPKIT_TRANSPORT_OCSP, CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST, CMPKIT_TRANSPORT_CMC_FULL_REQUEST}) {
        const auto got = (*channel)->exchange({.message = bytes_of("m"), .kind = kind}, patience, nullptr);
        REQUIRE(!got);
        CHECK(got.error().code == Code::bad_argument);
    }
}

TEST_CASE("more coap exchanges than sessions wait for their turn", "[transport][coap]") {
    auto registry = built_plugins();
    auto listener = registry.listen("coap://127.0.0.1:0", nullptr, echo);
    REQUIRE(listener);
    auto channel = registry.open((*listener)->url(), nullptr, {{"max-connections", "2"}});
    REQUIRE(channel);
    std::vector<std::future<Result<Answer>>> answers;
    for (std::size_t i = 1; i <= 50; ++i) answers.push_back(begin_exchange(**channel, some_octets(i * 100), patience));
    for (auto& answer : answers) CHECK(answer.get());
}

TEST_CASE("a coap answer that comes too late is not taken for the next one", "[transport][coap]") {
    auto registry = built_plugins();
    Desk desk;
    auto listener = registry.listen("coap://127.0.0.1:0", nullptr, desk.handler());
    REQUIRE(listener);
    auto channel = registry.open((*listener)->url(), nullptr);
    REQUIRE(channel);
    CHECK(!send(**channel, some_octets(5), 100ms));
    auto late   = desk.take();
    auto answer = begin_exchange(**channel, some_octets(5), patience);
    auto next   = desk.take();
    CHECK(late->respond(some_octets(11), CMPKIT_TRANSPORT_ANSWERED));
    CHECK(next->respond(some_octets(12), CMPKIT_TRANSPORT_ANSWERED));
    const auto got = answer.get();
    REQUIRE(got);
    CHECK(got->message == some_octets(12));
}

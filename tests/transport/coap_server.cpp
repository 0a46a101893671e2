// What the coap plugin's server does with peers that are not our client.
#include "answering.hpp"
#include "datagram.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

/// A listener that answers with what it was told: "<operation>|<profile>|<message>".
struct CoapServed {
    CoapServed() : CoapServed(Options{}) {}
    explicit CoapServed(const Options& options, const std::string& url = "coap://127.0.0.1:0") : registry(built_plugins()) {
        auto listening = registry.listen(
            url, nullptr,
            [this](std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
                ++handed_up;
                const std::string told = request.operation + "|" + request.profile + "|" + std::string(text_of(request.message));
                (void)exchange->respond(bytes_of(told), CMPKIT_TRANSPORT_ANSWERED);
            },
            options);
        if (!listening) FAIL(listening.error().text());
        listener = std::move(*listening);
    }
    Coap ask(const std::string& path, const std::string& body) const { return Datagrams(listener->url()).ask(path, body); }
    Coap ask(const Coap& message) const { return Datagrams(listener->url()).ask(message); }

    std::atomic<int>          handed_up = 0;
    Registry                  registry;
    std::unique_ptr<Listener> listener;
};

/// Sends `body` in blocks of 1024; the answer to the last.
Coap upload(Datagrams& peer, const Coap& head, const std::string& body) {
    Coap answer;
    for (std::uint32_t num = 0; num * 1024 < body.size(); ++num) {
        Coap block = head;
        block.body = body.substr(num * 1024, 1024);
        answer     = peer.ask(block.with_block(block1, num, (num + 1) * 1024 < body.size(), 6));
    }
    return answer;
}

/// The rest of an answer whose first block is there.
std::string fetch(Datagrams& peer, const Coap& head, Coap answer) {
    std::string body = answer.body;
    for (std::uint32_t num = 1; answer.number(block2).value_or(0) & 8; ++num) {
        Coap next = head;
        next.body.clear();
        answer = peer.ask(next.with_block(block2, num, false, 6));
        body += answer.body;
    }
    return body;
}

std::string pattern(std::size_t size, char first) {
    std::string text(size, first);
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (static_cast<std::size_t>(first) + i / 7) % 26);
    return text;
}

}  // namespace

TEST_CASE("a coap answer that is there in time goes with the acknowledgement", "[transport][coap]") {
    const CoapServed served;
    Datagrams        peer(served.listener->url());
    const Coap       sent   = peer.send(a_post("/.well-known/cmp", "abc"));
    const auto       answer = peer.receive();
    REQUIRE(answer);
    CHECK(answer->type == ack);
    CHECK(answer->code == code(2, 4));
    CHECK(answer->mid == sent.mid);
    CHECK(answer->token == sent.token);
    CHECK(answer->number(content_format) == 259u);
    CHECK(answer->body == "||abc");
    SECTION("and is repeated if it was lost") {
        peer.send(octets_of(sent));
        const auto again = peer.receive();
        REQUIRE(again);
        CHECK(octets_of(*again) == octets_of(*answer));
        CHECK(served.handed_up == 1);
    }
}

TEST_CASE("a coap answer that comes late is a message of its own", "[transport][coap]") {
    auto registry = built_plugins();
    Desk desk;
    auto listener = registry.listen("coap://127.0.0.1:0", nullptr, desk.handler());
    REQUIRE(listener);
    Datagrams  peer((*listener)->url());
    const Coap sent = peer.send(a_post("/.well-known/cmp", "abc"));
    peer.send(octets_of(sent));  // too early to say anything
    const auto first = peer.receive();
    REQUIRE(first);
    CHECK(first->type == ack);
    CHECK(first->code == 0);
    CHECK(first->mid == sent.mid);
    CHECK(first->token.empty());
    peer.send(octets_of(sent));
    const auto second = peer.receive();
    REQUIRE(second);
    CHECK(octets_of(*second) == octets_of(*first));
    CHECK(desk.take()->respond(some_octets(3000), CMPKIT_TRANSPORT_ANSWERED));
    const auto answer = peer.receive();
    REQUIRE(answer);
    CHECK(answer->type == con);
    CHECK(answer->code == code(2, 4));
    CHECK(answer->token == sent.token);
    CHECK(fetch(peer, a_post("/.well-known/cmp", ""), *answer) == std::string(text_of(some_octets(3000))));
}

TEST_CASE("a coap request that comes twice is handed up once", "[transport][coap]") {
    const CoapServed served;
    Datagrams        peer(served.listener->url());
    const Coap       sent = peer.send(a_post("/.well-known/cmp", "abc"));
    for (int i = 0; i < 5; ++i) peer.send(octets_of(sent));
    CHECK(peer.ask("/.well-known/cmp", "def").body == "||def");
    CHECK(served.handed_up == 2);
}

TEST_CASE("a coap request that need not be acknowledged is answered", "[transport][coap]") {
    const CoapServed served;
    Coap             message = a_post("/.well-known/cmp", "abc");
    message.type             = non;
    CHECK(served.ask(message).body == "||abc");
}

TEST_CASE("the coap server knows paths and labels, short and long", "[transport][coap]") {
    const CoapServed served(Options{}, "coap://127.0.0.1:0/plant");
    CHECK(served.ask("", "m").body == "||m");
    CHECK(served.ask("/.well-known/cmp", "m").body == "||m");
    CHECK(served.ask("/.well-known/cmp/ir", "m").body == "initialization||m");
    CHECK(served.ask("/.well-known/cmp/initialization", "m").body == "initialization||m");
    CHECK(served.ask("/.well-known/cmp/p/Plant A", "m").body == "|Plant A|m");
    CHECK(served.ask("/.well-known/cmp/p/a/kur", "m").body == "keyupdate|a|m");
    CHECK(served.ask("/.well-known/cmp/nest", "m").body == "nested||m");
    CHECK(served.ask("/plant", "m").body == "||m");
    CHECK(served.ask("/plant/p/x/rr", "m").body == "revocation|x|m");
    for (const char* const path : {"/elsewhere", "/.well-known", "/.well-known/cmp/nothing", "/.well-known/cmp/p", "/.well-known/cmp/ir/ir", "/.well-known/cmpx"})
        CHECK(served.ask(path, "m").code == code(4, 4));
}

TEST_CASE("the coap server refuses what is not CMP by POST", "[transport][coap]") {
    const CoapServed served(Options{{"max-message", "2000"}});
    const std::string path = "/.well-known/cmp";
    CHECK(served.ask(a_get(path)).code == code(4, 5));
    CHECK(served.ask(a_get("/elsewhere")).code == code(4, 4));
    for (const auto method : {put, remove_it}) CHECK(served.ask(Coap{.code = method}.with_path(path)).code == code(4, 5));
    CHECK(served.ask(Coap{.code = post, .body = "m"}.with_path(path)).code == code(4, 15));
    CHECK(served.ask(Coap{.code = post, .body = "m"}.with_path(path).with(content_format, 0u)).code == code(4, 15));
    CHECK(served.ask(a_post(path, "m").with(accept_format, 50u)).code == code(4, 6));
    CHECK(served.ask(a_post(path, "m").with(accept_format, 259u)).code == code(2, 4));
    CHECK(served.ask(a_post(path, "")).code == code(4, 0));
    CHECK(served.ask(a_post(path, std::string(1024, 'x')).with_block(block1, 0, true, 6).with(size1, 2001u)).code == code(4, 13));
    CHECK(served.ask(a_post(path, std::string(1000, 'x')).with_block(block1, 0, true, 6)).code == code(4, 0));
    CHECK(served.ask(a_post(path, "x").with_block(block1, 0, true, 7)).code == code(4, 0));
    CHECK(served.handed_up == 1);
}

TEST_CASE("a coap request beyond the limit is refused at the block that goes beyond it", "[transport][coap]") {
    const CoapServed served(Options{{"max-message", "2000"}});
    Datagrams        peer(served.listener->url());
    const auto       refused = upload(peer, a_post("/", ""), std::string(2001, 'x'));
    CHECK(refused.code == code(4, 13));
    CHECK(refused.number(size1) == 2000u);
    CHECK(upload(peer, a_post("/", ""), std::string(1900, 'x')).code == code(2, 4));
}

TEST_CASE("blocks of a coap request that do not fit are refused", "[transport][coap]") {
    const CoapServed served;
    Datagrams        peer(served.listener->url());
    const auto       block = [&](std::uint32_t num, bool more) { return peer.ask(a_post("/", std::string(1024, 'x')).with_block(block1, num, more, 6)).code; };
    CHECK(block(1, true) == code(4, 8));
    CHECK(block(0, true) == code(2, 31));
    CHECK(block(2, true) == code(4, 8));
    CHECK(block(1, true) == code(2, 31));
    CHECK(block(1, true) == code(2, 31));  // its acknowledgement was lost
    CHECK(block(1048575, false) == code(4, 13));
    CHECK(block(2, false) == code(2, 4));
    CHECK(served.handed_up == 1);
}

TEST_CASE("a coap peer gets blocks as small as it asks for, or as the option says", "[transport][coap]") {
    const std::string body = pattern(3000, 'k');
    SECTION("asked for") {
        const CoapServed served;
        Datagrams        peer(served.listener->url());
        Coap             message = a_post("/", body.substr(0, 1000));
        const auto       answer  = peer.ask(Coap(message).with_block(block2, 0, false, 2));
        CHECK(answer.body == "||" + body.substr(0, 62));
        message.body.clear();
        CHECK(peer.ask(message.with_block(block2, 1, false, 2)).body == body.substr(62, 64));
    }
    SECTION("by the option") {
        const CoapServed served(Options{{"block-size", "64"}});
        Datagrams        peer(served.listener->url());
        const auto       more = peer.ask(a_post("/", body.substr(0, 1024)).with_block(block1, 0, true, 6));
        CHECK(more.code == code(2, 31));
        CHECK((more.number(block1).value_or(7) & 7) == 2);
        const auto answer = peer.ask(a_post("/", std::string(200, 'y')));
        CHECK(answer.body.size() == 64);
        CHECK((answer.number(block2).value_or(7) & 15) == (8 | 2));
    }
}

TEST_CASE("two large answers in one coap session do not disturb each other if the requests have tags", "[transport][coap]") {
    const CoapServed served;
    Datagrams        peer(served.listener->url());
    const Coap       first = a_post("/", "").with(tag, "1"), second = a_post("/", "").with(tag, "2");
    const auto one = pattern(6000, 'a'), two = pattern(5000, 'q');
    const auto begun_one = upload(peer, first, one);
    const auto begun_two = upload(peer, second, two);
    CHECK(fetch(peer, first, begun_one) == "||" + one);
    CHECK(fetch(peer, second, begun_two) == "||" + two);
    CHECK(served.handed_up == 2);
}

TEST_CASE("a coap peer that asks for blocks of nothing for ever loses its session, and others keep being served", "[transport][coap]") {
    const CoapServed served;
    Datagrams        loop(served.listener->url()), other(served.listener->url());
    const Coap       upload_begins = a_post("/", std::string(1024, 'x')).with_block(block1, 0, true, 6);
    CHECK(loop.ask(upload_begins).code == code(2, 31));
    for (int i = 0; i < 100; ++i) {
        CHECK(loop.ask(a_post("/", "").with_block(block2, 3, false, 6)).code == code(4, 8));
        if (i % 10 == 0) CHECK(other.ask("/", "m").body == "||m");
    }
    // The half of a request that it had sent went with the session.
    CHECK(loop.ask(a_post("/", "end").with_block(block1, 1, false, 6)).code == code(4, 8));
    CHECK(loop.ask("/", "m").body == "||m");
    CHECK(served.handed_up == 11);
}

namespace {

/// Octets of this process that are in memory.
std::size_t resident() {
    std::size_t total = 0, here = 0;
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    if (!file || std::fscanf(file, "%zu %zu", &total, &here) != 2) here = 0;
    if (file) std::fclose(file);
    return here * 4096;
}

}  // namespace

TEST_CASE("half a coap request costs the server no more memory than came, whatever it claims", "[transport][coap]") {
    const CoapServed  served;
    const std::size_t before = resident();
    for (int i = 0; i < 500; ++i) {
        Datagrams peer(served.listener->url());
        CHECK(peer.ask(a_post("/", std::string(1024, 'x')).with_block(block1, 0, true, 6).with(size1, 1048576u)).code == code(2, 31));
        CHECK(peer.ask(a_post("/", std::string(1024, 'x')).with_block(block1, 1000, true, 6)).code == code(4, 8));
        CHECK(peer.ask(a_post("/", std::string(1024, 'x')).with_block(block1, 0xfffff, true, 6)).code == code(4, 13));
    }
    CHECK(resident() < before + (20u << 20));
    CHECK(served.ask("/", "m").body == "||m");
}

TEST_CASE("garbage harms no coap server", "[transport][coap]") {
    const CoapServed served;
    Datagrams        peer(served.listener->url());
    std::uint32_t    state = 12345;
    const auto       next  = [&state] { return static_cast<char>((state = state * 1664525 + 1013904223) >> 24); };
    for (int i = 0; i < 3000; ++i) {
        std::string octets(static_cast<std::size_t>(static_cast<std::uint8_t>(next())) % 80, ' ');
        std::ranges::generate(octets, next);
        if (i % 3 == 0) octets.insert(0, octets_of(a_post("/.well-known/cmp/ir", "").with_block(block1, 0, true, 6)));
        if (i % 3 == 1 && !octets.empty()) octets[0] = static_cast<char>(0x40 | (octets[0] & 0x38));
        peer.send(octets);
        if (i % 100 == 0) CHECK(served.ask("/", "m").body == "||m");
    }
    CHECK(served.ask("/", "m").body == "||m");
}

TEST_CASE("coap goes over IPv6 as well", "[transport][coap]") {
    auto registry = built_plugins();
    auto listener = registry.listen("coap://[::1]:0", nullptr, echo);
    if (!listener) return;  // a machine without it
    CHECK((*listener)->url().starts_with("coap://[::1]:"));
    auto channel = registry.open((*listener)->url(), nullptr);
    REQUIRE(channel);
    const auto answer = send(**channel, some_octets(3000));
    if (!answer) FAIL(answer.error().text());
    CHECK("coap://" + answer->peer.address == (*listener)->url());
}

TEST_CASE("a coap listener holds its port for itself", "[transport][coap]") {
    const CoapServed served;
    auto             registry = built_plugins();
    const auto       second   = registry.listen(served.listener->url(), nullptr, echo);
    REQUIRE(!second);
    CHECK(has(second.error().detail, "in use"));
}

TEST_CASE("a coap listener tells what the host offers, with short labels", "[transport][coap]") {
    auto registry = built_plugins();
    const auto links = [](std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
        const std::string told = "</.well-known/cmp>;ct=259;rt=\"cmp\",</.well-known/cmp/initialization>;ct=259,</.well-known/cmp/p/keyupdate>;ct=259,</.well-known/cmp/p/a,b/getcacerts>;title=\"a,b\"";
        (void)exchange->respond(bytes_of(told), request.kind == CMPKIT_TRANSPORT_LINKS ? CMPKIT_TRANSPORT_ANSWERED : CMPKIT_TRANSPORT_BROKEN);
    };
    auto listener = registry.listen("coap://127.0.0.1:0", nullptr, links);
    REQUIRE(listener);
    Datagrams  peer((*listener)->url());
    const auto core   = [] { return a_get("/.well-known/core"); };
    const auto answer = peer.ask(core());
    CHECK(answer.code == code(2, 5));
    CHECK(answer.number(content_format) == 40u);
    CHECK(answer.body == "</.well-known/cmp>;ct=259;rt=\"cmp\",</.well-known/cmp/ir>;ct=259,</.well-known/cmp/p/keyupdate>;ct=259,</.well-known/cmp/p/a,b/crts>;title=\"a,b\"");
    CHECK(peer.ask(core().with(uri_query, "ct=259")).body == "</.well-known/cmp>;ct=259;rt=\"cmp\",</.well-known/cmp/ir>;ct=259,</.well-known/cmp/p/keyupdate>;ct=259");
    CHECK(peer.ask(core().with(uri_query, "rt=c*")).body == "</.well-known/cmp>;ct=259;rt=\"cmp\"");
    CHECK(peer.ask(core().with(uri_query, "rt=x")).body.empty());
    SECTION("and our client has the long ones again") {
        auto channel = registry.open((*listener)->url(), nullptr);
        REQUIRE(channel);
        const auto found = (*channel)->exchange({.message = {}, .kind = CMPKIT_TRANSPORT_LINKS}, patience, nullptr);
        if (!found) FAIL(found.error().text());
        CHECK(found->kind == CMPKIT_TRANSPORT_LINKS);
        CHECK(has(std::string(text_of(found->message)), "</.well-known/cmp/initialization>;ct=259"));
        CHECK(has(std::string(text_of(found->message)), "/p/a,b/getcacerts>"));
    }
}

TEST_CASE("a coap listener that offers no links says so", "[transport][coap]") {
    auto registry = built_plugins();
    auto listener = registry.listen("coap://127.0.0.1:0", nullptr, [](std::unique_ptr<Exchange> exchange, const Request&, const Peer&) {
        (void)exchange->respond({}, CMPKIT_TRANSPORT_NOT_OFFERED);
    });
    REQUIRE(listener);
    Datagrams peer((*listener)->url());
    CHECK(peer.ask(a_get("/.well-known/core")).code == code(4, 4));
    CHECK(peer.ask("/", "m").code == code(4, 15));
}

TEST_CASE("a coap server says busy when as many exchanges wait as it may hold", "[transport][coap]") {
    auto registry = built_plugins();
    Desk desk;
    auto listener = registry.listen("coap://127.0.0.1:0", nullptr, desk.handler(), {{"max-connections", "3"}});
    REQUIRE(listener);
    Datagrams peer((*listener)->url());
    for (int i = 0; i < 3; ++i) peer.send(a_post("/", "m"));
    CHECK(desk.wait_for(3));
    CHECK(peer.ask("/", "m").code == code(5, 3));
    desk.clear();
}

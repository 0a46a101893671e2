#include "conformance.hpp"
#include "datagram.hpp"
#include "tls_keys.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport::test;

namespace {

/// The second block says that there are more, and is too short for that.
std::pair<std::string, std::shared_ptr<void>> truncating() {
    const auto server = std::make_shared<ScriptedCoap>([](const Coap& request) -> std::vector<Coap> {
        const auto num = request.number(block2).value_or(0) >> 4;
        return {reply_to(request, code(2, 4), std::string(num == 0 ? 64 : 20, 'x')).with(content_format, 259u).with_block(block2, num, true, 2)};
    });
    return {server->url(), server};
}

}  // namespace

TEST_CASE("the coap plugin conforms", "[transport][coap]") {
    conform({.name = "coap", .listen_url = [] { return std::string("coap://127.0.0.1:0"); }, .sees_peer_leave = false, .truncating = truncating});
}

TEST_CASE("the coap plugin conforms under DTLS, both sides with certificates", "[transport][coap]") {
    const Identity authority = make_authority("Test Root");
    Keys           keys(make_identity(authority, "both", "IP:127.0.0.1"), authority);
    keys.asks_certificate = true;
    conform({.name = "coaps", .listen_url = [] { return std::string("coaps://127.0.0.1:0"); }, .tls = &keys});
}

#include "conformance.hpp"
#include "nng_places.hpp"
#include "nng_raw.hpp"
#include "siege.hpp"
#include "tls_keys.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit::transport;
using namespace cmpkit::transport::test;

namespace {

/// A client that stops waiting for one answer keeps its connection, which carries its other exchanges: the server does not learn of it.
/// Without a connection an exchange fails soon, so that the suite does not wait.
Carrier bus(const std::string& name, std::function<std::string()> listen_url, const Tls* tls = nullptr) {
    return {.name = name, .listen_url = std::move(listen_url), .options = {{"connect-timeout", "1000"}}, .tls = tls, .sees_peer_leave = false};
}

}  // namespace

TEST_CASE("the nng plugin conforms over TCP", "[transport]") {
    Carrier carrier    = bus("nng+tcp", [] { return std::string("nng+tcp://127.0.0.1:0"); });
    carrier.truncating = [] {
        auto server = std::make_shared<TruncatingServer>();
        auto url    = server->url();
        return std::pair<std::string, std::shared_ptr<void>>(std::move(url), std::move(server));
    };
    conform(carrier);
}

TEST_CASE("the nng plugin conforms over sockets of the file system", "[transport]") {
    const Folder folder;
    conform(bus("nng+ipc", [&] { return "nng+ipc://" + folder.fresh_path(); }));
}

TEST_CASE("the nng plugin conforms within a process", "[transport]") {
    conform(bus("nng+inproc", [] { return "nng+inproc://" + fresh_name(); }));
}

TEST_CASE("the nng plugin conforms under TLS, both sides with certificates", "[transport]") {
    const Identity authority = make_authority("Test Root");
    Keys           keys(make_identity(authority, "both", "IP:127.0.0.1"), authority);
    keys.asks_certificate = true;
    conform(bus("nng+tls", [] { return std::string("nng+tls://127.0.0.1:0"); }, &keys));
}

TEST_CASE("a thousand bad connections do not keep the bus from serving", "[transport]") {
    // NNG itself lets go of those who do not greet, after 10 s.
    const Siege greeting{.beginning = std::string("\0SP\0", 4), .garbage = "GET / HTTP/1.1\r\n\r\n"};
    besiege(bus("nng+tcp", [] { return std::string("nng+tcp://127.0.0.1:0"); }), greeting);
    const Identity authority = make_authority("Test Root");
    const Keys     keys(make_identity(authority, "both", "IP:127.0.0.1"), authority);
    const Siege    hello{.beginning = "\x16\x03\x01\x02", .garbage = "GET / HTTP/1.1\r\n\r\n"};
    besiege(bus("nng+tls", [] { return std::string("nng+tls://127.0.0.1:0"); }, &keys), hello);
}

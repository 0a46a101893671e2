#include "siege.hpp"

#include "answering.hpp"
#include "loopback.hpp"

#include <catch2/catch.hpp>
#include <malloc.h>
#include <sys/resource.h>

namespace cmpkit::transport::test {

namespace {

constexpr std::size_t besiegers = 1000, served_at_once = 200;

void allow_descriptors() {
    rlimit limit{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

Carrier hardened(Carrier carrier) {
    carrier.options["idle-timeout"] = "500";
    carrier.server_options["max-connections"] = std::to_string(served_at_once);
    return carrier;
}

Options options_of(const Carrier& carrier, Options besides) {
    besides.insert(carrier.options.begin(), carrier.options.end());
    return besides;
}

/// One octet after the other, for as long as the peer listens. @return whether it hung up
bool drips_until_closed(const std::string& url, const std::string& beginning) {
    Socket     socket = Socket::to(url);
    const auto end    = std::chrono::steady_clock::now() + patience;
    for (std::size_t i = 0; std::chrono::steady_clock::now() < end; ++i) {
        if (!socket.send(beginning.substr(std::min(i, beginning.size() - 1), 1))) return true;
        if (socket.is_closed_within(20ms)) return true;
    }
    return false;
}

}  // namespace

void besiege(const Carrier& plain, const Siege& siege) {
    INFO(plain.name);
    allow_descriptors();
    const Carrier carrier  = hardened(plain);
    auto          registry = built_plugins();
    auto          listener = registry.listen(carrier.listen_url(), carrier.tls, echo, options_of(carrier, carrier.server_options));
    if (!listener) FAIL(listener.error().text());
    auto channel = registry.open((*listener)->url(), carrier.tls, options_of(carrier, carrier.client_options));
    REQUIRE(channel);
    REQUIRE(send(**channel, some_octets(100)));
    const std::size_t before = mallinfo2().uordblks;
    std::vector<Socket> besieging;
    int                 answered = 0;
    for (std::size_t i = 0; i < besiegers; ++i) {
        besieging.push_back(Socket::to((*listener)->url()));
        if (i % 3 != 0) (void)besieging.back().send(i % 3 == 1 ? siege.beginning : siege.garbage);
        if (i % 50 == 49) answered += send(**channel, some_octets(100)) ? 1 : 0;
    }
    CHECK(answered == besiegers / 50);
    CHECK(mallinfo2().uordblks < before + besiegers * 100'000);
    CHECK(drips_until_closed((*listener)->url(), siege.beginning));
    CHECK(send(**channel, some_octets(100)));
}

}  // namespace cmpkit::transport::test

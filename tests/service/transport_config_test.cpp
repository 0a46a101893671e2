// What the configuration says of transports and of TLS by secrets.
#include "plant.hpp"

#include <fstream>

using namespace cmpkit;
using namespace cmpkit::service;

namespace {

Configuration with(const Plant& plant, const std::string& more) {
    auto read = read_configuration(plant.text + more, plant.folder);
    if (!read) FAIL(read.error().text());
    return *read;
}

constexpr const char* key = "0123456789abcdef";

void keep(const Plant& plant, const char* name, std::string_view text) { std::ofstream(plant.folder + "/" + name) << text; }

}  // namespace

TEST_CASE("options of transports go to the plugin that serves the URL", "[service]") {
    const Plant plant;
    const auto  config = with(plant, "\n[server]\nmax_message = 2000\n[transport.coap]\nblock-size = \"512\"\n[transport.http]\ndrafts = \"on\"\n");
    using transport::Options;
    CHECK(transport::options_for(config.transport, "coaps://127.0.0.1") == Options{{"block-size", "512"}, {"max-message", "2000"}});
    CHECK(transport::options_for(config.transport, "HTTPS://127.0.0.1") == Options{{"drafts", "on"}, {"max-message", "2000"}});
    CHECK(transport::options_for(config.transport, "nng+tcp://127.0.0.1") == Options{{"max-message", "2000"}});
    CHECK(plant.refusal(plant.text + "\n[transport.http]\ndrafts = true\n").find("drafts") != std::string::npos);
}

TEST_CASE("secrets for TLS need no certificate beside them", "[service]") {
    const Plant plant;
    keep(plant, "psk", key);
    const auto config = with(plant, "\n[[tls.secret]]\nidentity = \"dev1\"\nsecret = \"file:psk\"\n");
    REQUIRE(config.tls);
    REQUIRE(config.tls->secrets.size() == 1);
    CHECK(config.tls->secrets[0].identity == "dev1");
    CHECK(config.tls->secrets[0].kind == crypto::TlsSecret::Kind::psk);
    CHECK(config.tls->chain.empty());
}

TEST_CASE("a slip in the secrets for TLS is named", "[service]") {
    const Plant plant;
    keep(plant, "short", "fifteen octets.");
    keep(plant, "psk", key);
    const auto refusal = [&](const std::string& more) { return plant.refusal(plant.text + "\n[[tls.secret]]\n" + more); };
    CHECK(refusal("identity = \"dev1\"\nsecret = \"file:short\"\n").find("16 to 256 octets") != std::string::npos);
    CHECK(refusal("identity = \"dev1\"\nsecret = \"file:none\"\n").find("it cannot be read") != std::string::npos);
    CHECK(refusal("secret = \"file:psk\"\n").find("identity") != std::string::npos);
    CHECK(refusal("kind = \"rsa\"\nidentity = \"dev1\"\nsecret = \"file:psk\"\n").find("\"psk\" or \"srp\"") != std::string::npos);
    CHECK(plant.refusal(plant.text + "\n[tls]\nrequire_client = true\n").find("tls.key") != std::string::npos);
}

TEST_CASE("a secret that protects messages is none for TLS", "[service]") {
    const Plant plant;
    keep(plant, "first.secret", key);
    keep(plant, "same", key);
    CHECK(plant.refusal(plant.text + "\n[[tls.secret]]\nidentity = \"dev1\"\nsecret = \"file:same\"\n").find("protects CMP messages too") != std::string::npos);
}

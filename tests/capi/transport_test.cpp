// Transports through the C ABI: options, discovery, and one that is the program's own.
#include "handles.hpp"

#include <cmpkit/transport.h>
#include <cstring>

using namespace capi_test;

namespace {

/// Answers everything with three octets; remembers an option.
namespace own {

std::string volume;

cmpkit_transport_rc create(const cmpkit_transport_host*, cmpkit_transport_instance** out) { return *out = reinterpret_cast<cmpkit_transport_instance*>(&volume), CMPKIT_TRANSPORT_OK; }
cmpkit_transport_rc set(cmpkit_transport_instance*, const char* name, const char* value) {
    if (std::strcmp(name, "volume") == 0) volume = value;
    return std::strcmp(name, "volume") == 0 || std::strcmp(name, "connect-timeout") == 0 ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_BAD_ARGUMENT;
}
void destroy(cmpkit_transport_instance*) {}
cmpkit_transport_rc open(cmpkit_transport_instance* instance, const char*, const cmpkit_transport_tls*, cmpkit_transport_channel** out, char*, size_t) {
    return *out = reinterpret_cast<cmpkit_transport_channel*>(instance), CMPKIT_TRANSPORT_OK;
}
cmpkit_transport_rc submit(cmpkit_transport_channel*, const cmpkit_transport_message* request, uint32_t, uint64_t, cmpkit_transport_done done, void* user) {
    const std::string        text   = request->kind == CMPKIT_TRANSPORT_LINKS ? "</.well-known/cmp/p/x/initialization>;ct=259" : "abc";
    cmpkit_transport_message answer{};
    answer.size      = sizeof answer;
    answer.kind      = request->kind;
    answer.data      = reinterpret_cast<const uint8_t*>(text.data());
    answer.data_size = text.size();
    return done(user, CMPKIT_TRANSPORT_OK, &answer, nullptr), CMPKIT_TRANSPORT_OK;
}
void cancel(cmpkit_transport_channel*, uint64_t) {}
void channel_free(cmpkit_transport_channel*) {}

constexpr const char*             schemes[] = {"own", nullptr};
constexpr cmpkit_transport_option options[] = {{"volume", "low", "low or high"}, {nullptr, nullptr, nullptr}};

cmpkit_transport_plugin table() {
    cmpkit_transport_plugin table{};
    table.magic        = CMPKIT_TRANSPORT_MAGIC;
    table.major        = CMPKIT_TRANSPORT_MAJOR;
    table.size         = sizeof table;
    table.name         = "own";
    table.version      = "1";
    table.schemes      = schemes;
    table.options      = options;
    table.traits       = CMPKIT_TRANSPORT_OFFLINE;
    table.create       = create;
    table.set          = set;
    table.destroy      = destroy;
    table.open         = open;
    table.submit       = submit;
    table.cancel       = cancel;
    table.channel_free = channel_free;
    return table;
}

}  // namespace own

cmpkit_rc send_over(const Context& context, const char* url, std::string& answer) {
    const std::uint8_t octet = 0;
    cmpkit_buf*        came  = nullptr;
    const cmpkit_rc    rc    = cmpkit_context_exchange(context.get(), url, nullptr, nullptr, &octet, 1, 1000, &came, nullptr);
    if (rc == CMPKIT_OK) answer = text(Buf(came));
    return rc;
}

}  // namespace

TEST_CASE("a transport of the program's own serves its scheme, and tells what it is like", "[capi]") {
    const Context     context = made<Context>(cmpkit_context_new);
    static const auto table   = own::table();
    REQUIRE(cmpkit_context_add_transport(context.get(), &table, nullptr) == CMPKIT_OK);
    std::string answer;
    CHECK(send_over(context, "own:somewhere", answer) == CMPKIT_OK);
    CHECK(answer == "abc");
    const std::string told = text(made<Buf>(cmpkit_context_transports, context.get()));
    CHECK(told.find("{\"name\":\"own\",\"version\":\"1\",\"file\":\"\",\"schemes\":[\"own\"],\"client\":true,\"server\":false,\"offline\":true,\"announces\":false,"
                    "\"options\":[{\"name\":\"volume\",\"default\":\"low\",\"meaning\":\"low or high\"}]}") != told.npos);
    int32_t offline = 0;
    CHECK(cmpkit_context_is_offline(context.get(), "own:x", &offline, nullptr) == CMPKIT_OK);
    CHECK(offline == 1);
    CHECK(cmpkit_context_is_offline(context.get(), "http://127.0.0.1", &offline, nullptr) == CMPKIT_OK);
    CHECK(offline == 0);
    offline = 1;
    CHECK(cmpkit_context_is_offline(context.get(), "nowhere:x", &offline, nullptr) == CMPKIT_E_NO_PLUGIN);
    CHECK(offline == 0);
}

TEST_CASE("a table that is not whole is no transport", "[capi]") {
    const Context context = made<Context>(cmpkit_context_new);
    auto          table   = own::table();
    table.submit          = nullptr;
    CHECK(cmpkit_context_add_transport(context.get(), &table, nullptr) == CMPKIT_E_BAD_PLUGIN);
    CHECK(cmpkit_context_add_transport(context.get(), nullptr, nullptr) == CMPKIT_E_BAD_PLUGIN);
    CHECK(cmpkit_context_add_transport(nullptr, &table, nullptr) == CMPKIT_E_BAD_ARGUMENT);
}

TEST_CASE("options reach the plugin that they are for", "[capi]") {
    const Context     context = made<Context>(cmpkit_context_new);
    static const auto table   = own::table();
    REQUIRE(cmpkit_context_add_transport(context.get(), &table, nullptr) == CMPKIT_OK);
    std::string answer;
    CHECK(cmpkit_context_set_option(context.get(), "own", "volume", "high", nullptr) == CMPKIT_OK);
    CHECK(cmpkit_context_set_option(context.get(), "http", "no-such-option", "1", nullptr) == CMPKIT_OK);
    CHECK(send_over(context, "own:x", answer) == CMPKIT_OK);
    CHECK(own::volume == "high");
    CHECK(send_over(context, "http://127.0.0.1:1", answer) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(cmpkit_context_set_option(context.get(), nullptr, "no-such-option", "1", nullptr) == CMPKIT_OK);
    CHECK(send_over(context, "own:x", answer) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(cmpkit_context_set_option(context.get(), "own", nullptr, "1", nullptr) == CMPKIT_E_BAD_ARGUMENT);
}

TEST_CASE("what a server offers comes as JSON", "[capi]") {
    const Context     context = made<Context>(cmpkit_context_new);
    static const auto table   = own::table();
    REQUIRE(cmpkit_context_add_transport(context.get(), &table, nullptr) == CMPKIT_OK);
    const auto links = made<Buf>(cmpkit_context_discover, context.get(), "own:x", static_cast<const cmpkit_tls*>(nullptr), 1000u);
    CHECK(text(links) == "[{\"path\":\"/.well-known/cmp/p/x/initialization\",\"profile\":\"x\",\"operation\":\"initialization\"}]");
}

TEST_CASE("a secret for TLS has bounds", "[capi]") {
    cmpkit_tls* raw = nullptr;
    REQUIRE(cmpkit_tls_new(&raw, nullptr) == CMPKIT_OK);
    const std::unique_ptr<cmpkit_tls, decltype(&cmpkit_tls_free)> tls(raw, &cmpkit_tls_free);
    const std::uint8_t key[32] = {1};
    CHECK(cmpkit_tls_set_psk(tls.get(), "dev1", key, sizeof key, nullptr) == CMPKIT_OK);
    CHECK(cmpkit_tls_set_psk(tls.get(), "dev1", key, 15, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(cmpkit_tls_set_psk(tls.get(), "", key, sizeof key, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(cmpkit_tls_set_psk(nullptr, "dev1", key, sizeof key, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    const auto by_srp = cmpkit_tls_set_srp(tls.get(), "dev1", key, sizeof key, nullptr);
    CHECK((by_srp == CMPKIT_OK || by_srp == CMPKIT_E_UNSUPPORTED));
}

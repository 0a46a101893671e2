// Profiles of peers through the C ABI.
#include "handles.hpp"

using namespace capi_test;

namespace {

struct Refusal {
    cmpkit_rc   rc;
    std::string detail;
};
template <class Function> Refusal refusal(Function function, cmpkit_trust* trust, const char* text) {
    cmpkit_error*     error = nullptr;
    const cmpkit_rc   rc    = function(trust, text, &error);
    const ErrorHandle held(error);
    return {rc, error ? cmpkit_error_detail(error) : ""};
}

/// Whether the first message of an enrollment with that trust says its time; what is odd about a message names the member that is absent.
bool says_time(const Ca& ca, const Trust& trust) {
    const Key             key     = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Credentials     who     = by_secret();
    cmpkit_enroll_options options = CMPKIT_ENROLL_OPTIONS_INIT;
    options.key                   = key.get();
    options.subject               = "/CN=dev1";
    const Operation operation     = made<Operation>(cmpkit_operation_new_enroll, ca.context.get(), &options, who.get(), trust.get());
    cmpkit_action   next          = 0;
    REQUIRE(cmpkit_operation_begin(operation.get(), now, &next, nullptr) == CMPKIT_OK);
    const Buf message = made<Buf>(cmpkit_operation_message, operation.get());
    return text(made<Buf>(cmpkit_show_brief, cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get()))).find("header.messageTime") == std::string::npos;
}

}  // namespace

TEST_CASE("the profile of a peer goes with the trust, and the last one counts", "[capi]") {
    const Ca    ca;
    const Trust trust = trust_in(ca.root());
    CHECK(says_time(ca, trust));
    good(cmpkit_trust_set_peer, trust.get(), "insta");
    CHECK_FALSE(says_time(ca, trust));
    good(cmpkit_trust_set_peer_toml, trust.get(), "name = \"ours\"\nbase = \"insta\"\n[sends]\nmessage_time = true\n");
    CHECK(says_time(ca, trust));
}

TEST_CASE("a profile that is unknown or wrong is refused with what is wrong", "[capi]") {
    const Trust trust = made<Trust>(cmpkit_trust_new);
    const auto  name  = refusal(cmpkit_trust_set_peer, trust.get(), "acme");
    CHECK(name.rc == CMPKIT_E_BAD_ARGUMENT);
    CHECK(name.detail.find("ejbca") != std::string::npos);
    const auto toml = refusal(cmpkit_trust_set_peer_toml, trust.get(), "name = \"ours\"\n[takes]\nall = true\n");
    CHECK(toml.rc == CMPKIT_E_BAD_CONFIGURATION);
    CHECK(toml.detail.find("line 3, takes.all") != std::string::npos);
    CHECK(refusal(cmpkit_trust_set_peer, nullptr, "strict").rc == CMPKIT_E_BAD_ARGUMENT);
    CHECK(refusal(cmpkit_trust_set_peer, trust.get(), nullptr).rc == CMPKIT_E_BAD_ARGUMENT);
    CHECK(refusal(cmpkit_trust_set_peer_toml, trust.get(), nullptr).rc == CMPKIT_E_BAD_ARGUMENT);
}

TEST_CASE("the profiles of the library are listed", "[capi]") {
    const std::string all = text(made<Buf>(cmpkit_peers));
    for (const char* name : {"strict", "ejbca", "insta", "cryptlib", "rsa-cm", "openssl-mock", "lcmpp-04"}) CHECK(all.find("{\"name\":\"" + std::string(name) + "\"") != std::string::npos);
}

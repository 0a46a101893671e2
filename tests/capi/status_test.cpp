// Whether signers are revoked, over the C ABI: an operation that is stepped, and what is refused.
#include "handles.hpp"

using namespace capi_test;

namespace {

template <class Function, class... A> cmpkit_rc code(Function function, A... arguments) { return function(arguments..., nullptr); }

struct Asking {
    const Ca    ca;
    const Key   key   = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Trust trust = made<Trust>(cmpkit_trust_new);

    // A device with a certificate of the CA asks it for another: the answer is signed.
    Operation operation() {
        const std::string issuing = ca.folder.read("ca/issuing.pem");
        good(cmpkit_trust_add_anchors, trust.get(), octets(issuing), issuing.size());
        const Operation first = enrollment(ca, key);
        cmpkit_action   next  = 0;
        REQUIRE(cmpkit_operation_begin(first.get(), now, &next, nullptr) == CMPKIT_OK);
        while (next != CMPKIT_ACTION_DONE) step(first.get(), next);
        const Buf         pem = made<Buf>(cmpkit_operation_certificate_pem, static_cast<const cmpkit_operation*>(first.get()));
        const std::string own = text(pem) + issuing;
        const auto who = made<Credentials>(cmpkit_credentials_new_certificate, static_cast<const cmpkit_key*>(key.get()), octets(own), own.size());
        cmpkit_enroll_options want = CMPKIT_ENROLL_OPTIONS_INIT;
        want.kind = CMPKIT_ENROLL_CR;
        want.key  = key.get();
        want.implicit_confirm = 1;
        return made<Operation>(cmpkit_operation_new_enroll, ca.context.get(), static_cast<const cmpkit_enroll_options*>(&want), static_cast<const cmpkit_credentials*>(who.get()),
                               static_cast<const cmpkit_trust*>(trust.get()));
    }
    void step(cmpkit_operation* operation, cmpkit_action& next) const {
        if (next == CMPKIT_ACTION_SEND) {
            const Buf         message = made<Buf>(cmpkit_operation_message, static_cast<const cmpkit_operation*>(operation));
            const std::string reply   = ca.answer(cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get()));
            REQUIRE(cmpkit_operation_receive(operation, octets(reply), reply.size(), now, &next, nullptr) == CMPKIT_OK);
        } else if (next == CMPKIT_ACTION_DECIDE) {
            REQUIRE(cmpkit_operation_decide(operation, CMPKIT_VERDICT_ACCEPT, nullptr, now, &next, nullptr) == CMPKIT_OK);
        } else {
            REQUIRE(next == CMPKIT_ACTION_KEEP);
            REQUIRE(cmpkit_operation_kept(operation, now, &next, nullptr) == CMPKIT_OK);
        }
    }
    void go_to_fetch(const Operation& operation) const {
        cmpkit_action next = 0;
        REQUIRE(cmpkit_operation_begin(operation.get(), now, &next, nullptr) == CMPKIT_OK);
        step(operation.get(), next);
        REQUIRE(next == CMPKIT_ACTION_FETCH);
    }
};

}  // namespace

TEST_CASE("an operation that is stepped asks for a CRL, and goes on with it", "[capi]") {
    Asking world;
    good(cmpkit_trust_set_revocation, world.trust.get(), CMPKIT_REVOCATION_HARD);
    good(cmpkit_trust_add_status_source, world.trust.get(), CMPKIT_STATUS_CRL, "http://127.0.0.1:1/ca.crl");
    const Operation operation = world.operation();
    world.go_to_fetch(operation);
    CHECK(std::string(cmpkit_operation_fetch_url(operation.get())) == "http://127.0.0.1:1/ca.crl");
    CHECK(cmpkit_buf_size(made<Buf>(cmpkit_operation_message, static_cast<const cmpkit_operation*>(operation.get())).get()) == 0);
    cmpkit_action next = 0;
    SECTION("given") {
        const std::string crl = world.ca.folder.read("ca/ca.crl.pem");
        REQUIRE(cmpkit_operation_fetched(operation.get(), octets(crl), crl.size(), now, &next, nullptr) == CMPKIT_OK);
        while (next != CMPKIT_ACTION_DONE) world.step(operation.get(), next);
    }
    SECTION("lost, so that the answer is refused to the CA") {
        CHECK(cmpkit_operation_lost(operation.get(), "no way", now, &next, nullptr) == CMPKIT_OK);
        CHECK(next == CMPKIT_ACTION_SEND);
    }
}

TEST_CASE("an operation fetches by itself what it wants to know, if it is there", "[capi]") {
    Asking world;
    good(cmpkit_trust_add_status_source, world.trust.get(), CMPKIT_STATUS_OCSP, "http://127.0.0.1:1/");
    good(cmpkit_trust_set_fetch_limits, world.trust.get(), std::size_t{4096}, 2000u, "internet");
    const Operation operation = world.operation();
    cmpkit_buf*     answer    = nullptr;
    CHECK(cmpkit_operation_fetch(operation.get(), &answer, nullptr) == CMPKIT_E_BAD_STATE);
    world.go_to_fetch(operation);
    CHECK(cmpkit_buf_size(made<Buf>(cmpkit_operation_message, static_cast<const cmpkit_operation*>(operation.get())).get()) > 0);
    CHECK(cmpkit_operation_fetch(operation.get(), &answer, nullptr) == CMPKIT_E_CONNECT_FAILED);
    CHECK(!answer);
}

TEST_CASE("what cannot be asked is refused when it is said", "[capi]") {
    const Trust trust = made<Trust>(cmpkit_trust_new);
    CHECK(code(cmpkit_trust_add_status_source, trust.get(), CMPKIT_STATUS_CRL, "ldap://crl.plant/") == CMPKIT_E_BAD_URL);
    CHECK(code(cmpkit_trust_add_status_source, trust.get(), 9, "http://crl.plant/") == CMPKIT_E_BAD_ARGUMENT);
    CHECK(code(cmpkit_trust_set_revocation, trust.get(), 3) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(code(cmpkit_trust_set_fetch_limits, trust.get(), std::size_t{1}, 0u, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(code(cmpkit_trust_set_fetch_limits, trust.get(), std::size_t{0}, 0u, "nowhere") == CMPKIT_E_BAD_ARGUMENT);
    CHECK(code(cmpkit_trust_set_revocation, nullptr, CMPKIT_REVOCATION_HARD) == CMPKIT_E_BAD_ARGUMENT);
}

TEST_CASE("what is no CRL and no OCSP answer is refused when it is given", "[capi]") {
    const Trust       trust   = made<Trust>(cmpkit_trust_new);
    const std::string garbage = GENERATE(std::string("garbage"), std::string(), std::string("\x30\x03\x02\x01\x07", 5));
    for (const auto add : {cmpkit_trust_add_crl, cmpkit_trust_add_ocsp}) {
        cmpkit_error* error = nullptr;
        CHECK(add(trust.get(), octets(garbage), garbage.size(), &error) == CMPKIT_E_BAD_VALUE);
        CHECK_THAT(cmpkit_error_text(error), Catch::Contains(add == cmpkit_trust_add_crl ? "not a CRL" : "not an OCSPResponse"));
        cmpkit_error_free(error);
    }
}

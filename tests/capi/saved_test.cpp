// Operations that are saved by one handle and go on in another, as they would in another process.
#include "handles.hpp"

#include <ctime>
#include <vector>

using namespace capi_test;

namespace {

// The responder in this process, and the states that were saved before each message reached it.
struct Way {
    explicit Way(Ca& served) : ca(served) {}

    Ca&                      ca;
    std::vector<std::string> states{}, sent{};
    std::size_t              answers = SIZE_MAX;
    bool                     can_save = true;

    static cmpkit_rc save(void* user, const std::uint8_t* state, std::size_t size) {
        auto& way = *static_cast<Way*>(user);
        way.states.emplace_back(reinterpret_cast<const char*>(state), size);
        return way.can_save ? CMPKIT_OK : CMPKIT_E_IO;
    }
    static cmpkit_rc exchange(void* user, const char*, const std::uint8_t* request, std::size_t size, cmpkit_sink* answer) {
        auto& way = *static_cast<Way*>(user);
        way.sent.emplace_back(reinterpret_cast<const char*>(request), size);
        if (way.answers == 0) return CMPKIT_E_PEER_GONE;
        --way.answers;
        const std::string reply = way.ca.answer(request, size);
        return cmpkit_sink_write(answer, octets(reply), reply.size());
    }
    cmpkit_rc run(const Operation& operation) {
        good(cmpkit_operation_set_exchange, operation.get(), &exchange, static_cast<void*>(this), static_cast<cmpkit_destroy_fn>(nullptr));
        good(cmpkit_operation_set_save, operation.get(), &save, static_cast<void*>(this), static_cast<cmpkit_destroy_fn>(nullptr));
        return cmpkit_operation_run(operation.get(), nullptr, nullptr, nullptr);
    }
};

Operation restored(const Ca& ca, const std::string& state, const Key& key) {
    const Credentials who   = by_secret();
    const Trust       trust = trust_in(ca.root());
    return made<Operation>(cmpkit_operation_new_saved, ca.context.get(), octets(state), state.size(), who.get(), trust.get(), key.get());
}

cmpkit_rc refusal(const Ca& ca, const std::string& state, const Credentials& who, const Key& key) {
    const Trust       trust = trust_in(ca.root());
    cmpkit_operation* out   = nullptr;
    const cmpkit_rc   rc    = cmpkit_operation_new_saved(ca.context.get(), octets(state), state.size(), who.get(), trust.get(), key.get(), &out, nullptr);
    CHECK(out == nullptr);
    return rc;
}

}  // namespace

TEST_CASE("a run that was cut off goes on from the state that was saved last", "[capi]") {
    Ca ca(std::time(nullptr));
    ca.time       = std::time(nullptr);
    const Key key = made<Key>(cmpkit_key_generate, "ec:P-256");
    Way       way(ca);
    way.answers = GENERATE(0u, 1u);
    CHECK(way.run(enrollment(ca, key)) == CMPKIT_E_CALLBACK_FAILED);
    way.answers               = SIZE_MAX;
    const std::size_t before  = way.sent.size();
    const Operation operation = restored(ca, way.states.back(), key);
    CHECK(way.run(operation) == CMPKIT_OK);
    CHECK(way.sent[before] == way.sent[before - 1]);
    CHECK(text(made<Buf>(cmpkit_operation_certificate_pem, operation.get())).starts_with("-----BEGIN CERTIFICATE-----"));
    CHECK(text(made<Buf>(cmpkit_ca_list, ca.responder.get())).find("\"state\":\"valid\"") != std::string::npos);
}

TEST_CASE("what could not be saved does not leave", "[capi]") {
    Ca        ca(std::time(nullptr));
    const Key key = made<Key>(cmpkit_key_generate, "ec:P-256");
    Way       way(ca);
    way.can_save = false;
    CHECK(way.run(enrollment(ca, key)) == CMPKIT_E_CALLBACK_FAILED);
    CHECK(way.sent.empty());
}

TEST_CASE("an operation can be saved and go on between any two of its steps", "[capi]") {
    const Ca        ca;
    const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    Operation       operation = enrollment(ca, key);
    cmpkit_action   next      = 0;
    int             messages  = 0;
    const auto rest = [&] {
        const std::string state = text(made<Buf>(cmpkit_operation_save, static_cast<const cmpkit_operation*>(operation.get())));
        operation               = restored(ca, state, key);
        cmpkit_action again     = 0;
        REQUIRE(cmpkit_operation_begin(operation.get(), now, &again, nullptr) == CMPKIT_OK);
        if (next) CHECK(again == next);
        next = again;
    };
    for (rest(); next != CMPKIT_ACTION_DONE; rest()) {
        if (next == CMPKIT_ACTION_DECIDE) good(cmpkit_operation_decide, operation.get(), CMPKIT_VERDICT_ACCEPT, nullptr, now, &next);
        else if (next == CMPKIT_ACTION_KEEP) good(cmpkit_operation_kept, operation.get(), now, &next);
        else {
            const Buf         message = made<Buf>(cmpkit_operation_message, operation.get());
            const std::string reply   = ca.answer(cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get()));
            ++messages;
            good(cmpkit_operation_receive, operation.get(), octets(reply), reply.size(), now, &next);
        }
    }
    CHECK(messages == 2);
    CHECK(text(made<Buf>(cmpkit_operation_certificate_pem, operation.get())).starts_with("-----BEGIN CERTIFICATE-----"));
}

TEST_CASE("a memo is read before the operation goes on, and stays with it", "[capi]") {
    const Ca          ca;
    const Key         key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Operation   operation = enrollment(ca, key);
    const std::string memo      = "where the results go";
    good(cmpkit_operation_set_memo, operation.get(), octets(memo), memo.size());
    const std::string state = text(made<Buf>(cmpkit_operation_save, static_cast<const cmpkit_operation*>(operation.get())));
    CHECK(text(made<Buf>(cmpkit_saved_memo, octets(state), state.size())) == memo);
    CHECK(text(made<Buf>(cmpkit_operation_save, static_cast<const cmpkit_operation*>(restored(ca, state, key).get()))) == state);
}

TEST_CASE("a state that does not fit what is given is refused with a code", "[capi]") {
    Ca        ca(std::time(nullptr));
    const Key key = made<Key>(cmpkit_key_generate, "ec:P-256"), other = made<Key>(cmpkit_key_generate, "ec:P-256");
    Way       way(ca);
    way.answers = 0;
    CHECK(way.run(enrollment(ca, key)) == CMPKIT_E_CALLBACK_FAILED);
    const std::string& state = way.states.back();
    CHECK(refusal(ca, state, by_secret(), other) == CMPKIT_E_BAD_KEY);
    CHECK(refusal(ca, state, by_secret("dev1", "guessed"), key) == CMPKIT_E_PROTECTION_MISMATCH);
    CHECK(refusal(ca, state.substr(0, 50), by_secret(), key) == CMPKIT_E_TRUNCATED);
    CHECK(refusal(ca, state, Credentials(), key) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(cmpkit_operation_save(nullptr, nullptr, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(state.find("device") == std::string::npos);  // the secret
}

// The library of a device: what serves is there, and says that this build cannot.
#include "handles.hpp"

#include <cstring>

using namespace capi_test;

namespace {

template <class Function, class... A> void refused(Function function, A... arguments) {
    cmpkit_error*     error = nullptr;
    const cmpkit_rc   rc    = function(arguments..., &error);
    const ErrorHandle held(error);
    CHECK(rc == CMPKIT_E_UNSUPPORTED);
    CHECK(std::strstr(cmpkit_error_text(error), "CMPKIT_WITH_CA"));
}

cmpkit_responder* const nobody = nullptr;

}  // namespace

TEST_CASE("a responder, a listener and a CA cannot be had", "[capi]") {
    const Context     context   = made<Context>(cmpkit_context_new);
    cmpkit_responder* responder = reinterpret_cast<cmpkit_responder*>(context.get());
    cmpkit_listener*  listener  = reinterpret_cast<cmpkit_listener*>(context.get());
    cmpkit_ca_options options   = CMPKIT_CA_OPTIONS_INIT;
    refused(cmpkit_responder_new, context.get(), "", "", &responder);
    refused(cmpkit_listener_new, nobody, nullptr, &listener);
    refused(cmpkit_ca_init, context.get(), "plant", &options, now);
    CHECK_FALSE(responder);
    CHECK_FALSE(listener);
    cmpkit_responder_free(responder);
    cmpkit_listener_free(listener);
}

TEST_CASE("what a responder would be told or asked is refused", "[capi]") {
    cmpkit_buf* out = nullptr;
    refused(cmpkit_responder_answer, nobody, nullptr, std::size_t(0), nullptr, nullptr, now, &out);
    refused(cmpkit_responder_tick, nobody, now);
    refused(cmpkit_ca_list, nobody, &out);
    refused(cmpkit_ca_revoke, nobody, "1", nullptr, now);
    refused(cmpkit_ra_approve, nobody, "00");
}

TEST_CASE("what a refused callback was given is let go, once", "[capi]") {
    int                     let_go  = 0;
    const cmpkit_destroy_fn destroy = [](void* count) { ++*static_cast<int*>(count); };
    refused(cmpkit_responder_set_naming, nobody, nullptr, static_cast<void*>(&let_go), destroy);
    refused(cmpkit_responder_set_information, nobody, "1.2.3", nullptr, static_cast<void*>(&let_go), destroy);
    CHECK(let_go == 2);
}

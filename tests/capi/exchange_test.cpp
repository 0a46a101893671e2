#include "handles.hpp"

using namespace capi_test;

namespace {

cmpkit_rc code_of(cmpkit_context* context, const char* url) {
    const std::uint8_t octet  = 0;
    cmpkit_buf*        answer = nullptr;
    const cmpkit_rc    rc     = cmpkit_context_exchange(context, url, nullptr, nullptr, &octet, 1, 1000, &answer, nullptr);
    CHECK(answer == nullptr);
    return rc;
}

}  // namespace

TEST_CASE("octets by themselves go nowhere without a context, a URL or a plugin", "[capi]") {
    const Context context = made<Context>(cmpkit_context_new);
    CHECK(code_of(nullptr, "http://127.0.0.1:1") == CMPKIT_E_BAD_ARGUMENT);
    CHECK(code_of(context.get(), nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(code_of(context.get(), "nowhere:thing") == CMPKIT_E_NO_PLUGIN);
}

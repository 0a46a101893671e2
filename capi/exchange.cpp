#include "handles.hpp"
#include "service/tls.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

Result<Octets> exchange(cmpkit_context& context, const char* url, const cmpkit_tls* tls, Bytes message, std::chrono::milliseconds timeout) {
    auto where = text_in(url, "url");
    if (!where) return where.error();
    const auto tls_context = tls ? std::make_unique<service::TlsContext>(tls->credentials) : nullptr;
    auto       channel     = context.plugins().open(*where, tls_context.get(), {{"connect-timeout", std::to_string(timeout.count())}});
    if (!channel) return channel.error();
    auto answer = (*channel)->exchange({.message = message, .operation = {}, .profile = {}}, timeout, nullptr);
    if (!answer) return answer.error();
    return std::move(answer->message);
}

}  // namespace

extern "C" cmpkit_rc cmpkit_context_exchange(cmpkit_context* context, const char* url, const cmpkit_tls* tls, const uint8_t* message, size_t size, uint32_t timeout_ms, cmpkit_buf** answer,
                                             cmpkit_error** error) {
    return guard_out(answer, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!context) return Error{.code = Code::bad_argument, .detail = "context is NULL"};
        auto octets = bytes_in(message, size);
        if (!octets) return octets.error();
        auto came = exchange(*context, url, tls, *octets, std::chrono::milliseconds(timeout_ms ? timeout_ms : 60'000));
        if (!came) return came.error();
        return buf_of(Bytes(*came));
    });
}

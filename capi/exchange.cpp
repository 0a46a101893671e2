#include "handles.hpp"
#include "service/connection.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

Result<Octets> exchange(cmpkit_context& context, const char* url, const cmpkit_tls* tls, Bytes message, std::chrono::milliseconds timeout) {
    auto where = text_in(url, "url");
    if (!where) return where.error();
    auto connection = service::Connection::open(context.plugins(), *where, tls ? &tls->credentials : nullptr, {{"connect-timeout", std::to_string(timeout.count())}},
                                                tls ? tls->fetching : service::FetchLimits());
    if (!connection) return connection.error();
    return (*connection)->exchange({.message = message, .operation = {}, .profile = {}}, timeout, nullptr);
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

#include "handles.hpp"
#include "service/connection.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

Result<Octets> exchange(cmpkit_context& context, const char* url, const cmpkit_tls* tls, const service::PeerProfile& peer, Bytes message, std::chrono::milliseconds timeout) {
    auto where = text_in(url, "url");
    if (!where) return where.error();
    auto options               = peer.options_for(*where);
    options["connect-timeout"] = std::to_string(timeout.count());
    auto connection = service::Connection::open(context.plugins(), *where, tls ? &tls->credentials : nullptr, options, tls ? tls->fetching : service::FetchLimits());
    if (!connection) return connection.error();
    auto answer = (*connection)->exchange({.message = message, .operation = {}, .profile = {}}, timeout, nullptr);
    if (!answer) return answer.error();
    return copy_of(operations::without_prefix(*answer, peer.peer.octets_before_message));
}

}  // namespace

extern "C" cmpkit_rc cmpkit_context_exchange(cmpkit_context* context, const char* url, const cmpkit_tls* tls, const cmpkit_trust* trust, const uint8_t* message, size_t size,
                                             uint32_t timeout_ms, cmpkit_buf** answer, cmpkit_error** error) {
    return guard_out(answer, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!context) return Error{.code = Code::bad_argument, .detail = "context is NULL"};
        auto octets = bytes_in(message, size);
        if (!octets) return octets.error();
        auto came = exchange(*context, url, tls, trust ? trust->peer : service::PeerProfile(), *octets, std::chrono::milliseconds(timeout_ms ? timeout_ms : 60'000));
        if (!came) return came.error();
        return buf_of(Bytes(*came));
    });
}

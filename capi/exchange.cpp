#include "handles.hpp"
#include "der/print.hpp"
#include "service/connection.hpp"
#include "service/label.hpp"
#include "service/links.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

Result<Octets> exchange(cmpkit_context& context, const char* url, const cmpkit_tls* tls, const service::PeerProfile& peer, std::int32_t kind, Bytes message,
                        std::chrono::milliseconds timeout) {
    auto where = text_in(url, "url");
    if (!where) return where.error();
    auto options               = context.options_for(*where, peer.transport);
    options["connect-timeout"] = std::to_string(timeout.count());
    auto connection = service::Connection::open(context.plugins(), *where, tls ? &tls->credentials : nullptr, options, tls ? tls->fetching : service::FetchLimits());
    if (!connection) return connection.error();
    auto answer = (*connection)->exchange({.message = message, .kind = kind, .label = service::label_of(message)}, timeout, nullptr);
    if (!answer) return answer.error();
    return copy_of(operations::without_prefix(*answer, peer.peer.octets_before_message));
}

std::chrono::milliseconds time_in(std::uint32_t ms) { return std::chrono::milliseconds(ms ? ms : 60'000); }

std::string json_of(const service::Link& link) {
    return "{\"path\":" + der::json_string(link.path) + ",\"profile\":" + der::json_string(link.profile) + ",\"operation\":" + der::json_string(link.operation) + "}";
}

}  // namespace

extern "C" cmpkit_rc cmpkit_context_exchange(cmpkit_context* context, const char* url, const cmpkit_tls* tls, const cmpkit_trust* trust, const uint8_t* message, size_t size,
                                             uint32_t timeout_ms, cmpkit_buf** answer, cmpkit_error** error) {
    return guard_out(answer, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!context) return Error{.code = Code::bad_argument, .detail = "context is NULL"};
        auto octets = bytes_in(message, size);
        if (!octets) return octets.error();
        auto came = exchange(*context, url, tls, trust ? trust->peer : service::PeerProfile(), CMPKIT_TRANSPORT_CMP, *octets, time_in(timeout_ms));
        if (!came) return came.error();
        return buf_of(Bytes(*came));
    });
}

extern "C" cmpkit_rc cmpkit_context_discover(cmpkit_context* context, const char* url, const cmpkit_tls* tls, uint32_t timeout_ms, cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!context) return Error{.code = Code::bad_argument, .detail = "context is NULL"};
        auto came = exchange(*context, url, tls, {}, CMPKIT_TRANSPORT_LINKS, {}, time_in(timeout_ms));
        if (!came) return came.error();
        auto links = service::links_in(text_of(*came));
        if (!links) return links.error();
        std::string text;
        for (const service::Link& link : *links) text += (text.empty() ? "" : ",\n ") + json_of(link);
        return buf_of("[" + text + "]");
    });
}

// Whether signers and TLS peers are revoked: what an application says of it, and what an operation asks.
#include "operation.hpp"

#include "messages/ocsp.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

extern "C" {

cmpkit_rc cmpkit_trust_add_ocsp(cmpkit_trust* trust, const uint8_t* response, size_t size, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        auto octets = bytes_in(response, size);
        if (!trust || !octets) return trust ? octets.error() : no_handle;
        auto der = crypto::pem_or_der(*octets, {"OCSP RESPONSE"});
        if (!der) return der.error();
        der::Arena arena;
        if (auto read = der::parse<ocsp::OCSPResponse>(*der, arena); !read) return Error{.code = Code::bad_value, .detail = "not an OCSPResponse"}.because_of(read.error());
        trust->anchors.ocsp.push_back(std::move(*der));
        return {};
    });
}
cmpkit_rc cmpkit_trust_set_revocation(cmpkit_trust* trust, cmpkit_revocation revocation, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!trust) return no_handle;
        if (revocation < CMPKIT_REVOCATION_NONE || revocation > CMPKIT_REVOCATION_HARD) return Error{.code = Code::bad_argument, .detail = "there is no such revocation"};
        trust->anchors.revocation = static_cast<crypto::Revocation>(revocation);
        return {};
    });
}
cmpkit_rc cmpkit_trust_add_status_source(cmpkit_trust* trust, cmpkit_status_source kind, const char* url, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        auto text = text_in(url, "url");
        if (!trust || !text) return trust ? text.error() : no_handle;
        crypto::StatusSources sources = trust->anchors.sources;
        if (kind == CMPKIT_STATUS_CRL) sources.crls.push_back(*text);
        else if (kind == CMPKIT_STATUS_OCSP) sources.ocsp.push_back(*text);
        else if (kind == CMPKIT_STATUS_ALLOWED) sources.allowed.push_back(*text);
        else return Error{.code = Code::bad_argument, .detail = "there is no such source"};
        if (auto good = sources.check(); !good) return good;
        trust->anchors.sources = std::move(sources);
        return {};
    });
}
cmpkit_rc cmpkit_trust_set_fetch_limits(cmpkit_trust* trust, size_t octets, uint32_t time_ms, const char* named_addresses, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!trust) return no_handle;
        service::FetchLimits limits;
        if (octets) limits.octets = octets;
        if (time_ms) limits.time = std::chrono::milliseconds(time_ms);
        if (named_addresses) {
            auto word = text_in(named_addresses, "named_addresses");
            if (!word) return word.error();
            limits.named_addresses = *word;
        }
        if (auto good = limits.check(); !good) return good;
        trust->fetching = std::move(limits);
        return {};
    });
}
const char* cmpkit_operation_fetch_url(const cmpkit_operation* operation) { return operation ? operation->query.url.c_str() : ""; }
cmpkit_rc cmpkit_operation_fetch(cmpkit_operation* operation, cmpkit_buf** answer, cmpkit_error** error) {
    return guard_out(answer, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!operation) return no_handle;
        const Busy busy(operation->busy);
        if (!busy) return Busy::error();
        if (operation->query.url.empty()) return Error{.code = Code::bad_state, .detail = "nothing is to be fetched"};
        auto octets = service::fetch(operation->context->plugins(), operation->query, operation->fetching, &operation->cancel);
        if (!octets) return octets.error();
        return buf_of(Bytes(*octets));
    });
}

}  // extern "C"

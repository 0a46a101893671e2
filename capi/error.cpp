#include <cstring>

#include "guard.hpp"

using namespace cmpkit;

// The public constants are the library's own codes.
#define CMPKIT_SAME(constant, code) static_assert(constant == static_cast<int>(Code::code))
CMPKIT_SAME(CMPKIT_E_BAD_ARGUMENT, bad_argument);
CMPKIT_SAME(CMPKIT_E_MEMORY, no_memory);
CMPKIT_SAME(CMPKIT_E_BAD_STATE, bad_state);
CMPKIT_SAME(CMPKIT_E_UNSUPPORTED, unsupported);
CMPKIT_SAME(CMPKIT_E_NOT_FOUND, not_found);
CMPKIT_SAME(CMPKIT_E_CANCELLED, cancelled);
CMPKIT_SAME(CMPKIT_E_IO, io);
CMPKIT_SAME(CMPKIT_E_BAD_CONFIGURATION, bad_configuration);
CMPKIT_SAME(CMPKIT_E_EXISTS, exists);
CMPKIT_SAME(CMPKIT_E_TRUNCATED, truncated);
CMPKIT_SAME(CMPKIT_E_BAD_LENGTH, bad_length);
CMPKIT_SAME(CMPKIT_E_BAD_TAG, bad_tag);
CMPKIT_SAME(CMPKIT_E_MISSING, missing);
CMPKIT_SAME(CMPKIT_E_UNEXPECTED, unexpected);
CMPKIT_SAME(CMPKIT_E_BAD_VALUE, bad_value);
CMPKIT_SAME(CMPKIT_E_DEFAULT_ENCODED, default_encoded);
CMPKIT_SAME(CMPKIT_E_EMPTY_LIST, empty_list);
CMPKIT_SAME(CMPKIT_E_TOO_DEEP, too_deep);
CMPKIT_SAME(CMPKIT_E_TOO_LARGE, too_large);
CMPKIT_SAME(CMPKIT_E_BAD_KEY, bad_key);
CMPKIT_SAME(CMPKIT_E_BAD_CERTIFICATE, bad_certificate);
CMPKIT_SAME(CMPKIT_E_SIGNATURE_MISMATCH, signature_mismatch);
CMPKIT_SAME(CMPKIT_E_SIGNER_NOT_TRUSTED, signer_not_trusted);
CMPKIT_SAME(CMPKIT_E_CERTIFICATE_EXPIRED, certificate_expired);
CMPKIT_SAME(CMPKIT_E_CERTIFICATE_REVOKED, certificate_revoked);
CMPKIT_SAME(CMPKIT_E_SIGNING_FAILED, signing_failed);
CMPKIT_SAME(CMPKIT_E_CRYPTO_FAILED, crypto_failed);
CMPKIT_SAME(CMPKIT_E_PROTECTION_MISSING, protection_missing);
CMPKIT_SAME(CMPKIT_E_PROTECTION_MISMATCH, protection_mismatch);
CMPKIT_SAME(CMPKIT_E_ALGORITHM_REFUSED, algorithm_refused);
CMPKIT_SAME(CMPKIT_E_WRONG_PROTECTION, wrong_protection);
CMPKIT_SAME(CMPKIT_E_SENDER_MISMATCH, sender_mismatch);
CMPKIT_SAME(CMPKIT_E_VERSION_MISMATCH, version_mismatch);
CMPKIT_SAME(CMPKIT_E_TRANSACTION_MISMATCH, transaction_mismatch);
CMPKIT_SAME(CMPKIT_E_NONCE_MISMATCH, nonce_mismatch);
CMPKIT_SAME(CMPKIT_E_TIME_MISMATCH, time_mismatch);
CMPKIT_SAME(CMPKIT_E_UNEXPECTED_BODY, unexpected_body);
CMPKIT_SAME(CMPKIT_E_REJECTED, rejected);
CMPKIT_SAME(CMPKIT_E_BAD_REQUEST, bad_request);
CMPKIT_SAME(CMPKIT_E_BAD_TEMPLATE, bad_template);
CMPKIT_SAME(CMPKIT_E_BAD_POP, bad_pop);
CMPKIT_SAME(CMPKIT_E_NOT_AUTHORIZED, not_authorized);
CMPKIT_SAME(CMPKIT_E_BAD_CERT_ID, bad_cert_id);
CMPKIT_SAME(CMPKIT_E_WRONG_CERTIFICATE, wrong_certificate);
CMPKIT_SAME(CMPKIT_E_CONFLICT, conflict);
CMPKIT_SAME(CMPKIT_E_STORE_FAILED, store_failed);
CMPKIT_SAME(CMPKIT_E_NO_PLUGIN, no_plugin);
CMPKIT_SAME(CMPKIT_E_BAD_PLUGIN, bad_plugin);
CMPKIT_SAME(CMPKIT_E_BAD_URL, bad_url);
CMPKIT_SAME(CMPKIT_E_CONNECT_FAILED, connect_failed);
CMPKIT_SAME(CMPKIT_E_TLS_FAILED, tls_failed);
CMPKIT_SAME(CMPKIT_E_HTTP_STATUS, http_status);
CMPKIT_SAME(CMPKIT_E_CONTENT_TYPE, content_type);
CMPKIT_SAME(CMPKIT_E_DEADLINE, deadline);
CMPKIT_SAME(CMPKIT_E_PEER_GONE, peer_gone);
CMPKIT_SAME(CMPKIT_E_TRANSPORT_FAILED, transport_failed);
CMPKIT_SAME(CMPKIT_E_CALLBACK_FAILED, callback_failed);
CMPKIT_SAME(CMPKIT_E_INTERNAL, internal);
#undef CMPKIT_SAME

extern "C" {

uint32_t    cmpkit_abi_version(void) { return CMPKIT_ABI_MAJOR << 16 | CMPKIT_ABI_MINOR; }
const char* cmpkit_version(void) { return CMPKIT_VERSION_TEXT; }

const char* cmpkit_rc_name(cmpkit_rc code) {
    switch (code) {
    case CMPKIT_OK: return "ok";
#define CMPKIT_CODE(name, number, layer, text) case number: return #name;
#include "codes.inc"
#undef CMPKIT_CODE
    default: return "unknown";
    }
}

cmpkit_rc   cmpkit_error_code(const cmpkit_error* error) { return error ? static_cast<cmpkit_rc>(error->error.code) : CMPKIT_OK; }
const char* cmpkit_error_text(const cmpkit_error* error) { return error ? error->text.c_str() : ""; }
const char* cmpkit_error_layer(const cmpkit_error* error) { return error ? layer_of(error->error.code).data() : ""; }
const char* cmpkit_error_path(const cmpkit_error* error) { return error ? error->path.c_str() : ""; }
const char* cmpkit_error_clause(const cmpkit_error* error) { return error ? error->error.clause : ""; }
const char* cmpkit_error_detail(const cmpkit_error* error) { return error ? error->error.detail.c_str() : ""; }
int64_t     cmpkit_error_offset(const cmpkit_error* error) { return error ? static_cast<int64_t>(error->error.offset) : 0; }
int32_t     cmpkit_error_fail_info(const cmpkit_error* error) { return error && error->error.fail_info ? static_cast<int32_t>(*error->error.fail_info) : -1; }
const char* cmpkit_error_fail_info_name(const cmpkit_error* error) { return error && error->error.fail_info ? name_of(*error->error.fail_info).data() : ""; }
const cmpkit_error* cmpkit_error_cause(const cmpkit_error* error) { return error ? error->cause.get() : nullptr; }
void        cmpkit_error_free(cmpkit_error* error) {
    if (error != capi::no_memory()) delete error;
}

const uint8_t* cmpkit_buf_data(const cmpkit_buf* buf) { return buf ? buf->octets.data() : nullptr; }
size_t         cmpkit_buf_size(const cmpkit_buf* buf) { return buf ? buf->octets.size() - 1 : 0; }
void           cmpkit_buf_free(cmpkit_buf* buf) { delete buf; }

cmpkit_rc cmpkit_sink_write(cmpkit_sink* sink, const uint8_t* data, size_t size) {
    return capi::guard(nullptr, [&]() -> Result<void> {
        auto octets = capi::bytes_in(data, size);
        if (!sink || !octets) return Error{.code = Code::bad_argument};
        sink->octets.insert(sink->octets.end(), octets->begin(), octets->end());
        return {};
    });
}
cmpkit_rc cmpkit_sink_set_later(cmpkit_sink* sink, int64_t check_after, const char* reason) {
    return capi::guard(nullptr, [&]() -> Result<void> {
        constexpr std::int64_t year = 366 * 86400;
        auto text = capi::text_in(reason ? reason : "", "reason");
        if (!sink || !text || check_after < 1 || check_after > year) return Error{.code = Code::bad_argument};
        sink->later = cmpkit_sink::Later{check_after, std::move(*text)};
        return {};
    });
}
void cmpkit_sink_set_error(cmpkit_sink* sink, cmpkit_rc code, const char* text) {
    (void)capi::guard(nullptr, [&]() -> Result<void> {
        if (sink) sink->error = Error{.code = std::string_view(cmpkit_rc_name(code)) == "unknown" ? Code::callback_failed : static_cast<Code>(code), .detail = text ? escaped(text) : ""};
        return {};
    });
}

}  // extern "C"

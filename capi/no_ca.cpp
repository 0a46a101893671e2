// Stands for the server's half of the C ABI where CMPKIT_WITH_CA is OFF: the same functions, which say so.
#include "guard.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

cmpkit_rc refuse(cmpkit_error** error) {
    return guard(error, []() -> Result<void> { return Error{.code = Code::unsupported, .detail = "this build is for devices, without CA and RA (CMPKIT_WITH_CA=OFF)"}; });
}
template <class T> cmpkit_rc refuse(T** out, cmpkit_error** error) {
    if (out) *out = nullptr;
    return refuse(error);
}
/// What a caller handed over is let go, as after any failure.
cmpkit_rc refuse_callback(void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    if (destroy) destroy(user);
    return refuse(error);
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_responder_new(cmpkit_context*, const char*, const char*, cmpkit_responder** out, cmpkit_error** error) { return refuse(out, error); }
cmpkit_rc cmpkit_responder_answer(cmpkit_responder*, const uint8_t*, size_t, const char*, const char*, int64_t, cmpkit_buf** answer, cmpkit_error** error) { return refuse(answer, error); }
cmpkit_rc cmpkit_responder_tick(cmpkit_responder*, int64_t, cmpkit_error** error) { return refuse(error); }
cmpkit_rc cmpkit_responder_reload(cmpkit_responder*, const char*, const char*, cmpkit_buf** unchanged, cmpkit_error** error) { return refuse(unchanged, error); }
cmpkit_rc cmpkit_responder_set_information(cmpkit_responder*, const char*, cmpkit_inform_fn, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) { return refuse_callback(user, destroy, error); }
cmpkit_rc cmpkit_responder_set_naming(cmpkit_responder*, cmpkit_name_fn, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) { return refuse_callback(user, destroy, error); }
cmpkit_rc cmpkit_responder_set_overseer(cmpkit_responder*, cmpkit_overseer_fn, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) { return refuse_callback(user, destroy, error); }
cmpkit_rc cmpkit_responder_set_adapter(cmpkit_responder*, cmpkit_adapter_fn, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) { return refuse_callback(user, destroy, error); }
cmpkit_rc cmpkit_responder_set_events(cmpkit_responder*, cmpkit_event_fn, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) { return refuse_callback(user, destroy, error); }
void cmpkit_responder_free(cmpkit_responder*) {}
cmpkit_rc cmpkit_ca_select(cmpkit_responder*, const char*, cmpkit_error** error) { return refuse(error); }
cmpkit_rc cmpkit_ca_list(cmpkit_responder*, cmpkit_buf** json, cmpkit_error** error) { return refuse(json, error); }
cmpkit_rc cmpkit_ca_find(cmpkit_responder*, const cmpkit_ca_search*, cmpkit_buf** json, cmpkit_error** error) { return refuse(json, error); }
cmpkit_rc cmpkit_ca_revoke(cmpkit_responder*, const char*, const char*, int64_t, cmpkit_error** error) { return refuse(error); }
cmpkit_rc cmpkit_ca_revoke_since(cmpkit_responder*, const char*, const char*, int64_t, int64_t, cmpkit_error** error) { return refuse(error); }
cmpkit_rc cmpkit_ca_pending(cmpkit_responder*, cmpkit_buf** json, cmpkit_error** error) { return refuse(json, error); }
cmpkit_rc cmpkit_ca_approve(cmpkit_responder*, const char*, cmpkit_error** error) { return refuse(error); }
cmpkit_rc cmpkit_ca_reject(cmpkit_responder*, const char*, const char*, cmpkit_error** error) { return refuse(error); }
cmpkit_rc cmpkit_ca_crl(cmpkit_responder*, int64_t, cmpkit_buf** pem, cmpkit_error** error) { return refuse(pem, error); }
cmpkit_rc cmpkit_ca_rollover(cmpkit_responder*, const cmpkit_key*, const cmpkit_key*, uint32_t, int64_t, cmpkit_buf** certificates_pem, cmpkit_error** error) { return refuse(certificates_pem, error); }
cmpkit_rc cmpkit_ra_pending(cmpkit_responder*, cmpkit_buf** json, cmpkit_error** error) { return refuse(json, error); }
cmpkit_rc cmpkit_ra_approve(cmpkit_responder*, const char*, cmpkit_error** error) { return refuse(error); }
cmpkit_rc cmpkit_ra_reject(cmpkit_responder*, const char*, const char*, cmpkit_error** error) { return refuse(error); }
cmpkit_rc cmpkit_listener_new(cmpkit_responder*, const char*, cmpkit_listener** out, cmpkit_error** error) { return refuse(out, error); }
size_t cmpkit_listener_count(const cmpkit_listener*) { return 0; }
const char* cmpkit_listener_url(const cmpkit_listener*, size_t) { return nullptr; }
void cmpkit_listener_stop(cmpkit_listener*, uint32_t) {}
void cmpkit_listener_free(cmpkit_listener*) {}
cmpkit_rc cmpkit_ca_init(cmpkit_context*, const char*, const cmpkit_ca_options*, int64_t, cmpkit_error** error) { return refuse(error); }

}  // extern "C"

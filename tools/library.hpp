// The C ABI as C++ likes it: handles that free themselves, calls whose failure is thrown. It adds no behaviour.
//
//     const Key key = make<Key>(cmpkit_key_generate, "ec:P-256");
//     call(cmpkit_trust_add_anchors, trust.get(), pem.data(), pem.size());
#pragma once
#include "failure.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tool {

template <auto free_function> struct FreedBy {
    template <class T> void operator()(T* handle) const { free_function(handle); }
};
template <class T, auto free_function> using Handle = std::unique_ptr<T, FreedBy<free_function>>;

using Context     = Handle<cmpkit_context, cmpkit_context_free>;
using Key         = Handle<cmpkit_key, cmpkit_key_free>;
using Credentials = Handle<cmpkit_credentials, cmpkit_credentials_free>;
using Trust       = Handle<cmpkit_trust, cmpkit_trust_free>;
using Tls         = Handle<cmpkit_tls, cmpkit_tls_free>;
using Operation   = Handle<cmpkit_operation, cmpkit_operation_free>;
using Responder   = Handle<cmpkit_responder, cmpkit_responder_free>;
using Listener    = Handle<cmpkit_listener, cmpkit_listener_free>;
using Buffer      = Handle<cmpkit_buf, cmpkit_buf_free>;

/// @throws Failure  what the library reports
template <class... Parameters, class... Arguments> void call(cmpkit_rc (*function)(Parameters...), Arguments... arguments) {
    cmpkit_error*   error = nullptr;
    const cmpkit_rc rc    = function(arguments..., &error);
    if (rc != CMPKIT_OK) throw Failure(rc, error);
}

/// For functions whose last parameter but one takes the new handle.
template <class Made, class... Parameters, class... Arguments> Made make(cmpkit_rc (*function)(Parameters...), Arguments... arguments) {
    typename Made::pointer made = nullptr;
    call(function, arguments..., &made);
    return Made(made);
}

inline std::string_view text_of(const Buffer& buffer) {
    return {reinterpret_cast<const char*>(cmpkit_buf_data(buffer.get())), cmpkit_buf_size(buffer.get())};
}
/// NULL for what was not given.
inline const char* given(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace tool

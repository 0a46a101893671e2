// What needs no handle: versions, looking into messages and certificates. See cmpkit.i for what such functions are for.
#pragma once
#include "callbacks.hpp"

namespace cmpkit {

inline int         abi_version() { return static_cast<int>(cmpkit_abi_version()); }
inline std::string version() { return cmpkit_version(); }
inline std::string peers() { return border::text(cmpkit_peers); }

inline std::string show_text(View data) { return border::text(cmpkit_show_text, data.data, data.size); }
inline std::string show_brief(View data) { return border::text(cmpkit_show_brief, data.data, data.size); }
inline std::string show_json(View data) { return border::text(cmpkit_show_json, data.data, data.size); }
inline std::string certificates_load(View data, View password) { return border::text(cmpkit_certificates_load, data.data, data.size, password.data, password.size); }
inline std::string certificates_open(const std::string& uri, View pin) { return border::text(cmpkit_certificates_open, border::given(uri), pin.data, pin.size); }
inline std::string template_summary(View request_template) { return border::text(cmpkit_template_summary, request_template.data, request_template.size); }
inline std::string certificate_summary(View certificate) { return border::text(cmpkit_certificate_summary, certificate.data, certificate.size); }
inline Blob        saved_memo(View state) { return border::octets(cmpkit_saved_memo, state.data, state.size); }

}  // namespace cmpkit

#include "handles.hpp"

#include "der/print.hpp"
#include "messages/names.hpp"
#include "operations/inspection.hpp"

#include <chrono>

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

Result<Octets> der_in(const uint8_t* data, size_t size) {
    auto octets = bytes_in(data, size);
    if (!octets) return octets.error();
    return crypto::pem_or_der(*octets, {"CERTIFICATE", "X509 CRL", "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "CMP", "CMS", "PKCS7"});
}

std::string iso_time(std::int64_t seconds) {
    der::Arena        arena;
    const std::string t(text_of(der::generalized_time(seconds, arena).content));  // YYYYMMDDHHMMSSZ
    return t.substr(0, 4) + "-" + t.substr(4, 2) + "-" + t.substr(6, 2) + "T" + t.substr(8, 2) + ":" + t.substr(10, 2) + ":" + t.substr(12, 2) + "Z";
}

cmpkit_rc show(const uint8_t* data, size_t size, cmpkit_buf** out, cmpkit_error** error, Result<std::string> (*inspect)(Bytes)) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto octets = der_in(data, size);
        if (!octets) return octets.error();
        auto shown = inspect(*octets);
        if (!shown) return shown.error();
        return buf_of(*shown);
    });
}

}  // namespace

namespace cmpkit::capi {

std::string summary_of(const crypto::Cert& cert) {
    std::string sans;
    if (const auto* names = extension_value<GeneralNames>(cert->extensions, oids::id_ce_subjectAltName))
        for (const GeneralName& name : *names) sans += (sans.empty() ? "" : ",") + der::json_string(to_text(name));
    auto key = cert.key();
    return "\"subject\":" + der::json_string(to_text(cert->subject)) + ",\"issuer\":" + der::json_string(to_text(cert->issuer)) + ",\"serial\":\"" + der::hex_integer(cert.serial()) +
           "\",\"notBefore\":\"" + iso_time(cert.not_before()) + "\",\"notAfter\":\"" + iso_time(cert.not_after()) + "\",\"sans\":[" + sans + "],\"key\":" +
           der::json_string(key ? key->name() : "unknown");
}

}  // namespace cmpkit::capi

extern "C" {

cmpkit_rc cmpkit_show_text(const uint8_t* data, size_t size, cmpkit_buf** text, cmpkit_error** error) { return show(data, size, text, error, &operations::inspect_text); }
cmpkit_rc cmpkit_show_brief(const uint8_t* data, size_t size, cmpkit_buf** text, cmpkit_error** error) { return show(data, size, text, error, &operations::inspect_brief); }
cmpkit_rc cmpkit_show_json(const uint8_t* data, size_t size, cmpkit_buf** json, cmpkit_error** error) { return show(data, size, json, error, &operations::inspect_json); }
cmpkit_rc cmpkit_certificate_summary(const uint8_t* data, size_t size, cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto certs = certificates_in(data, size);
        if (!certs) return certs.error();
        return buf_of("{" + summary_of(certs->front()) + "}");
    });
}

}  // extern "C"

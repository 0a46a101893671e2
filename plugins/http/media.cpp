#include "media.hpp"

#include "url.hpp"

#include <algorithm>

namespace cmpkit_http {

namespace {

bool is_pkixcmp(const char* type) { return type && is_cmp(type); }
bool is_anything(const char*) { return true; }

constexpr Media all[] = {
    {CMPKIT_TRANSPORT_CMP, "application/pkixcmp", "application/pkixcmp", is_pkixcmp},
    // RFC 2585 4.1 and RFC 6960 A.2 name the types; servers of files and devices tell others.
    {CMPKIT_TRANSPORT_CRL, nullptr, "application/pkix-crl", is_anything},
    {CMPKIT_TRANSPORT_OCSP, "application/ocsp-request", "application/ocsp-response", is_anything},
};

}  // namespace

const Media* media_of(std::int32_t kind) {
    const auto found = std::ranges::find(all, kind, &Media::kind);
    return found == std::end(all) ? nullptr : found;
}

}  // namespace cmpkit_http

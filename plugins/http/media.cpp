#include "media.hpp"

#include <algorithm>
#include <iterator>

namespace cmpkit_http {

namespace {

constexpr Media all[] = {
    {CMPKIT_TRANSPORT_CMP, "application/pkixcmp", "application/pkixcmp"},
    // RFC 2585 4.1, RFC 6960 A.2.
    {CMPKIT_TRANSPORT_CRL, nullptr, "application/pkix-crl"},
    {CMPKIT_TRANSPORT_OCSP, "application/ocsp-request", "application/ocsp-response"},
};

}  // namespace

const Media* media_of(std::int32_t kind) {
    const auto found = std::ranges::find(all, kind, &Media::kind);
    return found == std::end(all) ? nullptr : found;
}

}  // namespace cmpkit_http

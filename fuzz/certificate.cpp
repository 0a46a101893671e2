// Certificates and CRLs by their schemas (RFC 5280).
#include "messages/extensions.hpp"
#include "schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cmpkit;
    const bool is_certificate = fuzz::hold_schema<Certificate>({data, size});
    const bool is_crl         = fuzz::hold_schema<CertificateList>({data, size});
    fuzz::hold(!is_certificate || !is_crl);
    return 0;
}

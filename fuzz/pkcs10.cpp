// A PKCS#10 request by its schema (RFC 2986).
#include "messages/pkcs10.hpp"
#include "schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    cmpkit::fuzz::hold_schema<cmpkit::CertificationRequest>({data, size});
    return 0;
}

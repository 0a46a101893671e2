// Questions to OCSP and its answers by their schemas (RFC 6960).
#include "messages/ocsp.hpp"
#include "schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cmpkit;
    fuzz::hold_schema<ocsp::OCSPRequest>({data, size});
    fuzz::hold_schema<ocsp::OCSPResponse>({data, size});
    fuzz::hold_schema<ocsp::BasicOCSPResponse>({data, size});
    return 0;
}

// Requests of CRMF by their schema (RFC 4211).
#include "messages/crmf.hpp"
#include "schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    cmpkit::fuzz::hold_schema<cmpkit::CertReqMessages>({data, size});
    return 0;
}

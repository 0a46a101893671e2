// A CMP message by its schema (RFC 9810).
#include "messages/body.hpp"
#include "schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    cmpkit::fuzz::hold_schema<cmpkit::PKIMessage>({data, size});
    return 0;
}

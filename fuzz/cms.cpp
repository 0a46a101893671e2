// Containers of CMS by their schemas (RFC 5652): the wrapped one, and each by itself as CMP carries it.
#include "messages/cms.hpp"
#include "schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cmpkit;
    fuzz::hold_schema<ContentInfo>({data, size});
    fuzz::hold_schema<EnvelopedData>({data, size});
    fuzz::hold_schema<SignedData>({data, size});
    fuzz::hold_schema<AsymmetricKeyPackage>({data, size});
    return 0;
}

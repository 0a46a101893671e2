// OpenSSL's reader of CMP messages and ours agree on what is one, but for the reasons that openssl_claims.hpp names.
#include "der_mutator.hpp"
#include "messages/body.hpp"
#include "openssl_claims.hpp"

#include <openssl/cmp.h>

using namespace cmpkit;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der(data, size, most, seed); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)fuzz::read_both_ways<PKIMessage, d2i_OSSL_CMP_MSG, i2d_OSSL_CMP_MSG, OSSL_CMP_MSG_free>({data, size});
    return 0;
}

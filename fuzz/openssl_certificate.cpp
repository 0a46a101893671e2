// OpenSSL's readers of certificates, CRLs and PKCS#10 requests and ours agree on what is one, but for the reasons that openssl_claims.hpp names; and of a certificate
// that both read they say the same: serial number, names, times, key, extensions, signature.
#include "der_mutator.hpp"
#include "messages/pkcs10.hpp"
#include "openssl_claims.hpp"
#include "same_certificate.hpp"

using namespace cmpkit;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der(data, size, most, seed); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input{data, size};
    const auto  readings = fuzz::read_both_ways<Certificate, d2i_X509, i2d_X509, X509_free>(input);
    if (readings.are_good()) fuzz::hold_same(**readings.ours, readings.theirs.get());
    (void)fuzz::read_both_ways<CertificateList, d2i_X509_CRL, i2d_X509_CRL, X509_CRL_free>(input);
    (void)fuzz::read_both_ways<CertificationRequest, d2i_X509_REQ, i2d_X509_REQ, X509_REQ_free>(input);
    return 0;
}

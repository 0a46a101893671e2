// OpenSSL's own readers, for targets that compare: objects that are freed, and reading to the last octet.
#pragma once
#include "schema.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace cmpkit::fuzz {

template <auto free> struct OpensslFree {
    void operator()(auto* object) const { free(object); }
};
template <class T, auto free> using Openssl = std::unique_ptr<T, OpensslFree<free>>;

using OpensslKey       = Openssl<EVP_PKEY, EVP_PKEY_free>;
using OpensslAlgorithm = Openssl<X509_ALGOR, X509_ALGOR_free>;
using OpensslAny       = Openssl<ASN1_TYPE, ASN1_TYPE_free>;
using OpensslBits      = Openssl<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;

/// @param read  a d2i function  @return null, too, where something is left over
template <class T> T* openssl_read(T* (*read)(T**, const unsigned char**, long), void (*free)(T*), Bytes octets) {
    const unsigned char* from = octets.data();
    T* const             made = read(nullptr, &from, static_cast<long>(octets.size()));
    if (made && from != octets.data() + octets.size()) return free(made), nullptr;
    return made;
}

}  // namespace cmpkit::fuzz

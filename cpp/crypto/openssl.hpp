// What crypto's own files share of OpenSSL: owners of its objects, its errors as ours, and the border at which its error queue is empty.
// No header that other rooms read includes this one.
//
//     const OpensslCall call;
//     BioPtr bio(BIO_new(BIO_s_mem()));
//     if (!bio) return openssl_error(Code::crypto_failed, "memory");
#pragma once
#include "result.hpp"

#include <memory>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/x509.h>

namespace cmpkit::crypto {

template <auto Free> struct Freed {
    template <class T> void operator()(T* object) const { Free(object); }
};
template <class T, auto Free> using Owned = std::unique_ptr<T, Freed<Free>>;
inline constexpr auto free_memory = [](void* memory) { OPENSSL_free(memory); };  // a macro

using EvpKey    = Owned<EVP_PKEY, EVP_PKEY_free>;
using EvpKeyCtx = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using MdCtx     = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using MacCtx    = Owned<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using KdfCtx    = Owned<EVP_KDF_CTX, EVP_KDF_CTX_free>;
using BioPtr    = Owned<BIO, BIO_free_all>;
using X509Ptr   = Owned<X509, X509_free>;
using CrlPtr    = Owned<X509_CRL, X509_CRL_free>;
using OctetsPtr = Owned<unsigned char, free_memory>;
using TextPtr   = Owned<char, free_memory>;

/// Stands at the top of every function that calls OpenSSL: starts the library before its first use, and leaves the thread's error queue
/// empty, so that neither the application's errors are taken for ours nor ours for the application's.
class OpensslCall {
public:
    OpensslCall();
    ~OpensslCall();
    OpensslCall(const OpensslCall&) = delete;
    OpensslCall& operator=(const OpensslCall&) = delete;
};

/// Empties the error queue into the detail: "what: reason; reason".
Error openssl_error(Code code, std::string_view what);

/// `error` as one of an element of a list: "crls[2].tbsCertList…".
Error at_element(Error error, const char* list, std::size_t index);

/// A BIO that reads `octets`, which must outlive it; null: too many of them, or no memory.
BioPtr reader_of(Bytes octets);
/// What was written to a memory BIO; lives as long as the BIO does.
Bytes written_to(const BioPtr& bio);

/// Null: OpenSSL cannot read it.
X509Ptr x509_of(Bytes der);
/// As OpenSSL received it.
Octets der_of(const X509* certificate);

}  // namespace cmpkit::crypto

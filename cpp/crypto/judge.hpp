// Paths as OpenSSL's verifier judges them. For crypto's own files.
#pragma once
#include "crypto/chain.hpp"
#include "crypto/openssl.hpp"

#include <openssl/x509_vfy.h>

namespace cmpkit::crypto {

/// A path that is trusted as far as the CRLs say.
struct Judgement {
    std::vector<Cert>        path;   // leaf to anchor
    std::vector<std::size_t> lacks;  // indices into the path: no current CRL speaks of these; ascending
};

/// Immutable. Any thread.
class Judge {
public:
    /// @param trust  outlives this, as do the CRLs
    /// @error bad_certificate, bad_value  OpenSSL cannot read it; path "anchors[i]", "intermediates[i]", "crls[i]"
    static Result<std::unique_ptr<Judge>> make(const Trust& trust, std::span<const Octets> crls);

    /// With all of OpenSSL's work each time. @param untrusted  all of them are looked at
    /// @error signer_not_trusted, certificate_expired, certificate_revoked
    Result<Judgement> judge(const Cert& leaf, std::span<const Cert> untrusted, std::int64_t now) const;

private:
    using Store = Owned<X509_STORE, X509_STORE_free>;
    using Stack = Owned<STACK_OF(X509), [](STACK_OF(X509)* stack) { sk_X509_free(stack); }>;  // of certificates that others own
    struct Known {
        Cert                  cert;
        std::shared_ptr<X509> x509;  // shared between threads by a count of ours: a race detector does not see that of OpenSSL
    };
    explicit Judge(const Trust& trust, Store store) : trust_(trust), store_(std::move(store)) {}
    Result<void> add_certificates(std::span<const Cert> certs, const char* path, std::vector<Known>& out);
    Result<void> add_crls(std::span<const Octets> crls);
    void         set_rules();
    static bool  push(std::span<const Known> certs, const Stack& out);
    Cert         cert_of(const X509* x509, std::span<const Known> helpers) const;

    const Trust&       trust_;
    Store              store_;
    std::vector<Known> anchors_, intermediates_;
};

}  // namespace cmpkit::crypto

// A key of each kind, for our room and for OpenSSL; made once for the process.
#pragma once
#include "crypto/key.hpp"
#include "openssl_reading.hpp"

namespace cmpkit::fuzz {

struct KnownSigner {
    std::shared_ptr<const crypto::Signer> key;
    OpensslKey                            openssl;  // its public half
};

inline KnownSigner known_signer(std::shared_ptr<const crypto::Signer> key) {
    OpensslKey openssl(openssl_read(d2i_PUBKEY, EVP_PKEY_free, key->public_key().spki()));
    hold(bool(openssl));
    return {std::move(key), std::move(openssl)};
}

inline const std::vector<KnownSigner>& known_signers() {
    static const auto all = [] {
        std::vector<KnownSigner> signers;
        for (const char* kind : {"ec:P-256", "ec:P-384", "ec:P-521", "ec:brainpoolP256r1", "ec:brainpoolP384r1", "ec:brainpoolP512r1", "ed25519", "ed448", "rsa:2048"})
            signers.push_back(known_signer(*crypto::generate_key(kind)));
        signers.push_back(known_signer(*crypto::with_pss(*crypto::generate_key("rsa:2048"))));
        return signers;
    }();
    return all;
}

}  // namespace cmpkit::fuzz

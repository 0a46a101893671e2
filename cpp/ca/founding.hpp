// Founding a CA: root, issuing CA, CMP signer and, on request, signers for an RA and a key generation authority. Values only: who writes the files is above.
#pragma once
#include "ca/authority.hpp"

namespace cmpkit::ca {

struct Founding {
    std::string  subject;                       // of the root, "/O=Plant/CN=Plant Root"
    std::string  key = "ec:P-256";              // words of crypto::generate_key
    std::int64_t root_validity_seconds    = 20LL * 365 * 86400;
    std::int64_t issuing_validity_seconds = 10LL * 365 * 86400;
    std::int64_t signer_validity_seconds  = 5LL * 365 * 86400;
    bool         ra_signer  = false;            // id-kp-cmcRA
    bool         kga_signer = false;            // id-kp-cmKGA
};

struct Founded {
    struct Pair {
        std::shared_ptr<crypto::PrivateKey> key;
        crypto::Cert                        certificate;
    };
    Pair root, issuing, cmp;
    std::optional<Pair> ra, kga;
};

/// @error bad_argument (key), bad_value (subject)
Result<Founded> found(const Founding& founding, const Random& random, std::int64_t now);

}  // namespace cmpkit::ca

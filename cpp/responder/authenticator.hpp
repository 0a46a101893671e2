// Who sent a message, as its protection proves: the MAC of a shared secret or the signature of a certificate that the authority recognises.
// It decides nothing about what the sender may ask.
#pragma once
#include "operations/authority.hpp"
#include "operations/compose.hpp"

namespace cmpkit::responder {

/// The sender of a message, and how the answer to it is protected.
struct Sender {
    operations::Requester requester;
    protection::Protector protector;
    bool                  for_new = true;     // false: it may only go on with transactions that it began
    std::optional<Error>  unrecognised = {};  // set: it only hears again what it was told, as after its certificate was revoked or updated
};

/// Threads: any number at once.
class Authenticator {
public:
    /// Borrows authority and store, which must outlive it.
    Authenticator(operations::Authority& authority, store::Store& store, protection::MacLimits limits)
        : authority_(authority), store_(store), limits_(limits), nobodys_secret_(Octets(16, 0x2a)) {}

    /// @param now  Unix seconds
    /// @error protection_missing, protection_mismatch, algorithm_refused, sender_mismatch
    Result<Sender> authenticate(const PKIMessage& message, std::int64_t now);

private:
    Result<Sender>                    by_mac(const PKIMessage& message, std::int64_t now);
    Result<Sender>                    by_signature(const PKIMessage& message, std::int64_t now);
    Result<std::vector<crypto::Cert>> extra_certs(const PKIMessage& message);
    void                              count_failed_try(Bytes reference, std::int64_t now);

    operations::Authority& authority_;
    store::Store&          store_;
    protection::MacLimits  limits_;
    crypto::CertCache      certificates_;
    crypto::Secret         nobodys_secret_;  // stands in for an unknown reference's, so that both cost the same
};

}  // namespace cmpkit::responder

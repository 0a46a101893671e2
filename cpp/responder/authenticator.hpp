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
    std::optional<operations::MissingStatus> missing = {};  // set: nothing is known of it before this has been asked
    std::optional<Error>  unrecognised = {};  // set: it only hears again what it was told, as after its certificate was revoked or updated
};

/// Threads: any number at once.
class Authenticator {
public:
    /// Borrows the store, which must outlive it.
    explicit Authenticator(store::Store& store) : store_(store), nobodys_secret_(Octets(16, 0x2a)) {}

    /// Who sent the message, as far as the gatekeeper knows. @param now  Unix seconds
    /// @error protection_missing, protection_mismatch, algorithm_refused, sender_mismatch
    Result<Sender> authenticate(const PKIMessage& message, operations::Gatekeeper& gatekeeper, const protection::MacLimits& limits, std::int64_t now);

private:
    Result<Sender>                    by_mac(const PKIMessage& message, operations::Gatekeeper& gatekeeper, const protection::MacLimits& limits, std::int64_t now);
    Result<Sender>                    by_signature(const PKIMessage& message, operations::Gatekeeper& gatekeeper, std::int64_t now);
    Result<std::vector<crypto::Cert>> extra_certs(const PKIMessage& message);
    void                              count_failed_try(Bytes reference, operations::Gatekeeper& gatekeeper, std::int64_t now);

    store::Store&     store_;
    crypto::CertCache certificates_;
    crypto::Secret    nobodys_secret_;  // stands in for an unknown reference's, so that both cost the same
};

/// Whether a shared secret's MAC is what protects it, or should.
bool is_under_mac(const PKIMessage& message);

/// The reference of the secret that a message under a MAC names.
std::string reference_of(const PKIHeader& header);

/// The owner of a transaction (operations/owner.hpp) that a message claims to be, without a look at its protection; empty: it names nobody.
std::string claimed_owner(const PKIMessage& message);

}  // namespace cmpkit::responder

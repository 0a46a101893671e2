// Protection of PKIMessages: made and checked over octets as received (RFC 9810 5.1.3). It judges the MAC or signature value and its
// parameters; who the signer is and whether to trust it is the caller's question.
//
//     auto protector = Protector::by_mac(MacKey::derive(algorithm, secret, limits), "ref-3078");
//     auto octets    = seal(header, body, &protector, {});
#pragma once
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "messages/body.hpp"

namespace cmpkit::protection {

/// header ‖ body as one DER SEQUENCE: what protection covers (RFC 9810 5.1.3).
Octets protected_part(Bytes header, Bytes body);

/// Bounds that the parameters of a MAC must keep, checked before anything is derived (RFC 9810 8.3, RFC 9045).
struct MacLimits {
    std::int64_t min_iterations = 100;
    std::int64_t max_iterations = 100'000;  // a server says 10 000
    std::size_t  min_salt = 8, max_salt = 256;
};

enum class MacKind : std::uint8_t { pbm, pbmac1 };

/// The AlgorithmIdentifier for a fresh operation: SHA-256 and HMAC-SHA256 throughout. The octets live in the arena.
/// @param salt  16 random octets
AlgorithmIdentifier mac_algorithm(MacKind kind, Bytes salt, std::int64_t iterations, der::Arena& arena);

/// Whether the parameters are ones we would derive a key with. Costs nothing.
/// @error algorithm_refused  unknown kind, digest or MAC, or outside the limits; path "header.protectionAlg…", failInfo badAlg
Result<void> check_mac_parameters(const AlgorithmIdentifier& algorithm, const MacLimits& limits);

/// A key derived from a shared secret under one set of parameters, which stay the same for one operation. Immutable, copies share.
class MacKey {
public:
    /// PasswordBasedMac (RFC 4211 4.4) or PBMAC1 (RFC 8018 7.1). @error as check_mac_parameters
    static Result<MacKey> derive(const AlgorithmIdentifier& algorithm, Bytes secret, const MacLimits& limits);

    const AlgorithmIdentifier& algorithm() const;
    Result<Octets>             mac(Bytes part) const;

private:
    struct State;
    std::shared_ptr<const State> state_;  // shared by the messages of one operation
};

/// Checks the MAC in constant time. @error protection_missing, protection_mismatch; path "protection"
Result<void> verify_mac(const PKIMessage& message, const MacKey& key);

/// Checks the signature with the key of the certificate that the message names. @error protection_missing, protection_mismatch, algorithm_refused
Result<void> verify_signature(const PKIMessage& message, const crypto::PublicKey& key);

/// Whether protectionAlg is a MAC of a shared secret; false for signatures and for anything unknown.
bool is_mac(const AlgorithmIdentifier& algorithm);

/// How one side protects the messages of one operation, and the name that goes with it. Immutable, copies share. Any thread.
class Protector {
public:
    /// @param chain  the protection certificate, then its issuers without the root: it becomes extraCerts (RFC 9483 3.3)
    static Protector by_signature(std::shared_ptr<const crypto::Signer> signer, std::vector<crypto::Cert> chain);
    /// @param reference  senderKID and, for an end entity, the sender's commonName (RFC 9483 3.1)
    static Protector by_mac(MacKey key, std::string reference);
    /// The side that answers: its own name is the sender. @param sender  DER of a Name
    static Protector by_mac(MacKey key, std::string reference, Octets sender);

    bool is_mac() const { return key_.has_value(); }
    const MacKey* mac_key() const { return key_ ? &*key_ : nullptr; }
    const std::vector<crypto::Cert>& chain() const { return chain_; }  // empty for a MAC
    /// Sets sender, senderKID and protectionAlg. The views live in the arena and in this object.
    void          name_sender(PKIHeader& header, der::Arena& arena) const;
    Result<Octets> protect(Bytes part) const;

private:
    std::shared_ptr<const crypto::Signer> signer_;  // shared with the application that owns the key
    std::vector<crypto::Cert>             chain_;
    std::optional<MacKey>                 key_;
    std::string                           reference_;
    Octets                                sender_;  // MAC: DER of the sender's name; empty: the reference is the name
};

/// A complete DER PKIMessage. The sender's fields of the header are those of `protector`; without one they stand as they are and the
/// message is unprotected. @param extra  appended to the protector's chain, duplicates left out
Result<Octets> seal(PKIHeader header, const PKIBody& body, const Protector* protector, std::span<const crypto::Cert> extra);

}  // namespace cmpkit::protection

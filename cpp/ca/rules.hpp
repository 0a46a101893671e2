// A profile read once, ready to judge requests: its patterns, keys and usages as values instead of text.
// It refuses profiles that would make certificates of a CA, whatever a request says.
#pragma once
#include "admission/name_rules.hpp"
#include "ca/profile.hpp"

namespace cmpkit::ca {

/// A kind of key and its sizes: "ec:P-256", "ed25519", "rsa:3072", "rsa:2048-8192".
struct KeyRule {
    std::string name;  // of exactly one kind; empty: RSA of `least` to `most` bits
    std::size_t least = 0, most = 0;

    static Result<KeyRule> read(std::string_view text);
    bool                   allows(const crypto::PublicKey& key) const;
};

/// Immutable. Any thread.
struct Rules {
    Profile                       profile;
    NameRules                     by_certificate, by_secret, by_ra;
    std::vector<KeyRule>          keys;
    KeyUsage                      key_usage;
    std::vector<Octets>           extended_key_usage;  // content octets of the OIDs
    TextPattern                   inventory_key;
    Octets                        forced_subject;      // DER of a Name
    std::vector<FixedExtension>   extensions;          // certificatePolicies among them

    /// @error bad_configuration  detail names the profile and what is wrong in it
    static Result<Rules> read(Profile profile);

    bool allows(operations::RequesterKind kind) const;
    bool allows(const crypto::PublicKey& key) const;
    bool has_purpose(Bytes oid) const;
};

}  // namespace cmpkit::ca

// What a registration authority is made of: its configuration, read once, and its way to the store. For this room alone.
#pragma once
#include "ra/registration.hpp"

namespace cmpkit::ra {

/// An upstream, and how what we protect for it is protected.
struct Way {
    Upstream                             upstream;
    std::optional<protection::Protector> protector;  // its own credentials', else the RA's
};

/// Immutable but for what the store holds. Any thread.
struct RegistrationAuthority::State {
    Settings                             settings;
    Rules                                rules;
    Secrets                              secrets;
    Desk                                 desk;
    std::vector<Way>                     ways;      // as the upstreams in the settings
    std::optional<protection::Protector> own;       // of answers
    std::shared_ptr<crypto::Verifier>    external, pki;  // shared with who learns for them; null: nobody
    std::vector<NamePattern>             entities;

    bool       is_entity(const crypto::Cert& signer) const;
    const Way* way(std::string_view name) const;  // null: there is none
    /// The one that the rule says, else the one that the path names, else the default.
    const Way* way_of(const ReadRule& rule, const std::string& route) const;
    Result<std::optional<store::Write>> spend(const Question& question, const operations::Requester& requester, std::int64_t now) const;
};

}  // namespace cmpkit::ra

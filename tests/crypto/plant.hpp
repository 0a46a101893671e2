// The small PKI that the tests of paths share: root, issuing CA below it, device below that.
#pragma once
#include "forge/forge.hpp"

namespace cmpkit::test {

struct Plant {
    Forge root = Forge::root("CN=Root");
    Forge ca   = root.issue({.subject = "CN=Issuing CA", .is_ca = true});
    Forge dev  = ca.issue({.subject = "CN=dev1"});
};

using Certs = std::vector<crypto::Cert>;

inline std::shared_ptr<crypto::Verifier> verifier(crypto::Trust trust) { return value_of(crypto::Verifier::make(std::move(trust))); }

/// The code of the refusal; the test fails if there is a path.
inline Code refusal(const crypto::Verifier& verifier, const crypto::Cert& leaf, const Certs& untrusted, std::int64_t at = now) {
    const auto path = verifier.path(leaf, untrusted, at);
    REQUIRE_FALSE(path);
    UNSCOPED_INFO(path.error().text());
    return path.error().code;
}
inline Certs path(const crypto::Verifier& verifier, const crypto::Cert& leaf, const Certs& untrusted, std::int64_t at = now) {
    return value_of(verifier.path(leaf, untrusted, at));
}

}  // namespace cmpkit::test

// A key and its certificate that a registration authority gets for itself, for its messages or for TLS, as they lie on disk. The private key, its certificate and the issuers stand in one file, so
// that one rename changes all of them and no crash can part them; what an enrollment under way needs stands in a second one. Nothing here asks a CA.
//
//     auto signer = read_own_signer("signer.pem");
#pragma once
#include "crypto/certificate.hpp"
#include "crypto/key.hpp"

namespace cmpkit::service {

/// A key and its certificate; without a key there is none.
struct OwnSigner {
    std::shared_ptr<crypto::PrivateKey> key{};    // shared with who protects messages or answers handshakes by it
    std::vector<crypto::Cert>           chain{};  // its certificate, then issuers as far as they are known

    explicit operator bool() const { return key != nullptr && !chain.empty(); }
};
/// Whether both have the same certificate, or both none.
bool same_signer(const OwnSigner& a, const OwnSigner& b);

/// @error io; bad_key, bad_certificate  it has no key, no certificate, or the key of another
Result<OwnSigner> read_own_signer(const std::string& path);
/// The same of the file's octets. @error as above; detail is without a path
Result<OwnSigner> own_signer_in(Bytes pem);
/// With mode 0600: readers see the old signer or the new one. @param chain  its certificate first  @error io, unsupported
Result<void> write_own_signer(const std::string& path, const crypto::PrivateKey& key, std::span<const crypto::Cert> chain);

/// An enrollment under way: the key that is to be certified, and the operation as EndEntity::save gave it.
struct SignerDraft {
    std::shared_ptr<crypto::PrivateKey> key;
    Octets                              operation{};
};
/// @error io, bad_key, bad_value
Result<SignerDraft> read_draft(const std::string& path);
/// With mode 0600, whole or not at all. @error io, unsupported
Result<void> write_draft(const std::string& path, const SignerDraft& draft);

}  // namespace cmpkit::service

// Whom a TLS peer must be: its path, what its certificate is for and whether it is revoked, judged as those of CMP signers are.
#pragma once
#include "crypto/chain.hpp"

#include <mutex>

namespace cmpkit::crypto {

/// Any thread.
class TlsPeers {
public:
    enum class Kind : std::uint8_t { servers, clients };

    /// A handshake waits for nobody: what was missing to know whether the peer is revoked is wanted from then on. With servers the handshake fails for that,
    /// and is begun again when it has been asked; a client's goes by what is at hand.
    /// @error as Verifier::make
    static Result<std::shared_ptr<TlsPeers>> make(Trust trust, Kind kind);

    const std::shared_ptr<Verifier>& verifier() const { return verifier_; }
    /// What handshakes wanted to have asked, once. Who asks lets verifier() learn the answers.
    std::vector<StatusQuery>         take_wanted();

    /// Judges the peers of that SSL_CTX, which keeps `peers` as long as it lives. The time is that of the machine's clock. @error tls_failed
    static Result<void> attach(void* ssl_ctx, std::shared_ptr<TlsPeers> peers);

private:
    TlsPeers(std::shared_ptr<Verifier> verifier, Kind kind) : verifier_(std::move(verifier)), kind_(kind) {}
    static int   verify(void* context, TlsPeers& peers);
    Result<void> check(const Cert& leaf, std::span<const Cert> untrusted);
    void         want(StatusQuery query);

    std::shared_ptr<Verifier> verifier_;  // shared with who lets it learn
    Kind                      kind_;
    std::mutex                mutex_;     // guards what is below
    std::vector<StatusQuery>  wanted_;
};

/// Its key usage and extended key usage allow it (RFC 5280 4.2.1.12).
bool is_for_tls_clients(const Cert& cert);

}  // namespace cmpkit::crypto

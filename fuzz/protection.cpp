// The protection of a message: three octets choose a key and a change, then a PKIMessage. As it comes, and protected anew by that key or the secret, it is taken only
// where OpenSSL takes it, whatever algorithm it names; anew under an algorithm of the key it is taken; and after the change never.
#include "openssl_protection.hpp"
#include "protected_message.hpp"
#include "signers.hpp"

using namespace cmpkit;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) { return fuzz::mutate_der_behind(3, data, size, most, seed); }

namespace {

/// @pre it has a protectionAlg
bool is_taken(const PKIMessage& message, Bytes part, const fuzz::KnownSigner& signer) {
    const AlgorithmIdentifier& algorithm = *message.header.protectionAlg;
    const auto                 key       = protection::MacKey::derive(algorithm, bytes_of(fuzz::secret), {.max_iterations = 1000});
    if (key && protection::verify_mac(message, *key)) return fuzz::hold(equal(message.protection->bytes, fuzz::openssl_mac(algorithm, bytes_of(fuzz::secret), part))), true;
    if (!protection::verify_signature(message, signer.key->public_key())) return false;
    return fuzz::hold(fuzz::openssl_verifies(algorithm, part, *message.protection, signer.openssl.get())), true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = size < 4 ? Error{} : der::parse<PKIMessage>(Octets(data + 3, data + size));
    if (!message || !(*message)->header.protectionAlg) return 0;
    const auto&  signer    = fuzz::known_signers()[data[0] % fuzz::known_signers().size()];
    const auto&  algorithm = *(*message)->header.protectionAlg;
    auto         parts     = fuzz::ProtectedMessage::of({data + 3, size - 3});
    const Octets part      = parts.protected_part();
    (void)is_taken(**message, part, signer);
    const auto key   = protection::MacKey::derive(algorithm, bytes_of(fuzz::secret), {.max_iterations = 1000});
    const auto value = key ? key->mac(part) : signer.key->sign(signer.key->algorithm(), part);
    const bool taken = is_taken(**der::parse<PKIMessage>(parts.under(*value)), part, signer);
    fuzz::hold(taken || !(key || der::encode(algorithm) == der::encode(signer.key->algorithm())));
    parts.change(data[1], data[2]);
    const auto changed = der::parse<PKIMessage>(parts.under(*value));
    fuzz::hold(!changed || !(*changed)->header.protectionAlg || !is_taken(**changed, parts.protected_part(), signer));
    return 0;
}

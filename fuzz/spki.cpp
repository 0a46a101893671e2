// A public key: what our reader takes (crypto/key.cpp) OpenSSL's generic decoder takes too, as a key of the same kind, of as many bits, and with the same octets.
#include "crypto/key.hpp"
#include "openssl_reading.hpp"

using namespace cmpkit;

namespace {

int openssl_kind(crypto::KeyKind kind) {
    switch (kind) {
    case crypto::KeyKind::rsa: return EVP_PKEY_RSA;
    case crypto::KeyKind::ec: return EVP_PKEY_EC;
    case crypto::KeyKind::ed25519: return EVP_PKEY_ED25519;
    case crypto::KeyKind::ed448: return EVP_PKEY_ED448;
    }
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    der::Arena arena(der::arena_budget(size));
    const auto info = der::parse<SubjectPublicKeyInfo>(Bytes(data, size), arena);
    const auto key  = info ? crypto::PublicKey::from(*info) : info.error();
    if (!key) return 0;
    const fuzz::OpensslKey theirs(fuzz::openssl_read(d2i_PUBKEY, EVP_PKEY_free, {data, size}));
    fuzz::hold(theirs && EVP_PKEY_get_base_id(theirs.get()) == openssl_kind(key->kind()) && static_cast<std::size_t>(EVP_PKEY_get_bits(theirs.get())) == key->bits());
    fuzz::hold(equal(key->spki(), {data, size}) && key->key_identifier().size() == 20 && !key->name().empty());
    return 0;
}

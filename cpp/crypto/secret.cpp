#include "crypto/secret.hpp"

#include "crypto/openssl.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace cmpkit::crypto {
namespace {

void wipe(Octets& octets) {
    octets.resize(octets.capacity());  // what stood behind the end goes too
    if (!octets.empty()) OPENSSL_cleanse(octets.data(), octets.size());
}

}  // namespace

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    wipe(octets_);
    octets_ = std::move(other.octets_);
    return *this;
}

Secret::~Secret() { wipe(octets_); }

bool equal_in_constant_time(Bytes a, Bytes b) { return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0); }

Result<void> random_octets(std::span<std::uint8_t> out) {
    const OpensslCall call;
    if (out.empty() || RAND_bytes_ex(nullptr, out.data(), out.size(), 0) == 1) return {};
    return openssl_error(Code::crypto_failed, "the random generator failed");
}

}  // namespace cmpkit::crypto

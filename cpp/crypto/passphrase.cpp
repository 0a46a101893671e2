#include "crypto/passphrase.hpp"

namespace cmpkit::crypto {

int tell_passphrase(char* out, int size, int, void* context) {
    auto& passphrase     = *static_cast<Passphrase*>(context);
    passphrase.was_asked = true;
    if (passphrase.octets.empty() || passphrase.octets.size() > static_cast<std::size_t>(size)) return -1;
    std::ranges::copy(passphrase.octets, out);
    return static_cast<int>(passphrase.octets.size());
}

Error why_not_read(const Passphrase& passphrase, std::string_view otherwise) {
    if (!passphrase.was_asked) return openssl_error(Code::bad_key, otherwise);
    return passphrase.octets.empty() ? Error{.code = Code::bad_key, .detail = "a passphrase is needed"} : openssl_error(Code::bad_key, "wrong passphrase");
}

}  // namespace cmpkit::crypto

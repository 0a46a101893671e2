#include "crypto/pkcs12.hpp"

#include "crypto/openssl.hpp"

#include <openssl/err.h>
#include <openssl/pkcs12.h>

namespace cmpkit::crypto {
namespace {

constexpr auto free_certificates = [](STACK_OF(X509)* certificates) { sk_X509_pop_free(certificates, X509_free); };

using Pfx      = Owned<PKCS12, PKCS12_free>;
using X509List = Owned<STACK_OF(X509), free_certificates>;

constexpr long most_iterations = 5'000'000;  // some seconds; the file says how many, and the MAC comes before all else

Error with_path(Path path, Error error) {
    error.path = path;
    return error;
}
Error refused(Code code, Path path, std::string detail) { return {.code = code, .path = path, .detail = std::move(detail)}; }

Pfx pfx_of(Bytes der) {
    const unsigned char* at = der.data();
    return Pfx(d2i_PKCS12(nullptr, &at, static_cast<long>(der.size())));
}

/// OpenSSL takes passwords that end with a NUL.
Result<Secret> terminated(const Secret* password) {
    const Bytes known = password ? password->view() : Bytes{};
    if (std::ranges::find(known, 0) != known.end()) return refused(Code::bad_key, "macData", "a NUL in the password");
    Octets octets;
    octets.reserve(known.size() + 1);
    octets.assign(known.begin(), known.end());
    octets.push_back(0);
    return Secret(std::move(octets));
}

bool fits(PKCS12* pfx, const char* password, int size) { return PKCS12_verify_mac(pfx, password, size) == 1; }

/// Says by the MAC whether the password is right, and returns it as PKCS12_parse wants it: «none» is written in two ways.
Result<const char*> proven_password(PKCS12* pfx, const Secret& password) {
    const ASN1_INTEGER* iterations = nullptr;
    if (PKCS12_mac_present(pfx) != 1) return refused(Code::bad_value, "macData", "a PKCS#12 file without a MAC");
    PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, pfx);
    const long count = iterations ? ASN1_INTEGER_get(iterations) : 1;
    if (count < 1 || count > most_iterations) return refused(Code::bad_value, "macData.iterations", "more than this library does");
    const auto* text = reinterpret_cast<const char*>(password.view().data());
    const int   size = static_cast<int>(password.view().size()) - 1;
    if (fits(pfx, text, size)) return text;
    if (size == 0 && fits(pfx, nullptr, 0)) return static_cast<const char*>(nullptr);
    if (ERR_peek_error() != 0) return with_path("macData", openssl_error(Code::unsupported, "the MAC cannot be computed"));
    return refused(Code::bad_key, "macData", size == 0 ? "a password is needed" : "wrong password");
}

struct Content {
    EvpKey   key;
    X509Ptr  own;
    X509List others;
};

Result<Content> content_of(PKCS12* pfx, const char* password) {
    EVP_PKEY*       key    = nullptr;
    X509*           own    = nullptr;
    STACK_OF(X509)* others = nullptr;
    const bool      is_read = PKCS12_parse(pfx, password, &key, &own, &others) == 1;
    Content         content{EvpKey(key), X509Ptr(own), X509List(others)};
    if (!is_read) return with_path("authSafe", openssl_error(Code::unsupported, "the password is right, but the contents cannot be read"));
    return content;
}

Result<Pkcs12> as_ours(Content content) {
    std::vector<Octets> ders;
    if (content.own) ders.push_back(der_of(content.own.get()));
    for (int i = 0; i < sk_X509_num(content.others.get()); ++i) ders.push_back(der_of(sk_X509_value(content.others.get(), i)));
    auto certificates = parse_certificates(ders);
    if (!certificates) return certificates.error();
    Pkcs12 ours{nullptr, *std::move(certificates)};
    if (!content.key) return ours;
    auto key = PrivateKey::adopt(content.key.release());
    if (!key) return key.error();
    ours.key = *std::move(key);
    return ours;
}

}  // namespace

bool is_pkcs12(Bytes octets) {
    static constexpr std::uint8_t version_3[] = {der::tag::integer, 1, 3};
    if (octets.size() < 2 || octets[0] != der::tag::sequence) return false;
    const std::size_t header = octets[1] > 0x80 ? 2u + (octets[1] & 0x7f) : 2u;  // BER's indefinite length is read too: some programs write it
    return octets.size() >= header + sizeof version_3 && equal(octets.subspan(header, sizeof version_3), version_3);
}

Result<Pkcs12> read_pkcs12(Bytes der, const Secret* password) {
    const OpensslCall call;
    const Pfx         pfx = pfx_of(der);
    if (!pfx) return with_path("PFX", openssl_error(Code::bad_value, "not PKCS#12"));
    const auto text = terminated(password);
    if (!text) return text.error();
    const auto proven = proven_password(pfx.get(), *text);
    if (!proven) return proven.error();
    auto content = content_of(pfx.get(), *proven);
    if (!content) return content.error();
    return as_ours(*std::move(content));
}

}  // namespace cmpkit::crypto

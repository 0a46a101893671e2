// Keys and certificates behind the URIs of OSSL_STORE: in tokens, TPMs, files, as the providers of OpenSSL's configuration know them.
#include "crypto/certificate.hpp"
#include "crypto/openssl.hpp"
#include "crypto/passphrase.hpp"

#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>

namespace cmpkit::crypto {
namespace {

using Location = Owned<OSSL_STORE_CTX, OSSL_STORE_close>;
using Found    = Owned<OSSL_STORE_INFO, OSSL_STORE_INFO_free>;
using UiMethod = Owned<UI_METHOD, UI_destroy_method>;

constexpr std::size_t most_objects = 100;

// The rest of a URI may hold a PIN, so no error shows it.
std::string shown(const std::string& uri) { return "this " + escaped(uri.substr(0, uri.find(':') + 1)) + " URI"; }

bool is_unserved() {
    const unsigned long last = ERR_peek_last_error();
    return ERR_GET_LIB(last) == ERR_LIB_OSSL_STORE && ERR_GET_REASON(last) == ERR_R_UNSUPPORTED;
}

Error why_not_opened(const std::string& uri) {
    if (is_unserved()) return {.code = Code::unsupported, .detail = "no provider that OpenSSL's configuration activates serves " + shown(uri)};
    return openssl_error(Code::not_found, shown(uri) + " cannot be opened");
}

struct Kind {
    int         type;  // OSSL_STORE_INFO_…
    const char* name;
};
constexpr Kind private_key{OSSL_STORE_INFO_PKEY, "private key"}, certificate{OSSL_STORE_INFO_CERT, "certificate"};

/// All objects of one kind, at least one.
Result<std::vector<Found>> objects_at(const std::string& uri, Kind kind, const Secret* pin) {
    if (!is_uri(uri)) return Error{.code = Code::bad_argument, .detail = "a URI begins with a scheme and a colon"};
    Passphrase     known(pin);
    const UiMethod asks(UI_UTIL_wrap_read_pem_callback(tell_passphrase, 0));  // none would mean the terminal
    if (!asks) return openssl_error(Code::crypto_failed, "memory");
    const Location store(OSSL_STORE_open_ex(uri.c_str(), nullptr, nullptr, asks.get(), &known, nullptr, nullptr, nullptr));
    if (!store || OSSL_STORE_expect(store.get(), kind.type) != 1) return known.was_asked ? why_not_read(known, {}) : why_not_opened(uri);
    std::vector<Found> objects;
    while (objects.size() < most_objects && !OSSL_STORE_eof(store.get())) {
        Found each(OSSL_STORE_load(store.get()));
        if (!each) break;
        if (OSSL_STORE_INFO_get_type(each.get()) == kind.type) objects.push_back(std::move(each));
    }
    if (!objects.empty()) return objects;
    if (known.was_asked && OSSL_STORE_error(store.get())) return why_not_read(known, {});
    return openssl_error(Code::not_found, std::string("there is no ") + kind.name + " at " + shown(uri));
}

}  // namespace

bool is_uri(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto is_rest   = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; };
    const auto scheme    = text.substr(0, text.find(':'));
    return scheme.size() < text.size() && scheme.size() > 1 && is_letter(scheme[0]) && std::ranges::all_of(scheme, is_rest);
}

Result<std::shared_ptr<PrivateKey>> PrivateKey::open(const std::string& uri, const Secret* pin) {
    const OpensslCall call;
    const auto        objects = objects_at(uri, private_key, pin);
    if (!objects) return objects.error();
    if (objects->size() > 1) return Error{.code = Code::bad_key, .detail = "more than one private key is at " + shown(uri)};
    return adopt(OSSL_STORE_INFO_get1_PKEY(objects->front().get()));
}

Result<std::vector<Cert>> open_certificates(const std::string& uri, const Secret* pin) {
    const OpensslCall call;
    const auto        objects = objects_at(uri, certificate, pin);
    if (!objects) return objects.error();
    std::vector<Octets> ders;
    for (const Found& each : *objects) ders.push_back(der_of(OSSL_STORE_INFO_get0_CERT(each.get())));
    return parse_certificates(ders);
}

}  // namespace cmpkit::crypto

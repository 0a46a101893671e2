#include "handles.hpp"

#include "der/encode.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

std::unique_ptr<cmpkit_key> handle_of(std::shared_ptr<crypto::PrivateKey> key) {
    auto handle    = std::make_unique<cmpkit_key>();
    handle->signer = key;
    handle->own    = std::move(key);
    return handle;
}

}  // namespace

Result<crypto::Secret> cmpkit::capi::passphrase_in(const std::uint8_t* data, std::size_t size) {
    auto octets = bytes_in(data, size);
    if (!octets) return octets.error();
    return crypto::Secret::copy_of(*octets);
}

extern "C" {

cmpkit_rc cmpkit_key_generate(const char* kind, cmpkit_key** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_key>> {
        auto word = text_in(kind, "kind");
        if (!word) return word.error();
        auto key = crypto::generate_key(*word);
        if (!key) return key.error();
        return handle_of(std::move(*key));
    });
}

cmpkit_rc cmpkit_key_load(const uint8_t* data, size_t size, const uint8_t* passphrase, size_t passphrase_size, cmpkit_key** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_key>> {
        auto octets = bytes_in(data, size);
        auto secret = passphrase_in(passphrase, passphrase_size);
        if (!octets || !secret) return octets ? secret.error() : octets.error();
        auto key = crypto::PrivateKey::parse(*octets, &*secret);
        if (!key) return key.error();
        return handle_of(std::move(*key));
    });
}

cmpkit_rc cmpkit_key_open(const char* uri, const uint8_t* pin, size_t pin_size, cmpkit_key** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_key>> {
        auto text   = text_in(uri, "uri");
        auto secret = passphrase_in(pin, pin_size);
        if (!text || !secret) return text ? secret.error() : text.error();
        auto key = crypto::PrivateKey::open(*text, &*secret);
        if (!key) return key.error();
        return handle_of(std::move(*key));
    });
}

cmpkit_rc cmpkit_key_pem(const cmpkit_key* key, const uint8_t* passphrase, size_t passphrase_size, cmpkit_buf** pem, cmpkit_error** error) {
    return guard_out(pem, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto secret = passphrase_in(passphrase, passphrase_size);
        if (!key || !secret) return key ? secret.error() : Error{.code = Code::bad_argument, .detail = "key is NULL"};
        if (!key->own) return Error{.code = Code::unsupported, .detail = "the key is in the application's hands"};
        auto text = key->own->to_pem(&*secret);
        if (!text) return text.error();
        return buf_of(text->view());
    });
}

cmpkit_rc cmpkit_key_new_callback(const uint8_t* spki, size_t spki_size, cmpkit_sign_fn sign, void* user, cmpkit_destroy_fn destroy, cmpkit_key** out, cmpkit_error** error) {
    User held;  // made before anything is refused: `user` is given back then, too
    if (const auto rc = guard(error, [&]() -> Result<void> { return held = User(user, destroy), Result<void>(); }); rc != CMPKIT_OK) return rc;
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_key>> {
        auto octets = bytes_in(spki, spki_size);
        if (!octets || !sign) return Error{.code = Code::bad_argument, .detail = "spki and sign are needed"};
        der::Arena arena;
        auto       info = der::parse<SubjectPublicKeyInfo>(*octets, arena);
        if (!info) return info.error();
        auto key = crypto::PublicKey::from(*info);
        if (!key) return key.error();
        auto handle    = std::make_unique<cmpkit_key>();
        handle->signer = crypto::callback_signer(*key, [sign, held](const AlgorithmIdentifier& algorithm, Bytes data) -> Result<Octets> {
            const Octets name = der::encode(algorithm);
            cmpkit_sink  sink;
            const auto   rc = sign(held.get(), name.data(), name.size(), data.data(), data.size(), &sink);
            return taken_from(sink, rc);
        });
        return handle;
    });
}

cmpkit_rc cmpkit_key_public(const cmpkit_key* key, cmpkit_buf** spki, cmpkit_error** error) {
    return guard_out(spki, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!key) return Error{.code = Code::bad_argument, .detail = "key is NULL"};
        return buf_of(key->signer->public_key().spki());
    });
}

void cmpkit_key_free(cmpkit_key* key) { delete key; }

}  // extern "C"

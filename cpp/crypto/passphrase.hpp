// The passphrase of a key, told to OpenSSL when it asks; nobody is asked at a terminal. For crypto's own files.
#pragma once
#include "crypto/openssl.hpp"
#include "crypto/secret.hpp"

namespace cmpkit::crypto {

struct Passphrase {
    Bytes octets;
    bool  was_asked = false;

    explicit Passphrase(const Secret* known) : octets(known ? known->view() : Bytes{}) {}
};

/// OpenSSL's pem_password_cb; `context` is a Passphrase.
int tell_passphrase(char* out, int size, int rwflag, void* context);

/// Why a private key was not read, as far as the passphrase is the reason; else OpenSSL's reasons behind `otherwise`. @return bad_key
Error why_not_read(const Passphrase& passphrase, std::string_view otherwise);

}  // namespace cmpkit::crypto

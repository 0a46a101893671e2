// Trust and TLS settings: whose answers count, and who we are to a TLS peer.
#include "handles.hpp"

#include "crypto/crl.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace cmpkit::capi {

Result<std::vector<crypto::Cert>> certificates_in(const std::uint8_t* data, std::size_t size) {
    auto octets = bytes_in(data, size);
    if (!octets) return octets.error();
    auto certs = crypto::read_certificates(*octets);
    if (certs && certs->empty()) return Error{.code = Code::bad_certificate, .detail = "there is no certificate in the octets"};
    return certs;
}

Result<void> append_certificates(std::vector<crypto::Cert>& to, const std::uint8_t* data, std::size_t size) {
    auto certs = certificates_in(data, size);
    if (!certs) return certs.error();
    to.insert(to.end(), certs->begin(), certs->end());
    return {};
}

std::string pem_of(std::span<const crypto::Cert> certificates) {
    std::string pem;
    for (const crypto::Cert& certificate : certificates) pem += crypto::write_pem("CERTIFICATE", certificate.der());
    return pem;
}

Result<Octets> name_in(const char* text, const char* what) {
    if (!text) return Octets();
    auto checked = text_in(text, what);
    if (!checked) return checked.error();
    der::Arena arena;
    auto       name = name_from_text(*checked, arena);
    if (!name) return Error{.code = Code::bad_argument, .detail = what}.because_of(name.error());
    return der::encode(*name);
}

Result<void> check_pair(const crypto::Signer& signer, const crypto::Cert& certificate) {
    auto key = certificate.key();
    if (!key) return key.error();
    if (equal(key->spki(), signer.public_key().spki())) return {};
    return Error{.code = Code::bad_key, .detail = "the key does not belong to the certificate " + to_text(certificate->subject)};
}

}  // namespace cmpkit::capi

namespace {

template <class Read> cmpkit_rc set_peer(cmpkit_trust* trust, const char* text, const char* what, Read read, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!trust) return no_handle;
        auto given = text_in(text, what);
        if (!given) return given.error();
        auto profile = read(*given);
        if (!profile) return profile.error();
        trust->peer = std::move(*profile);
        return {};
    });
}

cmpkit_rc set_secret(cmpkit_tls* tls, crypto::TlsSecret::Kind kind, const char* identity, const uint8_t* secret, size_t size, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        auto name   = text_in(identity, "identity");
        auto octets = bytes_in(secret, size);
        if (!tls || !name || !octets) return !tls ? no_handle : !name ? name.error() : octets.error();
        crypto::TlsSecret own{.kind = kind, .identity = *name, .secret = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(*octets))};
        if (auto good = own.check(); !good) return good;
        tls->changed();
        tls->credentials.secrets = {std::move(own)};
        return {};
    });
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_trust_new(cmpkit_trust** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_trust>> { return std::make_unique<cmpkit_trust>(); });
}
cmpkit_rc cmpkit_trust_add_anchors(cmpkit_trust* trust, const uint8_t* certificates, size_t size, cmpkit_error** error) {
    return guard(error, [&] { return trust ? append_certificates(trust->anchors.anchors, certificates, size) : Result<void>(no_handle); });
}
cmpkit_rc cmpkit_trust_add_intermediates(cmpkit_trust* trust, const uint8_t* certificates, size_t size, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!trust) return no_handle;
        if (auto done = append_certificates(trust->anchors.intermediates, certificates, size); !done) return done;
        return append_certificates(trust->verify_new.intermediates, certificates, size);
    });
}
cmpkit_rc cmpkit_trust_add_pins(cmpkit_trust* trust, const uint8_t* certificates, size_t size, cmpkit_error** error) {
    return guard(error, [&] { return trust ? append_certificates(trust->pins, certificates, size) : Result<void>(no_handle); });
}
cmpkit_rc cmpkit_trust_add_verify_new(cmpkit_trust* trust, const uint8_t* certificates, size_t size, cmpkit_error** error) {
    return guard(error, [&] { return trust ? append_certificates(trust->verify_new.anchors, certificates, size) : Result<void>(no_handle); });
}
cmpkit_rc cmpkit_trust_add_crl(cmpkit_trust* trust, const uint8_t* crl, size_t size, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        auto octets = bytes_in(crl, size);
        if (!trust || !octets) return trust ? octets.error() : no_handle;
        auto der = crypto::pem_or_der(*octets, {"X509 CRL"});
        if (!der) return der.error();
        if (auto list = crypto::Crl::parse(*der); !list) return Error{.code = Code::bad_value, .detail = "not a CRL"}.because_of(list.error());
        trust->anchors.crls.push_back(*der);
        trust->verify_new.crls.push_back(std::move(*der));
        return {};
    });
}
cmpkit_rc cmpkit_trust_set_peer(cmpkit_trust* trust, const char* name, cmpkit_error** error) {
    return set_peer(trust, name, "name", &service::peer_named, error);
}
cmpkit_rc cmpkit_trust_set_peer_toml(cmpkit_trust* trust, const char* toml, cmpkit_error** error) {
    return set_peer(trust, toml, "toml", &service::read_peer, error);
}
cmpkit_rc cmpkit_peers(cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        std::string all;
        for (const service::PeerFile& file : service::peer_files()) {
            auto profile = service::read_peer(file.text);
            if (!profile) return profile.error();
            all += (all.empty() ? "" : ",\n ") + service::to_json(*profile);
        }
        return buf_of("[" + all + "]");
    });
}
void cmpkit_trust_free(cmpkit_trust* trust) { delete trust; }

cmpkit_rc cmpkit_tls_new(cmpkit_tls** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_tls>> { return std::make_unique<cmpkit_tls>(); });
}
cmpkit_rc cmpkit_tls_add_anchors(cmpkit_tls* tls, const uint8_t* certificates, size_t size, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!tls) return no_handle;
        tls->changed();
        return append_certificates(tls->credentials.trust.anchors, certificates, size);
    });
}
cmpkit_rc cmpkit_tls_set_trust(cmpkit_tls* tls, const cmpkit_trust* trust, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!tls || !trust) return no_handle;
        tls->changed();
        tls->credentials.trust = trust->anchors;
        tls->fetching          = trust->fetching;
        return {};
    });
}
cmpkit_rc cmpkit_tls_set_certificate(cmpkit_tls* tls, const cmpkit_key* key, const uint8_t* certificates, size_t size, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!tls || !key || !key->own) return Error{.code = Code::bad_argument, .detail = "TLS needs a key in memory"};
        auto certs = certificates_in(certificates, size);
        if (!certs) return certs.error();
        if (auto good = check_pair(*key->signer, certs->front()); !good) return good;
        tls->changed();
        tls->credentials.chain = std::move(*certs);
        tls->credentials.key   = std::const_pointer_cast<crypto::PrivateKey>(key->own);
        return {};
    });
}
cmpkit_rc cmpkit_tls_set_psk(cmpkit_tls* tls, const char* identity, const uint8_t* key, size_t size, cmpkit_error** error) {
    return set_secret(tls, crypto::TlsSecret::Kind::psk, identity, key, size, error);
}
cmpkit_rc cmpkit_tls_set_srp(cmpkit_tls* tls, const char* user, const uint8_t* password, size_t size, cmpkit_error** error) {
    return set_secret(tls, crypto::TlsSecret::Kind::srp, user, password, size, error);
}
void cmpkit_tls_free(cmpkit_tls* tls) { delete tls; }

}  // extern "C"

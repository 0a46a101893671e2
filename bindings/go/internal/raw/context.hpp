// Context, keys, credentials, trust and TLS of cmpkit.h as classes. See cmpkit.i for what such classes are for.
#pragma once
#include "callbacks.hpp"

namespace cmpkit {

class Key : public Owner<cmpkit_key> {
public:
    static Key* generate(const std::string& kind) { return new Key(cmpkit_key_generate, border::given(kind)); }
    static Key* load(View data, View passphrase) { return new Key(cmpkit_key_load, data.data, data.size, passphrase.data, passphrase.size); }
    static Key* open(const std::string& uri, View pin) { return new Key(cmpkit_key_open, border::given(uri), pin.data, pin.size); }
    static Key* of_signer(View spki, Signer* signer) {
        const cmpkit_sign_fn sign = [](void* user, const std::uint8_t* algorithm, std::size_t algorithm_size, const std::uint8_t* data, std::size_t size, cmpkit_sink* signature) {
            Sink sink(signature);
            return border::answered([&] { static_cast<Signer*>(user)->sign({algorithm, algorithm_size}, {data, size}, &sink); });
        };
        return new Key(cmpkit_key_new_callback, spki.data, spki.size, sign, signer, border::release<Signer>);
    }
    Blob pem(View passphrase) const { return border::octets(cmpkit_key_pem, handle().get(), passphrase.data, passphrase.size); }
    Blob spki() const { return border::octets(cmpkit_key_public, handle().get()); }

private:
    template <class... How> explicit Key(How... how) : Owner(border::made(cmpkit_key_free, how...)) {}
};

class Credentials : public Owner<cmpkit_credentials> {
public:
    static Credentials* of_certificate(const Key& key, View certificates) {
        return new Credentials(cmpkit_credentials_new_certificate, key.handle().get(), certificates.data, certificates.size);
    }
    static Credentials* of_pkcs12(View pkcs12, View password) {
        return new Credentials(cmpkit_credentials_new_pkcs12, pkcs12.data, pkcs12.size, password.data, password.size);
    }
    /// mac: CMPKIT_MAC_…; iterations 0: the library's.
    static Credentials* of_secret(const std::string& reference, View secret, int mac, std::uint32_t iterations) {
        std::unique_ptr<Credentials> made(new Credentials(cmpkit_credentials_new_secret, border::given(reference), secret.data, secret.size));
        border::call(cmpkit_credentials_set_mac, made->handle().get(), mac, iterations);
        return made.release();
    }

private:
    template <class... How> explicit Credentials(How... how) : Owner(border::made(cmpkit_credentials_free, how...)) {}
};

/// The layers fill it before they show it, and then only read.
class Trust : public Owner<cmpkit_trust> {
public:
    Trust() : Owner(border::made(cmpkit_trust_free, cmpkit_trust_new)) {}
    void add_anchors(View certificates) { border::call(cmpkit_trust_add_anchors, handle().get(), certificates.data, certificates.size); }
    void add_intermediates(View certificates) { border::call(cmpkit_trust_add_intermediates, handle().get(), certificates.data, certificates.size); }
    void add_pins(View certificates) { border::call(cmpkit_trust_add_pins, handle().get(), certificates.data, certificates.size); }
    void add_verify_new(View certificates) { border::call(cmpkit_trust_add_verify_new, handle().get(), certificates.data, certificates.size); }
    void add_crl(View crl) { border::call(cmpkit_trust_add_crl, handle().get(), crl.data, crl.size); }
    void add_ocsp(View response) { border::call(cmpkit_trust_add_ocsp, handle().get(), response.data, response.size); }
    void set_revocation(int revocation) { border::call(cmpkit_trust_set_revocation, handle().get(), revocation); }
    void add_status_source(int kind, const std::string& url) { border::call(cmpkit_trust_add_status_source, handle().get(), kind, border::given(url)); }
    void set_fetch_limits(std::uint32_t octets, std::uint32_t time_ms, const std::string& named_addresses) {
        border::call(cmpkit_trust_set_fetch_limits, handle().get(), octets, time_ms, border::optional(named_addresses));
    }
    void set_peer(const std::string& name) { border::call(cmpkit_trust_set_peer, handle().get(), border::given(name)); }
    void set_peer_toml(const std::string& toml) { border::call(cmpkit_trust_set_peer_toml, handle().get(), border::given(toml)); }
};

/// As Trust.
class Tls : public Owner<cmpkit_tls> {
public:
    Tls() : Owner(border::made(cmpkit_tls_free, cmpkit_tls_new)) {}
    void add_anchors(View certificates) { border::call(cmpkit_tls_add_anchors, handle().get(), certificates.data, certificates.size); }
    void set_trust(const Trust& trust) { border::call(cmpkit_tls_set_trust, handle().get(), trust.handle().get()); }
    void set_certificate(const Key& key, View certificates) {
        border::call(cmpkit_tls_set_certificate, handle().get(), key.handle().get(), certificates.data, certificates.size);
    }
    void set_psk(const std::string& identity, View key) { border::call(cmpkit_tls_set_psk, handle().get(), border::given(identity), key.data, key.size); }
    void set_srp(const std::string& user, View password) { border::call(cmpkit_tls_set_srp, handle().get(), border::given(user), password.data, password.size); }
};

/// What cmpkit_ca_options says.
class Founding {
public:
    explicit Founding(const std::string& subject) : subject_(subject) {}
    void set_key(const std::string& kind) { key_ = kind; }
    void set_listen(const std::string& url) { listen_ = url; }
    void set_secret(const std::string& reference, const std::string& secret) { reference_ = reference, secret_ = secret; }
    void add_trust_external(const std::string& file) { externals_.push_back(file); }
    void set_external_revocation(const std::string& word) { external_revocation_ = word; }
    void set_passphrase(View passphrase, const std::string& source) { passphrase_.assign(passphrase.data, passphrase.data + passphrase.size), source_ = source; }
    void set_signers(bool ra, bool kga) { ra_ = ra, kga_ = kga; }

    void found(cmpkit_context* context, const std::string& folder, std::int64_t now) const {
        const auto        externals = border::ended_by_null(externals_);
        cmpkit_ca_options options   = CMPKIT_CA_OPTIONS_INIT;
        options.subject             = border::given(subject_);
        options.key                 = border::optional(key_);
        options.listen              = border::optional(listen_);
        options.reference           = border::optional(reference_);
        options.secret              = border::optional(secret_);
        options.trust_external      = externals.data();
        options.passphrase          = passphrase_.data();
        options.passphrase_size     = passphrase_.size();
        options.passphrase_source   = border::optional(source_);
        options.ra_signer           = ra_;
        options.kga_signer          = kga_;
        options.external_revocation = border::optional(external_revocation_);
        border::call(cmpkit_ca_init, context, border::given(folder), &options, now);
    }

private:
    std::string               subject_, key_, listen_, reference_, secret_, source_, external_revocation_;
    std::vector<std::string>  externals_;
    std::vector<std::uint8_t> passphrase_;
    bool                      ra_ = false, kga_ = false;
};

class Context : public Owner<cmpkit_context> {
public:
    Context() : Owner(border::made(cmpkit_context_free, cmpkit_context_new)) {}
    void set_log(int most, Logger* logger) {
        const cmpkit_log_fn log = [](void* user, cmpkit_log_level level, const char* text) { border::answer_apart([&] { static_cast<Logger*>(user)->log(level, text); }); };
        std::unique_ptr<Logger> owned(logger);
        const auto              context = handle();
        border::call(cmpkit_context_set_log, context.get(), most, logger ? log : nullptr, owned.release(), border::release<Logger>);
    }
    void        add_plugin_folder(const std::string& folder) { border::call(cmpkit_context_add_plugin_folder, handle().get(), border::given(folder)); }
    std::string transports() { return border::text(cmpkit_context_transports, handle().get()); }
    void        set_option(const std::string& plugin, const std::string& name, const std::string& value) {
        border::call(cmpkit_context_set_option, handle().get(), border::optional(plugin), border::given(name), border::given(value));
    }
    bool is_offline(const std::string& url) {
        std::int32_t offline = 0;
        border::call(cmpkit_context_is_offline, handle().get(), border::given(url), &offline);
        return offline != 0;
    }
    Blob exchange(const std::string& url, const Tls* tls, const Trust* trust, View message, std::uint32_t timeout_ms) {
        const auto to = border::optional_handle(tls);
        const auto as = border::optional_handle(trust);
        return border::octets(cmpkit_context_exchange, handle().get(), border::given(url), to.get(), as.get(), message.data, message.size, timeout_ms);
    }
    std::string discover(const std::string& url, const Tls* tls, std::uint32_t timeout_ms) {
        return border::text(cmpkit_context_discover, handle().get(), border::given(url), border::optional_handle(tls).get(), timeout_ms);
    }
    void init_ca(const std::string& folder, const Founding& founding, std::int64_t now) { founding.found(handle().get(), folder, now); }
};

}  // namespace cmpkit

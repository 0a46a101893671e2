#include "crypto/tls_secret.hpp"

#include "crypto/openssl.hpp"
#include "crypto/tls_srp.hpp"

#include <algorithm>
#include <array>
#include <openssl/ssl.h>

namespace cmpkit::crypto {
namespace {

using Kind = TlsSecret::Kind;

// A PSK of TLS 1.3 is bound to the hash of its suite, and one that nobody told the hash of to SHA-256 (RFC 8446 4.2.11): the first suite is the one for secrets.
constexpr const char* suites_1_3      = "TLS_AES_128_GCM_SHA256";
constexpr const char* all_suites_1_3  = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* psk_suites      = "ECDHE-PSK-CHACHA20-POLY1305:ECDHE-PSK-AES128-CBC-SHA256:ECDHE-PSK-AES256-CBC-SHA384";
constexpr const char* certificate_suites = "DEFAULT:-PSK:-SRP";  // DEFAULT stands first in a list

constexpr unsigned char aes_128_gcm_sha256[] = {0x13, 0x01};

/// What an SSL_CTX knows.
struct Known {
    std::vector<TlsSecret> secrets;
    bool                   alone;  // a server without a certificate
    std::string            suites;
};
using Held = std::shared_ptr<const Known>;

void free_known(void*, void* held, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Held*>(held); }
void free_name(void*, void* name, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<std::string*>(name); }

int context_slot() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_known);
    return index;
}
int name_slot() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_name);
    return index;
}

Error failed(std::string_view what) { return openssl_error(Code::tls_failed, what); }

const Known* known_to(const SSL_CTX* context) {
    const auto* held = static_cast<const Held*>(SSL_CTX_get_ex_data(context, context_slot()));
    return held ? held->get() : nullptr;
}

/// Looks at all of them, so that the time it takes tells nothing of which there are.
const TlsSecret* psk_of(const Known& known, Bytes identity) {
    const TlsSecret* found = nullptr;
    for (const TlsSecret& each : known.secrets)
        if (each.kind == Kind::psk && equal_in_constant_time(bytes_of(each.identity), identity)) found = &each;
    return found;
}

using Session = Owned<SSL_SESSION, SSL_SESSION_free>;

Session session_with(SSL* ssl, Bytes key) {
    const SSL_CIPHER* const cipher = SSL_CIPHER_find(ssl, aes_128_gcm_sha256);
    Session                 session(SSL_SESSION_new());
    const bool made = session && cipher && SSL_SESSION_set1_master_key(session.get(), key.data(), key.size()) == 1 && SSL_SESSION_set_cipher(session.get(), cipher) == 1 &&
                      SSL_SESSION_set_protocol_version(session.get(), TLS1_3_VERSION) == 1;
    return made ? std::move(session) : nullptr;
}

// OpenSSL's frames hold no exception.
template <class Body> auto without_exceptions(Body body) noexcept -> decltype(body()) {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return {};
    }
}

// ---------------------------------------------------------------- client

int use_session(SSL* ssl, const EVP_MD*, const unsigned char** id, std::size_t* id_size, SSL_SESSION** session) {
    const Known* known = known_to(SSL_get_SSL_CTX(ssl));
    if (!known) return 0;
    const TlsSecret& own = known->secrets.front();
    *session             = session_with(ssl, own.secret->view()).release();
    *id                  = reinterpret_cast<const unsigned char*>(own.identity.data());
    *id_size             = own.identity.size();
    return *session != nullptr;
}

unsigned use_key(SSL* ssl, const char*, char* identity, unsigned identity_room, unsigned char* key, unsigned key_room) {
    const Known* known = known_to(SSL_get_SSL_CTX(ssl));
    if (!known) return 0;
    const TlsSecret& own = known->secrets.front();
    if (own.identity.size() >= identity_room || own.secret->view().size() > key_room) return 0;
    identity[own.identity.copy(identity, identity_room - 1)] = 0;
    std::ranges::copy(own.secret->view(), key);
    return static_cast<unsigned>(own.secret->view().size());
}

// ---------------------------------------------------------------- server

/// For a name that nobody has: the handshake fails as it does with a wrong key, and does not tell which names there are.
std::array<std::uint8_t, 32> invented_key() {
    std::array<std::uint8_t, 32> key{};
    (void)random_octets(key);
    return key;
}

int find_session(SSL* ssl, const unsigned char* id, std::size_t id_size, SSL_SESSION** session) {
    *session = nullptr;
    return without_exceptions([&] {
        const Known* known = known_to(SSL_get_SSL_CTX(ssl));
        if (!known) return 1;
        const TlsSecret* secret   = psk_of(*known, {id, id_size});
        const auto       invented = invented_key();
        if (!secret && !known->alone) return 1;  // a ticket, or somebody who goes on with certificates
        auto name = std::make_unique<std::string>(reinterpret_cast<const char*>(id), id_size);
        delete static_cast<std::string*>(SSL_get_ex_data(ssl, name_slot()));
        if (SSL_set_ex_data(ssl, name_slot(), name.get()) == 1) (void)name.release();
        *session = session_with(ssl, secret ? secret->secret->view() : Bytes(invented)).release();
        return *session ? 1 : 0;
    });
}

unsigned find_key(SSL* ssl, const char* identity, unsigned char* key, unsigned room) {
    return without_exceptions([&]() -> unsigned {
        const Known* known = known_to(SSL_get_SSL_CTX(ssl));
        if (!known || !identity) return 0;
        const TlsSecret* secret   = psk_of(*known, bytes_of(std::string_view(identity)));
        const auto       invented = invented_key();
        const Bytes      found    = secret ? secret->secret->view() : Bytes(invented);
        if (found.size() > room) return 0;
        std::ranges::copy(found, key);
        return static_cast<unsigned>(found.size());
    });
}

bool has(const std::vector<TlsSecret>& secrets, Kind kind) {
    return std::ranges::any_of(secrets, [&](const TlsSecret& each) { return each.kind == kind; });
}

std::string suites_for(const std::vector<TlsSecret>& secrets, bool alone) {
    std::string suites = has(secrets, Kind::psk) ? psk_suites : "";
    if (has(secrets, Kind::srp)) suites += (suites.empty() ? "" : ":") + std::string(srp_suites);
    return alone ? suites : std::string(certificate_suites) + ":" + suites;
}

Result<void> remember(SSL_CTX* context, Known known) {
    const bool suited = SSL_CTX_set_cipher_list(context, known.suites.c_str()) == 1;
    auto       held   = std::make_unique<Held>(std::make_shared<const Known>(std::move(known)));
    if (!suited || context_slot() < 0 || SSL_CTX_set_ex_data(context, context_slot(), held.get()) != 1) return failed("suites for shared secrets");
    (void)held.release();
    return {};
}

}  // namespace

Secret srp_password(SSL* ssl, std::string_view user) {
    const Known* known    = known_to(SSL_get_SSL_CTX(ssl));
    const auto   invented = invented_key();
    Bytes        found    = invented;
    for (const TlsSecret& each : known ? std::span(known->secrets) : std::span<const TlsSecret>())
        if (each.kind == Kind::srp && equal_in_constant_time(bytes_of(each.identity), bytes_of(user))) found = each.secret->view();
    return Secret::copy_of(found);
}

Result<void> TlsSecret::check() const {
    const std::size_t least = kind == Kind::psk ? 16 : 8;
    if (kind == Kind::srp && !has_srp()) return Error{.code = Code::unsupported, .detail = "this build has no SRP"};
    if (identity.empty() || identity.size() > 128 || identity.find('\0') != identity.npos) return Error{.code = Code::bad_argument, .detail = "a TLS identity has 1 to 128 octets, and no NUL"};
    if (!secret || secret->view().size() < least || secret->view().size() > 256)
        return Error{.code = Code::bad_argument, .detail = "a TLS secret has " + std::to_string(least) + " to 256 octets"};
    return {};
}

Result<void> fill_client(void* ssl_ctx, const TlsSecret& secret) {
    auto* context = static_cast<SSL_CTX*>(ssl_ctx);
    if (auto set = remember(context, {.secrets = {secret}, .alone = true, .suites = suites_for({secret}, true)}); !set) return set;
    // Whoever shows a certificate is not whom the secret is shared with.
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, [](X509_STORE_CTX* store, void*) { return X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION), 0; }, nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (secret.kind == Kind::srp) return fill_srp_client(context, secret);
    if (SSL_CTX_set_ciphersuites(context, suites_1_3) != 1) return failed("suites for shared secrets");
    SSL_CTX_set_psk_use_session_callback(context, use_session);
    SSL_CTX_set_psk_client_callback(context, use_key);
    return {};
}

Result<void> fill_server(void* ssl_ctx, const std::vector<TlsSecret>& secrets, bool alone) {
    auto* context = static_cast<SSL_CTX*>(ssl_ctx);
    if (auto set = remember(context, {.secrets = secrets, .alone = alone, .suites = suites_for(secrets, alone)}); !set) return set;
    if (has(secrets, Kind::srp) && !fill_srp_server(context)) return failed("SRP");
    // Whoever knows a secret shows it each time: no ticket outlives it.
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(context, 0);
    return {};
}

bool take_secrets(void* raw, const void* from) {
    auto* const  ssl   = static_cast<SSL*>(raw);
    const Known* known = known_to(static_cast<const SSL_CTX*>(from));
    if (!known) return true;
    if (SSL_set_cipher_list(ssl, known->suites.c_str()) != 1) return false;
    if (has(known->secrets, Kind::srp) && !take_srp(ssl)) return false;
    if (!has(known->secrets, Kind::psk)) return true;
    if (!SSL_is_dtls(ssl) && SSL_set_ciphersuites(ssl, SSL_is_server(ssl) && !known->alone ? all_suites_1_3 : suites_1_3) != 1) return false;
    SSL_set_psk_use_session_callback(ssl, SSL_is_server(ssl) ? nullptr : use_session);
    SSL_set_psk_client_callback(ssl, SSL_is_server(ssl) ? nullptr : use_key);
    SSL_set_psk_find_session_callback(ssl, SSL_is_server(ssl) ? find_session : nullptr);
    SSL_set_psk_server_callback(ssl, SSL_is_server(ssl) ? find_key : nullptr);
    return true;
}

std::string tls_identity(const void* raw) {
    const OpensslCall call;
    auto* const       ssl = static_cast<SSL*>(const_cast<void*>(raw));
    if (!SSL_is_server(ssl) || !SSL_is_init_finished(ssl) || !known_to(SSL_get_SSL_CTX(ssl))) return {};
    if (auto user = srp_user(ssl); !user.empty()) return user;
    if (SSL_version(ssl) != TLS1_3_VERSION) {
        const char* identity = SSL_get_psk_identity(ssl);
        return identity ? identity : "";
    }
    const auto* name = static_cast<const std::string*>(SSL_get_ex_data(ssl, name_slot()));
    return name && SSL_session_reused(ssl) ? *name : std::string();
}

}  // namespace cmpkit::crypto

#include "engine.hpp"

#include "kit/border.hpp"
#include "kit/tls_peer.hpp"
#include "library.hpp"

#include <openssl/err.h>
#include <utility>

extern "C" {
// Without guards of their own in NNG 1.5.
#include <nng/supplemental/tls/engine.h>
}

// NNG lays these two out behind its own structs, zeroed, and moves them never.
struct nng_tls_engine_config {
    std::shared_ptr<cmpkit_nng::TlsSetting>* setting;  // null: it came from elsewhere
};
namespace cmpkit_nng {
namespace {
struct Connection;
}
}  // namespace cmpkit_nng
struct nng_tls_engine_conn {
    cmpkit_nng::Connection* connection;  // null: it was not begun
};

namespace cmpkit_nng {

namespace {

// NNG calls back in the thread that calls it: what a call is about goes through these, as its own arguments have no room.
thread_local const std::shared_ptr<TlsSetting>* handed_over = nullptr;  // to config_init
thread_local Peer*                              asking      = nullptr;  // of conn_verified

struct Connection {
    std::shared_ptr<TlsSetting> setting;
    SslPointer                  ssl;
    bool                        closed = false;
};

// -- octets between OpenSSL and NNG's stream

int write_bio(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    auto       taken  = static_cast<std::size_t>(size);
    const auto result = nng_tls_engine_send(BIO_get_data(bio), reinterpret_cast<const std::uint8_t*>(data), &taken);
    if (result == NNG_EAGAIN) BIO_set_retry_write(bio);
    return result == 0 ? static_cast<int>(taken) : -1;
}

int read_bio(BIO* bio, char* data, int size) {
    BIO_clear_retry_flags(bio);
    auto       came   = static_cast<std::size_t>(size);
    const auto result = nng_tls_engine_recv(BIO_get_data(bio), reinterpret_cast<std::uint8_t*>(data), &came);
    if (result == NNG_EAGAIN) BIO_set_retry_read(bio);
    return result == 0 ? static_cast<int>(came) : -1;
}

long control_bio(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cmpkit nng");
    if (!method) throw std::bad_alloc();
    BIO_meth_set_write(method, write_bio);
    BIO_meth_set_read(method, read_bio);
    BIO_meth_set_ctrl(method, control_bio);
    return method;
}

BIO* make_bio(void* stream) {
    static BIO_METHOD* const method = make_method();
    BIO* bio = BIO_new(method);
    if (!bio) throw std::bad_alloc();
    BIO_set_data(bio, stream);
    BIO_set_init(bio, 1);
    return bio;
}

// -- one connection

std::string reason_of(const SSL* ssl) {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK) return std::string("the peer's certificate is refused: ") + X509_verify_cert_error_string(verdict);
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    return reason ? reason : "the peer broke the handshake off";
}

/// @return NNG's word for it. Never NNG_ECLOSED, after which a dialer of NNG's dials no more.
int result_of(const Connection& connection, int returned) {
    switch (SSL_get_error(connection.ssl.get(), returned)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return NNG_EAGAIN;
        case SSL_ERROR_SSL: connection.setting->failures.tell(reason_of(connection.ssl.get())); return NNG_ECRYPTO;
        default: return NNG_ECONNSHUT;
    }
}

/// Runs a call of OpenSSL's; nothing of the error queue is left to others, and no exception goes to NNG.
template <class Call> int carefully(nng_tls_engine_conn* conn, Call call) {
    if (!conn->connection) return NNG_ECRYPTO;
    // Who is told to come again by a stream that is closed waits for ever, and NNG's thread that ends connections with it.
    if (conn->connection->closed) return NNG_ECONNSHUT;
    ERR_clear_error();
    int  result = NNG_ECRYPTO;
    (void)cmpkit_plugin::guarded([&] {
        const int returned = call(conn->connection->ssl.get());
        result = returned > 0 ? 0 : result_of(*conn->connection, returned);
        return CMPKIT_TRANSPORT_OK;
    });
    ERR_clear_error();
    return result;
}

int conn_init(nng_tls_engine_conn* conn, void* stream, nng_tls_engine_config* config) {
    if (!config->setting) return NNG_ECRYPTO;
    const auto rc = cmpkit_plugin::guarded([&] {
        auto connection = std::make_unique<Connection>(Connection{.setting = *config->setting, .ssl = (*config->setting)->connect()});
        if (!connection->ssl) return CMPKIT_TRANSPORT_TLS;
        BIO* const bio = make_bio(stream);
        SSL_set_bio(connection->ssl.get(), bio, bio);
        conn->connection = connection.release();
        return CMPKIT_TRANSPORT_OK;
    });
    return rc == CMPKIT_TRANSPORT_OK ? 0 : rc == CMPKIT_TRANSPORT_NO_MEMORY ? NNG_ENOMEM : NNG_ECRYPTO;
}

void conn_fini(nng_tls_engine_conn* conn) { delete std::exchange(conn->connection, nullptr); }

void conn_close(nng_tls_engine_conn* conn) {
    if (!conn->connection) return;
    if (SSL_is_init_finished(conn->connection->ssl.get())) (void)carefully(conn, [](SSL* ssl) { return (void)SSL_shutdown(ssl), 1; });
    conn->connection->closed = true;
}

int conn_handshake(nng_tls_engine_conn* conn) {
    return carefully(conn, [](SSL* ssl) { return SSL_do_handshake(ssl); });
}

int conn_recv(nng_tls_engine_conn* conn, std::uint8_t* data, std::size_t* size) {
    if (conn->connection && conn->connection->setting->frozen && !conn->connection->closed) return NNG_EAGAIN;
    return carefully(conn, [&](SSL* ssl) { return SSL_read_ex(ssl, data, *size, size); });
}

int conn_send(nng_tls_engine_conn* conn, const std::uint8_t* data, std::size_t* size) {
    return carefully(conn, [&](SSL* ssl) { return SSL_write_ex(ssl, data, *size, size); });
}

/// The one question that NNG passes from a pipe to its engine; so it also tells the one who asks who the peer is.
bool conn_verified(nng_tls_engine_conn* conn) {
    if (!conn->connection || !SSL_is_init_finished(conn->connection->ssl.get())) return false;
    if (!asking) return SSL_get_verify_result(conn->connection->ssl.get()) == X509_V_OK;
    return cmpkit_plugin::guarded([&] { return cmpkit_plugin::take_identity(*asking, conn->connection->setting->host, conn->connection->ssl.get()), CMPKIT_TRANSPORT_OK; }) == CMPKIT_TRANSPORT_OK;
}

// -- a configuration

int config_init(nng_tls_engine_config* config, nng_tls_mode mode) {
    if (!handed_over) return 0;  // NNG makes one for each dialer and listener, before it is given ours
    if ((*handed_over)->is_server != (mode == NNG_TLS_MODE_SERVER)) return NNG_EINVAL;
    config->setting = new (std::nothrow) std::shared_ptr<TlsSetting>(*std::exchange(handed_over, nullptr));
    return config->setting ? 0 : NNG_ENOMEM;
}

void config_fini(nng_tls_engine_config* config) { delete std::exchange(config->setting, nullptr); }
// These two NNG calls of its own accord, for the configurations that no connection is made with. Ours change by no call.
int config_server(nng_tls_engine_config* config, const char*) { return config->setting ? NNG_ENOTSUP : 0; }
int config_auth(nng_tls_engine_config* config, nng_tls_auth_mode) { return config->setting ? NNG_ENOTSUP : 0; }
int config_ca_chain(nng_tls_engine_config*, const char*, const char*) { return NNG_ENOTSUP; }
int config_own_cert(nng_tls_engine_config*, const char*, const char*, const char*) { return NNG_ENOTSUP; }
int config_version(nng_tls_engine_config*, nng_tls_version, nng_tls_version) { return NNG_ENOTSUP; }

nng_tls_engine_conn_ops conn_ops{
    .size      = sizeof(nng_tls_engine_conn),
    .init      = conn_init,
    .fini      = conn_fini,
    .close     = conn_close,
    .handshake = conn_handshake,
    .recv      = conn_recv,
    .send      = conn_send,
    .verified  = conn_verified,
};
nng_tls_engine_config_ops config_ops{
    .size     = sizeof(nng_tls_engine_config),
    .init     = config_init,
    .fini     = config_fini,
    .server   = config_server,
    .auth     = config_auth,
    .ca_chain = config_ca_chain,
    .own_cert = config_own_cert,
    .version  = config_version,
};
const nng_tls_engine engine{
    .version     = NNG_TLS_ENGINE_VERSION,
    .config_ops  = &config_ops,
    .conn_ops    = &conn_ops,
    .name        = "cmpkit",
    .description = "OpenSSL with keys and trust of cmpkit",
    .fips_mode   = false,
};

}  // namespace

void FreeConfig::operator()(nng_tls_config* config) const { nng_tls_config_free(config); }

TlsConfig make_config(const std::shared_ptr<TlsSetting>& setting) {
    // Each time, as another user of NNG may have taken the slot: a configuration keeps the engine that made it.
    demand(nng_tls_engine_register(&engine));
    handed_over           = &setting;
    nng_tls_config* made  = nullptr;
    const int       result = nng_tls_config_alloc(&made, setting->is_server ? NNG_TLS_MODE_SERVER : NNG_TLS_MODE_CLIENT);
    const bool      taken  = std::exchange(handed_over, nullptr) == nullptr;
    demand(result);
    TlsConfig config(made);
    demand(taken ? 0 : NNG_EBUSY);
    return config;
}

void take_identity(nng_pipe pipe, Peer& peer) {
    bool verified = false;
    asking        = &peer;
    const int result = nng_pipe_get_bool(pipe, NNG_OPT_TLS_VERIFIED, &verified);
    asking        = nullptr;
    demand(result);
    demand(verified ? 0 : NNG_EPEERAUTH);
}

}  // namespace cmpkit_nng

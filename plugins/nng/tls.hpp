// What the TLS connections of a channel or a listener have in common, and who hears that a handshake failed.
// What is in an SSL_CTX is the host's business: it fills what is made here. Verification is never off.
#pragma once
#include "contract.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <openssl/ssl.h>
#include <string>

namespace cmpkit_nng {

struct FreeSsl {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslContext = std::unique_ptr<SSL_CTX, FreeSsl>;
using SslPointer = std::unique_ptr<SSL, FreeSsl>;

/// NNG frees a connection some time after its socket is closed; by then nobody listens here any more.
class Failures {
public:
    using Listener = std::function<void(const std::string& why)>;

    /// @param listener  called in NNG's threads with its locks held: it must call nothing of NNG's but nng_aio_cancel
    void hear(Listener listener);
    /// Returns when the listener does not run, and it will not.
    void forget() { hear({}); }
    void tell(const std::string& why);

private:
    std::mutex mutex_;
    Listener   listener_;
};

struct TlsSetting {
    SslContext            context;
    cmpkit_transport_host host;
    bool                  is_server;
    bool                  by_secret;    // a client that checks no certificate, as the host goes by a shared secret
    std::string           server_name;  // of a client: the URL's host
    Failures              failures{};
    std::atomic<bool>     frozen = false;  // nothing more is read from its connections

    /// A connection's own SSL. Null: out of memory, or a context that would not verify.
    SslPointer connect() const;
};

/// Null if the host refuses, or has no keys and trust.
std::shared_ptr<TlsSetting> client_setting(const cmpkit_transport_host& host, const cmpkit_transport_tls* tls, const std::string& server_name);
std::shared_ptr<TlsSetting> server_setting(const cmpkit_transport_host& host, const cmpkit_transport_tls* tls);

}  // namespace cmpkit_nng

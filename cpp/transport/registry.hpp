// Finds, checks and loads transport plugins by URL scheme, and gives them C++ faces: Channel (client) and Listener (server).
// It refuses to open anything but `cmpkit-transport-<name>.so` in a folder it was given, and no file that another user could have written.
//
//     Registry registry({folder}, log);
//     auto channel = registry.open("http://127.0.0.1:8080/.well-known/cmp", nullptr);
//     auto answer  = (*channel)->exchange(request, 10s, cancel);
#pragma once
#include "contract.h"
#include "result.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

namespace cmpkit::transport {

struct Peer {
    std::string address;
    Octets      certificate;   // DER of the TLS certificate; empty: none
    std::string psk_identity;  // where TLS goes by shared secrets; empty: none
};

struct Request {
    Bytes        message;
    std::string  operation{};  // path label; empty: none
    std::string  profile{};    // empty: none
    std::int32_t kind = CMPKIT_TRANSPORT_CMP;
    std::string  label{};      // for people who see it in a folder or a mail; empty: none
};

struct Answer {
    Octets       message;
    Peer         peer;
    std::int32_t kind   = CMPKIT_TRANSPORT_CMP;
    std::int32_t status = CMPKIT_TRANSPORT_ANSWERED;
};

/// Fills the SSL_CTX of a plugin, or one SSL; implemented above this room, where keys are known. Must outlive what was opened with it. Any thread.
/// What an implementation leaves out is refused.
class Tls {
public:
    virtual ~Tls() = default;
    virtual cmpkit_transport_rc client(void* ssl_ctx, const void* openssl_version) const;
    virtual cmpkit_transport_rc server(void* ssl_ctx, const void* openssl_version) const;
    virtual cmpkit_transport_rc client_connection(void* ssl, const void* openssl_version) const;
    virtual cmpkit_transport_rc server_connection(void* ssl, const void* openssl_version) const;
    /// A client goes by a shared secret alone, without certificates.
    virtual bool by_secret() const { return false; }
};
/// Of an SSL whose handshake is over: the name by which the peer's secret is known; empty: none. Looked up by what a host's SSL_CTX left in it.
using TlsIdentity = std::string (*)(const void* ssl);

/// Ends a blocking exchange or wait from another thread, or before it begins. One exchange at a time; reset() makes it usable again.
class Cancel {
public:
    void fire();
    void reset();
    bool fired() const;
    /// Waits until `until` at most. @return true: fired
    bool wait_until(std::chrono::steady_clock::time_point until);

    /// For what can be cancelled: `hook` runs once, in the thread that fires, or at once if that was before. It must not block.
    /// After detach it does not run and is not running.
    void attach(std::function<void()> hook);
    void detach();

private:
    mutable std::mutex      mutex_;
    std::condition_variable changed_;
    bool                    fired_ = false;
    std::function<void()>   hook_;
};

class Channel {
public:
    virtual ~Channel() = default;
    /// Sends and waits in the caller's thread. Threads: any, several at a time.
    ///
    /// @param timeout  for the whole exchange; 0: no limit
    /// @param cancel   may be null
    /// @error connect_failed, tls_failed, http_status, content_type, deadline, cancelled, peer_gone, too_large, transport_failed
    virtual Result<Answer> exchange(const Request& request, std::chrono::milliseconds timeout, Cancel* cancel) = 0;
    /// Waits in the caller's thread for announcements, until `cancel` fires or the server ends it.
    ///
    /// @param told  called from the plugin's thread; must not block
    /// @error unsupported: the transport has none; cancelled; and as exchange
    virtual Result<void> observe(const std::string& profile, const std::function<void(Bytes)>& told, Cancel& cancel) = 0;
    /// Answers may take days, and what was sent need not be sent again.
    virtual bool is_offline() const = 0;
};

/// Where a handler's answer goes: exactly one respond(); dropping the object unanswered responds with status BROKEN. Any thread.
class Exchange {
public:
    virtual ~Exchange() = default;
    /// @param status  CMPKIT_TRANSPORT_ANSWERED, …_BAD, …; the message may be empty unless ANSWERED
    /// @param kind    of the message
    /// @error peer_gone  the peer left before it took the answer
    virtual Result<void> respond(Bytes message, std::int32_t status, std::int32_t kind = CMPKIT_TRANSPORT_CMP) = 0;
};
/// Called from plugin threads; must not block. The request's octets are valid during the call only.
using Handler = std::function<void(std::unique_ptr<Exchange>, const Request&, const Peer&)>;

class Listener {
public:
    virtual ~Listener() = default;  // every Exchange must be gone before
    virtual const std::string& url() const = 0;
    virtual void               stop(std::chrono::milliseconds grace) = 0;
    /// Sends an announcement to all who observe. @error unsupported  the transport has none
    virtual Result<void>       announce(Bytes message) = 0;
};

using Log     = std::function<void(std::int32_t level, std::string_view text)>;
using Options = std::map<std::string, std::string>;

/// By the name of the plugin: "http", "nng"; under "" what is for each.
using OptionsByPlugin = std::map<std::string, Options>;
/// What the plugin that serves the URL is told.
Options options_for(const OptionsByPlugin& all, std::string_view url);

/// Threads: any. Plugins stay loaded until the process ends.
class Registry {
public:
    /// @param folders   searched in order; empty: `plugins` in the prefix of this library, else the folder fixed at build
    /// @param identity  may be null: nobody is known by a secret
    Registry(std::vector<std::string> folders, Log log, TlsIdentity identity = nullptr);
    ~Registry();

    /// Registers a plugin that is part of the program. @error bad_plugin
    Result<void> add(const cmpkit_transport_plugin* plugin);

    /// @error bad_url, no_plugin (detail names the files looked for), bad_plugin (detail says why)
    Result<std::unique_ptr<Channel>>  open(const std::string& url, const Tls* tls, const Options& options = {});
    Result<std::unique_ptr<Listener>> listen(const std::string& url, const Tls* tls, Handler handler, const Options& options = {});

    /// Whether the plugin that serves it stores and forwards. @error as open
    Result<bool> is_offline(const std::string& url);

    struct Option {
        std::string name, fallback, meaning;
    };
    struct Found {
        std::string name, version, file;
        std::vector<std::string> schemes;
        bool                     client, server, offline, announces;
        std::vector<Option>      options;
    };
    /// Every plugin in the folders that can be loaded.
    std::vector<Found> list();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cmpkit::transport

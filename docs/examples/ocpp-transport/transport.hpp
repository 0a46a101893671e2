// The contract's three handles as classes, and who makes them: all that plugin.cpp knows of the two sides.
// Nothing of Boost is seen from here.
#pragma once
#include "settings.hpp"

#include <csignal>
#include <memory>
#include <thread>

/// A client as the host holds it. Its destructor cancels what is open and returns after the last done.
struct cmpkit_transport_channel {
    virtual ~cmpkit_transport_channel() = default;
    virtual void submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) = 0;
    virtual void cancel(std::uint64_t id) = 0;
};

/// A server as the host holds it. Its destructor stops it.
struct cmpkit_transport_listener {
    virtual ~cmpkit_transport_listener() = default;
    virtual const char* url() const = 0;
    virtual void        stop(std::chrono::milliseconds grace) = 0;
};

/// A request that waits for its answer. respond() is called once, and the exchange is destroyed thereafter.
struct cmpkit_transport_exchange {
    virtual ~cmpkit_transport_exchange() = default;
    virtual cmpkit_transport_rc respond(const cmpkit_transport_message& answer) = 0;
};

namespace ocpp {

/// Thrown inside of this plugin, never out of it.
struct Failure {
    cmpkit_transport_rc rc = CMPKIT_TRANSPORT_OK;
    std::string         detail{};
};

struct Host {
    cmpkit_transport_host services;

    void log(std::int32_t level, const std::string& text) const {
        if (services.log) services.log(services.context, level, text.c_str());
    }
};

std::unique_ptr<cmpkit_transport_channel> open(const Options& options, const Url& url, const Host& host);
/// @throws Failure
std::unique_ptr<cmpkit_transport_listener> listen(const Options& options, const Url& url, const Host& host, cmpkit_transport_handler handler, void* user);

/// A thread that takes no signal: they are the application's.
template <class Body> std::thread quiet_thread(Body body) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    struct Restore {
        const sigset_t& mask;
        ~Restore() { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
    } restore{before};
    return std::thread(std::move(body));
}

/// A message for the host; it borrows everything, and an empty text is none.
inline cmpkit_transport_message message_for_host(const std::string& der, const cmpkit_transport_peer& peer) {
    cmpkit_transport_message message{};
    message.size      = sizeof message;
    message.kind      = CMPKIT_TRANSPORT_CMP;
    message.data      = reinterpret_cast<const std::uint8_t*>(der.data());
    message.data_size = der.size();
    message.peer      = &peer;
    return message;
}

inline cmpkit_transport_peer peer_at(const std::string& address) {
    cmpkit_transport_peer peer{};
    peer.size    = sizeof peer;
    peer.address = address.c_str();
    return peer;
}

inline std::string_view octets_of(const cmpkit_transport_message& message) { return {reinterpret_cast<const char*>(message.data), message.data_size}; }

}  // namespace ocpp

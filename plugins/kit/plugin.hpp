// The contract's table for a plugin written in C++: its classes derive from the three below, and Entry turns the calls of C into theirs.
//
//     struct Carrier {
//         static constexpr const char* name = "coap";
//         static constexpr const char* schemes[] = {"coap", "coaps", nullptr};
//         static constexpr const auto& options = known_options;  // of options.hpp
//         static cmpkit_transport_rc start();                            // once or more a process, before an instance is made
//         static cmpkit_transport_rc open(Client<Options> client, std::unique_ptr<cmpkit_transport_channel>& out, std::string& error);
//         static cmpkit_transport_rc listen(Site<Options> site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error);
//     };
//     CMPKIT_PLUGIN(Carrier)
#pragma once
#include "contract.h"

#include "border.hpp"
#include "options.hpp"

#include <chrono>
#include <memory>

/// A client as the host holds it. Its destructor cancels what is open and returns after the last done.
struct cmpkit_transport_channel {
    virtual ~cmpkit_transport_channel() = default;
    /// May throw; then nothing was taken, and done does not come.
    virtual cmpkit_transport_rc submit(const cmpkit_transport_message& request, std::uint32_t timeout_ms, std::uint64_t id, cmpkit_transport_done done, void* user) = 0;
    virtual cmpkit_transport_rc observe(const char*, std::uint64_t, cmpkit_transport_notice, cmpkit_transport_done, void*) { return CMPKIT_TRANSPORT_BAD_ARGUMENT; }
    virtual void                cancel(std::uint64_t id) = 0;
};

/// A request that waits for its answer. respond() is called once, from any thread, and the exchange is destroyed thereafter.
struct cmpkit_transport_exchange {
    virtual ~cmpkit_transport_exchange() = default;
    virtual cmpkit_transport_rc respond(const cmpkit_transport_message& answer) = 0;
};

/// A server as the host holds it. Its destructor stops it.
struct cmpkit_transport_listener {
    virtual ~cmpkit_transport_listener() = default;
    virtual const char*         url() const = 0;
    virtual void                stop(std::chrono::milliseconds grace) = 0;
    virtual cmpkit_transport_rc announce(const cmpkit_transport_message&) { return CMPKIT_TRANSPORT_BAD_ARGUMENT; }
};

namespace cmpkit_plugin {

/// What a client is made of.
template <class Options> struct Client {
    std::string                 url;
    Options                     options;
    cmpkit_transport_host       host;
    const cmpkit_transport_tls* tls;  // null: none
};

/// What a server is made of.
template <class Options> struct Site : Client<Options> {
    cmpkit_transport_handler handler;
    void*                    user;
};

template <class Carrier> struct Entry {
    using Options = std::remove_cvref_t<decltype(defaults(Carrier::options))>;

    struct Instance {
        cmpkit_transport_host host;
        Options               options = defaults(Carrier::options);
    };
    static Instance& of(cmpkit_transport_instance* instance) { return *reinterpret_cast<Instance*>(instance); }

    static cmpkit_transport_rc create(const cmpkit_transport_host* host, cmpkit_transport_instance** out) {
        return guarded([&] {
            const auto rc = Carrier::start();
            if (rc == CMPKIT_TRANSPORT_OK) *out = reinterpret_cast<cmpkit_transport_instance*>(new Instance{known(*host)});
            return rc;
        });
    }
    static cmpkit_transport_rc set(cmpkit_transport_instance* instance, const char* name, const char* value) {
        return guarded([&] { return cmpkit_plugin::set(Carrier::options, of(instance).options, name, value); });
    }
    static void destroy(cmpkit_transport_instance* instance) { delete &of(instance); }

    static cmpkit_transport_rc open(cmpkit_transport_instance* instance, const char* url, const cmpkit_transport_tls* tls, cmpkit_transport_channel** out, char* error,
                                    size_t error_size) {
        return guarded([&] {
            std::unique_ptr<cmpkit_transport_channel> channel;
            std::string                               why;
            const auto rc = Carrier::open({url, of(instance).options, of(instance).host, tls}, channel, why);
            if (rc != CMPKIT_TRANSPORT_OK) tell(error, error_size, std::string(url) + ": " + why);
            return *out = channel.release(), rc;
        });
    }
    static cmpkit_transport_rc submit(cmpkit_transport_channel* channel, const cmpkit_transport_message* request, uint32_t timeout_ms, uint64_t id,
                                      cmpkit_transport_done done, void* user) {
        return guarded([&] { return channel->submit(known(*request), timeout_ms, id, done, user); });
    }
    static void cancel(cmpkit_transport_channel* channel, uint64_t id) {
        (void)guarded([&] { return channel->cancel(id), CMPKIT_TRANSPORT_OK; });
    }
    static void channel_free(cmpkit_transport_channel* channel) { delete channel; }
    static cmpkit_transport_rc observe(cmpkit_transport_channel* channel, const char* profile, uint64_t id, cmpkit_transport_notice notice, cmpkit_transport_done done,
                                       void* user) {
        return guarded([&] { return channel->observe(profile ? profile : "", id, notice, done, user); });
    }

    static cmpkit_transport_rc listen(cmpkit_transport_instance* instance, const char* url, const cmpkit_transport_tls* tls, cmpkit_transport_handler handler, void* user,
                                      cmpkit_transport_listener** out, char* error, size_t error_size) {
        return guarded([&] {
            std::unique_ptr<cmpkit_transport_listener> listener;
            std::string                                why;
            const auto rc = Carrier::listen({{url, of(instance).options, of(instance).host, tls}, handler, user}, listener, why);
            if (rc != CMPKIT_TRANSPORT_OK) tell(error, error_size, std::string(url) + ": " + why);
            return *out = listener.release(), rc;
        });
    }
    static const char* listener_url(cmpkit_transport_listener* listener) { return listener->url(); }
    static cmpkit_transport_rc respond(cmpkit_transport_exchange* exchange, const cmpkit_transport_message* answer) {
        const std::unique_ptr<cmpkit_transport_exchange> ended(exchange);
        return guarded([&] { return ended->respond(known(*answer)); });
    }
    static void listener_stop(cmpkit_transport_listener* listener, uint32_t grace_ms) {
        (void)guarded([&] { return listener->stop(std::chrono::milliseconds(grace_ms)), CMPKIT_TRANSPORT_OK; });
    }
    static void listener_free(cmpkit_transport_listener* listener) { delete listener; }
    static cmpkit_transport_rc announce(cmpkit_transport_listener* listener, const cmpkit_transport_message* announcement) {
        return guarded([&] { return listener->announce(known(*announcement)); });
    }

    static constexpr bool is_observable() {
        if constexpr (requires { Carrier::is_observable; }) return Carrier::is_observable;
        return false;
    }
    static constexpr std::uint32_t traits() {
        if constexpr (requires { Carrier::traits; }) return Carrier::traits;
        return 0;
    }

    static constexpr auto told_options = for_people(Carrier::options);
    static constexpr cmpkit_transport_plugin table{
        .magic         = CMPKIT_TRANSPORT_MAGIC,
        .major         = CMPKIT_TRANSPORT_MAJOR,
        .minor         = CMPKIT_TRANSPORT_MINOR,
        .size          = sizeof(cmpkit_transport_plugin),
        .name          = Carrier::name,
        .version       = CMPKIT_VERSION,
        .schemes       = Carrier::schemes,
        .options       = told_options.data(),
        .traits        = traits(),
        .create        = create,
        .set           = set,
        .destroy       = destroy,
        .open          = open,
        .submit        = submit,
        .cancel        = cancel,
        .channel_free  = channel_free,
        .listen        = listen,
        .listener_url  = listener_url,
        .respond       = respond,
        .listener_stop = listener_stop,
        .listener_free = listener_free,
        .observe       = is_observable() ? observe : nullptr,
        .announce      = is_observable() ? announce : nullptr,
    };
};

}  // namespace cmpkit_plugin

/// Defines the one symbol that a plugin exports.
#define CMPKIT_PLUGIN(Carrier)                                                                                                                   \
    extern "C" CMPKIT_TRANSPORT_EXPORT const cmpkit_transport_plugin* cmpkit_transport_entry(uint32_t host_major) {                              \
        return host_major == CMPKIT_TRANSPORT_MAJOR ? &cmpkit_plugin::Entry<Carrier>::table : nullptr;                                           \
    }

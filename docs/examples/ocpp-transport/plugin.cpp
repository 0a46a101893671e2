// The one exported symbol and its table: calls of C become calls of the classes in transport.hpp, and no exception goes on to the host.
#include "transport.hpp"

#include <algorithm>
#include <cstring>
#include <new>

using ocpp::Failure;

/// The contract leaves this type to us: one loaded transport with its options.
struct cmpkit_transport_instance {
    ocpp::Host    host;
    ocpp::Options options{};
};

namespace {

/// Reads no further into a struct than its author wrote; the rest is zero. That is how either side may be older.
template <class T> T known(const T& theirs) {
    T ours{};
    std::memcpy(&ours, &theirs, std::min<std::size_t>(theirs.size, sizeof ours));
    return ours;
}

void tell(char* error, size_t error_size, const std::string& sentence) {
    if (!error || error_size == 0) return;
    const size_t size = std::min(sentence.size(), error_size - 1);
    std::memcpy(error, sentence.data(), size);
    error[size] = 0;
}

template <class Body> cmpkit_transport_rc guarded(char* error, size_t error_size, Body body) noexcept try {
    body();
    return CMPKIT_TRANSPORT_OK;
} catch (const Failure& failure) {
    return tell(error, error_size, failure.detail), failure.rc;
} catch (const std::bad_alloc&) {
    return CMPKIT_TRANSPORT_NO_MEMORY;
} catch (const std::exception& failure) {
    return CMPKIT_TRANSPORT_FAILED;
}

ocpp::Url url_of(const char* text) {
    ocpp::Url   url;
    std::string error;
    if (!ocpp::parse(text, url, error)) throw Failure{CMPKIT_TRANSPORT_BAD_URL, std::string(text) + ": " + error};
    return url;
}

cmpkit_transport_rc create(const cmpkit_transport_host* host, cmpkit_transport_instance** out) {
    return guarded(nullptr, 0, [&] { *out = new cmpkit_transport_instance{{known(*host)}}; });
}

cmpkit_transport_rc set(cmpkit_transport_instance* instance, const char* name, const char* value) {
    return guarded(nullptr, 0, [&] {
        if (!ocpp::set(instance->options, name, value)) throw Failure{CMPKIT_TRANSPORT_BAD_ARGUMENT};
    });
}

void destroy(cmpkit_transport_instance* instance) { delete instance; }

cmpkit_transport_rc open(cmpkit_transport_instance* instance, const char* url, const cmpkit_transport_tls*, cmpkit_transport_channel** out, char* error, size_t error_size) {
    return guarded(error, error_size, [&] { *out = ocpp::open(instance->options, url_of(url), instance->host).release(); });
}

cmpkit_transport_rc submit(cmpkit_transport_channel* channel, const cmpkit_transport_message* request, uint32_t timeout_ms, uint64_t id, cmpkit_transport_done done, void* user) {
    return guarded(nullptr, 0, [&] {
        const auto message = known(*request);
        if (message.kind != CMPKIT_TRANSPORT_CMP && message.kind != CMPKIT_TRANSPORT_ANNOUNCEMENT) throw Failure{CMPKIT_TRANSPORT_BAD_ARGUMENT};
        channel->submit(message, timeout_ms, id, done, user);
    });
}

void cancel(cmpkit_transport_channel* channel, uint64_t id) {
    (void)guarded(nullptr, 0, [&] { channel->cancel(id); });
}

void channel_free(cmpkit_transport_channel* channel) { delete channel; }

cmpkit_transport_rc listen(cmpkit_transport_instance* instance, const char* url, const cmpkit_transport_tls*, cmpkit_transport_handler handler, void* user,
                           cmpkit_transport_listener** out, char* error, size_t error_size) {
    return guarded(error, error_size, [&] { *out = ocpp::listen(instance->options, url_of(url), instance->host, handler, user).release(); });
}

const char* listener_url(cmpkit_transport_listener* listener) { return listener->url(); }

cmpkit_transport_rc respond(cmpkit_transport_exchange* exchange, const cmpkit_transport_message* answer) {
    const std::unique_ptr<cmpkit_transport_exchange> ended(exchange);
    return guarded(nullptr, 0, [&] {
        if (const auto rc = ended->respond(known(*answer)); rc != CMPKIT_TRANSPORT_OK) throw Failure{rc};
    });
}

void listener_stop(cmpkit_transport_listener* listener, uint32_t grace_ms) {
    (void)guarded(nullptr, 0, [&] { listener->stop(std::chrono::milliseconds(grace_ms)); });
}

void listener_free(cmpkit_transport_listener* listener) { delete listener; }

constexpr const char* schemes[] = {"ocpp", nullptr};

constexpr cmpkit_transport_plugin table{
    .magic         = CMPKIT_TRANSPORT_MAGIC,
    .major         = CMPKIT_TRANSPORT_MAJOR,
    .minor         = CMPKIT_TRANSPORT_MINOR,
    .size          = sizeof(cmpkit_transport_plugin),
    .name          = "ocpp",
    .version       = PLUGIN_VERSION,
    .schemes       = schemes,
    .options       = ocpp::known_options,
    .traits        = 0,
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
    .observe       = nullptr,
    .announce      = nullptr,
};

}  // namespace

extern "C" CMPKIT_TRANSPORT_EXPORT const cmpkit_transport_plugin* cmpkit_transport_entry(uint32_t host_major) {
    return host_major == CMPKIT_TRANSPORT_MAJOR ? &table : nullptr;
}

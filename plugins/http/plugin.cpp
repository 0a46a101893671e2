// The table of the plugin: it turns the contract's calls into those of client and server.
#include "client.hpp"
#include "guard.hpp"
#include "media.hpp"
#include "server.hpp"

using namespace cmpkit_http;

struct cmpkit_transport_instance {
    cmpkit_transport_host host;
    Options               options;
};

struct cmpkit_transport_channel {
    Client client;
};

namespace {

cmpkit_transport_rc create(const cmpkit_transport_host* host, cmpkit_transport_instance** out) {
    // Thread-safe since libcurl 7.84, and never undone: others in the process may use it as well.
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return CMPKIT_TRANSPORT_FAILED;
    return guarded([&] { return *out = new cmpkit_transport_instance{known(*host), {}}, CMPKIT_TRANSPORT_OK; });
}

cmpkit_transport_rc set_option(cmpkit_transport_instance* instance, const char* name, const char* value) {
    return guarded([&] { return set(instance->options, name, value); });
}

void destroy(cmpkit_transport_instance* instance) { delete instance; }

/// Reads the URL, and refuses https for which the host brought no keys and trust.
cmpkit_transport_rc accept_url(const char* text, const cmpkit_transport_tls* tls, Url& url, char* error, size_t error_size) {
    std::string why;
    auto        parsed = parse_url(text, why);
    if (!parsed) return tell(error, error_size, std::string(text) + ": " + why), CMPKIT_TRANSPORT_BAD_URL;
    if (parsed->is_tls() && !tls) return tell(error, error_size, std::string(text) + ": https needs keys and trust for TLS"), CMPKIT_TRANSPORT_TLS;
    url = std::move(*parsed);
    return CMPKIT_TRANSPORT_OK;
}

cmpkit_transport_rc open_channel(cmpkit_transport_instance* instance, const char* text, const cmpkit_transport_tls* tls, cmpkit_transport_channel** out,
                                 char* error, size_t error_size) {
    return guarded([&] {
        Url        url;
        const auto rc = accept_url(text, tls, url, error, error_size);
        if (rc != CMPKIT_TRANSPORT_OK) return rc;
        *out = new cmpkit_transport_channel{Client(Target{std::move(url), instance->options, instance->host, tls})};
        return rc;
    });
}

cmpkit_transport_rc submit(cmpkit_transport_channel* channel, const cmpkit_transport_message* request, uint32_t timeout_ms, uint64_t id,
                           cmpkit_transport_done done, void* user) {
    return guarded([&] {
        const auto message = known(*request);
        return media_of(message.kind) ? channel->client.submit(message, timeout_ms, id, done, user) : CMPKIT_TRANSPORT_BAD_ARGUMENT;
    });
}

void cancel(cmpkit_transport_channel* channel, uint64_t id) {
    (void)guarded([&] { return channel->client.cancel(id), CMPKIT_TRANSPORT_OK; });
}

void channel_free(cmpkit_transport_channel* channel) { delete channel; }

cmpkit_transport_rc listen_at(cmpkit_transport_instance* instance, const char* text, const cmpkit_transport_tls* tls, cmpkit_transport_handler handler,
                              void* user, cmpkit_transport_listener** out, char* error, size_t error_size) {
    return guarded([&] {
        Url  url;
        auto rc = accept_url(text, tls, url, error, error_size);
        if (rc != CMPKIT_TRANSPORT_OK) return rc;
        std::string                                why;
        std::unique_ptr<cmpkit_transport_listener> listener;
        rc = listen(Site{std::move(url), instance->options, instance->host, tls, handler, user}, listener, why);
        if (rc != CMPKIT_TRANSPORT_OK) tell(error, error_size, std::string(text) + ": " + why);
        *out = listener.release();
        return rc;
    });
}

const char* listener_url(cmpkit_transport_listener* listener) { return listener->url(); }

cmpkit_transport_rc respond_to(cmpkit_transport_exchange* exchange, const cmpkit_transport_message* answer) {
    return guarded([&] { return respond(exchange, known(*answer)); });
}

void listener_stop(cmpkit_transport_listener* listener, uint32_t grace_ms) {
    (void)guarded([&] { return listener->stop(std::chrono::milliseconds(grace_ms)), CMPKIT_TRANSPORT_OK; });
}

void listener_free(cmpkit_transport_listener* listener) { delete listener; }

constexpr const char* schemes[] = {"http", "https", nullptr};

constexpr cmpkit_transport_plugin table{
    .magic         = CMPKIT_TRANSPORT_MAGIC,
    .major         = CMPKIT_TRANSPORT_MAJOR,
    .minor         = CMPKIT_TRANSPORT_MINOR,
    .size          = sizeof table,
    .name          = "http",
    .version       = CMPKIT_VERSION,
    .schemes       = schemes,
    .create        = create,
    .set           = set_option,
    .destroy       = destroy,
    .open          = open_channel,
    .submit        = submit,
    .cancel        = cancel,
    .channel_free  = channel_free,
    .listen        = listen_at,
    .listener_url  = listener_url,
    .respond       = respond_to,
    .listener_stop = listener_stop,
    .listener_free = listener_free,
};

}  // namespace

extern "C" CMPKIT_TRANSPORT_EXPORT const cmpkit_transport_plugin* cmpkit_transport_entry(uint32_t host_major) {
    return host_major == CMPKIT_TRANSPORT_MAJOR ? &table : nullptr;
}

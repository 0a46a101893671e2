#include "transport/loaded.hpp"

#include <new>

namespace cmpkit::transport {

namespace {

/// Runs `body` for a plugin, to which no exception may cross: C frames may lie between.
template <class Body> cmpkit_transport_rc guarded(Body body) noexcept try {
    return body();
} catch (const std::bad_alloc&) {
    return CMPKIT_TRANSPORT_NO_MEMORY;
}

const Services& services_of(void* context) { return *static_cast<const Services*>(context); }

void log_text(void* context, std::int32_t level, const char* text) {
    (void)guarded([&] {
        if (const Log& log = services_of(context).log) log(level, escaped(text ? text : ""));
        return CMPKIT_TRANSPORT_OK;
    });
}

const Tls& tls_of(const cmpkit_transport_tls* tls) { return *reinterpret_cast<const Tls*>(tls); }

/// A slot of the host that fills: an SSL_CTX or an SSL, by the member function of Tls that does it.
template <auto fill> cmpkit_transport_rc tls_slot(void*, const cmpkit_transport_tls* tls, void* object, const void* openssl_version) {
    if (!tls) return CMPKIT_TRANSPORT_TLS;
    return guarded([&] { return (tls_of(tls).*fill)(object, openssl_version); });
}

std::int32_t tls_by_secret(void*, const cmpkit_transport_tls* tls) { return tls && tls_of(tls).by_secret(); }

std::size_t tls_identity(void* context, const void* ssl, char* identity, std::size_t size) {
    std::size_t length = 0;
    (void)guarded([&] {
        const std::string name = services_of(context).identity && ssl ? services_of(context).identity(ssl) : std::string();
        if (size > 0) identity[name.copy(identity, size - 1)] = 0;
        length = name.size();
        return CMPKIT_TRANSPORT_OK;
    });
    return length;
}

Code code_of(cmpkit_transport_rc rc) {
    switch (rc) {
        case CMPKIT_TRANSPORT_BAD_ARGUMENT: return Code::bad_argument;
        case CMPKIT_TRANSPORT_NO_MEMORY: return Code::no_memory;
        case CMPKIT_TRANSPORT_BAD_URL: return Code::bad_url;
        case CMPKIT_TRANSPORT_CONNECT: return Code::connect_failed;
        case CMPKIT_TRANSPORT_TLS: return Code::tls_failed;
        case CMPKIT_TRANSPORT_STATUS: return Code::http_status;
        case CMPKIT_TRANSPORT_CONTENT: return Code::content_type;
        case CMPKIT_TRANSPORT_TOO_LARGE: return Code::too_large;
        case CMPKIT_TRANSPORT_DEADLINE: return Code::deadline;
        case CMPKIT_TRANSPORT_CANCELLED: return Code::cancelled;
        case CMPKIT_TRANSPORT_GONE: return Code::peer_gone;
        default: return Code::transport_failed;
    }
}

}  // namespace

Error error_of(cmpkit_transport_rc rc, const char* detail) { return {.code = code_of(rc), .detail = escaped(detail ? detail : "")}; }

Instance::Instance(std::shared_ptr<const Loaded> plugin, Services services)
    : plugin_(std::move(plugin)), services_(std::move(services)),
      host_{.size                  = sizeof host_,
            .context               = &services_,
            .log                   = log_text,
            .tls_client            = tls_slot<&Tls::client>,
            .tls_server            = tls_slot<&Tls::server>,
            .tls_client_connection = tls_slot<&Tls::client_connection>,
            .tls_server_connection = tls_slot<&Tls::server_connection>,
            .tls_by_secret         = tls_by_secret,
            .tls_identity          = tls_identity} {}

Instance::~Instance() {
    if (handle_) table().destroy(handle_);
}

Result<std::unique_ptr<Instance>> Instance::create(std::shared_ptr<const Loaded> plugin, Services services, const Options& options) {
    std::unique_ptr<Instance> instance(new Instance(std::move(plugin), std::move(services)));
    const auto rc = instance->table().create(&instance->host_, &instance->handle_);
    if (rc != CMPKIT_TRANSPORT_OK) return error_of(rc, "the plugin made no instance");
    if (auto set = instance->set(options); !set) return set.error();
    return instance;
}

Result<void> Instance::set(const Options& options) {
    for (const auto& [name, value] : options) {
        const auto rc = table().set(handle_, name.c_str(), value.c_str());
        if (rc != CMPKIT_TRANSPORT_OK) return error_of(rc, (std::string(table().name) + " does not take the option " + name + " = " + value).c_str());
    }
    return {};
}

}  // namespace cmpkit::transport
